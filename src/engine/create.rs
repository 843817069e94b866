//! A missing side: is it to be created, and with what?
//!
//! Either every field that creating needs is there, or nothing is written and each reason is told.

use super::effect::{Decision, Effect};
use super::ledger::{Came, Ledger};
use super::list_rule;
use super::matching::match_value;
use super::park::{Stop, Wait};
use super::rule::{Wanted, applies, raw, wanted};
use super::scope::Context;
use super::situation::{Found, Want};
use super::typed::Typed;
use super::update::{note_barred, note_stop};
use crate::language::plan::heard;
use crate::language::plan::{Create, Field, FieldRule, Requirement, RuleBody, Side, States};
use crate::value::{Kind, Path, Record, Segment, Value};

/// The code of records that wait for one another.
pub const RING: &str = "waits-for-itself";

/// The code of a record that waits for another, which is there and has stopped.
pub const AFTER_ANOTHER: &str = "after-another";

/// Whether the missing side is to be created now.
///
/// # Errors
/// [`Stop`] where the condition fails.
pub fn asked_for(context: &Context<'_>, create: &Create) -> Result<bool, Stop> {
    let _speaking = context.speaks(&create.line);
    context.spoke(&create.line);
    if !context.pipeline_holds()? {
        context.came(&create.line, None, Ledger::unmet);
        return Ok(false);
    }
    let asked = match &create.when {
        None => context.situation.demanded,
        Some(condition) => context.condition(condition, None, &create.line)?,
    };
    if !asked {
        let is_demanded = create.when.is_none();
        context.came(&create.line, None, |ledger| if is_demanded { Came::NotDemanded } else { ledger.unmet() });
    }
    Ok(asked)
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
        Some(Stop { waits: vec![wait], ..Stop::new(AFTER_ANOTHER, "another record comes first", message, line) })
    };
    rows.as_list().unwrap_or_default().iter().filter_map(stop_of).collect()
}

/// The decision that creates the side, or that stops with every reason why it cannot be.
pub fn create(context: &Context<'_>, side: Side, create: &Create) -> Decision {
    let mut fields = Record::new();
    let mut stops = Vec::new();
    match context.waits() {
        Ok(None) => {}
        // Nobody is brought over for what waits.
        Ok(Some(_)) => {
            let lines = context.lines();
            let effect = Some(Effect::Create { side, fields, lines: lines.clone() });
            return Decision { effect, lines, ..Decision::default() };
        }
        Err(stop) => return Decision { stops: vec![stop], lines: context.lines(), ..Decision::default() },
    }
    let barred = context.pipeline.rules.iter().filter(|rule| !context.flows(rule, side));
    barred.for_each(|rule| note_barred(context, rule, side));
    let live = context.pipeline.rules.iter().filter(|rule| context.flows(rule, side));
    let (asking, plain): (Vec<&FieldRule>, Vec<&FieldRule>) = live.partition(|rule| rule.asks);
    for rule in plain {
        stops.extend(fill(context, rule, side, &mut fields).err().into_iter().flatten());
    }
    // Nobody is brought over for a record that lacks what no other record would give it.
    let own = |path: &Path| !asking.iter().any(|rule| rule.path(side) == Some(path));
    let lacking = missing(context, side, &fields, (create, &own));
    if !context.complete() || stops.is_empty() && !lacking.is_empty() {
        return Decision { stops: lacking, lines: context.lines(), ..Decision::default() };
    }
    for rule in asking {
        stops.extend(fill(context, rule, side, &mut fields).err().into_iter().flatten());
    }
    if stops.is_empty() {
        stops.extend(missing(context, side, &fields, (create, &|_| true)));
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
    filled(context, rule, side, fields).inspect_err(|stops| note_stop(context, rule, Some(side), stops))
}

fn filled(context: &Context<'_>, rule: &FieldRule, side: Side, fields: &mut Record) -> Result<(), Vec<Stop>> {
    let Some(path) = rule.path(side) else { return Ok(()) };
    if context.pipeline.record(side).adds_to(path) || context.pipeline.record(side).sends_later(path) {
        // What has a call of its own, or goes out with updates alone, follows once the record is there.
        context.came(&rule.line, Some(side), |_| Came::Later);
        return Ok(());
    }
    let one = |stop: Stop| vec![stop];
    let _speaking = context.speaks(&rule.line);
    heard::towards(side);
    // Of what is left alone, only what creating needs is filled.
    let alone = context.untouched(side, path).map_err(one)? && !required(context, side, path);
    if alone || !applies(context, rule, None, &rule.line).map_err(one)? {
        context.came(&rule.line, Some(side), |ledger| if alone { Came::Untouched } else { ledger.unmet() });
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
    let states = states_of(context, side, path);
    let is_first = states.is_some_and(|states| states.sent.is_empty());
    // What is to come to a state begins in the nearest that may be sent; moves lead on from there.
    let begun = states.filter(|states| !states.sent.is_empty()).zip(value.as_text());
    let value = match begun.and_then(|(states, goal)| states.first_state(goal)) {
        Some(begun) => Value::text(begun),
        None => value,
    };
    context.came(&rule.line, Some(side), |_| match &value {
        _ if is_first => Came::First,
        Value::Null => Came::Empty,
        value => Came::Write(value.clone()),
    });
    if !is_first && !value.is_null() {
        path.write(fields, value);
    }
    Ok(())
}

/// Whether a new record gets a field in any case: the peer asks for it, or it is what the record is found again by.
fn required(context: &Context<'_>, side: Side, path: &Path) -> bool {
    let kind = context.pipeline.record(side);
    let mut matched = Vec::new();
    context.pipeline.match_of(side).first_fields(&kind.system, &mut matched);
    let is_matched = matched.iter().any(|field| path.0.starts_with(&field.0));
    is_matched || kind.field(path).is_some_and(|field| field.required_on_create)
}

/// The states of a side, where this is the field that holds them. Unless it is sent the peer sets the state of what it
/// creates; moves follow once it is there.
fn states_of<'c>(context: &'c Context<'_>, side: Side, path: &Path) -> Option<&'c States> {
    let kind = context.pipeline.record(side);
    kind.states.as_ref().filter(|states| *path == Path::field(states.field.as_str()))
}

/// Fields that the create call needs and that no rule filled, of those asked about.
fn missing(
    context: &Context<'_>,
    side: Side,
    fields: &Record,
    (create, asked): (&Create, &dyn Fn(&Path) -> bool),
) -> Vec<Stop> {
    let kind = context.pipeline.record(side);
    let record = context.typed(side, Value::Record(fields.clone()));
    let whole = |path: &Path| path.0.iter().all(|step| matches!(step, Segment::Field(_)));
    // Of most fields nothing is asked, which costs no look at the record.
    let may_be = |field: &&Field| field.required_on_create || field.required_when.is_some();
    let lacking = |field: &&Field| {
        may_be(field)
            && whole(&field.path)
            && asked(&field.path)
            && field.path.read(&record.value).is_null()
            && needed(context, field, &record)
    };
    let stops: Vec<Stop> =
        kind.fields.iter().filter(lacking).map(|field| lacks(context, side, field, create)).collect();
    stops.into_iter().chain(context.unreliable(&create.line)).collect()
}

fn needed(context: &Context<'_>, field: &Field, record: &Typed) -> bool {
    let holds = |needed: &Requirement| context.holds_of(&needed.condition, record);
    field.required_on_create || field.required_when.as_ref().is_some_and(holds)
}

/// The stop for a field that no rule filled, with what its rule may have meant.
fn lacks(context: &Context<'_>, side: Side, field: &Field, create: &Create) -> Stop {
    let kind = context.pipeline.record(side);
    let filling = context.pipeline.rules.iter().find(|rule| rule.path(side) == Some(&field.path));
    let line = filling.map_or(&create.line, |rule| &rule.line);
    let when = match &field.required_when {
        Some(needed) if !field.required_on_create => {
            doubt(context, side, needed);
            format!(" where `{}`", needed.text)
        }
        _ => String::new(),
    };
    let message = format!("{} `{}` needs `{}`{when}, and the rule gave nothing", kind.system, kind.name, field.path);
    let stop = Stop::new("missing-value", "a value that creating needs is missing", message, line);
    let candidates = match filling.map(|rule| &rule.body) {
        Some(RuleBody::Value { left, right, .. }) => context.near_misses(if side == Side::Left { right } else { left }),
        _ => Vec::new(),
    };
    Stop { candidates, ..stop }
}

/// What a condition reads from records that can only be listed is read anew before anybody is told.
fn doubt(context: &Context<'_>, side: Side, needed: &Requirement) {
    let kind = context.pipeline.record(side);
    for field in kind.fields.iter().filter(|field| field.path.0.len() == 1) {
        let Kind::Reference(record) = &field.kind else { continue };
        let listed_only = context.plan.record(&kind.system, record).is_some_and(|target| target.read.is_none());
        if listed_only && needed.condition.mentions(&field.path.to_string()) {
            let account = context.situation.account(side).to_owned();
            context.doubts(Want::List { account, record: record.to_string(), newest: true });
        }
    }
}
