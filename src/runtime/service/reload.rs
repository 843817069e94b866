//! Puts a new generation of rules into service, whole or not at all.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::schedule;
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::language::plan::Plan;
use crate::language::source::{SourceMap, load};
use crate::language::{Compilation, compile_loaded};
use crate::runtime::environment::LiveError;
use crate::runtime::live::Live;
use crate::runtime::rule_state::LastReload;
use crate::runtime::runtime::Runtime;
use crate::store::{RuleText, Store, StoreError};
use crate::world::{Planted, Task, World};

/// Why a rule set does not serve.
#[derive(Debug)]
pub enum ReloadError {
    /// The rules have errors: the findings as text and as JSON.
    Invalid {
        /// As people read them.
        text: String,
        /// As scripts do.
        json: Json,
    },
    /// The store cannot keep the generation.
    Store(StoreError),
}

/// Makes a compilation ready to serve: the environment resolved, the generation kept.
///
/// # Errors
/// [`ReloadError`] with every finding, missing variables among them.
pub async fn ready(
    compilation: Compilation,
    store: &dyn Store,
    world: &World,
    before: Option<&Live>,
) -> Result<Live, ReloadError> {
    let texts = texts(&compilation.sources);
    // The generation's number is taken only once nothing else can fail.
    let plan = checked(compilation, world)?;
    let last = store.last_good().await.map_err(ReloadError::Store)?;
    if before.is_none() && last.is_some_and(|(_, known)| known != texts) {
        // What was parked under other rules may pass under these.
        store.retry(None).await.map_err(ReloadError::Store)?;
    }
    let generation = store.serve(&plan.rules_hash, &texts).await.map_err(ReloadError::Store)?;
    let live = Live::new(generation.number, plan, world, before);
    live.map_err(|wrong| invalid(&wrong.into_iter().map(LiveError::finding).collect::<Vec<_>>(), &SourceMap::default()))
}

/// The plan of a compilation whose rules have no errors and find everything in the environment that they name.
///
/// # Errors
/// [`ReloadError::Invalid`] with every finding.
pub fn checked(compilation: Compilation, world: &World) -> Result<Arc<Plan>, ReloadError> {
    let Compilation { sources, mut findings, plan, .. } = compilation;
    let Some(plan) = plan else { return Err(invalid(&findings, &sources)) };
    let plan = Arc::new(plan);
    if let Err(wrong) = Live::new(0, Arc::clone(&plan), world, None) {
        findings.extend(wrong.into_iter().map(LiveError::finding));
        return Err(invalid(&findings, &sources));
    }
    Ok(plan)
}

/// The plan of a compilation whose rules have no errors, whatever they want of the environment.
///
/// # Errors
/// [`ReloadError::Invalid`] with every finding.
pub fn sound(compilation: Compilation) -> Result<Arc<Plan>, ReloadError> {
    let Compilation { sources, findings, plan, .. } = compilation;
    plan.map(Arc::new).ok_or_else(|| invalid(&findings, &sources))
}

/// The texts of a rule set, as they are kept.
pub fn texts(sources: &SourceMap) -> Vec<RuleText> {
    sources.files().map(|(_, file)| RuleText { name: file.name.clone(), text: file.text.clone() }).collect()
}

fn invalid(findings: &[Diagnostic], sources: &SourceMap) -> ReloadError {
    let errors = findings.iter().filter(|one| one.severity == Severity::Error).count();
    let counted = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
    ReloadError::Invalid {
        text: format!("{}\n{counted}\n", diagnostic::render::render(findings, sources, false)),
        json: diagnostic::json::render(findings, sources),
    }
}

/// What files were compiled to before anybody was sure that they are whole.
pub(super) struct Early {
    /// With the digest of the texts; nothing where not all could be read.
    compiled: Task<Option<(String, Compilation)>>,
}

impl Runtime {
    /// Compiles the files aside and swaps them in; an unchanged set keeps its generation.
    ///
    /// # Errors
    /// [`ReloadError`]; what served goes on.
    pub async fn reload(&self) -> Result<i64, ReloadError> {
        self.reload_from(None).await
    }

    /// Begins to compile the files as they are now, so that it is done by the time they count as saved.
    pub(super) fn compile_early(&self) -> Early {
        let (files, folder) = (Arc::clone(&self.world.files), self.rules.folder.clone());
        let compiled = self.world.spawner.start_heavy(move || {
            let (sources, unread) = load(files.as_ref(), &[folder]);
            unread.is_empty().then(|| (sources.hash(), compile_loaded(sources, unread)))
        });
        Early { compiled }
    }

    /// The files as they are now, compiled: what was compiled early counts where it was of the same texts.
    async fn compiled(&self, early: Option<Early>) -> Option<Compilation> {
        let early = match early {
            Some(early) => early.compiled.await.ok().flatten(),
            None => None,
        };
        let (files, folder) = (Arc::clone(&self.world.files), self.rules.folder.clone());
        let compiled = self.world.spawner.start_heavy(move || {
            let (sources, unread) = load(files.as_ref(), &[folder]);
            match early {
                Some((hash, compiled)) if unread.is_empty() && hash == sources.hash() => compiled,
                _ => compile_loaded(sources, unread),
            }
        });
        compiled.await.ok()
    }

    /// The same as [`Runtime::reload`], with what was compiled early.
    pub(super) async fn reload_from(&self, early: Option<Early>) -> Result<i64, ReloadError> {
        let _one_at_a_time = self.rules.busy.lock().await;
        let Some(compilation) = self.compiled(early).await else {
            let json = json!({ "findings": [], "errors": 1, "warnings": 0 });
            return Err(ReloadError::Invalid { text: "the rules could not be compiled".to_owned(), json });
        };
        let at = self.world.clock.now();
        let before = self.live.load_full();
        match ready(compilation, self.store.as_ref(), &self.world, Some(&before)).await {
            Ok(live) => {
                let generation = live.generation;
                let is_new = live.plan.rules_hash != self.live.load().plan.rules_hash;
                self.meter.reload(if is_new { "taken" } else { "unchanged" });
                if is_new && !self.world.plants(Planted::Generation) {
                    let live = Arc::new(live);
                    self.departed.note(&before.plan, &live.plan, at);
                    self.watch_calls(&live);
                    self.share_budgets(&live);
                    self.keep_tokens(&live);
                    self.live.store(Arc::clone(&live));
                    tracing::info!(generation, "new rules serve");
                    // What was parked may pass under the new rules.
                    let _ = self.store.retry(None).await;
                    schedule::new_rules(self, &before, &live).await;
                    self.nudge();
                }
                if self.rules.note(LastReload { at, ok: true, current: true, findings: json!([]) }) {
                    tracing::info!(generation, "the rule files are right again");
                }
                Ok(generation)
            }
            Err(error) => {
                self.meter.reload("failed");
                if let ReloadError::Invalid { text, json } = &error {
                    tracing::error!("the new rules are not taken, the old ones go on\n{text}");
                    let findings = json.get("findings").cloned().unwrap_or_else(|| json!([]));
                    self.rules.note(LastReload { at, ok: false, current: false, findings });
                }
                Err(error)
            }
        }
    }
}
