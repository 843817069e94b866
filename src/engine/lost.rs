//! A linked record whose counterpart its system no longer has: the record that matches now takes the place, else it is
//! told which one is gone and what the rules do about it, or what `when gone` says happens.
//!
//! Pure. Has nothing made anew by itself: whoever took the counterpart away may have meant it.

use super::base::Base;
use super::create;
use super::effect::{Decision, Effect, LeftAlone};
use super::matching::match_value;
use super::meet::{meet, own};
use super::park::{Stop, Wait};
use super::scope::Context;
use super::update;
use crate::language::plan::{Parting, RuleLine, Side};
use crate::value::Value;

/// The code of a record whose counterpart is gone.
pub const COUNTERPART_GONE: &str = "counterpart-gone";

/// What is left alone of a record whose counterpart is gone: all of it.
const DETACHED: &str = "when gone";

/// The decision for a linked record whose counterpart, called `gone`, is not there any more.
pub fn decide(context: &Context<'_>, base: &Base, gone: &str) -> Decision {
    let met = meet(context, Some(gone));
    if met.effect.is_some() || !context.complete() {
        return met;
    }
    let side = context.situation.changed;
    let said = context.pipeline.parting(side.other(), &context.situation.settings);
    let parting = said.map_or(Parting::Park, |(parting, _)| parting);
    if let (Parting::Propagate, Some((_, line)), true) = (parting, said, met.stops.is_empty()) {
        return removed(context, gone, line);
    }
    let (left_alone, stop) = match said {
        Some((Parting::Detach, line)) => (Some(detached(context, gone, line)), None),
        _ => (None, Some(told(context, gone))),
    };
    let mut decision = update::update(context, base);
    decision.left_alone.extend(left_alone);
    decision.stops.extend(stop.into_iter().chain(met.stops));
    decision
}

/// That the record is taken away, too; nothing, where the pipeline holds back what it would write of it.
fn removed(context: &Context<'_>, gone: &str, line: &RuleLine) -> Decision {
    let side = context.situation.changed;
    let _speaking = context.speaks(line);
    context.spoke(line);
    let stopped = |stop: Stop| Decision { stops: vec![stop], lines: context.lines(), ..Decision::default() };
    // The record that is gone says nothing any more, and what only it could say holds nothing back.
    let system = &context.pipeline.record(side.other()).system;
    let asks_it = context.pipeline.when.as_ref().is_some_and(|(condition, _)| condition.mentions(system));
    let may = if asks_it { Ok(true) } else { context.pipeline_holds() };
    match may.and_then(|may| context.needs(side).map(|()| may)) {
        Err(stop) => stopped(stop),
        Ok(false) => Decision { lines: context.lines(), ..Decision::default() },
        Ok(true) if !is_allowed(context, side) => {
            let kind = context.pipeline.record(side);
            let message = format!(
                "{} {gone} is gone, and {} does not let this {} be taken away now",
                context.pipeline.record(side.other()).name,
                kind.system,
                kind.name
            );
            stopped(Stop::new("update-not-allowed", "the peer no longer allows it", message, line))
        }
        Ok(true) => {
            let lines = context.lines();
            let effect = Some(Effect::Remove { side, gone: gone.to_owned(), lines: lines.clone() });
            Decision { effect, lines, ..Decision::default() }
        }
    }
}

/// Whether the call that takes a record away is taken now, as its system file says.
fn is_allowed(context: &Context<'_>, side: Side) -> bool {
    let call = context.pipeline.record(side).remove.as_ref();
    let present = context.situation.record(side).cloned().unwrap_or_default();
    call.and_then(|call| call.allowed_when.as_ref())
        .is_none_or(|condition| condition.evaluate_in(&present) == Ok(Value::Bool(true)))
}

/// That the record is left as it is.
fn detached(context: &Context<'_>, gone: &str, line: &RuleLine) -> LeftAlone {
    let side = context.situation.changed;
    let kind = context.pipeline.record(side);
    let id = context.situation.record(side).and_then(|record| kind.id_of(record)).unwrap_or_default();
    let far = context.pipeline.record(side.other());
    let because = format!("its {}.{} {gone} is gone", far.system, far.name);
    let _speaking = context.speaks(line);
    context.spoke(line);
    LeftAlone { group: DETACHED.to_owned(), side, value: Value::text(id), because, line: line.clone() }
}

/// What people call a record, in brackets behind its key; nothing where it has no name.
pub fn label_of(record: &Value) -> String {
    ["name", "display_name", "title"]
        .iter()
        .find_map(|name| record.field(name).as_text())
        .map(|name| format!(" ({name})"))
        .unwrap_or_default()
}

fn told(context: &Context<'_>, gone: &str) -> Stop {
    let (situation, pipeline) = (context.situation, context.pipeline);
    let side = situation.changed;
    let (own_kind, kind) = (pipeline.record(side), pipeline.record(side.other()));
    let (own_account, account) = (situation.account(side), situation.account(side.other()));
    let record = situation.record(side).cloned().unwrap_or_default();
    let field = pipeline.match_field(side.other());
    let value = match_value(context.plan, pipeline, side, &record);
    let called = value.as_ref().map(|value| format!(" ({field} {value:?})")).unwrap_or_default();
    let id = own_kind.id_of(&record).unwrap_or_default();
    let message = format!(
        "{account}.{}/{gone}{called} is gone, the counterpart of {own_account}.{}/{id}{}, and no other matches; {}",
        kind.name,
        own_kind.name,
        label_of(&record),
        what_follows(context)
    );
    let wait = value.map(|value| Wait {
        account: account.to_owned(),
        record: kind.name.clone(),
        field: field.to_owned(),
        value,
    });
    Stop {
        waits: wait.into_iter().collect(),
        unpaired: own(context),
        ..Stop::new(COUNTERPART_GONE, "its counterpart is gone", message, &pipeline.match_line)
    }
}

/// What the rules do about it, for people.
fn what_follows(context: &Context<'_>) -> String {
    let side = context.situation.changed;
    let settings = &context.situation.settings;
    let create = context.pipeline.live_create(side.other(), settings);
    let asks = |create: &&crate::language::plan::Create| {
        create.when.is_none() || create::asked_for(context, create).unwrap_or_default()
    };
    let mut told = match create.filter(asks) {
        Some(create) => format!(
            "the rules would have a new one made ({}), which waits for a person's word: retry this entry, or relink it",
            create.line
        ),
        None => "the rules make none now; relink this entry with another, or drop it".to_owned(),
    };
    let also = context.pipeline.rules.iter().filter(|rule| rule.also_when_gone && context.flows(rule, side));
    for rule in also {
        if let Some(path) = rule.path(side) {
            told = format!("{told}; `{path}` is written as for a record that has none ({})", rule.line);
        }
    }
    told
}
