//! A linked record whose counterpart its system no longer has: the record that matches now takes the place, else it is
//! told which one is gone and what the rules do about it.
//!
//! Pure. Has nothing made anew by itself: whoever took the counterpart away may have meant it.

use super::base::Base;
use super::create;
use super::effect::Decision;
use super::matching::match_value;
use super::meet::{meet, own};
use super::park::{Stop, Wait};
use super::scope::Context;
use super::update;
use crate::value::Value;

/// The code of a record whose counterpart is gone.
pub const COUNTERPART_GONE: &str = "counterpart-gone";

/// The decision for a linked record whose counterpart, called `gone`, is not there any more.
pub fn decide(context: &Context<'_>, base: &Base, gone: &str) -> Decision {
    let met = meet(context, Some(gone));
    if met.effect.is_some() || !context.complete() {
        return met;
    }
    let stop = told(context, gone);
    let mut decision = update::update(context, base);
    decision.stops.extend([stop].into_iter().chain(met.stops));
    decision
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
