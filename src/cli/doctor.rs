//! `petiole doctor`: how the store and the accounts are, and what to do about it. Only looks.

use serde_json::{Value as Json, json};

use super::arguments::{Arguments, Format, ServiceArguments};
use super::exit_code;
use super::service::ask;
use crate::language;
use crate::runtime::AccountChecked;
use crate::runtime::checkup::{Beside, Checkup, examine, worst};
use crate::runtime::service::reload::{ReloadError, sound};
use crate::store::checkup::{Checked, Health};
use crate::store::{StoreError, open};
use crate::world::{Method, World};

/// The narrowest column of what was looked at.
const WHAT_WIDTH_MIN: usize = 12;

/// Everything that was found.
struct Found {
    store: Vec<Checked>,
    /// None where the rules have errors.
    rules: Option<Checkup>,
    /// What is wrong with the rules, as `lint` says it.
    findings: Json,
}

/// Looks at the store, then at each account.
pub(super) async fn doctor(arguments: &Arguments, at: &ServiceArguments) -> u8 {
    let world = match World::real() {
        Ok(world) => world,
        Err(error) => {
            eprintln!("petiole: {error}");
            return exit_code::FAILED;
        }
    };
    let store = open::examine(&arguments.store).await.unwrap_or_else(|error| vec![unopened(&error)]);
    let compiled = language::compile(world.files.as_ref(), std::slice::from_ref(&arguments.rules));
    let found = match sound(compiled) {
        Ok(plan) => {
            let beside = beside(arguments).await;
            Found { store, rules: Some(examine(plan, &world, &beside).await), findings: Json::Null }
        }
        Err(ReloadError::Invalid { text, json }) => {
            if at.format == Format::Text {
                eprintln!("{}", text.trim_end());
            }
            Found { store, rules: None, findings: json }
        }
        Err(ReloadError::Store(error)) => Found { store: vec![unopened(&error)], rules: None, findings: Json::Null },
    };
    match at.format {
        Format::Json => println!("{}", found.to_json(&open::named(&arguments.store))),
        Format::Text => found.print(arguments),
    }
    match found.rules {
        None => exit_code::INVALID,
        Some(_) if found.health() == Health::Wrong => exit_code::FAILED,
        Some(_) => exit_code::OK,
    }
}

/// A store that is not there is made by whoever needs it first; one that cannot be opened is for nobody.
fn unopened(error: &StoreError) -> Checked {
    match error {
        StoreError::Missing(_) => {
            let mend = "`petiole run` and `petiole sync` make it; where there should be one, correct --store";
            Checked::ill("store", Health::Doubtful, "there is none yet", mend)
        }
        error => {
            let mend = "correct --store (PETIOLE_STORE), or what keeps it from being opened";
            Checked::ill("store", Health::Wrong, error.to_string(), mend)
        }
    }
}

/// What is known of the accounts beside what they say themselves.
async fn beside(arguments: &Arguments) -> Beside {
    let store = open::open_reader(&arguments.store).await.ok();
    let served = arguments.url.clone().or_else(|| open::served_at(&arguments.store));
    let service = match served {
        Some(url) => ask(&url, Method::Get, "/api/v1/status", None).await.unwrap_or_default(),
        None => Json::Null,
    };
    Beside { store, service }
}

impl Found {
    fn health(&self) -> Health {
        let rules = self.rules.as_ref();
        let accounts = rules.into_iter().flat_map(|rules| &rules.accounts).map(AccountChecked::health).max();
        let settings = rules.map(|rules| worst(&rules.settings));
        worst(&self.store).max(accounts.unwrap_or(Health::Well)).max(settings.unwrap_or(Health::Well))
    }

    fn to_json(&self, store: &str) -> Json {
        let all = |checked: &[Checked]| checked.iter().map(Checked::to_json).collect::<Vec<_>>();
        let rules = self.rules.as_ref();
        let accounts = rules.into_iter().flat_map(|rules| &rules.accounts).map(AccountChecked::to_json);
        let mut json = json!({
            "store": store,
            "checked": all(&self.store),
            "settings": rules.map(|rules| all(&rules.settings)).unwrap_or_default(),
            "accounts": accounts.collect::<Vec<_>>(),
        });
        if let (Some(json), Some(findings)) = (json.as_object_mut(), self.findings.as_object()) {
            json.extend(findings.clone());
        }
        json
    }

    fn print(&self, arguments: &Arguments) {
        print(&format!("store {}", open::named(&arguments.store)), &self.store);
        let Some(rules) = &self.rules else { return };
        print(&format!("settings of {}", arguments.rules.display()), &rules.settings);
        for account in &rules.accounts {
            print(&format!("account {} ({})", account.name, account.system), &account.checked);
        }
    }
}

fn print(title: &str, checked: &[Checked]) {
    println!("{title}");
    let width = checked.iter().map(|one| one.what.len()).max().unwrap_or_default().max(WHAT_WIDTH_MIN);
    for one in checked {
        println!("  {:<5}  {:<width$} {}", one.health.as_str(), one.what, one.seen);
        if let Some(mend) = &one.mend {
            println!("         {:<width$} {mend}", "");
        }
    }
}
