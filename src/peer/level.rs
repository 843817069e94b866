//! A record's fields sorted by level: those of the record itself, and lists with those of their elements.

use crate::language::plan::Field;
use crate::value::{Path, Segment};

/// The fields of one level.
#[derive(Debug, Default)]
pub(super) struct Level<'a> {
    /// Path from this level and the field; the empty path is the element itself.
    pub(super) plain: Vec<(Path, &'a Field)>,
    /// Lists, by their path from this level.
    pub(super) lists: Vec<List<'a>>,
}

/// A list of a level.
#[derive(Debug)]
pub(super) struct List<'a> {
    pub(super) path: Path,
    pub(super) element: Level<'a>,
}

impl<'a> Level<'a> {
    /// The fields of a record.
    pub(super) fn of(fields: impl Iterator<Item = &'a Field>) -> Self {
        let mut level = Self::default();
        fields.for_each(|field| level.add(&field.path.0, field));
        // A list whose elements are described needs no field of its own.
        let lists: Vec<Path> = level.lists.iter().map(|list| list.path.clone()).collect();
        level.plain.retain(|(path, _)| !lists.contains(path));
        level
    }

    fn add(&mut self, steps: &[Segment], field: &'a Field) {
        let Some(at) = steps.iter().position(|step| *step == Segment::Each) else {
            self.plain.push((Path(steps.to_vec()), field));
            return;
        };
        let (before, after) = steps.split_at(at);
        let rest = after.get(1..).unwrap_or_default();
        let known = self.lists.iter().position(|list| list.path.0 == before);
        let at = known.unwrap_or_else(|| {
            self.lists.push(List { path: Path(before.to_vec()), element: Level::default() });
            self.lists.len() - 1
        });
        if let Some(list) = self.lists.get_mut(at) {
            list.element.add(rest, field);
        }
    }

    /// The field that is the element itself, where elements are values.
    pub(super) fn itself(&self) -> Option<&'a Field> {
        self.plain.iter().find(|(path, _)| path.0.is_empty()).map(|(_, field)| *field)
    }
}
