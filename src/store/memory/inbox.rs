//! The inbox: parks, renewed by record, pipeline and field group.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::state::{Numbered, Parked, State};
use crate::store::due::{LONGEST_PAUSE, later, next_try};
use crate::store::park::{Park, ParkDraft, Renewal};
use crate::store::record::RecordRef;

/// Makes `drafts` the parks of a record, or of the field groups of one linked pair: renews those it has, adds new ones,
/// takes out the others, except in pipelines that were `left`, whose parks are tried later. Where two drafts have the
/// same pipeline and group, the first counts.
pub(super) fn replace(
    state: &mut State,
    (target, pair): (&RecordRef, Option<&String>),
    now: Timestamp,
    Renewal { drafts, left }: Renewal<'_>,
) {
    let mut groups = BTreeSet::new();
    let mut kept = BTreeSet::new();
    for draft in drafts.iter().filter(|draft| groups.insert((&draft.pipeline, &draft.group))) {
        kept.insert(put(state, target, now, draft));
    }
    for parked in state.parks.values_mut().map(|parked| &mut parked.park) {
        if parked.draft.target == *target && left.contains(&parked.draft.pipeline) && parked.next <= now {
            parked.next = later(now, LONGEST_PAUSE);
        }
    }
    let is_meant = |draft: &ParkDraft| {
        draft.target == *target
            && !left.contains(&draft.pipeline)
            && pair.is_none_or(|pipeline| draft.pipeline == *pipeline && draft.group.is_some())
    };
    state.parks.retain(|number, parked| kept.contains(number) || !is_meant(&parked.park.draft));
}

/// Renews a park or adds it; answers its number.
fn put(state: &mut State, target: &RecordRef, now: Timestamp, draft: &ParkDraft) -> i64 {
    let draft = ParkDraft { target: target.clone(), ..draft.clone() };
    let place = (&draft.target, &draft.pipeline, &draft.group);
    let is_it = |known: &ParkDraft| (&known.target, &known.pipeline, &known.group) == place;
    if let Some(Parked { park, .. }) = state.parks.values_mut().find(|parked| is_it(&parked.park.draft)) {
        park.attempts += 1;
        park.next = next_try(now, park.attempts);
        park.draft = draft;
        return park.number;
    }
    let number = state.number(Numbered::Park);
    let park = Park { number, since: now, attempts: 0, next: next_try(now, 0), draft };
    state.parks.insert(number, Parked { park, dropped: false });
    number
}

/// What is in the inbox, of one record or of all, oldest first.
pub(super) fn shown(state: &State, target: Option<&RecordRef>) -> Vec<Park> {
    let is_meant = |parked: &&Parked| !parked.dropped && target.is_none_or(|one| parked.park.draft.target == *one);
    let mut parks: Vec<Park> = state.parks.values().filter(is_meant).map(|parked| parked.park.clone()).collect();
    parks.sort_by_key(|park| (park.since, park.number));
    parks
}

/// What was taken out of it: records with their pipelines.
pub(super) fn dropped(state: &State) -> Vec<(RecordRef, String)> {
    let taken_out = state.parks.values().filter(|parked| parked.dropped).map(|parked| &parked.park.draft);
    taken_out.map(|draft| (draft.target.clone(), draft.pipeline.clone())).collect()
}

/// When the parks of a record are tried next.
pub(super) fn next_try_of(state: &State, target: &RecordRef) -> Option<Timestamp> {
    let parks = state.parks.values().filter(|parked| !parked.dropped && parked.park.draft.target == *target);
    parks.map(|parked| parked.park.next).min()
}

/// Takes a park out of the inbox; answers whose it was.
pub(super) fn drop_park(state: &mut State, number: i64) -> Option<RecordRef> {
    let parked = state.parks.get_mut(&number).filter(|parked| !parked.dropped)?;
    parked.dropped = true;
    Some(parked.park.draft.target.clone())
}
