//! Hints in: each is journalled and makes its record pending, or adds to what is.

use jiff::Timestamp;

use super::row::{Row, Told};
use super::state::{Journalled, Numbered, State};
use crate::store::journal::{Cursor, Hint, HintSource};

pub(super) fn accept(state: &mut State, hints: Vec<Hint>, now: Timestamp) -> usize {
    let mut new = 0;
    for hint in hints {
        if is_news(state, &hint) {
            enqueue(state, hint, now);
            new += 1;
        }
    }
    new
}

fn is_news(state: &mut State, hint: &Hint) -> bool {
    if let Some(version) = &hint.version {
        let before = state.versions.insert(hint.target.clone(), version.clone());
        // A sweep looks at what did not change, too.
        if before.as_ref() == Some(version) && hint.source != HintSource::Sweep {
            return false;
        }
    }
    if matches!(hint.source, HintSource::Poll | HintSource::Webhook) {
        state.parks.retain(|_, parked| !parked.dropped || parked.park.draft.target != hint.target);
    }
    true
}

pub(super) fn move_cursor(state: &mut State, cursor: Cursor) {
    let key = (cursor.account, cursor.record);
    let held = state.cursors.get(&key).copied();
    if held == cursor.from || held < Some(cursor.at) {
        state.cursors.insert(key, cursor.at);
    }
}

pub(super) fn enqueue(state: &mut State, hint: Hint, now: Timestamp) {
    let number = state.number(Numbered::Hint);
    let journalled = Journalled { at: hint.at, source: hint.source, target: hint.target.clone() };
    state.hints.insert(number, journalled);
    let told = Told { hint: number, source: hint.source, since: hint.at, first: hint.first };
    match state.work.get_mut(&hint.target) {
        Some(row) if row.is_open() => row.add(told, now),
        _ => {
            state.work.insert(hint.target, Row::new(told, now));
        }
    }
}
