//! A record's fields as a tree: plain ones, and lists with the fields of their elements.
//!
//! Field paths are whole (`order_lines[].item`) while peers' places inside lists are given from
//! the element; this splits them once for reading, writing and the schema alike.

use crate::language::plan::{Field, RecordType};
use crate::value::Segment;

/// The fields at one level.
#[derive(Debug, Default)]
pub(super) struct Layout<'a> {
    /// Fields not in a list of this level, with their path from it; the empty path is the element itself.
    pub(super) plain: Vec<(&'a [Segment], &'a Field)>,
    /// The place in the system file of each of them.
    pub(super) places: Vec<usize>,
    /// Lists of this level, in order of first mention.
    pub(super) lists: Vec<ListLayout<'a>>,
}

/// A list and its elements.
#[derive(Debug)]
pub(super) struct ListLayout<'a> {
    /// Where it stands in the canonical record, from this level.
    pub(super) place: &'a [Segment],
    /// The field that declares the list as a whole, if one does.
    pub(super) whole: Option<&'a Field>,
    /// What its elements hold.
    pub(super) element: Layout<'a>,
}

impl<'a> ListLayout<'a> {
    /// Where it stands in what the peer sends, from this level.
    pub(super) fn read_at(&self) -> &'a [Segment] {
        self.whole.map_or(self.place, |field| &field.read_at.0)
    }
}

/// The tree of those fields that are wanted; what is made from others has no place at the peer.
pub(super) fn of_record(record: &RecordType, wanted: impl Fn(&Field) -> bool) -> Layout<'_> {
    let fields = record.fields.iter().enumerate().filter(|(_, field)| !field.derived && wanted(field));
    grow(fields.map(|(at, field)| (field.path.0.as_slice(), (at, field))).collect())
}

/// A field and its place in the system file, with the steps to it from a level.
type Stepped<'a> = (&'a [Segment], (usize, &'a Field));

fn grow(fields: Vec<Stepped<'_>>) -> Layout<'_> {
    let mut layout = Layout::default();
    let mut inside: Vec<(&[Segment], Vec<Stepped<'_>>)> = Vec::new();
    for (steps, (number, field)) in fields {
        let Some(at) = steps.iter().position(|step| matches!(step, Segment::Each)) else {
            layout.plain.push((steps, field));
            layout.places.push(number);
            continue;
        };
        let (before, after) = steps.split_at(at);
        let rest = after.get(1..).unwrap_or_default();
        match inside.iter_mut().find(|(place, _)| *place == before) {
            Some((_, elements)) => elements.push((rest, (number, field))),
            None => inside.push((before, vec![(rest, (number, field))])),
        }
    }
    for (place, elements) in inside {
        let whole = layout.plain.iter().find(|(path, _)| *path == place).map(|(_, field)| *field);
        layout.lists.push(ListLayout { place, whole, element: grow(elements) });
    }
    layout
}
