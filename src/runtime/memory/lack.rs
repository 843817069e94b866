//! Fields that rules read and that answers lack, and what of a pipeline rests on them.
//!
//! Absent is not null. A field is missed where the system file says that it is always there, where a whole listing
//! lacks it, or where a record lacks what others showed before (see [`Shown`]).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::alarm::FIELD_GONE;
use super::read_paths::ReadPaths;
use super::shown::{Answer, Shown};
use crate::connector::{Gone, Row};
use crate::engine::{Stop, UNRELIABLE};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{Field, Pipeline, Plan, RecordType, Side};
use crate::value::Path;

/// What an answer lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The fields.
    pub fields: Vec<Path>,
    /// What to say of the first.
    pub message: String,
    /// Whether the system file promises one of them.
    pub is_promised: bool,
}

/// What of a pipeline rests on fields that are lacking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resting {
    /// All of it.
    Whole,
    /// These groups, with why each stops; none where nothing does.
    Groups(Vec<Stop>),
}

/// A system and one of its records.
type Of = (String, String);

/// What rules read, and what answers showed so far.
#[derive(Debug)]
pub struct Needed {
    /// The fields that rules read; all those of records that rules read beside their own.
    read: BTreeMap<Of, BTreeSet<Path>>,
    /// The fields that rules name.
    named: BTreeMap<Of, BTreeSet<Path>>,
    /// The fields that scripts name which are given the record as a whole.
    given: BTreeMap<Of, BTreeSet<Path>>,
    /// Records that rules read beside their own, and groups.
    beside: BTreeSet<Of>,
    shown: Arc<Shown>,
}

impl Needed {
    /// What the rules of a plan read. `shown`: what answers showed so far.
    pub fn new(plan: &Plan, shown: Arc<Shown>) -> Self {
        let mut read: BTreeMap<Of, BTreeSet<Path>> = BTreeMap::new();
        let mut named: BTreeMap<Of, BTreeSet<Path>> = BTreeMap::new();
        let paths = ReadPaths::new(plan);
        for kind in plan.systems.values().flat_map(|system| system.records.values()) {
            let mut names = Vec::new();
            plan.pipelines.values().for_each(|pipeline| names_in(pipeline, kind, &mut names));
            names.extend(paths.names.get(&of(kind)).into_iter().flatten().cloned());
            let fields = kind.fields.iter().map(|field| field.path.clone());
            let fields: BTreeSet<Path> = fields.filter(|path| names.iter().any(|name| path.is_within(name))).collect();
            let given = paths.given.get(&of(kind)).into_iter().flatten().cloned();
            read.insert(of(kind), plan.paths_read(kind).union(&fields).cloned().chain(given).collect());
            named.insert(of(kind), fields);
        }
        let beside = plan.pipelines.values().flat_map(|pipeline| &pipeline.with).map(|with| &with.record);
        let sides = plan.pipelines.values().flat_map(|pipeline| [&pipeline.left, &pipeline.right]);
        // Of rows that are read as a list, expressions name the list.
        let beside: Vec<_> = beside.chain(sides.filter(|kind| kind.grouped.is_some())).collect();
        for kind in &beside {
            read.insert(of(kind), kind.fields.iter().map(|field| field.path.clone()).collect());
        }
        let beside = beside.into_iter().map(|kind| of(kind)).collect();
        Self { read, named, given: paths.given, beside, shown }
    }

    /// What answers showed so far.
    pub fn shown(&self) -> &Arc<Shown> {
        &self.shown
    }

    /// Whether rules name a field, by its place in the system file, or may read it.
    fn names<'k>(&'k self, kind: &'k RecordType) -> impl Fn(usize) -> bool + 'k {
        let (named, given) = (self.named.get(&of(kind)), self.given.get(&of(kind)));
        let has = |paths: Option<&BTreeSet<Path>>, path: &Path| paths.is_some_and(|paths| paths.contains(path));
        move |at| kind.fields.get(at).is_some_and(|field| has(named, &field.path) || has(given, &field.path))
    }

    /// The fields of a kind that rules name or may read, and those of other rules do not.
    pub fn names_beyond(&self, others: &Self, kind: &RecordType) -> Vec<Path> {
        let (own, other) = (self.names(kind), others.names(kind));
        let is_new = |(at, field): (usize, &Field)| (own(at) && !other(at)).then(|| field.path.clone());
        kind.fields.iter().enumerate().filter_map(is_new).collect()
    }

    /// Whether a row lacks what rules read and others showed, so that nothing is to be concluded from it alone.
    pub fn is_doubtful(&self, account: &str, kind: &RecordType, row: &Row) -> bool {
        self.shown.is_doubtful((account, kind), row, self.names(kind))
    }

    /// Whether a row shows all that the record's own call shows of what rules read and of what calls send again.
    pub fn is_whole(&self, account: &str, kind: &RecordType, row: &Row) -> bool {
        let is_read =
            row.key(kind).is_some() && row.gone.is_empty() && row.unreadable.is_none() && row.broken.is_none();
        let has_version = kind.version.as_ref().is_none_or(|name| !row.value.field(name).is_null());
        let names = self.names(kind);
        let resent = kind.calls().flat_map(|call| &call.resend);
        let resent: Vec<&Path> = resent.chain(kind.fields.iter().filter_map(|field| field.together.as_ref())).collect();
        let is_resent = |path: &Path| resent.iter().any(|whole| path.is_within(whole));
        let counts = |at: usize| names(at) || kind.fields.get(at).is_some_and(|field| is_resent(&field.path));
        is_read && has_version && self.shown.leaves_out((account, kind), row, counts)
    }

    /// The fields that rules read, a record lacks and others showed; and the keys of the others, to be asked.
    pub fn doubts(&self, account: &str, kind: &RecordType, row: &Row, now: Timestamp) -> (Vec<usize>, Vec<String>) {
        self.shown.doubts((account, kind), row, now, self.names(kind))
    }

    /// What all rows of an answer lack, of what rules read.
    pub fn lack(&self, account: &str, kind: &RecordType, rows: &[&Row], answer: Answer) -> Option<Lack> {
        let read = self.read.get(&of(kind))?;
        let counts = |gone: &&Gone| gone.field == Path::field(kind.key.as_str()) || read.contains(&gone.field);
        let mut promised: Vec<&Gone> = rows.first()?.gone.iter().filter(counts).collect();
        for row in rows {
            promised.retain(|gone| row.gone.iter().any(|other| other.field == gone.field));
        }
        let learned = self.shown.take((account, kind), rows, answer, self.names(kind));
        let named = self.named.get(&of(kind));
        // What a script may read of a record is missed only where it was there once.
        let counts = |at: &usize| {
            let path = kind.fields.get(*at).map(|field| &field.path);
            path.is_some_and(|path| named.is_some_and(|named| named.contains(path)))
                || self.shown.was_shown((account, kind), *at)
        };
        let learned: Vec<_> = learned.into_iter().filter(counts).filter_map(|at| kind.fields.get(at)).collect();
        let told_promised = promised.first().map(|gone| {
            let what = if gone.is_null { "is null" } else { "is missing" };
            format!(
                "`{}` of {}.{} {what}, which is always there as its system file says; was it renamed? If so, write \
                 `at NEW.NAME` at the field",
                gone.place, kind.system, kind.name
            )
        });
        let told_learned = learned.first().map(|field| {
            format!(
                "`{}` of {}.{} is in no record that {account} shows, and rules read it; was it renamed? If so, write \
                 `at NEW.NAME` at the field; if answers leave it out where it has no value, `left out when empty`",
                field.path, kind.system, kind.name
            )
        });
        let is_promised = told_promised.is_some();
        let message = told_promised.or(told_learned)?;
        let fields = promised.into_iter().map(|gone| &gone.field).chain(learned.into_iter().map(|field| &field.path));
        Some(Lack { fields: fields.cloned().collect(), message: format!("{account}: {message}"), is_promised })
    }

    /// Whether records of a kind cannot be told apart, or not be read beside others, without what is lacking.
    pub fn hides(&self, plan: &Plan, kind: &RecordType, lack: &Lack) -> bool {
        let told_by = |(pipeline, side): (&std::sync::Arc<Pipeline>, Side)| {
            let field = Path::field(pipeline.match_field(side));
            lack.fields.contains(&field) || lack.fields.contains(&Path::field(kind.key.as_str()))
        };
        self.beside.contains(&of(kind)) || plan.pipelines_of(&kind.system, &kind.name).any(told_by)
    }
}

/// What of a pipeline rests on fields of a side that are lacking.
pub fn rests_on(pipeline: &Pipeline, side: Side, lack: &Lack) -> Resting {
    let kind = pipeline.record(side);
    let mut shared = vec![Path::field(kind.key.as_str())];
    let with = pipeline.with.iter().flat_map(crate::language::plan::WithRead::expressions);
    for expression in pipeline.conditions().chain(with) {
        expression.fields_of(Some(&kind.system), &mut shared);
    }
    let read_by = |read: &[Path]| lack.fields.iter().any(|path| read.iter().any(|read| path.is_within(read)));
    if kind.grouped.is_some() || read_by(&shared) || by_script(pipeline.conditions(), &kind.system, lack) {
        return Resting::Whole;
    }
    let mut stops: Vec<Stop> = Vec::new();
    for rule in &pipeline.rules {
        let group = Some(rule.group.clone());
        let reads = || {
            read_by(&rule.reads(pipeline, &kind.system))
                || by_script(rule.expressions().into_iter(), &kind.system, lack)
        };
        if !stops.iter().any(|stop| stop.group == group) && reads() {
            stops.push(Stop { group, ..Stop::new(FIELD_GONE, UNRELIABLE, lack.message.clone(), &rule.line) });
        }
    }
    Resting::Groups(stops)
}

/// Whether a script that is given the whole record of a system reads what is lacking.
fn by_script<'e>(expressions: impl Iterator<Item = &'e CompiledExpression>, system: &str, lack: &Lack) -> bool {
    let reads = |one: &CompiledExpression| lack.fields.iter().any(|field| one.script_reads(system, field));
    expressions.into_iter().any(reads)
}

/// The fields of a kind that a pipeline reads, of its own sides and of records beside them.
fn names_in(pipeline: &Pipeline, kind: &RecordType, names: &mut Vec<Path>) {
    let with = || pipeline.with.iter().flat_map(crate::language::plan::WithRead::expressions);
    if [&pipeline.left, &pipeline.right].iter().any(|side| of(side) == of(kind)) {
        for expression in pipeline.expressions().chain(with()) {
            expression.fields_of(Some(&kind.system), names);
        }
        names.extend(pipeline.reads(&kind.system));
    }
    for read in pipeline.with.iter().filter(|read| of(&read.record) == of(kind)) {
        read.condition.fields_of(None, names);
        for expression in pipeline.expressions().chain(with()) {
            expression.fields_of(Some(&read.name), names);
        }
    }
}

fn of(kind: &RecordType) -> Of {
    (kind.system.clone(), kind.name.clone())
}
