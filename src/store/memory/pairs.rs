//! Links, intents, and what settles them.

use jiff::Timestamp;

use super::state::{Numbered, State};
use super::{handles, link_wait, telling, work};
use crate::store::error::StoreError;
use crate::store::intent::{Intent, IntentDraft, IntentState, Settlement};
use crate::store::journal::Claim;
use crate::store::link::Link;
use crate::store::record::RecordRef;

/// Links that are meant, by their left records.
pub(super) fn links(state: &State, is_meant: impl Fn(&Link) -> bool) -> Vec<Link> {
    let mut links: Vec<Link> = state.links.values().filter(|link| is_meant(link)).cloned().collect();
    links.sort_by(|a, b| (&a.left, &a.right, &a.pipeline).cmp(&(&b.left, &b.right, &b.pipeline)));
    links
}

/// Journals an intent. One that is open with the same key is the same effect: it keeps its number and its time.
pub(super) fn open(state: &mut State, mut draft: IntentDraft, claim: Option<Claim>) -> Result<Intent, StoreError> {
    work::check(state, claim)?;
    let open = state.intents.values().find(|intent| intent.is_open() && intent.draft.key == draft.key);
    let known = open.map(|open| (open.number, open.draft.at));
    let number = known.map_or_else(|| state.number(Numbered::Intent), |(number, _)| number);
    draft.at = known.map_or(draft.at, |(_, at)| at);
    state.decisions.extend(draft.decision.take().map(|decision| *decision));
    let intent = Intent { number, draft, state: IntentState::Open };
    state.intents.insert(number, intent.clone());
    Ok(intent)
}

/// Open intents, oldest first.
pub(super) fn open_ones(state: &State, cause: Option<&RecordRef>) -> Vec<Intent> {
    let is_meant = |intent: &&Intent| intent.is_open() && cause.is_none_or(|cause| intent.draft.cause == *cause);
    state.intents.values().filter(is_meant).cloned().collect()
}

/// Settles an intent, with link and history.
pub(super) fn settle(state: &mut State, settlement: Settlement, now: Timestamp) -> Result<(), StoreError> {
    work::check(state, settlement.claim)?;
    if let Some((number, end)) = settlement.intent {
        let open = state.intents.get_mut(&number).filter(|intent| intent.is_open());
        open.ok_or_else(|| StoreError::no_open_intent(number))?.state = end;
    }
    let key = |link: &Link| (link.pipeline.clone(), link.left.clone(), link.right.clone());
    for link in &settlement.gives_way {
        state.links.remove(&key(link));
        handles::mark(state, [&link.left, &link.right], false);
    }
    if let Some(link) = settlement.link {
        if !settlement.gives_way.is_empty() {
            handles::mark(state, [&link.left, &link.right], true);
        }
        link_wait::made(state, &link, now);
        state.links.insert(key(&link), link);
    }
    state.history.extend(settlement.history);
    state.decisions.extend(settlement.decision.map(|decision| *decision));
    telling::accept(state, settlement.hints, now);
    Ok(())
}
