//! Work out: what is claimed, what is in flight and what was put off.
//!
//! A row is one record; none means that nothing is to be done for it. A row in flight keeps collecting hints and is
//! pending again where more of them came than its claim answers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::row::{Row, Stage, Told};
use super::state::{Numbered, State};
use super::telling::enqueue;
use super::{halt, handles, inbox, link_wait};
use crate::store::due::{DUE_AHEAD_MAX, later};
use crate::store::error::StoreError;
use crate::store::journal::{Ages, Claim, Counts, Hint, HintSource, PutOff, Unfinished, Which, Work};
use crate::store::park::{ParkDraft, Parking, Renewal, Wait};
use crate::store::record::RecordRef;

pub(super) fn claim(state: &mut State, now: Timestamp, (limit, lease): (usize, Duration)) -> Vec<Work> {
    let (furthest, until) = (later(now, DUE_AHEAD_MAX), later(now, lease));
    for row in state.work.values_mut() {
        match row.stage {
            Stage::Flight { until, .. } if until <= now => row.release(now),
            Stage::Flight { .. } => {}
            Stage::Pending | Stage::Parked => row.due = row.due.min(furthest),
        }
    }
    let is_due = |row: &Row| !row.is_in_flight() && row.due <= now;
    let mut due: Vec<(bool, Timestamp, i64, RecordRef)> = state
        .work
        .iter()
        .filter(|(_, row)| is_due(row))
        .map(|(target, row)| (!row.told.first, row.told.since, row.told.hint, target.clone()))
        .collect();
    due.sort();
    due.truncate(limit);
    let newest = state.hints.keys().next_back().copied().unwrap_or_default();
    let halts = !state.halts.is_empty();
    let mut claimed = Vec::new();
    for (.., target) in due {
        let claim = Claim(state.number(Numbered::Claim));
        let Some(row) = state.work.get_mut(&target) else { continue };
        row.stage = Stage::Flight { claim, until };
        let Told { hint, source, since, .. } = row.told;
        let (attempts, rev) = (row.attempts, row.answers);
        claimed.push(Work { target, claim, rev, hint, newest, source, since, attempts, halts });
    }
    claimed
}

/// The row of a claim.
fn row_of(state: &mut State, claim: Claim) -> Result<(&RecordRef, &mut Row), StoreError> {
    let holds = |row: &Row| matches!(row.stage, Stage::Flight { claim: current, .. } if current == claim);
    state.work.iter_mut().find(|(_, row)| holds(row)).ok_or(StoreError::LostClaim)
}

/// Fails where somebody else has the work.
pub(super) fn check(state: &mut State, claim: Option<Claim>) -> Result<(), StoreError> {
    claim.map_or(Ok(()), |claim| row_of(state, claim).map(|_| ()))
}

pub(super) fn renew(state: &mut State, claim: Claim, until: Timestamp) -> Result<(), StoreError> {
    row_of(state, claim).map(|(_, row)| row.stage = Stage::Flight { claim, until })
}

pub(super) fn finish(state: &mut State, work: &Work, now: Timestamp, parks: &Parking) -> Result<(), StoreError> {
    check(state, Some(work.claim))?;
    let (own, others): (Vec<&ParkDraft>, Vec<&ParkDraft>) =
        parks.drafts.iter().partition(|draft| draft.target == work.target);
    inbox::replace(state, (&work.target, None), now, Renewal { drafts: &own, left: &parks.halted.pipelines });
    for (target, pipeline) in parks.pairs.iter().filter(|(target, _)| *target != work.target) {
        let is_its = |draft: &&&ParkDraft| draft.target == *target && draft.pipeline == *pipeline;
        let drafts: Vec<&ParkDraft> = others.iter().filter(is_its).copied().collect();
        inbox::replace(state, (target, Some(pipeline)), now, Renewal { drafts: &drafts, left: &BTreeSet::new() });
        settle_elsewhere(state, target);
    }
    parks.asked.iter().for_each(|asked| link_wait::keep(state, asked, now));
    parks.halted.reaches.iter().for_each(|reach| halt::keep(state, reach, work, now));
    parks.called.iter().for_each(|called| handles::keep(state, called, now));
    let (_, row) = row_of(state, work.claim)?;
    match row.more.filter(|_| row.rev > work.rev) {
        Some(more) => {
            let told = Told { hint: more.hint.max(row.told.hint), ..more };
            *row = Row { rev: row.rev, answers: row.rev, ..Row::new(told, now) };
        }
        None => rest(state, &work.target, work.hint),
    }
    Ok(())
}

/// A record whose parks were changed by work for its counterpart waits for their next try, unless it has work of its
/// own.
fn settle_elsewhere(state: &mut State, target: &RecordRef) {
    match state.work.get(target) {
        Some(row) if row.is_open() => {}
        row => {
            let hint = row.map(|row| row.told.hint).unwrap_or_default();
            rest(state, target, hint);
        }
    }
}

/// With nothing new for a record: waits for the next try of its parks, or is gone without any.
fn rest(state: &mut State, target: &RecordRef, hint: i64) {
    match inbox::next_try_of(state, target) {
        Some(next) => {
            let told = Told { hint, source: HintSource::Retry, since: next, first: false };
            state.work.insert(target.clone(), Row { stage: Stage::Parked, ..Row::new(told, next) });
        }
        None => {
            state.work.remove(target);
        }
    }
}

/// Takes a park out of the inbox; its record waits for its other parks only.
pub(super) fn drop_park(state: &mut State, number: i64) -> bool {
    let Some(target) = inbox::drop_park(state, number) else { return false };
    if let Some(hint) = state.work.get(&target).filter(|row| !row.is_open()).map(|row| row.told.hint) {
        rest(state, &target, hint);
    }
    true
}

pub(super) fn defer(state: &mut State, claim: Claim, until: Timestamp, reason: &str) -> Result<(), StoreError> {
    let (_, row) = row_of(state, claim)?;
    row.attempts += 1;
    row.reason = Some(reason.to_owned());
    row.release(until);
    Ok(())
}

pub(super) fn postpone(state: &mut State, claim: Claim, until: Timestamp) -> Result<(), StoreError> {
    row_of(state, claim).map(|(_, row)| row.release(until))
}

pub(super) fn next_due(state: &State, now: Timestamp, parked: bool) -> Option<Duration> {
    let waits = |row: &&Row| !row.is_in_flight() && (parked || row.is_open());
    let due = state.work.values().filter(waits).map(|row| row.due).min()?;
    Some(Duration::try_from(due.duration_since(now)).unwrap_or_default())
}

/// Makes parked work pending now; answers how many parks.
pub(super) fn retry(state: &mut State, number: Option<i64>, now: Timestamp) -> usize {
    let mut targets = BTreeSet::new();
    let mut touched = 0;
    for (own, parked) in state.parks.iter_mut().filter(|(_, parked)| !parked.dropped) {
        if number.is_none_or(|number| number == *own) {
            parked.park.next = now;
            targets.insert(parked.park.draft.target.clone());
            touched += 1;
        }
    }
    // One entry is asked for by a person who waits for it.
    let first = number.is_some();
    let source = if first { HintSource::Asked } else { HintSource::Retry };
    for target in targets {
        enqueue(state, Hint { at: now, source, target, version: None, first }, now);
    }
    touched
}

/// Makes parked work pending that waits for what was found; answers how many records.
pub(super) fn wake(state: &mut State, found: &[Wait], now: Timestamp) -> usize {
    let waits = |draft: &ParkDraft| draft.waits.iter().any(|wait| found.contains(wait));
    let parks = state.parks.values().filter(|parked| !parked.dropped).map(|parked| &parked.park.draft);
    let targets: BTreeSet<RecordRef> = parks.filter(|draft| waits(draft)).map(|draft| draft.target.clone()).collect();
    let woken = targets.len();
    for target in targets {
        enqueue(state, Hint { at: now, source: HintSource::Retry, target, version: None, first: false }, now);
    }
    woken
}

pub(super) fn clock_moved(state: &mut State, by: SignedDuration) {
    let moved = |at: Timestamp| at.saturating_add(by).unwrap_or(at);
    for row in state.work.values_mut() {
        match &mut row.stage {
            Stage::Flight { until, .. } => *until = moved(*until),
            Stage::Pending | Stage::Parked => row.due = moved(row.due),
        }
    }
    state.parks.values_mut().for_each(|parked| parked.park.next = moved(parked.park.next));
}

pub(super) fn counts(state: &State) -> Counts {
    let count = |counted: usize| u64::try_from(counted).unwrap_or(u64::MAX);
    let of = |is: fn(&Stage) -> bool| count(state.work.values().filter(|row| is(&row.stage)).count());
    Counts {
        pending: of(|stage| *stage == Stage::Pending),
        in_flight: of(|stage| matches!(stage, Stage::Flight { .. })),
        parked: count(state.parks.values().filter(|parked| !parked.dropped).count()),
        links: count(state.links.len()),
        retrying: count(state.work.values().filter(|row| is_put_off(row)).count()),
        held: count(state.halted.len()),
    }
}

/// How long what waits has been waiting.
pub(super) fn ages(state: &State, now: Timestamp) -> Ages {
    let oldest = |since: &mut dyn Iterator<Item = Timestamp>| {
        since.min().map(|since| Duration::try_from(now.duration_since(since)).unwrap_or_default())
    };
    let rows = |is: fn(&Row) -> bool| state.work.values().filter(move |row| is(row)).map(|row| row.told.since);
    let parks = state.parks.values().filter(|parked| !parked.dropped);
    Ages {
        waiting: oldest(&mut rows(|row| row.stage == Stage::Pending && row.reason.is_none())),
        in_flight: oldest(&mut rows(Row::is_in_flight)),
        retrying: oldest(&mut rows(is_put_off)),
        parked: oldest(&mut parks.map(|parked| parked.park.since)),
        held: oldest(&mut state.halted.values().map(|told| told.since)),
    }
}

/// Records with work that is not only parked.
pub(super) fn unfinished(state: &State) -> Vec<Unfinished> {
    let open = state.work.iter().filter(|(_, row)| row.is_open());
    open.map(|(target, row)| Unfinished { target: target.clone(), put_off: row.reason.is_some() }).collect()
}

/// Reasons of put-off work, the most frequent first.
pub(super) fn deferred(state: &State) -> Vec<(String, u64)> {
    let mut reasons = BTreeMap::<&str, u64>::new();
    for reason in state.work.values().filter_map(|row| row.reason.as_deref()) {
        *reasons.entry(reason).or_default() += 1;
    }
    let owned = |(reason, count): (&str, u64)| (reason.to_owned(), count);
    let mut found: Vec<(String, u64)> = reasons.into_iter().map(owned).collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    found
}

/// Work that was put off, what is tried next first.
pub(super) fn put_off(state: &State, now: Timestamp, limit: usize) -> Vec<PutOff> {
    let mut waiting: Vec<(&RecordRef, &Row)> = state.work.iter().filter(|(_, row)| is_put_off(row)).collect();
    waiting.sort_by_key(|(target, row)| (row.due, (*target).clone()));
    let told = |(target, row): (&RecordRef, &Row)| PutOff {
        target: target.clone(),
        attempts: row.attempts,
        reason: row.reason.clone().unwrap_or_default(),
        since: row.told.since,
        due_in: Duration::try_from(row.due.duration_since(now)).unwrap_or_default(),
    };
    waiting.into_iter().take(limit).map(told).collect()
}

/// Makes due what was put off of these; how many.
pub(super) fn hasten(state: &mut State, which: &Which, now: Timestamp) -> u64 {
    let mut hastened = 0;
    for (_, row) in state.work.iter_mut().filter(|(target, row)| is_put_off(row) && which.has(target)) {
        row.due = row.due.min(now);
        hastened += 1;
    }
    hastened
}

fn is_put_off(row: &Row) -> bool {
    row.stage == Stage::Pending && row.reason.is_some()
}
