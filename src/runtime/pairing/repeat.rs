//! Writes that come to nothing: the peer takes them and holds something else each time.
//!
//! Counts, while one pair is brought together and from one look to the next, how often the same is written in the place
//! of the same; tells what a peer keeps otherwise.

use std::collections::BTreeMap;

use super::pairing::Pairing;
use crate::engine::{Effect, Kept, Situation, Stop, base};
use crate::language::plan::{FieldRule, Side};
use crate::runtime::happening::Happening;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{HistoryEntry, Link, Park, RecordRef};
use crate::value::{Value, digest};
use crate::world::Planted;

/// The code of a write that a peer took and did not keep, twice.
pub(crate) const WILL_NOT_KEEP: &str = "will-not-keep";

/// How often one pair is sent the same while it is brought together.
const SAME_WRITES_MAX: u32 = 2;

/// After how many tries that only looked what a peer did not keep is sent once more: some four minutes.
const TRIED_ANEW_AFTER: u32 = 3;

/// Writes of one pair by their content.
#[derive(Debug, Default)]
pub(crate) struct Repeats(BTreeMap<String, u32>);

impl Repeats {
    /// Why a write is not made once more: one stop for each of its groups, where it was made often enough while the
    /// pair was brought together. Counts it where it is made.
    pub(crate) fn stuck(&mut self, pairing: &Pairing<'_>, effect: &Effect) -> Vec<Stop> {
        let (Some((side, lines)), false) = (effect.outward(), effect.groups().is_empty()) else { return Vec::new() };
        let written = self.0.entry(content(side, effect)).or_default();
        if *written < SAME_WRITES_MAX {
            *written += 1;
            return Vec::new();
        }
        let kind = pairing.pipeline.record(side);
        let message = format!("{} was sent this twice and does not keep it: {}", kind.system, sent(effect));
        let line = lines.first().cloned().unwrap_or_default();
        let stop = |group: &String| {
            let stop = Stop::new(WILL_NOT_KEEP, "the peer does not keep it", message.as_str(), &line);
            Stop { group: Some(group.clone()), ..stop }
        };
        effect.groups().iter().map(stop).collect()
    }

    /// A write that was counted was not made.
    pub(crate) fn take_back(&mut self, effect: &Effect) {
        let counted = effect.outward().and_then(|(side, _)| self.0.get_mut(&content(side, effect)));
        counted.into_iter().for_each(|written| *written = written.saturating_sub(1));
    }
}

fn content(side: Side, effect: &Effect) -> String {
    digest::of_value(&Value::List(ecow::eco_vec![side.as_str().into(), effect.to_value()]))
}

/// Why what a peer did not keep before is not sent again: one stop for each field that would be sent the same once
/// more, although nothing changed where it comes from.
pub(crate) fn fought(pairing: &Pairing<'_>, situation: &Situation, effect: &Effect) -> Vec<Stop> {
    let Effect::Update { side, fields, rules, .. } = effect else { return Vec::new() };
    let (Some(base), Some(record)) = (&situation.base, situation.record(*side)) else { return Vec::new() };
    let fields = Value::Record(fields.clone());
    let stop = |rule: &FieldRule| {
        let (path, known) = (rule.path(*side)?, base::fought(base, rule, *side)?);
        let same = known.sent == path.read(&fields) && known.held == path.read(record);
        (same && known.times >= SAME_WRITES_MAX).then(|| {
            let system = &pairing.pipeline.record(*side).system;
            let what = match (path.read(record), &known.sent) {
                (Value::List(_) | Value::Record(_), _) | (_, Value::List(_) | Value::Record(_)) => format!("`{path}`"),
                (held, sent) => format!("`{path}`: {sent} was sent, and it holds {held}"),
            };
            let message = format!("{system} was sent this twice and each time came to hold something else, {what}");
            let stop = Stop::new(WILL_NOT_KEEP, "the peer does not keep it", message, &rule.line);
            Stop { group: Some(rule.group.clone()), ..stop }
        })
    };
    pairing.pipeline.rules.iter().filter(|rule| rules.contains(&rule.id)).filter_map(stop).collect()
}

fn sent(effect: &Effect) -> String {
    match effect {
        Effect::Update { fields, .. } => fields.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        Effect::Move { from, to, .. } => format!("{from} → {to}"),
        Effect::Create { .. }
        | Effect::Make(_)
        | Effect::Link { .. }
        | Effect::Settle { .. }
        | Effect::Remove { .. } => String::new(),
    }
}

impl Runtime {
    /// Whether what a peer did not keep is sent once more: to whoever asks for the record, and now and then, for what
    /// looks like a fight may be the peer's own trade, which is over.
    ///
    /// # Errors
    /// [`Trouble::Store`] where the store cannot be read.
    pub(crate) async fn tries_anew(&self, pairing: &Pairing<'_>, link: Option<&Link>) -> Result<bool, Trouble> {
        if self.world.plants(Planted::Fought) {
            return Ok(false);
        }
        let (true, Some(link)) = (pairing.again, link) else { return Ok(pairing.asked) };
        let parks = self.store.parks_of(&self.left_of(pairing, link)).await?;
        let is_old = |park: &Park| {
            let draft = &park.draft;
            draft.pipeline == pairing.pipeline.name && draft.code == WILL_NOT_KEEP && park.attempts >= TRIED_ANEW_AFTER
        };
        Ok(pairing.asked || parks.iter().any(is_old))
    }

    /// Tells what a peer keeps otherwise than it was sent; the entries of the record's history.
    pub(crate) fn kept_otherwise(&self, pairing: &Pairing<'_>, target: &RecordRef, kept: &[Kept]) -> Vec<HistoryEntry> {
        let told = |kept: &Kept| {
            self.tell(Happening::Kept {
                target: target.clone(),
                pipeline: pairing.pipeline.name.clone(),
                group: kept.group.clone(),
                text: kept.text.clone(),
                line: kept.line.to_string(),
            });
            HistoryEntry {
                at: self.world.clock.now(),
                target: target.clone(),
                what: kept.text.clone(),
                detail: Value::Null,
                lines: vec![kept.line.to_string()],
            }
        };
        kept.iter().map(told).collect()
    }
}
