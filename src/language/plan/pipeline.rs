//! A pipeline: how records of two kinds pair up and what flows between them.
//!
//! Left and right are the sides in the order of `between`. Every rule keeps its line, so that
//! whatever happens can name the rule that caused it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Span;
use crate::language::plan::agreement::Agreement;
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::ownership::Owner;
use crate::language::plan::rule_line::RuleLine;
use crate::language::plan::side::Side;
use crate::language::plan::system::RecordType;
use crate::language::plan::table::Table;
use crate::language::plan::volume::Volume;
use crate::language::plan::when_gone::WhenGone;
use crate::language::syntax::arrow::Arrow;
use crate::value::Path;

/// A pipeline.
#[derive(Debug)]
pub struct Pipeline {
    /// Its name.
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    /// The left record type.
    pub left: Arc<RecordType>,
    /// The right record type.
    pub right: Arc<RecordType>,
    /// What makes two records a pair: equal values of these expressions, each over one side.
    pub match_left: CompiledExpression,
    /// See [`Pipeline::match_left`].
    pub match_right: CompiledExpression,
    /// The field inside `match_left` by which the left side is searched.
    pub match_left_field: String,
    /// The field inside `match_right` by which the right side is searched.
    pub match_right_field: String,
    /// The line of `match`.
    pub match_line: RuleLine,
    /// The side whose record may be the counterpart of several.
    pub shared: Option<Side>,
    /// Further records that rules read, in order.
    pub with: Vec<WithRead>,
    /// Where it is said, the condition without which nothing is written or created.
    pub when: Option<(CompiledExpression, RuleLine)>,
    /// Where it is said, the condition while which what is to be written of a record waits.
    pub hold: Option<(CompiledExpression, RuleLine)>,
    /// Lists of fields of a side that are left alone once the record exists.
    pub untouched: Vec<(Side, CompiledExpression, RuleLine)>,
    /// `passed by:` by the system in which a counterpart is missing: records that wait for a person's word.
    pub passed_by: BTreeMap<String, (CompiledExpression, RuleLine)>,
    /// `needs:` by the system that is written to: what must be there before anything is.
    pub needs: BTreeMap<String, (CompiledExpression, RuleLine)>,
    /// `after:` by the system in which a record is created: those whose own pairs are brought together before.
    pub after: BTreeMap<String, (CompiledExpression, RuleLine)>,
    /// `when gone:` by the system whose record is gone.
    pub when_gone: BTreeMap<String, WhenGone>,
    /// `volume:` by the system whose records change: how much there is to carry, for lint alone.
    pub volume: BTreeMap<String, Volume>,
    /// `agree:`
    pub agree: Vec<Agreement>,
    /// When a left record is created for a right one.
    pub create_left: Option<Create>,
    /// When a right record is created for a left one.
    pub create_right: Option<Create>,
    /// The rules in file order, with their groups.
    pub rules: Vec<FieldRule>,
}

impl Pipeline {
    /// The record type of a side.
    pub fn record(&self, side: Side) -> &Arc<RecordType> {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// The create rule of a side, whether ownership lets it act or not.
    pub fn create(&self, side: Side) -> Option<&Create> {
        match side {
            Side::Left => self.create_left.as_ref(),
            Side::Right => self.create_right.as_ref(),
        }
    }

    /// The match expression of a side.
    pub fn match_of(&self, side: Side) -> &CompiledExpression {
        match side {
            Side::Left => &self.match_left,
            Side::Right => &self.match_right,
        }
    }

    /// Every expression of the pipeline but those of its `with:` entries.
    pub fn expressions(&self) -> impl Iterator<Item = &CompiledExpression> {
        self.rules.iter().flat_map(FieldRule::expressions).chain(self.conditions())
    }

    /// Every expression that is no rule's: what all rules rest on.
    pub fn conditions(&self) -> impl Iterator<Item = &CompiledExpression> {
        let creates = [&self.create_left, &self.create_right].into_iter().flatten().filter_map(|one| one.when.as_ref());
        let held = self.when.iter().chain(&self.hold).map(|(condition, _)| condition);
        let held = held.chain(self.untouched.iter().map(|(_, fields, _)| fields));
        let held = held.chain(
            self.passed_by
                .values()
                .chain(self.after.values())
                .chain(self.needs.values())
                .map(|(condition, _)| condition),
        );
        let held = held.chain(self.agree.iter().map(|agreement| &agreement.condition));
        creates.chain([&self.match_left, &self.match_right]).chain(held)
    }

    /// What this pipeline's expressions read from a system's side: the fields at the head of their paths, and lists.
    pub fn reads(&self, system: &str) -> Vec<Path> {
        let mut read = Vec::new();
        for expression in self.expressions() {
            expression.first_fields(system, &mut read);
        }
        for rule in &self.rules {
            if let RuleBody::List(list) = &rule.body {
                read.push(if self.left.system == system { &list.left } else { &list.right }.clone());
            }
        }
        read
    }

    /// The field by which a side is searched.
    pub fn match_field(&self, side: Side) -> &str {
        match side {
            Side::Left => &self.match_left_field,
            Side::Right => &self.match_right_field,
        }
    }
}

/// When the missing side of a pair is created.
#[derive(Debug)]
pub struct Create {
    /// The condition; `None`: on demand, only when another pipeline needs the counterpart.
    pub when: Option<CompiledExpression>,
    /// Who may have it created: arrows that leave the owner are live.
    pub owner: Owner,
    /// Its line.
    pub line: RuleLine,
    /// Its place.
    pub span: Span,
}

/// A further record that the rules read.
#[derive(Debug)]
pub struct WithRead {
    /// Its name in rules.
    pub name: String,
    /// What is searched.
    pub record: Arc<RecordType>,
    /// Which of them; `.field` is the candidate's.
    pub condition: CompiledExpression,
    /// The part of the condition that is not about the candidate; where it does not hold nothing is read.
    pub guard: Option<CompiledExpression>,
    /// What every candidate must equal: where one of these is empty, none is meant.
    pub asked: Vec<CompiledExpression>,
    /// Where the condition is `.field == value` and the system has a search by that field: the
    /// field, and the value over names known before.
    pub search: Option<(String, CompiledExpression)>,
    /// Parts of the condition by which most of a listing can be left out.
    pub narrowings: Vec<Narrowing>,
    /// What of a candidate the condition compares, and with what; for naming what was nearly right.
    pub compared: Option<(CompiledExpression, CompiledExpression)>,
    /// With what it is created where it is not there.
    pub made: Option<CompiledExpression>,
    /// Whether all accounts of the system are searched, not only the pair's.
    pub every_account: bool,
    /// Whether a kept listing will not do.
    pub newest: bool,
    /// How many there may be.
    pub cardinality: Cardinality,
    /// Its line.
    pub line: RuleLine,
}

/// A part of a condition that records fulfil only if they hold one of some values at a place.
#[derive(Debug)]
pub struct Narrowing {
    /// The place, of a single value or of one in each element of a list.
    pub path: Path,
    /// The value, or the list of values; it asks for no record.
    pub among: CompiledExpression,
    /// The record, looked for by name, that the values are read from.
    pub after: Option<String>,
}

impl WithRead {
    /// The expressions of the entry.
    pub fn expressions(&self) -> impl Iterator<Item = &CompiledExpression> {
        std::iter::once(&self.condition).chain(&self.made)
    }
}

/// How many records a `with:` entry may find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cardinality {
    /// None gives null; several park.
    AtMostOne,
    /// A list.
    Many,
}

/// A rule between a value on one side and a field on the other.
#[derive(Debug)]
pub struct FieldRule {
    /// Its place among the rules of its pipeline, those inside lists counted where they stand.
    pub number: usize,
    /// Pipeline, group and both sides as written: names the rule within its generation.
    pub id: String,
    /// Its group: the unit of ownership, conflict and parking.
    pub group: String,
    /// Which way values may flow, by the file.
    pub arrow: Arrow,
    /// Whose value wins in its group.
    pub owner: Owner,
    /// Where that is said; `None`: nowhere, so that it is both.
    pub owned_at: Option<RuleLine>,
    /// What it carries.
    pub body: RuleBody,
    /// Only when the target is created.
    pub on_create: bool,
    /// Written at every change of the pair, whether its own value changed or not.
    pub always: bool,
    /// An empty value may take the place of one.
    pub or_clear: bool,
    /// Speaks even where the linked record that it reads is not there any more.
    pub also_when_gone: bool,
    /// What the peer refuses of it is told once for all records.
    pub reported_once: bool,
    /// Only while this holds.
    pub when: Option<CompiledExpression>,
    /// Whether it needs other records brought over, or asks whether they were.
    pub asks: bool,
    /// Why it is as it is, for people.
    pub because: Option<String>,
    /// Its line.
    pub line: RuleLine,
    /// Its place.
    pub span: Span,
}

impl FieldRule {
    /// Its expressions, those of the rules inside it too.
    pub fn expressions(&self) -> Vec<&CompiledExpression> {
        let inner = match &self.body {
            RuleBody::Value { left, right, .. } => vec![left, right],
            RuleBody::List(list) => list.rules.iter().flat_map(Self::expressions).collect(),
        };
        inner.into_iter().chain(&self.when).collect()
    }

    /// What it reads from a system's side: the first field of each path, and the list where it is about one.
    pub fn reads(&self, pipeline: &Pipeline, system: &str) -> Vec<Path> {
        let mut read = Vec::new();
        self.expressions().into_iter().for_each(|expression| expression.fields_of(Some(system), &mut read));
        if let RuleBody::List(list) = &self.body {
            read.push(if pipeline.left.system == system { &list.left } else { &list.right }.clone());
        }
        read
    }

    /// The path that it writes on a side; `None`: that side is an expression.
    pub fn path(&self, side: Side) -> Option<&Path> {
        let (left, right) = match &self.body {
            RuleBody::Value { left_path, right_path, .. } => (left_path.as_ref(), right_path.as_ref()),
            RuleBody::List(list) => (Some(&list.left), Some(&list.right)),
        };
        if side == Side::Left { left } else { right }
    }

    /// Whether the arrow points at a side.
    pub fn points(&self, target: Side) -> bool {
        self.arrow.points(target)
    }
}

/// What a rule carries.
#[derive(Debug)]
pub enum RuleBody {
    /// One value. On the side an arrow points to the expression is a plain path.
    Value {
        /// Over the left record, `with` and settings; inside a list over the element too.
        left: CompiledExpression,
        /// The right side, alike.
        right: CompiledExpression,
        /// The left path, where the left side is one.
        left_path: Option<Path>,
        /// The right path, where the right side is one.
        right_path: Option<Path>,
        /// The value table between.
        table: Option<Arc<Table>>,
        /// The pipeline whose link translates the key.
        via: Option<String>,
    },
    /// A keyed list.
    List(ListRule),
}

impl RuleBody {
    /// Whether it needs other records brought over, or asks whether they were.
    pub fn asks(&self) -> bool {
        match self {
            Self::Value { left, right, via, .. } => via.is_some() || left.asks_for_links() || right.asks_for_links(),
            Self::List(list) => list.rules.iter().any(|rule| rule.asks),
        }
    }
}

/// Lists paired by key.
#[derive(Debug)]
pub struct ListRule {
    /// The left list's path, without `[]`.
    pub left: Path,
    /// The right list's path, without `[]`.
    pub right: Path,
    /// The element fields of the arrow's target that make the key.
    pub key: Vec<String>,
    /// The element's name where `as NAME` gives one.
    pub element: Option<String>,
    /// Rules of one element.
    pub rules: Vec<FieldRule>,
}
