//! A record without a counterpart: it meets the one that matches, or is created, or waits for one, or for a person.
//!
//! Pure. Links to nothing that has a counterpart already.

use super::create;
use super::effect::{Decision, Effect, Unmatched};
use super::ledger::Came;
use super::matching::match_value;
use super::park::{Candidate, Stop, UNREADABLE, UNRELIABLE, Unpaired, Wait};
use super::scope::Context;
use super::situation::{Found, Want};
use crate::language::plan::Side;
use crate::value::{Value, key};

/// A record without a counterpart meets it, or has it made. `gone`: the one that it had, in whose place only a person
/// has another made.
pub(super) fn meet(context: &Context<'_>, gone: Option<&str>) -> Decision {
    let situation = context.situation;
    let pipeline = context.pipeline;
    let side = situation.changed;
    let Some(record) = situation.record(side) else { return Decision::default() };
    let unmatched = |value| match gone {
        Some(_) if !situation.asked => Decision::default(),
        _ => unmatched(context, value),
    };
    context.spoke(&pipeline.match_line);
    let speaking = context.speaks(&pipeline.match_line);
    let value = match_value(context.plan, pipeline, side, record);
    drop(speaking);
    let Some(value) = value else { return unmatched(None) };
    let other = side.other();
    let want = Want::Match {
        pipeline: pipeline.name.clone(),
        side: other,
        account: situation.account(other).to_owned(),
        value: value.clone(),
        since: youngest(context, side, record),
    };
    let Some(Found::Records(found)) = context.ask(want) else { return Decision::default() };
    // A peer's own search may be looser than the rule, so the rule has the last word.
    let same = |row: &&Value| match_value(context.plan, pipeline, other, row).as_deref() == Some(value.as_str());
    // A listing may show for a while what its own call says is gone.
    let there = |row: &&Value| gone.is_none() || pipeline.record(other).id_of(row).as_deref() != gone;
    let found: Vec<&Value> = found.iter().filter(same).filter(there).collect();
    let kind = pipeline.record(other);
    if let Some(odd) = found.iter().find_map(|row| kind.impossible_key(row)) {
        let odd = key::shown(&odd);
        let message =
            format!("{} `{}` {odd} matches {value:?}, and no record can have that key", kind.system, kind.name);
        return stopped(context, Stop::new(UNREADABLE, UNRELIABLE, message, &pipeline.match_line));
    }
    match found.as_slice() {
        [] => unmatched(Some(value)),
        [one] => match taken(context, other, one) {
            None => link(context, other, one),
            Some(stop) => stopped(context, stop),
        },
        // Each of them finds the one that they share by itself.
        _ if pipeline.shared == Some(side) => Decision { lines: context.lines(), ..Decision::default() },
        several => {
            let keys: Vec<String> = several.iter().filter_map(|row| kind.id_of(row)).collect();
            let message = format!("{} `{}` records {} all match {value:?}", kind.system, kind.name, keys.join(", "));
            let stop = Stop::new("several-match", "more than one counterpart", message, &pipeline.match_line);
            let record = format!("{}.{}", situation.account(other), kind.name);
            let why = format!("matches {value:?}");
            let candidate = |id: String| Candidate { record: record.clone(), label: id.clone(), id, why: why.clone() };
            let candidates = keys.into_iter().map(candidate).collect();
            stopped(context, Stop { candidates, unpaired: own(context), ..stop })
        }
    }
}

/// Where only this pipeline makes the other side, it cannot be older than what it is made from.
fn youngest(context: &Context<'_>, side: Side, record: &Value) -> Option<jiff::Timestamp> {
    let create = context.pipeline.live_create(side.other(), &context.situation.settings);
    let made_here = create.is_some_and(|create| create.when.is_some());
    let kind = context.pipeline.record(side);
    let modified = kind.modified.as_deref().map(|name| record.field(name));
    match (record.field(kind.created.as_deref()?), modified) {
        // Changed before it was made: one of the two was told by a clock that was wrong.
        (Value::Timestamp(made), Some(Value::Timestamp(changed))) if changed < made => None,
        (Value::Timestamp(instant), _) if made_here => Some(*instant),
        _ => None,
    }
}

/// A record has one counterpart in an account: where it has another already, two records claim the same match value.
fn taken(context: &Context<'_>, other: Side, found: &Value) -> Option<Stop> {
    let situation = context.situation;
    if context.pipeline.shared == Some(other) {
        return None;
    }
    let (kind, own) = (context.pipeline.record(other), context.pipeline.record(other.other()));
    let (id, known) = (kind.id_of(found)?, own.id_of(situation.record(other.other())?)?);
    let linked = context.ask(Want::Linked {
        pipeline: context.pipeline.name.clone(),
        side: other,
        account: situation.account(other).to_owned(),
        id: id.clone(),
        other: situation.account(other.other()).to_owned(),
    });
    let Some(Found::Key(holder)) = linked else { return None };
    let holder = holder.to_key().filter(|holder| *holder != known)?;
    let account = situation.account(other.other()).to_owned();
    let read = Want::Record { account, record: own.name.clone(), id: holder.clone() };
    let found = context.ask(read)?;
    if found.rows().is_some_and(<[Value]>::is_empty) && !matches!(found, Found::Lacking { .. }) && own.grouped.is_none()
    {
        // What is not there any more holds nothing.
        return None;
    }
    let field = context.pipeline.match_field(other);
    let message = format!(
        "{} `{}` {id} is linked with {} `{}` {holder} already, and {known} claims the same `{field}`",
        kind.system, kind.name, own.system, own.name
    );
    Some(Stop::new("counterpart-taken", "its counterpart belongs to another", message, &context.pipeline.match_line))
}

fn link(context: &Context<'_>, other: Side, found: &Value) -> Decision {
    let key = |side: Side, record: &Value| context.pipeline.record(side).key_in(record).clone();
    let known = context.situation.record(other.other()).map(|record| key(other.other(), record)).unwrap_or_default();
    let (left, right) = match other {
        Side::Left => (key(Side::Left, found), known),
        Side::Right => (known, key(Side::Right, found)),
    };
    Decision { effect: Some(Effect::Link { left, right }), lines: context.lines(), ..Decision::default() }
}

/// No counterpart: create it where the rules ask for it, else say what was looked for.
fn unmatched(context: &Context<'_>, value: Option<String>) -> Decision {
    let side = context.situation.changed.other();
    let settings = &context.situation.settings;
    if let Some(create) = context.pipeline.live_create(side, settings) {
        match create::asked_for(context, create) {
            Ok(true) if context.not_carried(side).is_some() => {
                let not_carried = context.not_carried(side).cloned();
                if let Some(line) = &not_carried {
                    context.came(&create.line, Some(side), |_| Came::NotCarried(line.clone()));
                }
                return Decision { not_carried, lines: context.lines(), ..Decision::default() };
            }
            Ok(true) if value.is_some() => {
                let waits = create::after(context, side);
                if waits.is_empty() && context.complete() {
                    return create::create(context, side, create);
                }
                return Decision { stops: waits, lines: context.lines(), ..Decision::default() };
            }
            Ok(true) => {
                let field = context.pipeline.match_field(side.other());
                let kind = context.pipeline.record(side.other());
                let message =
                    format!("this {} `{}` has no `{field}`, by which it would be matched", kind.system, kind.name);
                let stop = Stop::new("nothing-to-match", "nothing to match by", message, &context.pipeline.match_line);
                return stopped(context, Stop { unpaired: own(context), ..stop });
            }
            Ok(false) => match passed_by(context, side) {
                Ok(None) => {}
                Ok(Some(_)) if context.situation.asked && value.is_some() => {
                    return create::create(context, side, create);
                }
                Ok(Some(stop)) | Err(stop) => return stopped(context, stop),
            },
            Err(stop) => return stopped(context, stop),
        }
    }
    if let Some(create) =
        context.pipeline.create(side).filter(|_| context.pipeline.live_create(side, settings).is_none())
    {
        context.came(&create.line, Some(side), |_| Came::NotOwner);
    }
    let wait = value.map(|value| Wait {
        account: context.situation.account(side).to_owned(),
        record: context.pipeline.record(side).name.clone(),
        field: context.pipeline.match_field(side).to_owned(),
        value,
    });
    let line = context.pipeline.match_line.clone();
    Decision { unmatched: Some(Unmatched { wait, line }), lines: context.lines(), ..Decision::default() }
}

/// The code of a record that its create condition no longer asks for, although it once may have.
pub const PASSED_BY: &str = "passed-by";

/// Why a record that is not linked waits for a person, where the pipeline's `passed by` holds.
fn passed_by(context: &Context<'_>, side: Side) -> Result<Option<Stop>, Stop> {
    let Some((condition, line)) = context.pipeline.passed_by.get(&context.pipeline.record(side).system) else {
        return Ok(None);
    };
    let _speaking = context.speaks(line);
    if !context.holds()? || context.evaluate(condition, None, line)? != Value::Bool(true) {
        return Ok(None);
    }
    context.spoke(line);
    let kind = context.pipeline.record(side.other());
    let message = format!(
        "this {} `{}` was never in a state that its `create` asks for while anybody looked; retry it to bring it over",
        kind.system, kind.name
    );
    Ok(Some(Stop { unpaired: own(context), ..Stop::new(PASSED_BY, "passed by", message, line) }))
}

/// The changed record as one whose counterpart a person may name.
pub(super) fn own(context: &Context<'_>) -> Option<Unpaired> {
    let situation = context.situation;
    let side = situation.changed;
    Some(Unpaired {
        pipeline: context.pipeline.name.clone(),
        side,
        account: situation.account(side).to_owned(),
        id: context.pipeline.record(side).id_of(situation.record(side)?)?,
        other: situation.account(side.other()).to_owned(),
    })
}

fn stopped(context: &Context<'_>, stop: Stop) -> Decision {
    Decision { stops: vec![stop], lines: context.lines(), ..Decision::default() }
}
