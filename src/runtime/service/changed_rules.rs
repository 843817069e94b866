//! What new rules do otherwise with records that are linked already: said in the log and by `status`, and brought over
//! by a sweep of just what changed, where the settings want one.
//!
//! That such a sweep is owed is kept in the store, so that a restart forgets none. Decides nothing about records.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::pass::{Pass, Scope, pass};
use super::sweep_marks::{KEPT, Mark, last};
use crate::language::plan::Plan;
use crate::language::plan::otherwise::otherwise;
use crate::runtime::limits::SWEEP_LOOK;
use crate::runtime::live::Live;
use crate::runtime::rule_change::RuleChange;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::RuleText;

/// The setting that says whether what new rules do otherwise is brought over by itself: `ask`, `always` or `never`.
pub const SETTING: &str = "reload.sweep";

fn owed(pipeline: &str) -> String {
    format!("changed {pipeline}")
}

fn done(pipeline: &str) -> String {
    format!("changed-swept {pipeline}")
}

impl Runtime {
    /// Says what new rules do otherwise than those before, and keeps that it is to be brought over where that is
    /// wished.
    ///
    /// # Errors
    /// [`Trouble::Store`] where the store cannot be read or written.
    pub(crate) async fn note_changed_rules(&self, before: &Plan, live: &Live) -> Result<(), Trouble> {
        let served = async |number: i64| self.store.served(number).await.map(Option::unwrap_or_default);
        let texts = (served(live.generation.saturating_sub(1)).await?, served(live.generation).await?);
        let systems = systems_between(&live.plan, &texts.0, &texts.1);
        let pipelines = otherwise(before, &live.plan, &systems);
        let mut links = 0;
        for name in &pipelines {
            links += self.store.links_of(name).await?.len();
        }
        let places = places_between(&texts.0, &texts.1);
        let wish = live.setting(SETTING).and_then(|value| value.as_text().map(str::to_owned)).unwrap_or_default();
        // What a rule had wait is told of by nobody once the rule says otherwise.
        let had_wait = |name: &&String| before.pipelines.get(*name).is_some_and(|known| known.hold.is_some());
        let freed = pipelines.iter().filter(had_wait).cloned().collect();
        let change = RuleChange { generation: live.generation, places, pipelines, freed, links, wish };
        tracing::info!("{}", change.told());
        let wished = if change.wish == "always" { &change.pipelines } else { &change.freed };
        if !wished.is_empty() {
            let now = self.world.clock.now();
            for name in wished {
                self.store.mark(KEPT, &owed(name), now, None).await?;
            }
            self.changes_owed.fetch_add(1, Ordering::AcqRel);
        }
        self.rule_change.store(Some(Arc::new(change)));
        Ok(())
    }

    /// Finds again what was owed before this process began.
    ///
    /// # Errors
    /// [`Trouble::Store`] where the store cannot be read.
    pub(crate) async fn recall_changed_rules(&self) -> Result<(), Trouble> {
        if !changed(self).await?.is_empty() {
            self.changes_owed.fetch_add(1, Ordering::AcqRel);
        }
        Ok(())
    }
}

/// The pipelines that do otherwise and were not swept since; a whole sweep, or one that its brake stopped, is one of
/// theirs, too.
async fn changed(runtime: &Runtime) -> Result<BTreeSet<String>, Trouble> {
    let live = runtime.live.load_full();
    let whole = last(runtime, Mark::Whole).await?.max(last(runtime, Mark::Braked).await?);
    let mut found = BTreeSet::new();
    for name in live.plan.pipelines.keys() {
        let Some(at) = runtime.store.cursor(KEPT, &owed(name)).await? else { continue };
        if whole.max(runtime.store.cursor(KEPT, &done(name)).await?).is_none_or(|swept| swept < at) {
            found.insert(name.clone());
        }
    }
    Ok(found)
}

/// Sweeps what changed and is owed.
///
/// # Errors
/// [`Trouble`] where a peer could not be looked at or the store failed; it stays owed.
pub(super) async fn sweep(runtime: &Arc<Runtime>) -> Result<(), Trouble> {
    let count = runtime.changes_owed.load(Ordering::Acquire);
    if count == 0 {
        return Ok(());
    }
    let pipelines = changed(runtime).await?;
    if !pipelines.is_empty() {
        let now = runtime.world.clock.now();
        let named = pipelines.iter().cloned().collect::<Vec<_>>().join(", ");
        let wish = Pass { scope: Scope::Pipelines(pipelines.clone()), confirmed: false, patience: SWEEP_LOOK };
        let report = pass(runtime, &wish).await?;
        match &report.braked {
            Some(braked) => tracing::error!(
                "the sweep of {named} was stopped: {braked}; look at `petiole plan --full`, and confirm with \
                 `petiole sync --full --yes`"
            ),
            None => tracing::info!(compared = report.compared(), healed = report.healed(), "swept {named}"),
        }
        for name in &pipelines {
            runtime.store.mark(KEPT, &done(name), now, None).await?;
        }
    }
    // What came meanwhile is owed still.
    let _ = runtime.changes_owed.compare_exchange(count, 0, Ordering::AcqRel, Ordering::Acquire);
    Ok(())
}

/// The first line of each file that says something else than before; only the name of one that is new or gone.
fn places_between(before: &[RuleText], after: &[RuleText]) -> Vec<String> {
    let text_of =
        |texts: &[RuleText], name: &str| texts.iter().find(|one| one.name == name).map(|one| one.text.clone());
    let mut places = Vec::new();
    for file in after {
        match text_of(before, &file.name) {
            Some(known) if known == file.text => {}
            Some(known) => {
                let same = known.lines().zip(file.text.lines()).take_while(|(one, other)| one == other).count();
                let line = (same + 1).min(file.text.lines().count().max(1));
                places.push(format!("{}:{line}", file.name));
            }
            None => places.push(file.name.clone()),
        }
    }
    let gone = before.iter().filter(|known| text_of(after, &known.name).is_none());
    places.extend(gone.map(|file| file.name.clone()));
    places
}

/// The systems whose own files say something else than before.
fn systems_between(plan: &Plan, before: &[RuleText], after: &[RuleText]) -> BTreeSet<String> {
    let changed: Vec<&RuleText> = after.iter().filter(|file| !before.contains(file)).collect();
    let is_of = |file: &RuleText, system: &str| {
        let mut words = file.text.lines().filter_map(|line| line.strip_prefix("system:"));
        words.any(|named| named.split('#').next().is_some_and(|name| name.trim() == system))
    };
    plan.systems.keys().filter(|system| changed.iter().any(|file| is_of(file, system))).cloned().collect()
}
