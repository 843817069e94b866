//! Where the paths of a rule lead: the record and the field in it, through references, lists and looked-up records.

use std::sync::Arc;

use crate::language::lint::model::view::View;
use crate::language::plan::{Pipeline, RecordType, Side};
use crate::language::syntax::expression::{Expression, ExpressionKind};
use crate::value::{Kind, Path, Segment};

/// A field of a kind of record, or a place in it.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) record: &'a Arc<RecordType>,
    pub(crate) path: Path,
}

/// Where a rule stands: its pipeline, and the lists around it with the places of their elements.
#[derive(Clone)]
pub(crate) struct Ground<'a> {
    pub(crate) view: &'a View<'a>,
    pub(crate) pipeline: &'a Pipeline,
    /// The innermost list on both sides, left one first; empty outside lists.
    pub(crate) lists: [Path; 2],
    /// The names that lists give their elements.
    pub(crate) names: Vec<(&'a str, [Path; 2])>,
}

/// How a place and a field lie to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lies {
    /// It is the field.
    There,
    /// One of them is a part of the other.
    Within,
    /// They have nothing in common.
    Apart,
}

impl Place<'_> {
    /// What tells places apart: those that bear the same one are the same.
    pub(crate) fn name(&self) -> (&str, &str, &Path) {
        (&self.record.system, &self.record.name, &self.path)
    }

    pub(crate) fn lies_to(&self, other: &Self) -> Lies {
        if self.record.system != other.record.system || self.record.name != other.record.name {
            return Lies::Apart;
        }
        let (own, other) = (self.path.0.as_slice(), other.path.0.as_slice());
        match (own == other, own.starts_with(other) || other.starts_with(own)) {
            (true, _) => Lies::There,
            (false, true) => Lies::Within,
            (false, false) => Lies::Apart,
        }
    }
}

impl<'a> Ground<'a> {
    fn list(&self, side: Side) -> &Path {
        let [left, right] = &self.lists;
        if side == Side::Left { left } else { right }
    }

    /// The place of a path of a rule on a side.
    pub(crate) fn whole(&self, side: Side, path: &Path) -> Place<'a> {
        let path = Path(self.list(side).0.iter().chain(&path.0).cloned().collect());
        Place { record: self.pipeline.record(side), path }
    }

    /// Where an expression leads, if it is a place. `element`: what `.` is; else an element of the list on `side`.
    pub(crate) fn place(&self, tree: &Expression, (side, element): (Side, Option<&Place<'a>>)) -> Option<Place<'a>> {
        match &tree.kind {
            ExpressionKind::Path(path) => {
                let own = || Place { record: self.pipeline.record(side), path: self.list(side).clone() };
                let begin = match path.head.as_ref().map(|head| head.text.as_str()) {
                    None => element.cloned().unwrap_or_else(own),
                    Some(name) => self.named(name, side)?,
                };
                self.walk(begin, path.segments.iter())
            }
            ExpressionKind::Steps(base, steps) => {
                let begin = self.place(base, (side, element))?;
                self.walk(begin, steps.iter().map(|step| &step.segment))
            }
            ExpressionKind::Filter(list, _) => self.place(list, (side, element)),
            _ => None,
        }
    }

    fn named(&self, name: &str, side: Side) -> Option<Place<'a>> {
        let pipeline = self.pipeline;
        if let Some((_, places)) = self.names.iter().rev().find(|(known, _)| *known == name) {
            let [left, right] = places;
            let path = if side == Side::Left { left } else { right };
            return Some(Place { record: pipeline.record(side), path: path.clone() });
        }
        let whole = |record: &'a Arc<RecordType>| Place { record, path: Path::default() };
        let own = Side::BOTH.into_iter().map(|side| pipeline.record(side)).find(|record| record.system == name);
        let read = || pipeline.with.iter().find(|read| read.name == name).map(|read| &read.record);
        own.or_else(read).map(whole)
    }

    fn walk<'s>(&self, begin: Place<'a>, steps: impl Iterator<Item = &'s Segment>) -> Option<Place<'a>> {
        let Place { mut record, mut path } = begin;
        for step in steps {
            match step {
                // A record that stands for several begins with the step into one of them.
                Segment::Each | Segment::Index(_) if path.0.is_empty() => {}
                Segment::Each | Segment::Index(_) => path.0.push(Segment::Each),
                Segment::Field(name) => {
                    if let Some(target) = referred(record, &path) {
                        record = self.view.rules.systems.get(&record.system)?.records.get(target)?;
                        path = Path::default();
                    }
                    path = path.join(name.as_str());
                }
            }
        }
        Some(Place { record, path })
    }

    /// Shows every place that an expression reads, and whether it is given whole to a script's function.
    pub(crate) fn reads(
        &self,
        tree: &Expression,
        (side, element): (Side, Option<&Place<'a>>),
        see: &mut dyn FnMut(Place<'a>, Option<&str>),
    ) {
        match &tree.kind {
            ExpressionKind::Path(_) => self.place(tree, (side, element)).into_iter().for_each(|place| see(place, None)),
            ExpressionKind::Steps(base, _) => match self.place(tree, (side, element)) {
                Some(place) => {
                    see(place, None);
                    self.reads(base, (side, element), &mut |place, given| {
                        // The base itself is read no further than the steps go.
                        if given.is_some() || !matches!(base.kind, ExpressionKind::Path(_)) {
                            see(place, given);
                        }
                    });
                }
                None => self.reads(base, (side, element), see),
            },
            ExpressionKind::Filter(list, condition) => {
                self.reads(list, (side, element), see);
                let inside = self.place(list, (side, element));
                let inside = inside.map(|place| Place { path: each(place.path), ..place });
                self.reads(condition, (side, inside.as_ref().or(element)), see);
            }
            ExpressionKind::Call(name, arguments) => {
                for argument in arguments {
                    let place = self.place(argument, (side, element));
                    match place.filter(|_| self.view.rules.scripts.functions().any(|known| known.name == name.text)) {
                        Some(place) => see(place, Some(&name.text)),
                        None => self.reads(argument, (side, element), see),
                    }
                }
            }
            ExpressionKind::List(items) => items.iter().for_each(|item| self.reads(item, (side, element), see)),
            ExpressionKind::Choice(parts) => parts.iter().for_each(|part| self.reads(part, (side, element), see)),
            ExpressionKind::Binary(_, left, right) => {
                self.reads(left, (side, element), see);
                self.reads(right, (side, element), see);
            }
            ExpressionKind::Not(inner) | ExpressionKind::Negate(inner) => self.reads(inner, (side, element), see),
            ExpressionKind::Literal(_) | ExpressionKind::Park(_) => {}
        }
    }

    /// How what an expression reads lies to a field: the nearest of its places.
    pub(crate) fn touches(&self, tree: &Expression, side: Side, field: &Place<'a>) -> Lies {
        let mut nearest = Lies::Apart;
        self.reads(tree, (side, None), &mut |place, given| {
            let lies = place.lies_to(field);
            let word = field.path.last_name();
            // A script that is given what is around the field reads it only where it names it.
            let around = field.path.0.len() > place.path.0.len();
            let unread =
                |function| around && word.is_some_and(|word| !self.view.rules.scripts.mentions(function, word));
            if lies == Lies::Apart || given.is_some_and(unread) {
                return;
            }
            nearest = if lies == Lies::There || nearest == Lies::There { Lies::There } else { Lies::Within };
        });
        nearest
    }
}

fn each(mut path: Path) -> Path {
    if !path.0.is_empty() && path.0.last() != Some(&Segment::Each) {
        path.0.push(Segment::Each);
    }
    path
}

/// The kind of record that a field refers to, itself or by each of its elements.
fn referred<'a>(record: &'a RecordType, path: &Path) -> Option<&'a str> {
    if let Some(Kind::Reference(name)) = record.field(path).map(|field| &field.kind) {
        return Some(name);
    }
    let around = path.0.strip_suffix(&[Segment::Each])?;
    let Kind::List(items) = &record.field(&Path(around.to_vec()))?.kind else { return None };
    if let Kind::Reference(name) = items.as_ref() { Some(name) } else { None }
}
