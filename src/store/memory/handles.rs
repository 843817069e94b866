//! What people call records.

use jiff::Timestamp;

use super::state::{Names, State};
use crate::store::handles::{Called, Handle};
use crate::store::link::LinkEnd;
use crate::store::record::RecordRef;

/// Keeps what a record is called, in the place of what was.
pub(super) fn keep(state: &mut State, called: &Called, at: Timestamp) {
    let was_linked = state.names.get(&called.target).is_some_and(|names| names.linked);
    let texts = called.texts.iter().cloned().collect();
    state.names.insert(called.target.clone(), Names { at, linked: called.linked || was_linked, texts });
}

/// Two records are linked now, or not any more: then they stay for as long as what never was.
pub(super) fn mark(state: &mut State, ends: [&LinkEnd; 2], linked: bool) {
    let is_one = |target: &RecordRef| ends.iter().any(|end| end.account == target.account && end.id == target.id);
    state.names.iter_mut().filter(|(target, _)| is_one(target)).for_each(|(_, names)| names.linked = linked);
}

pub(super) fn called(state: &State, text: &str, (begins, limit): (bool, usize)) -> Vec<Handle> {
    let is_it = |known: &str| if begins { known.starts_with(text) } else { known == text };
    let all = state.names.iter().flat_map(|(target, names)| handles(target, names));
    let mut found: Vec<Handle> = all.filter(|handle| is_it(&handle.text)).collect();
    found.sort();
    found.truncate(limit);
    found
}

pub(super) fn of(state: &State, target: &RecordRef) -> Vec<Handle> {
    state.names.get(target).into_iter().flat_map(|names| handles(target, names)).collect()
}

fn handles<'s>(target: &'s RecordRef, names: &'s Names) -> impl Iterator<Item = Handle> + 's {
    names.texts.iter().map(|(text, field)| Handle { text: text.clone(), target: target.clone(), field: field.clone() })
}
