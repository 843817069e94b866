//! An outcome as people read it: the one thing to do, what stops and why, what goes nowhere, the rule lines that spoke.

use petiole::diagnostic::Sources as _;
use petiole::engine::{Decision, Effect, Stop, Wait, Want};
use petiole::language::plan::{RuleLine, Side};
use petiole::value::{Record, Value};
use serde_yaml::{Mapping, Value as Yaml};

use super::case::Case;
use super::{Outcome, Rules};

pub(super) fn outcome(rules: &Rules, case: &Case, outcome: &Outcome) -> String {
    let mut told = Mapping::new();
    match outcome {
        Outcome::Wants(wants) => put(&mut told, "wants", wants.iter().map(want).collect::<Vec<_>>()),
        Outcome::Decided(decision) => decided(rules, case, decision, &mut told),
    }
    serde_yaml::to_string(&told).unwrap()
}

fn put(told: &mut Mapping, name: &str, value: impl Into<Yaml>) {
    told.insert(name.into(), value.into());
}

fn decided(rules: &Rules, case: &Case, decision: &Decision, told: &mut Mapping) {
    let pipeline = case.pipeline(rules);
    let name = |side: Side| format!("{}.{}", pipeline.record(side).system, pipeline.record(side).name);
    let system = |side: Side| pipeline.record(side).system.clone();
    let mut lines: Vec<&RuleLine> = Vec::new();
    match &decision.effect {
        None => put(told, "effect", "none"),
        Some(Effect::Link { left, right }) => {
            put(
                told,
                "effect",
                format!("link {} {} with {} {}", name(Side::Left), key(left), name(Side::Right), key(right)),
            );
        }
        Some(Effect::Settle { .. }) => {
            put(told, "effect", "settle: nothing to write, and what both hold now is remembered");
        }
        Some(Effect::Create { side, fields, lines: own }) => {
            put(told, "effect", format!("create {}", name(*side)));
            put(told, "fields", record(fields));
            lines.extend(own);
        }
        Some(Effect::Make(making)) => {
            let made = &making.record;
            put(told, "effect", format!("make {}.{} {}", made.account, made.record, made.id));
            put(told, "fields", record(&making.fields));
            lines.push(&making.line);
        }
        Some(Effect::Update { side, fields, groups, lines: own, .. }) => {
            put(told, "effect", format!("update {}", name(*side)));
            put(told, "fields", record(fields));
            put(told, "groups", groups.iter().map(|group| Yaml::from(group.as_str())).collect::<Vec<_>>());
            lines.extend(own);
        }
        Some(Effect::Remove { side, gone, lines: own }) => {
            put(told, "effect", format!("remove {}, since {gone} is gone", name(*side)));
            lines.extend(own);
        }
        Some(Effect::Move { side, from, to, goal, lines: own, .. }) => {
            let goal = if goal == to { String::new() } else { format!(", on the way to {goal}") };
            put(told, "effect", format!("move {} from {from} to {to}{goal}", name(*side)));
            lines.extend(own);
        }
    }
    if !decision.stops.is_empty() {
        put(told, "stops", decision.stops.iter().map(|one| stop(rules, one)).collect::<Vec<_>>());
    }
    if let Some(unmatched) = &decision.unmatched {
        let sought = unmatched.wait.as_ref().map_or_else(|| "nothing to match by".to_owned(), wait);
        put(told, "unmatched", sought);
    }
    let lost = decision.lost.iter().map(|one| {
        let text = format!("{} of {}: {} gave way to {}", one.group, system(one.side), one.value, one.winner);
        Yaml::from(text)
    });
    let left = decision.left_alone.iter().map(|one| {
        Yaml::from(format!("{} of {}: {} goes nowhere, {}", one.group, system(one.side), one.value, one.because))
    });
    for (name, list) in [("lost", lost.collect::<Vec<_>>()), ("left alone", left.collect())] {
        if !list.is_empty() {
            put(told, name, list);
        }
    }
    lines.extend(&decision.lines);
    let mut spoke: Vec<String> = Vec::new();
    for line in lines.into_iter().map(|line| text_of(rules, line)) {
        if !spoke.contains(&line) {
            spoke.push(line);
        }
    }
    if !spoke.is_empty() {
        put(told, "spoke", spoke.into_iter().map(Yaml::from).collect::<Vec<_>>());
    }
}

fn stop(rules: &Rules, stop: &Stop) -> Yaml {
    let mut told = Mapping::new();
    put(&mut told, "what", stop.group.clone().unwrap_or_else(|| "the whole record".to_owned()));
    put(&mut told, "code", stop.code.to_string());
    put(&mut told, "message", stop.message.clone());
    if !stop.waits.is_empty() {
        put(&mut told, "until", stop.waits.iter().map(|one| Yaml::from(wait(one))).collect::<Vec<_>>());
    }
    put(&mut told, "rule", text_of(rules, &stop.line));
    Yaml::Mapping(told)
}

fn wait(wait: &Wait) -> String {
    format!("{}.{} where {} is {}", wait.account, wait.record, wait.field, wait.value)
}

fn want(want: &Want) -> Yaml {
    Yaml::from(match want {
        Want::Record { account, record, id } => format!("{account}.{record} {id}"),
        Want::Find { account, record, field, value } => format!("{account}.{record} where {field} is {value}"),
        Want::List { account, record, .. } => format!("every {account}.{record}"),
        Want::Match { pipeline, account, value, .. } => format!("{account}'s side of {pipeline} that matches {value}"),
        Want::Linked { pipeline, account, id, .. } => format!("whom {pipeline} has linked with {id} of {account}"),
        Want::Settled { pipeline, account, id, .. } => format!("that {pipeline} has brought {id} of {account} over"),
        Want::Counterpart { pipeline, account, id, .. } => format!("the counterpart of {account} {id} by {pipeline}"),
    })
}

/// The line as it stands in the rules.
fn text_of(rules: &Rules, line: &RuleLine) -> String {
    let sources = &rules.compiled.sources;
    let file = sources.files().find(|(_, file)| file.name == line.file.as_str()).map(|(id, _)| id).unwrap();
    let text = sources.text(file).lines().nth(line.line - 1).unwrap_or_default().trim();
    text.trim_start_matches("- ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn key(value: &Value) -> String {
    value.to_key().unwrap_or_default()
}

fn record(fields: &Record) -> Yaml {
    let one = |(name, value): (&str, &Value)| (Yaml::from(name), yaml(value));
    Yaml::Mapping(fields.iter().map(|(name, value)| one((name.as_ref(), value))).collect())
}

fn yaml(value: &Value) -> Yaml {
    match value {
        Value::Null => Yaml::Null,
        Value::Bool(is) => Yaml::Bool(*is),
        Value::Integer(number) => Yaml::from(*number),
        Value::Decimal(number) => serde_yaml::from_str(&number.to_string()).unwrap(),
        Value::List(items) => Yaml::Sequence(items.iter().map(yaml).collect()),
        Value::Record(fields) => record(fields),
        other => Yaml::from(key(other)),
    }
}
