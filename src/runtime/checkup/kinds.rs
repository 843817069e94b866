//! The kinds of records of a system that live pipelines use: their sides, what they read beside, what those refer to,
//! and the sides of pipelines by whose links they translate keys.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::language::plan::{FieldRule, Pipeline, Plan, RecordType, RuleBody, Side};
use crate::runtime::memory::read_paths::ReadPaths;

/// Those of a system, by name.
pub(super) fn used(plan: &Plan, system: &str) -> Vec<Arc<RecordType>> {
    let live = in_use(plan);
    let read = ReadPaths::of(plan, live.iter().copied());
    let sides = live.iter().flat_map(|pipeline| [&pipeline.left, &pipeline.right]);
    let beside = live.iter().flat_map(|pipeline| &pipeline.with).map(|with| &with.record);
    let mut names: BTreeSet<&str> =
        sides.chain(beside).filter(|kind| kind.system == system).map(|kind| kind.name.as_str()).collect();
    let followed = read.names.keys().chain(read.given.keys());
    names.extend(followed.filter(|(of, _)| of == system).map(|(_, name)| name.as_str()));
    let known = plan.systems.get(system).map(|system| &system.records);
    known
        .into_iter()
        .flatten()
        .filter(|(name, _)| names.contains(name.as_str()))
        .map(|(_, kind)| Arc::clone(kind))
        .collect()
}

/// Live pipelines, and those whose links they need.
fn in_use(plan: &Plan) -> Vec<&Pipeline> {
    let all = || plan.pipelines.values().map(AsRef::as_ref);
    let mut found: Vec<&Pipeline> = all().filter(|pipeline| is_live(plan, pipeline)).collect();
    let mut at = 0;
    while let Some(pipeline) = found.get(at).copied() {
        let via: BTreeSet<&str> = pipeline.rules.iter().flat_map(links).collect();
        let is_new = |one: &&Pipeline| via.contains(one.name.as_str()) && !found.iter().any(|old| old.name == one.name);
        let new: Vec<&Pipeline> = all().filter(is_new).collect();
        found.extend(new);
        at += 1;
    }
    found
}

/// The pipelines by whose links a rule translates keys.
fn links(rule: &FieldRule) -> Vec<&str> {
    match &rule.body {
        RuleBody::Value { via, .. } => via.iter().map(String::as_str).collect(),
        RuleBody::List(list) => list.rules.iter().flat_map(links).collect(),
    }
}

/// Whether a value may flow, or a record be made, under the settings of any account.
fn is_live(plan: &Plan, pipeline: &Pipeline) -> bool {
    plan.standing.iter().any(|settings| {
        let flows = |side| pipeline.rules.iter().any(|rule| pipeline.flows(rule, side, settings));
        Side::BOTH.into_iter().any(|side| flows(side) || pipeline.live_create(side, settings).is_some())
    })
}
