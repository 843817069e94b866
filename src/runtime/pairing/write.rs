//! One write outside: ready to be journalled, and then with what the peer answered.

use super::pairing::Pairing;
use crate::connector::{Failure, ListKey, Row};
use crate::engine::{Decision, Effect, Situation};
use crate::language::plan::{FieldRule, RuleBody, RuleLine, Side};
use crate::runtime::live::Live;
use crate::value::{Path, Segment, Value};

/// One write outside.
pub(crate) struct Write<'a> {
    pub side: Side,
    pub id: Option<String>,
    pub fields: Value,
    pub rules: Option<&'a [String]>,
    pub lines: &'a [RuleLine],
    pub partial: bool,
    /// What led to it.
    pub decision: &'a Decision,
    /// The peer's answer, where there is one by now.
    pub answer: Option<Row>,
}

/// The word for an action that was carried out.
pub(super) fn past(action: &str) -> &'static str {
    match action {
        "create" => "created",
        "move" => "moved",
        "remove" => "removed",
        _ => "updated",
    }
}

/// The word for an action.
pub(super) fn action_word(action: &str) -> &'static str {
    ["create", "move"].into_iter().find(|known| *known == action).unwrap_or("update")
}

/// Makes the call of an effect.
pub(super) async fn call(
    live: &Live,
    pairing: &Pairing<'_>,
    situation: &Situation,
    (effect, write): (&Effect, &Write<'_>),
) -> Result<Option<Row>, Failure> {
    let Some(peer) = live.writer(situation.account(write.side)) else { return Ok(None) };
    let id = write.id.as_deref();
    match effect {
        Effect::Create { side, fields, .. } => peer.create(pairing.pipeline.record(*side), fields).await,
        Effect::Update { side, fields, .. } => {
            let present = situation.record(*side).cloned().unwrap_or_default();
            let mut keys = Vec::new();
            list_keys(&pairing.pipeline.rules, *side, &Path::default(), &mut keys);
            peer.update_lists(pairing.pipeline.record(*side), id.unwrap_or_default(), (fields, &present), &keys).await
        }
        Effect::Move { side, from, to, .. } => {
            let kind = pairing.pipeline.record(*side);
            let present = situation.record(*side).cloned().unwrap_or_default();
            let moves = kind.states.iter().flat_map(|states| &states.moves);
            match moves.into_iter().find(|step| step.from == *from && step.to == *to) {
                Some(step) => peer.make_move(kind, id.unwrap_or_default(), step, &present).await,
                None => Ok(None),
            }
        }
        Effect::Link { .. } | Effect::Settle { .. } | Effect::Make(_) | Effect::Remove { .. } => Ok(None),
    }
}

/// By which fields rules tell the elements of a side's lists apart.
fn list_keys(rules: &[FieldRule], side: Side, above: &Path, keys: &mut Vec<ListKey>) {
    for rule in rules {
        let RuleBody::List(list) = &rule.body else { continue };
        let own = if side == Side::Left { &list.left } else { &list.right };
        let place = Path(above.0.iter().chain(&own.0).cloned().collect());
        keys.push(ListKey { list: place.clone(), fields: list.key.clone() });
        let inside = Path(place.0.into_iter().chain([Segment::Each]).collect());
        list_keys(&list.rules, side, &inside, keys);
    }
}
