//! Declared fields that an answer does not show: renamed, most likely, and not empty.
//!
//! Pure. Which of them matter is for the runtime, which knows what live rules read.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::layout::Layout;
use super::response::{at, found, step_into};
use crate::language::plan::{Field, Presence};
use crate::value::Path;

/// A field that is missing although the system file says that it is always there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The field, with the path that rules use (`order_lines[].item`).
    pub field: Path,
    /// Where it should stand, from the record or the element.
    pub place: Path,
    /// It is there and null, where it always has a value.
    pub is_null: bool,
}

/// What is missing in a record as the peer sent it. `nulls`: a null where there is always a value counts too.
pub(super) fn missing(layout: &Layout<'_>, raw: &Json, nulls: bool) -> Vec<Gone> {
    let mut gone = Vec::new();
    look(layout, raw, nulls, &mut gone);
    gone
}

fn is_promised(presence: Presence) -> bool {
    matches!(presence, Presence::Shown | Presence::Filled)
}

/// The fields, by their place in the system file, of which it says nothing and that a record shows or lacks. What
/// stands in a list without elements, or below a null, is neither.
pub(super) fn seen(layout: &Layout<'_>, raw: &Json) -> (Vec<usize>, Vec<usize>) {
    let mut told = BTreeMap::new();
    tell(layout, raw, &mut told);
    let known = |wanted: bool| told.iter().filter(|(_, shown)| **shown == wanted).map(|(at, _)| *at).collect();
    (known(true), known(false))
}

fn is_open(field: &Field) -> bool {
    field.presence == Presence::Open && !field.write_only && !field.assumed
}

fn tell(layout: &Layout<'_>, raw: &Json, told: &mut BTreeMap<usize, bool>) {
    for ((_, field), at) in layout.plain.iter().zip(&layout.places).filter(|((_, field), _)| is_open(field)) {
        let (mut shows, mut lacks) = (false, true);
        for place in std::iter::once(&field.read_at).chain(&field.read_also) {
            let stands = stands(raw, place);
            shows |= stands == Some(true);
            lacks &= stands == Some(false);
        }
        if shows {
            told.insert(*at, true);
        } else if lacks {
            told.entry(*at).or_insert(false);
        }
    }
    for list in &layout.lists {
        match stands(raw, list.read_at()).and_then(|_| at(raw, list.read_at())) {
            Some(Json::Array(items)) => items.iter().for_each(|item| tell(&list.element, item, told)),
            None if list.whole.is_none() && stands(raw, list.read_at()) == Some(false) => {
                tell(&list.element, &Json::Object(serde_json::Map::new()), told);
            }
            _ => {}
        }
    }
}

/// Whether something stands at a place; `None`: it is below a null.
fn stands(raw: &Json, place: &Path) -> Option<bool> {
    let mut here = raw;
    for step in &place.0 {
        if here.is_null() {
            return None;
        }
        match step_into(here, step) {
            Some(next) => here = next,
            None => return Some(false),
        }
    }
    Some(true)
}

fn look(layout: &Layout<'_>, raw: &Json, nulls: bool, gone: &mut Vec<Gone>) {
    for (_, field) in &layout.plain {
        note(field, found(raw, field), nulls, gone);
    }
    for list in &layout.lists {
        let elements = list.element.plain.iter().map(|(_, field)| *field);
        let wanted = list.whole.into_iter().chain(elements).find(|field| is_promised(field.presence));
        match at(raw, list.read_at()) {
            Some(Json::Array(items)) => items.iter().for_each(|item| look(&list.element, item, nulls, gone)),
            Some(Json::Null) if !nulls => {}
            None | Some(Json::Null) => {
                let place = list.read_at().clone();
                gone.extend(wanted.map(|field| Gone { place, ..of(field, at(raw, list.read_at()).is_some()) }));
            }
            Some(_) => {}
        }
    }
}

fn note(field: &Field, shown: Option<&Json>, nulls: bool, gone: &mut Vec<Gone>) {
    let is_gone = match (field.presence, shown) {
        (Presence::Open | Presence::Sparse, _) => false,
        (_, None) => true,
        (Presence::Filled, Some(Json::Null)) => nulls,
        (_, Some(_)) => false,
    };
    if is_gone && !gone.iter().any(|known| known.field == field.path) {
        gone.push(of(field, shown.is_some()));
    }
}

fn of(field: &Field, is_null: bool) -> Gone {
    Gone { field: field.path.clone(), place: field.read_at.clone(), is_null }
}
