//! Declared fields that an answer does not show: renamed, most likely, and not empty.
//!
//! Pure. Which of them matter is for the runtime, which knows what live rules read.

use serde_json::Value as Json;

use super::layout::{self, Layout};
use super::response::{at, found};
use crate::language::plan::{Field, Presence, RecordType};
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
pub(super) fn missing(record: &RecordType, raw: &Json, nulls: bool) -> Vec<Gone> {
    if record.fields.iter().all(|field| field.presence == Presence::Open) {
        return Vec::new();
    }
    let layout = layout::of_record(record, |_| true);
    let mut gone = Vec::new();
    look(&layout, raw, nulls, &mut gone);
    gone
}

fn look(layout: &Layout<'_>, raw: &Json, nulls: bool, gone: &mut Vec<Gone>) {
    for (_, field) in &layout.plain {
        note(field, found(raw, field), nulls, gone);
    }
    for list in &layout.lists {
        let elements = list.element.plain.iter().map(|(_, field)| *field);
        let wanted = list.whole.into_iter().chain(elements).find(|field| field.presence != Presence::Open);
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
        (Presence::Open, _) => false,
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
