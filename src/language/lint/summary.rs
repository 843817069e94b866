//! `lint --summary`: who owns what, which arrows live, every status table as a matrix, and what is assumed.

use std::fmt::Write as _;

use super::model::bridge::{Bridge, bridges};
use crate::language::check::CheckedRules;
use crate::language::plan::{FieldRule, Outcome, Parting, Pipeline, Side};
use crate::value::Value;

/// The summary of checked rules, under the settings as the files state them.
pub fn summary(rules: &CheckedRules) -> String {
    let settings = rules.switches().as_written();
    let mut out = String::new();
    for pipeline in rules.pipelines.values() {
        owners(pipeline, &settings, &mut out);
    }
    for bridge in bridges(rules) {
        if bridge.values(Side::Left).is_some() && bridge.values(Side::Right).is_some() {
            for target in [Side::Right, Side::Left] {
                if bridge.rule.points(target) {
                    matrix(&bridge, target, &mut out);
                }
            }
        }
    }
    assumed(rules, &mut out);
    out
}

/// The fields of which no reference settles what the system files say.
fn assumed(rules: &CheckedRules, out: &mut String) {
    for record in rules.systems.values().flat_map(|system| system.records.values()) {
        let fields: Vec<String> =
            record.fields.iter().filter(|field| field.assumed).map(|field| field.path.to_string()).collect();
        if !fields.is_empty() {
            let _ = writeln!(out, "assumed of {}.{}: {}", record.system, record.name, fields.join(", "));
        }
    }
}

fn owners(pipeline: &Pipeline, settings: &Value, out: &mut String) {
    let (left, right) = (&pipeline.left, &pipeline.right);
    let _ = writeln!(out, "{}: {}.{} and {}.{}", pipeline.name, left.system, left.name, right.system, right.name);
    for side in [Side::Left, Side::Right] {
        if let Some(create) = pipeline.create(side) {
            let live = if pipeline.live_create(side, settings).is_some() { "live" } else { "muted" };
            let how = if create.when.is_some() { "by condition" } else { "on demand" };
            let _ = writeln!(out, "  create in {:<24} {live}, {how}", pipeline.record(side).system);
        }
    }
    for (system, gone) in &pipeline.when_gone {
        let is_muted = gone.parting == Parting::Propagate && !gone.owner.lets_leave(system, settings);
        let live = if is_muted { "muted" } else { "live" };
        let _ = writeln!(out, "  gone from {system:<24} {live}, {}", gone.parting.as_str());
    }
    let mut groups: Vec<&str> = pipeline.rules.iter().map(|rule| rule.group.as_str()).collect();
    groups.dedup();
    for group in groups {
        let rules: Vec<&FieldRule> = pipeline.rules.iter().filter(|rule| rule.group == group).collect();
        let Some(owner) = rules.first().map(|rule| &rule.owner) else { continue };
        let now = owner.under(settings).unwrap_or_else(|| "nobody".to_owned());
        let said = if owner.text() == now { String::new() } else { format!(" ({})", owner.text()) };
        let live = |target: Side| rules.iter().filter(|rule| pipeline.flows(rule, target, settings)).count();
        let all = |target: Side| rules.iter().filter(|rule| rule.points(target)).count();
        let mut arrows = Vec::new();
        for (target, arrow) in [(Side::Right, "->"), (Side::Left, "<-")] {
            if all(target) > 0 {
                arrows.push(format!("{} of {} {arrow} live", live(target), all(target)));
            }
        }
        let _ = writeln!(out, "  {group:<16} owner {:<16} {}", format!("{now}{said}"), arrows.join(", "));
    }
    out.push('\n');
}

/// What a direction says for each source value (down) in each state of the target (across).
fn matrix(bridge: &Bridge<'_>, target: Side, out: &mut String) {
    let sources = bridge.values(target.other()).unwrap_or_default();
    let states = bridge.values(target).unwrap_or_default();
    let (from, to) = (bridge.name(target.other()), bridge.name(target));
    let _ = writeln!(out, "table {}: {from} → {to}", bridge.table.name);
    let cell = |value: &str, state: Option<&str>| match bridge.outcome(target, value, state) {
        Some((Outcome::Value(goal), _)) => goal,
        Some((Outcome::Nothing | Outcome::Held, _)) => "·".to_owned(),
        Some((Outcome::Park, _)) => "park".to_owned(),
        None => "?".to_owned(),
    };
    let created = bridge.pipeline.create(target).is_some();
    let columns: Vec<Option<&str>> =
        created.then_some(None).into_iter().chain(states.iter().map(|state| Some(state.as_str()))).collect();
    let head = |state: Option<&str>| state.map_or_else(|| "(create)".to_owned(), str::to_owned);
    let width = |state: Option<&str>| {
        let cells = sources.iter().map(|value| cell(value, state).chars().count());
        cells.chain([head(state).chars().count()]).max().unwrap_or_default()
    };
    let columns: Vec<(Option<&str>, usize)> = columns.into_iter().map(|state| (state, width(state))).collect();
    let first = sources.iter().map(|value| value.chars().count()).max().unwrap_or_default();
    let _ = write!(out, "  {:first$}", "");
    for (state, w) in &columns {
        let _ = write!(out, "  {:w$}", head(*state));
    }
    out.push('\n');
    for value in &sources {
        let _ = write!(out, "  {value:first$}");
        for (state, w) in &columns {
            let _ = write!(out, "  {:w$}", cell(value, *state));
        }
        let trimmed = out.trim_end().len();
        out.truncate(trimmed);
        out.push('\n');
    }
    out.push('\n');
}
