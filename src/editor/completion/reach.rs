//! What a path reaches in a pipeline: through fields, lists and references, as far as it is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Place;
use crate::diagnostic::Sources as _;
use crate::editor::context::Step;
use crate::language::plan::{Field, RecordType};
use crate::language::source::{SourceFile, SourceMap};
use crate::language::syntax::file::FileTree;
use crate::language::syntax::parse;
use crate::value::{Kind, Path, Segment};

/// A place in a kind of record.
pub(super) type Reached = (Arc<RecordType>, Path);

/// What names lead to in a pipeline.
pub(super) struct Reach<'s> {
    place: &'s Place<'s>,
    /// The systems of the sides and the names of `with:`.
    pub(super) heads: BTreeMap<String, Reached>,
    /// The systems of the left and the right side.
    pub(super) sides: Vec<String>,
}

impl<'s> Reach<'s> {
    /// The names of the pipeline in whose file a place is.
    pub(super) fn of(place: &'s Place<'s>) -> Self {
        let sources = &place.study.compiled.sources;
        let file = SourceFile { name: sources.name(place.file).to_owned(), text: sources.text(place.file).to_owned() };
        let tree = parse(&SourceMap::new(vec![file]));
        let mut reach = Self { place, heads: BTreeMap::new(), sides: Vec::new() };
        let Some(FileTree::Pipeline(pipeline)) = tree.files.first().map(|file| &file.tree) else { return reach };
        for side in pipeline.between.iter().flat_map(|between| between.sides.iter().flatten()) {
            reach.sides.push(side.system.text.clone());
            reach.name(&side.system.text, (&side.system.text, &side.record.text));
        }
        for (name, entry) in &pipeline.with {
            let Some(entry) = entry else { continue };
            reach.name(&name.text, (&entry.line.system.text, &entry.line.record.text));
        }
        reach
    }

    fn name(&mut self, name: &str, (system, record): (&str, &str)) {
        let kind = self.place.rules.systems.get(system).and_then(|system| system.records.get(record));
        if let Some(kind) = kind {
            self.heads.insert(name.to_owned(), (Arc::clone(kind), Path::default()));
        }
    }

    /// What `.` is in the rules of a list, on the left or the right of its arrow.
    pub(super) fn element(&self, right: bool) -> Option<Reached> {
        let lists = self.place.context.steps.iter().filter_map(|step| match step {
            Step::Key(key) => sides_of(key),
            Step::Item => None,
        });
        let mut at = None;
        for (left, other) in lists {
            let path = if right { other } else { left };
            at = self.path(path.split(" by ").next().unwrap_or(path).trim(), at.as_ref());
        }
        at
    }

    /// What a path leads to.
    pub(super) fn path(&self, written: &str, element: Option<&Reached>) -> Option<Reached> {
        let mut parts = written.split('.');
        let head = parts.next()?;
        let (name, brackets) = head.split_at(head.find('[').unwrap_or(head.len()));
        let mut at = if name.is_empty() { element.cloned()? } else { self.heads.get(name).cloned()? };
        // A list of `with:` and a group are their own elements.
        if !name.is_empty() && !brackets.is_empty() {
            at.1 = Path::default();
        }
        for part in parts.filter(|part| !part.is_empty()) {
            let (name, brackets) = part.split_at(part.find('[').unwrap_or(part.len()));
            at = self.follow(&at, name)?;
            at.1.0.extend(std::iter::repeat_n(Segment::Each, brackets.matches('[').count()));
        }
        Some(at)
    }

    /// A step further: what a field refers to is gone through.
    fn follow(&self, (kind, at): &Reached, name: &str) -> Option<Reached> {
        let (kind, at) = self.through(kind, at);
        let here = at.join(name);
        if kind.fields.iter().any(|field| field.path.0.starts_with(&here.0)) {
            return Some((kind, here));
        }
        let sibling = self.sibling(&kind, &at)?;
        self.follow(&(sibling, Path::default()), name)
    }

    /// The record that a place refers to, where it does.
    fn through(&self, kind: &Arc<RecordType>, at: &Path) -> Reached {
        let referred = match kind.field(at).map(|field| &field.kind) {
            Some(Kind::Reference(record)) => {
                let system = self.place.rules.systems.get(&kind.system);
                system.and_then(|system| system.records.get(record.as_ref()))
            }
            _ => None,
        };
        match referred {
            Some(target) => (Arc::clone(target), Path::default()),
            None => (Arc::clone(kind), at.clone()),
        }
    }

    /// In `{id, user}` whose `id` refers to a record, other names are that record's.
    fn sibling(&self, kind: &RecordType, at: &Path) -> Option<Arc<RecordType>> {
        let beside = kind.fields.iter().filter(|field| {
            !at.0.is_empty() && field.path.0.split_last().is_some_and(|(_, parent)| parent == at.0.as_slice())
        });
        let records = &self.place.rules.systems.get(&kind.system)?.records;
        beside
            .filter_map(|field| match &field.kind {
                Kind::Reference(record) => Some((field, records.get(record.as_ref())?)),
                _ => None,
            })
            .find(|(field, target)| field.path.last_name() == Some(target.key.as_str()))
            .map(|(_, target)| Arc::clone(target))
    }

    /// The names that may follow a place, each with its field where it is one.
    pub(super) fn names(&self, (kind, at): &Reached) -> Vec<(String, Arc<RecordType>, Option<Field>)> {
        let (kind, at) = self.through(kind, at);
        let mut found: BTreeMap<String, (usize, Option<Field>)> = BTreeMap::new();
        for (order, field) in kind.fields.iter().enumerate() {
            let Some([Segment::Field(name), rest @ ..]) = field.path.0.strip_prefix(at.0.as_slice()) else { continue };
            let own = rest.is_empty().then(|| field.clone());
            let list = rest.first() == Some(&Segment::Each) && rest.len() > 1;
            let name = if list { format!("{name}[]") } else { name.to_string() };
            let known = found.entry(name).or_insert((order, None));
            known.1 = known.1.take().or(own);
        }
        let mut found: Vec<(String, (usize, Option<Field>))> = found.into_iter().collect();
        found.sort_by_key(|(_, (order, _))| *order);
        let own = found.into_iter().map(|(name, (_, field))| (name, Arc::clone(&kind), field));
        let beside = self.sibling(&kind, &at).map(|target| self.names(&(target, Path::default()))).unwrap_or_default();
        own.chain(beside).collect()
    }
}

/// The two sides of a rule's text.
pub(super) fn sides_of(text: &str) -> Option<(&str, &str)> {
    [" <-> ", " -> ", " <- "].iter().find_map(|arrow| text.split_once(arrow))
}
