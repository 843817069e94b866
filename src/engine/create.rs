//! A missing side: is it to be created, and with what?
//!
//! Either every field that creating needs is there, or nothing is written and each reason is told.

use super::decide::match_value;
use super::effect::{Decision, Effect};
use super::list_rule;
use super::park::{Stop, Wait};
use super::rule::{Wanted, applies, raw, wanted};
use super::scope::Context;
use super::situation::{Found, Want};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{Create, Field, FieldRule, RuleBody, Side};
use crate::value::{Path, Record, Segment, Value};

/// The code of records that wait for one another.
pub const RING: &str = "waits-for-itself";

/// Whether the missing side is to be created now.
///
/// # Errors
/// [`Stop`] where the condition fails.
pub fn asked_for(context: &Context<'_>, create: &Create) -> Result<bool, Stop> {
    context.spoke(&create.line);
    if !context.holds()? {
        return Ok(false);
    }
    match &create.when {
        None => Ok(context.situation.demanded),
        Some(condition) => Ok(context.evaluate(condition, None, &create.line)? == Value::Bool(true)),
    }
}

/// What holds a creation up: records that come first and did not settle.
pub fn after(context: &Context<'_>, side: Side) -> Vec<Stop> {
    let pipeline = context.pipeline;
    let other = side.other();
    let Some((records, line)) = pipeline.after.get(&pipeline.record(side).system) else { return Vec::new() };
    let rows = match context.evaluate(records, None, line) {
        Ok(rows) => rows,
        Err(stop) => return vec![stop],
    };
    let kind = pipeline.record(other);
    let stop_of = |row: &Value| {
        let id = kind.id_of(row)?;
        context.spoke(line);
        let account = context.situation.account(other).to_owned();
        let found = context.ask(Want::Settled {
            pipeline: pipeline.name.clone(),
            side: other,
            account: account.clone(),
            id: id.clone(),
            other: context.situation.account(side).to_owned(),
        });
        let Some(Found::Nothing { code, message, .. }) = found else { return None };
        let message = format!("{} {id} comes first, and it stopped: {message}", kind.name);
        if *code == RING {
            // Nothing that the other comes to would end it, so it waits for no news of that.
            return Some(Stop::new(RING, "records wait for one another", message, line));
        }
        let value = match_value(context.plan, pipeline, other, row)?;
        let field = pipeline.match_field(other).to_owned();
        let wait = Wait { account, record: kind.name.clone(), field, value };
        Some(Stop { waits: vec![wait], ..Stop::new("after-another", "another record comes first", message, line) })
    };
    rows.as_list().unwrap_or_default().iter().filter_map(stop_of).collect()
}

/// The decision that creates the side, or that stops with every reason why it cannot be.
pub fn create(context: &Context<'_>, side: Side, create: &Create) -> Decision {
    let mut fields = Record::new();
    let mut stops = Vec::new();
    for rule in &context.pipeline.rules {
        if let Err(found) = fill(context, rule, side, &mut fields) {
            stops.extend(found);
        }
    }
    if stops.is_empty() {
        stops.extend(missing(context, side, &fields, create));
    }
    if stops.is_empty() {
        stops.extend(context.needs(side).err());
    }
    let lines = context.lines();
    if stops.is_empty() {
        Decision { effect: Some(Effect::Create { side, fields, lines: lines.clone() }), lines, ..Decision::default() }
    } else {
        Decision { stops, lines, ..Decision::default() }
    }
}

fn fill(context: &Context<'_>, rule: &FieldRule, side: Side, fields: &mut Record) -> Result<(), Vec<Stop>> {
    let Some(path) = rule.path(side).filter(|_| context.flows(rule, side)) else { return Ok(()) };
    if context.pipeline.record(side).adds_to(path) {
        // What has a call of its own follows once the record is there.
        return Ok(());
    }
    let one = |stop: Stop| vec![stop];
    // Of what is left alone, only what creating needs is filled.
    let alone = context.untouched(side, path).map_err(one)? && !required(context, side, path);
    if alone || !applies(context, rule, None, &rule.line).map_err(one)? {
        return Ok(());
    }
    let value = match &rule.body {
        RuleBody::List(list) => {
            context.spoke(&rule.line);
            let rows = list_rule::desired(context, list, side, None)?;
            Value::List(rows.into_iter().map(Value::Record).collect())
        }
        RuleBody::Value { .. } => {
            let source = raw(context, rule, side.other()).map_err(one)?;
            match wanted(context, rule, side, source, None).map_err(one)? {
                Wanted::Value(value) => value,
                Wanted::Nothing => return Ok(()),
            }
        }
    };
    if !is_initial_state(context, side, path) && !value.is_null() {
        path.write(fields, value);
    }
    Ok(())
}

fn required(context: &Context<'_>, side: Side, path: &Path) -> bool {
    context.pipeline.record(side).field(path).is_some_and(|field| field.required_on_create)
}

/// The peer sets the state of what it creates; moves follow once it is there.
fn is_initial_state(context: &Context<'_>, side: Side, path: &Path) -> bool {
    let kind = context.pipeline.record(side);
    kind.states.as_ref().is_some_and(|states| *path == Path::field(states.field.as_str()))
}

/// Fields that the create call needs and that no rule filled.
fn missing(context: &Context<'_>, side: Side, fields: &Record, create: &Create) -> Vec<Stop> {
    let kind = context.pipeline.record(side);
    let record = Value::Record(fields.clone());
    let whole = |path: &Path| path.0.iter().all(|step| matches!(step, Segment::Field(_)));
    kind.fields
        .iter()
        .filter(|field| needed(field, &record) && whole(&field.path) && field.path.read(&record).is_null())
        .map(|field| {
            let line = context
                .pipeline
                .rules
                .iter()
                .find(|rule| rule.path(side) == Some(&field.path))
                .map_or(&create.line, |rule| &rule.line);
            let message = format!("{} `{}` needs `{}`, and the rule gave nothing", kind.system, kind.name, field.path);
            Stop::new("missing-value", "a value that creating needs is missing", message, line)
        })
        .collect()
}

fn needed(field: &Field, record: &Value) -> bool {
    let holds = |condition: &CompiledExpression| condition.evaluate_in(record) == Ok(Value::Bool(true));
    field.required_on_create || field.required_when.as_ref().is_some_and(holds)
}
