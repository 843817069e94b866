//! What stands where in the records of one kind: made once, from their fields.
//!
//! Two trees over the same slots: one by the names that the peer uses, which a text is walked by, and one by the names
//! that rules use, which the record is put together by. Reads nothing itself.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ecow::EcoString;

use super::codec::Codec;
use crate::connector::layout::{self, Layout};
use crate::connector::presence::Gone;
use crate::language::plan::{Field, Presence, RecordType, States, System};
use crate::value::{Path, Segment};

/// How the records of one kind are read.
#[derive(Debug)]
pub struct Shape {
    pub(super) root: Level,
    /// The state that follows from what is read.
    pub(super) made: Option<Made>,
    /// Whether elements, or records within one, were seen to hold what no field is about.
    beside: AtomicBool,
}

/// A state that follows from fields.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) states: States,
    /// The fields that it follows from.
    pub(super) read: Vec<Path>,
}

impl Shape {
    /// The shape of a record.
    pub fn of(system: &System, record: &RecordType) -> Arc<Self> {
        let states = record.states.as_ref().filter(|states| states.is_derived());
        let made = states.map(|states| {
            let read = states.read_by_rows(record).into_iter().map(|field| field.path.clone()).collect();
            Made { states: states.clone(), read }
        });
        let in_body = layout::of_record(record, |field| field.read_header.is_none());
        Arc::new(Self { root: Level::of(system, &in_body), made, beside: AtomicBool::new(false) })
    }

    /// Elements, or records within one, hold what no field is about: who writes them whole must carry it along.
    pub(in crate::connector) fn holds_beside(&self) {
        self.beside.store(true, Ordering::Relaxed);
    }

    /// Whether that was seen.
    pub(in crate::connector) fn is_beside(&self) -> bool {
        self.beside.load(Ordering::Relaxed)
    }
}

/// The fields at one level: of the record, or of the elements of a list.
#[derive(Debug)]
pub(super) struct Level {
    /// What the peer's names lead to.
    pub(super) node: Node,
    /// One for each place of each field.
    pub(super) slots: Vec<Slot>,
    pub(super) fields: Vec<Plain>,
    pub(super) lists: Vec<List>,
    pub(super) assembly: Assembly,
    /// The field that is the element itself.
    pub(super) itself: Option<usize>,
}

/// A place where a field's value may stand.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) codec: Arc<Codec>,
}

/// A field that is in no list of this level.
#[derive(Debug)]
pub(super) struct Plain {
    /// Its slots, the one that wins first. None where it is a list whose elements are declared, too.
    pub(super) slots: Range<usize>,
    /// The list that it is.
    pub(super) list: Option<usize>,
    /// Its place in the system file, where it is one of which nothing is said.
    pub(super) open: Option<usize>,
    pub(super) presence: Presence,
    /// What is told where it is not there.
    pub(super) gone: Gone,
}

/// A list.
#[derive(Debug)]
pub(super) struct List {
    pub(super) element: Level,
    /// What is told where it is not there, if it always is.
    pub(super) promised: Option<Gone>,
    /// Whether a field declares it as a whole.
    pub(super) is_declared: bool,
}

/// What stands below a name of the peer.
#[derive(Debug)]
pub(super) enum Node {
    Slot(usize),
    List(usize),
    Object(Below),
    /// Several things at once, or something behind an index: looked for in the value as a whole.
    Several(Vec<(Vec<Segment>, Target)>),
}

/// Nodes by name, in the order of their names, and what is reached through them.
#[derive(Debug)]
pub(super) struct Below {
    pub(super) nodes: Vec<(EcoString, Node)>,
    pub(super) targets: Vec<Target>,
}

/// Where a value goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    Slot(usize),
    List(usize),
}

/// How a record is put together.
#[derive(Debug)]
pub(super) enum Assembly {
    /// Names in their order.
    Sorted(Vec<(EcoString, Source)>),
    /// One after the other, where one stands inside another.
    InTurn(Vec<(Path, Source)>),
}

/// Where the value under a name comes from.
#[derive(Debug)]
pub(super) enum Source {
    Field(usize),
    List(usize),
    Inner(Vec<(EcoString, Source)>),
}

impl Level {
    fn of(system: &System, layout: &Layout<'_>) -> Self {
        let mut places: Vec<(Vec<Segment>, Target)> = Vec::new();
        let mut slots = Vec::new();
        let mut fields = Vec::new();
        for ((path, field), number) in layout.plain.iter().zip(&layout.places) {
            let list = layout.lists.iter().position(|list| list.place == *path);
            let codec = Arc::new(Codec::of(system, field));
            let first = slots.len();
            let own = std::iter::once(&field.read_at).filter(|_| list.is_none());
            for place in own.chain(&field.read_also) {
                places.push((place.0.clone(), Target::Slot(slots.len())));
                slots.push(Slot { codec: Arc::clone(&codec) });
            }
            fields.push(Plain {
                slots: first..slots.len(),
                list,
                open: Some(*number).filter(|_| is_open(field)),
                presence: field.presence,
                gone: gone(field, field.read_at.clone()),
            });
        }
        let lists = layout.lists.iter().enumerate().map(|(at, list)| {
            places.push((list.read_at().to_vec(), Target::List(at)));
            let elements = list.element.plain.iter().map(|(_, field)| *field);
            let promised = list.whole.into_iter().chain(elements).find(|field| is_promised(field.presence));
            List {
                element: Self::of(system, &list.element),
                promised: promised.map(|field| gone(field, Path(list.read_at().to_vec()))),
                is_declared: list.whole.is_some(),
            }
        });
        let lists = lists.collect();
        let itself = layout.plain.iter().position(|(path, _)| path.is_empty());
        Self { node: Node::of(places), slots, fields, lists, assembly: Assembly::of(layout), itself }
    }
}

impl Node {
    fn of(places: Vec<(Vec<Segment>, Target)>) -> Self {
        if let [(rest, target)] = places.as_slice()
            && rest.is_empty()
        {
            return match target {
                Target::Slot(slot) => Self::Slot(*slot),
                Target::List(list) => Self::List(*list),
            };
        }
        if !places.iter().all(|(rest, _)| matches!(rest.first(), Some(Segment::Field(_)))) {
            return Self::Several(places);
        }
        let targets = places.iter().map(|(_, target)| *target).collect();
        let mut below: Vec<(EcoString, Vec<(Vec<Segment>, Target)>)> = Vec::new();
        for (rest, target) in places {
            let Some((Segment::Field(name), rest)) = rest.split_first() else { continue };
            let rest = (rest.to_vec(), target);
            match below.iter_mut().find(|(known, _)| known == name) {
                Some((_, places)) => places.push(rest),
                None => below.push((name.clone(), vec![rest])),
            }
        }
        let mut nodes: Vec<(EcoString, Self)> =
            below.into_iter().map(|(name, places)| (name, Self::of(places))).collect();
        nodes.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        Self::Object(Below { nodes, targets })
    }
}

impl Below {
    /// What stands under a name.
    pub(super) fn node(&self, name: &str) -> Option<&Node> {
        let at = self.nodes.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        self.nodes.get(at).map(|(_, node)| node)
    }
}

impl Assembly {
    fn of(layout: &Layout<'_>) -> Self {
        let lists = layout.lists.iter().enumerate().map(|(at, list)| (list.place, Source::List(at)));
        // A list takes the place of the field that declares it as a whole.
        let is_list = |path: &[Segment]| layout.lists.iter().any(|list| list.place == path);
        let plain = layout.plain.iter().enumerate().filter(|(_, (path, _))| !is_list(path));
        let plain = plain.map(|(at, (path, _))| (*path, Source::Field(at)));
        let written = plain.chain(lists).map(|(path, source)| (Path(path.to_vec()), source));
        let written: Vec<(Path, Source)> = written.collect();
        let stands_alone = |at: usize, path: &Path| {
            let others = written.iter().enumerate().filter(|(other, _)| *other != at);
            !path.0.is_empty() && others.map(|(_, (other, _))| other).all(|other| !other.is_within(path))
        };
        let has_names = |path: &Path| path.0.iter().all(|step| matches!(step, Segment::Field(_)));
        let is_simple = written.iter().enumerate().all(|(at, (path, _))| stands_alone(at, path) && has_names(path));
        if is_simple { Self::Sorted(sorted(written)) } else { Self::InTurn(written) }
    }
}

fn sorted(written: Vec<(Path, Source)>) -> Vec<(EcoString, Source)> {
    let mut inner: Vec<(EcoString, Vec<(Path, Source)>)> = Vec::new();
    let mut made: Vec<(EcoString, Source)> = Vec::new();
    for (path, source) in written {
        let Some((Segment::Field(name), rest)) = path.0.split_first() else { continue };
        if rest.is_empty() {
            made.push((name.clone(), source));
            continue;
        }
        let below = (Path(rest.to_vec()), source);
        match inner.iter_mut().find(|(known, _)| known == name) {
            Some((_, places)) => places.push(below),
            None => inner.push((name.clone(), vec![below])),
        }
    }
    made.extend(inner.into_iter().map(|(name, places)| (name, Source::Inner(sorted(places)))));
    made.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    made
}

fn gone(field: &Field, place: Path) -> Gone {
    Gone { field: field.path.clone(), place, is_null: false }
}

fn is_promised(presence: Presence) -> bool {
    matches!(presence, Presence::Shown | Presence::Filled)
}

fn is_open(field: &Field) -> bool {
    field.presence == Presence::Open && !field.write_only && !field.assumed
}
