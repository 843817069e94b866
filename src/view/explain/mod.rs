//! Why a record holds what it holds: for each field the value on both sides, the write that made it, the rule lines,
//! what told of the change, and what the rules that said nothing were kept from.
//!
//! Everything comes from what is journalled; the last decision is made again with a ledger, so that it is the engine
//! itself that says what each rule came to. What is no longer kept is said to be so. Looks up by index only.

mod as_test;
mod field;
mod known;
mod notes;
mod spelt;
mod standing;
mod story;
pub mod text;
mod wire;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::language::plan::{Plan, RecordType, RuleLine, Side};
use crate::runtime::meant::{near, near_names};
use crate::store::{RecordRef, RuleText, Store, StoreError};
use crate::value::timestamp;
use crate::view::park::item;
pub use as_test::as_test;
use known::{Known, PairOf};

/// The rules that serve, or that served last.
pub struct Rules<'a> {
    /// Compiled.
    pub plan: &'a Plan,
    /// Their generation.
    pub generation: i64,
    /// Lines of their files, by file.
    lines: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Rules<'a> {
    /// Rules of a generation, with their texts.
    pub fn new(plan: &'a Plan, generation: i64, texts: &'a [RuleText]) -> Self {
        let lines = texts.iter().map(|text| (text.name.as_str(), text.text.lines().collect())).collect();
        Self { plan, generation, lines }
    }

    /// A rule line for people: where it is and, of these rules, what it says.
    fn line(&self, line: &RuleLine, generation: i64) -> Json {
        let text = self.lines.get(line.file.as_str()).filter(|_| generation == self.generation);
        let text = text.and_then(|lines| lines.get(line.line.checked_sub(1)?));
        let text = text.map(|text| text.trim().trim_start_matches("- "));
        json!({ "file": line.file, "line": line.line, "text": text })
    }
}

/// What is asked for.
pub struct Asked<'a> {
    /// The record.
    pub target: &'a RecordRef,
    /// One of its fields; `None`: all that rules carry.
    pub field: Option<&'a str>,
}

/// Why there is no explanation.
#[derive(Debug)]
pub enum Unexplained {
    /// Nothing is known of it, in a sentence.
    Unknown(String),
    /// The store cannot be read.
    Store(StoreError),
}

impl From<StoreError> for Unexplained {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Everything that is known of why a record stands as it does.
///
/// # Errors
/// [`Unexplained`].
pub async fn explain(store: &dyn Store, rules: &Rules<'_>, asked: &Asked<'_>) -> Result<Json, Unexplained> {
    let target = asked.target;
    let kind = kind_of(rules.plan, target);
    let kind =
        kind.ok_or_else(|| Unexplained::Unknown(format!("the rules know no {}.{}", target.account, target.record)))?;
    if let Some(field) = asked.field {
        check_field(rules.plan, kind, field)?;
    }
    let known = Known::of(store, rules.plan, (target, kind)).await?;
    if known.is_nothing() {
        let near = near(store, &target.id, Some(target)).await?;
        let near = if near.is_empty() { String::new() } else { format!("; near: {}", near.join(", ")) };
        return Err(Unexplained::Unknown(format!(
            "nothing is known of {target}: it was never linked, parked or decided on, as far as the journal reaches \
             back{near}"
        )));
    }
    let pairs: Vec<Json> = known.pairs.iter().map(|pair| pair_json(rules, &known, (pair, asked.field))).collect();
    let parks: Vec<Json> = known.stories.iter().flat_map(|story| &story.parks).map(item).collect();
    let open: Vec<Json> = known.stories.iter().flat_map(|story| &story.open).map(story::open).collect();
    Ok(json!({
        "record": target.to_string(),
        "field": asked.field,
        "state_field": kind.states.as_ref().map(|states| &states.field),
        "generation": rules.generation,
        "pairs": pairs,
        "parks": parks,
        "open": open,
        "testable": known.decisions().any(as_test::becomes_test),
        "standing": standing::standing(store, rules, (target, kind)).await?,
        "calls": known.calls().into_iter().map(wire::call).collect::<Vec<_>>(),
        "timeline": story::timeline(rules, &known),
    }))
}

fn kind_of<'p>(plan: &'p Plan, target: &RecordRef) -> Option<&'p RecordType> {
    let account = plan.accounts.get(&target.account)?;
    plan.record(&account.system, &target.record).map(AsRef::as_ref)
}

/// Whether a rule carries such a field of a record.
fn check_field(plan: &Plan, kind: &RecordType, field: &str) -> Result<(), Unexplained> {
    let mut carried: Vec<String> = Vec::new();
    for (pipeline, side) in plan.pipelines_of(&kind.system, &kind.name) {
        carried.extend(pipeline.rules.iter().filter_map(|rule| rule.path(side)).map(ToString::to_string));
    }
    if carried.iter().any(|path| field::is_about(path, field)) {
        return Ok(());
    }
    let is_there = kind.fields.iter().any(|known| known.path.to_string() == field);
    let near = near_names(field, carried.iter().map(String::as_str));
    Err(Unexplained::Unknown(if is_there {
        format!("no rule carries `{field}` of {} `{}`{near}", kind.system, kind.name)
    } else {
        format!("{} `{}` has no field `{field}` that a rule carries{near}", kind.system, kind.name)
    }))
}

/// A pair: who belongs together, what its fields hold and why, and what its rules came to last.
fn pair_json(rules: &Rules<'_>, known: &Known, (pair, asked): (&PairOf<'_>, Option<&str>)) -> Json {
    let end = |side: Side| pair.end(side).map(|end| end.to_string());
    let decided = known.decided(pair);
    let again = decided.map(|entry| notes::again(rules, pair.pipeline, entry));
    let fields = field::fields(rules, known, (pair, asked), again.as_ref());
    let create = again.as_ref().map(|again| again.of_creates(rules, pair.pipeline));
    let other = pair.side.other();
    let creates = pair.pipeline.create(other).filter(|_| pair.link.is_none());
    json!({
        "creates": creates.map(|create| rules.line(&create.line, rules.generation)),
        "pipeline": pair.pipeline.name,
        "left": end(Side::Left),
        "right": end(Side::Right),
        "linked": pair.link.as_ref().map(|link| timestamp::text(link.since)),
        "by_hand": pair.link.as_ref().is_some_and(|link| link.by_hand),
        "side": if pair.side == Side::Left { "left" } else { "right" },
        "decided": decided.map(|entry| story::decision(rules, pair.pipeline, entry)),
        "again": again.as_ref().map(notes::Again::to_json),
        "create": create,
        "fields": fields,
    })
}
