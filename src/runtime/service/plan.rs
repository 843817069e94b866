//! A plan: a pass that is only rehearsed, on live data, under the rules that serve or others.
//!
//! The same pass as ever, in a runtime of its own: its store keeps nothing, its connectors send no write, and nobody
//! else hears of it. So what a plan says and what a sync does cannot part.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::look::Look;
use super::pass::{Pass, Scope, pass};
use super::reload::{ReloadError, checked, texts};
use crate::language::Compilation;
use crate::runtime::limits::POLL_INTERVAL;
use crate::runtime::live::Live;
use crate::runtime::planned::{By, Calls, Planned};
use crate::runtime::rule_state::RuleState;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{Park, RecordRef, Rehearsal, RuleText, Store, StoreError};
use crate::value::digest;
use crate::world::World;

/// What is planned.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Everything, and not only what changed.
    pub full: bool,
    /// Only this record with its counterparts, as a person names it.
    pub only: Option<String>,
    /// How long put-off work is waited for before it counts as untold.
    pub patience: Duration,
}

/// Why there is no plan.
#[derive(Debug)]
pub enum PlanError {
    /// The rules have errors.
    Rules(ReloadError),
    /// There is no such record.
    NotFound(String),
    /// A peer or the store cannot be read now.
    Trouble(Trouble),
}

impl From<StoreError> for PlanError {
    fn from(error: StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl std::fmt::Display for PlanError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rules(ReloadError::Invalid { text, .. }) | Self::NotFound(text) => out.write_str(text),
            Self::Rules(ReloadError::Store(error)) => error.fmt(out),
            Self::Trouble(trouble) => trouble.fmt(out),
        }
    }
}

/// Rules to plan by.
pub struct Rules {
    /// Ready to be taken.
    pub live: Live,
    /// What tells what they say from what others do, wherever their folder is.
    pub content: String,
}

/// What rule files say, by a digest that does not depend on where their folder is.
fn content(texts: &[RuleText]) -> String {
    let mut names: Vec<Vec<&str>> = texts.iter().map(|file| file.name.split(['/', '\\']).collect()).collect();
    while let Some(Some(first)) = names.first().map(|name| name.first().copied())
        && names.iter().all(|name| name.len() > 1 && name.first() == Some(&first))
    {
        for name in &mut names {
            name.remove(0);
        }
    }
    let mut said: Vec<String> = names
        .iter()
        .zip(texts)
        .map(|(name, file)| format!("{} {}", name.join("/"), digest::of_bytes(file.text.as_bytes())))
        .collect();
    said.sort();
    digest::of_bytes(said.join("\n").as_bytes())
}

/// The same of the rules that served last, if any did.
///
/// # Errors
/// Where the store cannot be read.
pub async fn content_of(store: &dyn Store) -> Result<Option<String>, StoreError> {
    Ok(store.last_good().await?.map(|(_, texts)| content(&texts)))
}

/// Where a plan is made: what is only read.
pub struct Ground {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The outside; nothing is written there.
    pub world: World,
}

impl Ground {
    /// Rules as they come from files, ready to be planned by. Their generation is the one that serves or served last,
    /// where they are the same, and else the one that they would be.
    ///
    /// # Errors
    /// [`PlanError`] where they have errors, or the store cannot be read.
    pub async fn candidate(&self, compilation: Compilation, before: Option<&Live>) -> Result<Rules, PlanError> {
        let content = content(&texts(&compilation.sources));
        let plan = checked(compilation, &self.world).map_err(PlanError::Rules)?;
        let last = self.store.last_good().await?.map(|(generation, _)| generation);
        let generation = match last {
            Some(last) if last.hash == plan.rules_hash => last.number,
            last => last.map_or(0, |last| last.number).saturating_add(1),
        };
        let live = Live::new(generation, plan, &self.world, before);
        let live =
            live.map_err(|_| PlanError::Trouble(Trouble::Bug("the environment changed meanwhile".to_owned())))?;
        Ok(Rules { live, content })
    }
}

/// Plans a pass under these rules. Others than those that serve are held against everything, whatever changed.
/// `begins`: hears of the runtime that rehearses it.
///
/// # Errors
/// [`PlanError`].
pub async fn plan(
    ground: &Ground,
    rules: Rules,
    wish: &Wish,
    begins: impl FnOnce(&Arc<Runtime>) + Send,
) -> Result<Planned, PlanError> {
    let (Ground { store, world }, Rules { live, content }) = (ground, rules);
    let now = world.clock.now();
    let serving = store.last_good().await?.map(|(generation, _)| generation);
    let rules = By {
        hash: live.plan.rules_hash.clone(),
        is_candidate: serving.as_ref().is_some_and(|serving| serving.hash != live.plan.rules_hash),
        serving: serving.map(|serving| serving.number),
        content,
    };
    let full = wish.full || rules.is_candidate;
    let parked_before = store.parks().await?.iter().map(place).collect::<BTreeSet<_>>();
    let rehearsal = Arc::new(Rehearsal::over(Arc::clone(store), Arc::clone(&world.clock)).await?);
    let state = RuleState::new(PathBuf::new(), now, true, json!([]));
    let own = Arc::clone(&rehearsal);
    let runtime = Runtime::new(own, world.clone(), live.rehearsing(), state, POLL_INTERVAL);
    let scope = match &wish.only {
        Some(name) => Scope::Only(runtime.named(name).await.map_err(PlanError::NotFound)?),
        None => Scope::Look(if full { Look::Everything } else { Look::Changes }),
    };
    if wish.only.is_none() {
        rehearsal.take_up_work(now).await?;
    }
    begins(&runtime);
    let made = Pass { scope, confirmed: false, patience: wish.patience };
    let report = pass(&runtime, &made).await.map_err(PlanError::Trouble)?;
    let (mut calls, mut made_up) = (BTreeMap::new(), BTreeMap::new());
    for (account, peer) in &runtime.live.load().peers {
        let Some(counted) = peer.rehearsed() else { continue };
        let per_minute = peer.system().limits.per_minute;
        calls.insert(account.clone(), Calls { counted, per_minute });
        made_up.extend(peer.made_up().into_iter().map(|(record, key)| (key, format!("{account}.{record}"))));
    }
    Ok(Planned { report, rules, full, only: wish.only.clone(), parked_before, calls, made_up })
}

/// A park as a report names it.
fn place(park: &Park) -> (RecordRef, String) {
    let draft = &park.draft;
    let group = draft.group.as_ref();
    let what = group.map_or_else(|| draft.pipeline.clone(), |group| format!("{} {group}", draft.pipeline));
    (draft.target.clone(), what)
}
