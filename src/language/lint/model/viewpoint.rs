//! Where an expression stands, and what its paths read there: the record, and the field in it.
//!
//! References are gone through as if the referred record stood there. Knows no value.

use std::sync::Arc;

use crate::language::check::CheckedRules;
use crate::language::plan::{Cardinality, Field, Pipeline, RecordType, Side};
use crate::language::syntax::expression::PathExpression;
use crate::value::{Kind, Path, Segment};

/// Where an expression stands: in a pipeline, over one of its sides, perhaps inside lists.
#[derive(Clone)]
pub struct Viewpoint<'a> {
    /// The rules.
    pub rules: &'a CheckedRules,
    /// The pipeline.
    pub pipeline: &'a Pipeline,
    /// The side whose elements `.` means.
    pub side: Side,
    /// The lists around it, outermost first.
    lists: Vec<Around<'a>>,
}

/// A list around an expression: its elements' name, and their place in the record of each side.
#[derive(Clone)]
struct Around<'a> {
    name: Option<&'a str>,
    places: [Path; 2],
}

/// What a path reads.
pub struct Seen<'a> {
    /// The record.
    pub record: &'a Arc<RecordType>,
    /// The place in it.
    pub path: Path,
    /// Whether nothing may stand there.
    pub nullable: bool,
}

impl<'a> Seen<'a> {
    /// The field, where one is declared.
    pub fn field(&self) -> Option<&'a Field> {
        self.record.field(&self.path)
    }
}

impl<'a> Viewpoint<'a> {
    /// Over a side of a pipeline, outside any list.
    pub fn new(rules: &'a CheckedRules, pipeline: &'a Pipeline, side: Side) -> Self {
        Self { rules, pipeline, side, lists: Vec::new() }
    }

    /// The same over the other side's elements.
    #[must_use]
    pub fn over(&self, side: Side) -> Self {
        Self { side, ..self.clone() }
    }

    /// The same inside a list of these paths, left one first, each from the element around it.
    #[must_use]
    pub fn inside(&self, name: Option<&'a str>, lists: [&Path; 2]) -> Self {
        let [left, right] = lists;
        let place = |side: Side, list: &Path| {
            let mut whole = self.whole(side, list);
            whole.0.push(Segment::Each);
            whole
        };
        let around = Around { name, places: [place(Side::Left, left), place(Side::Right, right)] };
        Self { lists: self.lists.iter().cloned().chain([around]).collect(), ..self.clone() }
    }

    /// A side as a reader calls it: `system.record`.
    pub fn name(&self, side: Side) -> String {
        let kind = self.pipeline.record(side);
        format!("{}.{}", kind.system, kind.name)
    }

    /// Whether a list is around it.
    pub fn is_inside(&self) -> bool {
        !self.lists.is_empty()
    }

    /// A path of a rule on a side from its record, whatever lists the rule stands in.
    pub fn whole(&self, side: Side, path: &Path) -> Path {
        let around = self.lists.last().map(|list| list.at(side));
        Path(around.into_iter().flat_map(|at| &at.0).chain(&path.0).cloned().collect())
    }

    /// The field that a path reads; `None` where it is no single field, or no such name is known.
    pub fn sees(&self, path: &PathExpression) -> Option<Seen<'a>> {
        let Some(head) = &path.head else {
            let at = self.lists.last()?.at(self.side).clone();
            return self.walk(self.pipeline.record(self.side), (at, false), &path.segments);
        };
        if let Some(list) = self.lists.iter().rev().find(|list| list.name == Some(head.text.as_str())) {
            return self.walk(self.pipeline.record(self.side), (list.at(self.side).clone(), false), &path.segments);
        }
        if let Some(side) = Side::BOTH.into_iter().find(|side| self.pipeline.record(*side).system == head.text) {
            return self.walk(self.pipeline.record(side), (Path::default(), false), &path.segments);
        }
        let read = self.pipeline.with.iter().find(|read| read.name == head.text)?;
        let one = read.cardinality == Cardinality::AtMostOne;
        one.then(|| self.walk(&read.record, (Path::default(), true), &path.segments)).flatten()
    }

    fn walk(
        &self,
        mut record: &'a Arc<RecordType>,
        (mut at, mut nullable): (Path, bool),
        steps: &[Segment],
    ) -> Option<Seen<'a>> {
        for step in steps {
            match step {
                Segment::Each => return None,
                Segment::Index(_) => {
                    at.0.push(Segment::Each);
                    nullable = true;
                }
                Segment::Field(name) => {
                    if let Some(field) = record.field(&at)
                        && let Kind::Reference(target) = &field.kind
                    {
                        nullable |= !record.is_filled(field);
                        record = self.rules.systems.get(&record.system)?.records.get(target.as_ref())?;
                        at = Path::default();
                    }
                    at = at.join(name.as_str());
                }
            }
        }
        let field = record.field(&at)?;
        Some(Seen { record, nullable: nullable || !record.is_filled(field), path: at })
    }
}

impl Around<'_> {
    fn at(&self, side: Side) -> &Path {
        let [left, right] = &self.places;
        if side == Side::Left { left } else { right }
    }
}
