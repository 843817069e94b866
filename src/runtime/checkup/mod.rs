//! How accounts are, before anything is done with them: what works, what is missing, and how to mend it.
//!
//! Asks each account beside the others, with the real credentials, within its budget, and only for what reads. Journals
//! nothing and decides nothing; what it says holds no secret.

mod asked;
mod fields;
mod heard;
mod kinds;
mod look;
mod mended;
mod signs;
mod tables;
mod wanted;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

pub use self::heard::Beside;
use super::coordination::keeper::keep_tokens;
use super::live::Live;
use crate::language::plan::{Account, Plan};
use crate::store::checkup::{Checked, Health};
use crate::world::{Tasks, World};

/// An account that was looked at.
#[derive(Clone, Debug)]
pub struct AccountChecked {
    /// Its name.
    pub name: String,
    /// Its system.
    pub system: String,
    /// What was looked at, in the order in which people read it.
    pub checked: Vec<Checked>,
}

/// How everything is that rules name beside the store.
#[derive(Clone, Debug)]
pub struct Checkup {
    /// The settings that all accounts share.
    pub settings: Vec<Checked>,
    /// The accounts, by name.
    pub accounts: Vec<AccountChecked>,
}

impl AccountChecked {
    /// How it is: as bad as the worst of what was looked at.
    pub fn health(&self) -> Health {
        worst(&self.checked)
    }

    /// As scripts read it.
    pub fn to_json(&self) -> Json {
        json!({
            "name": self.name,
            "system": self.system,
            "health": self.health().as_str(),
            "checked": self.checked.iter().map(Checked::to_json).collect::<Vec<_>>(),
        })
    }
}

/// As bad as the worst of them.
pub fn worst(checked: &[Checked]) -> Health {
    checked.iter().map(|one| one.health).max().unwrap_or(Health::Well)
}

/// Looks at all accounts of a plan, each beside the others: one that is dead holds up none and hides none.
pub async fn examine(plan: Arc<Plan>, world: &World, beside: &Beside) -> Checkup {
    let live = Arc::new(Live::in_part(Arc::clone(&plan), world));
    if let Some(store) = &beside.store {
        keep_tokens(&live, (store, world), &Arc::default());
    }
    let mut looks = Tasks::default();
    let mut names = BTreeMap::new();
    for account in plan.accounts.values() {
        let (live, world, beside) = (Arc::clone(&live), world.clone(), beside.clone());
        let spawner = Arc::clone(&world.spawner);
        let own = Arc::clone(account);
        let task = looks.start(spawner.as_ref(), async move { look_at(&live, &own, &world, &beside).await });
        names.insert(task, account);
    }
    let mut found = BTreeMap::new();
    while let Some((task, looked)) = looks.join_next().await {
        let Some(account) = names.get(&task) else { continue };
        let checked = looked.unwrap_or_else(|error| {
            vec![Checked::ill("look", Health::Wrong, format!("the look broke off: {error}"), "tell who makes petiole")]
        });
        let (name, system) = (account.name.clone(), account.system.clone());
        found.insert(name.clone(), AccountChecked { name, system, checked });
    }
    Checkup {
        settings: wanted::by_settings(&plan, world.environment.as_ref()),
        accounts: found.into_values().collect(),
    }
}

async fn look_at(live: &Live, account: &Account, world: &World, beside: &Beside) -> Vec<Checked> {
    let (mut checked, may_ask) = wanted::by_account(&live.plan, account, world.environment.as_ref());
    if may_ask {
        checked.extend(asked::ask(live, account).await);
        checked.extend(tables::of(live, account, world.files.as_ref()));
    }
    checked.extend(heard::heard(live, account, beside, world.clock.now()).await);
    checked
}
