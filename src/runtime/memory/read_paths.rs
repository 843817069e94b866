//! The fields that rules read, whichever record they stand in: paths are followed through references and `with:` names.
//!
//! A script that is given a whole record reads the fields that it names. Says too much rather than too little where a
//! path begins at a value that only a run can tell; what matters is fields that answers lack.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engine::sibling_reference;
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{FieldRule, ListRule, Pipeline, Plan, RecordType, RuleBody};
use crate::language::syntax::expression::{Expression, ExpressionKind, Step};
use crate::value::{Kind, Path, Segment};

/// A system and one of its records.
type Of = (String, String);

/// The fields that rules read.
#[derive(Debug, Default)]
pub(crate) struct ReadPaths {
    /// Paths, by system and record.
    pub names: BTreeMap<Of, BTreeSet<Path>>,
    /// Fields that scripts name which are given the record as a whole.
    pub given: BTreeMap<Of, BTreeSet<Path>>,
}

/// A place in a record.
#[derive(Clone)]
struct Place {
    kind: Arc<RecordType>,
    at: Path,
}

/// What names mean in an expression.
#[derive(Clone, Default)]
struct Names {
    heads: BTreeMap<String, Place>,
    element: Option<Place>,
}

/// One expression while it is walked through.
struct Walk<'a> {
    plan: &'a Plan,
    expression: &'a CompiledExpression,
    found: &'a mut ReadPaths,
}

impl ReadPaths {
    /// Those of all rules of a plan.
    pub(crate) fn new(plan: &Plan) -> Self {
        Self::of(plan, plan.pipelines.values().map(AsRef::as_ref))
    }

    /// Those of some pipelines of a plan.
    pub(crate) fn of<'p>(plan: &Plan, pipelines: impl Iterator<Item = &'p Pipeline>) -> Self {
        let mut found = Self::default();
        pipelines.for_each(|pipeline| found.pipeline(plan, pipeline));
        found
    }

    fn pipeline(&mut self, plan: &Plan, pipeline: &Pipeline) {
        let (left, right) = (root(&pipeline.left), root(&pipeline.right));
        let mut names = Names::default();
        for place in [&left, &right] {
            names.heads.insert(place.kind.system.clone(), place.clone());
        }
        for read in &pipeline.with {
            names.heads.insert(read.name.clone(), root(&read.record));
        }
        for read in &pipeline.with {
            let names = Names { element: Some(root(&read.record)), ..names.clone() };
            read.expressions().for_each(|expression| self.expression(plan, expression, &names));
        }
        pipeline.conditions().for_each(|expression| self.expression(plan, expression, &names));
        for rule in &pipeline.rules {
            self.rule(plan, rule, (&left, &right), &names);
        }
    }

    fn rule(&mut self, plan: &Plan, rule: &FieldRule, (left, right): (&Place, &Place), names: &Names) {
        let sides = [left, right];
        match &rule.body {
            RuleBody::Value { left: one, right: other, .. } => {
                for (expression, place) in [one, other].into_iter().zip(sides) {
                    self.expression(plan, expression, &within(names, place));
                }
            }
            RuleBody::List(list) => self.list(plan, list, (left, right), names),
        }
        for (condition, place) in rule.when.iter().flat_map(|condition| sides.map(|place| (condition, place))) {
            self.expression(plan, condition, &within(names, place));
        }
    }

    fn list(&mut self, plan: &Plan, list: &ListRule, (left, right): (&Place, &Place), names: &Names) {
        let (left, right) = (element_of(left, &list.left), element_of(right, &list.right));
        for side in [&left, &right] {
            let mut names = names.clone();
            if let Some(name) = &list.element {
                names.heads.insert(name.clone(), side.clone());
            }
            list.rules.iter().for_each(|rule| self.rule(plan, rule, (&left, &right), &names));
        }
    }

    fn expression(&mut self, plan: &Plan, expression: &CompiledExpression, names: &Names) {
        Walk { plan, expression, found: self }.part(expression.tree(), names);
    }
}

impl Walk<'_> {
    /// Notes what a part reads; where its value stands, if that is in a record.
    fn part(&mut self, part: &Expression, names: &Names) -> Option<Place> {
        match &part.kind {
            ExpressionKind::Path(path) => {
                let from = match &path.head {
                    Some(head) => names.heads.get(&head.text).cloned()?,
                    None => names.element.clone()?,
                };
                self.steps(from, &path.steps)
            }
            ExpressionKind::Steps(base, steps) => {
                let from = self.part(base, names)?;
                self.steps(from, steps)
            }
            ExpressionKind::Filter(list, condition) => {
                let list = self.part(list, names);
                let element = list.as_ref().map(|place| element_of(place, &Path::default()));
                self.part(condition, &Names { element, ..names.clone() });
                list
            }
            ExpressionKind::Call(name, arguments) => {
                let places: Vec<Option<Place>> = arguments.iter().map(|argument| self.part(argument, names)).collect();
                if self.expression.is_script(&name.text) {
                    let whole = places.iter().flatten().filter(|place| place.at.0.is_empty());
                    whole.for_each(|place| self.give(&name.text, &place.kind));
                    return None;
                }
                let first = places.into_iter().next().flatten()?;
                Some(element_of(&first, &Path::default()))
            }
            ExpressionKind::Binary(_, one, other) => {
                let one = self.part(one, names);
                let other = self.part(other, names);
                one.or(other)
            }
            ExpressionKind::Choice(parts) => {
                parts.iter().map(|part| self.part(part, names)).collect::<Vec<_>>().into_iter().skip(1).flatten().next()
            }
            ExpressionKind::List(items) => {
                items.iter().for_each(|item| drop(self.part(item, names)));
                None
            }
            ExpressionKind::Not(inner) | ExpressionKind::Negate(inner) => {
                self.part(inner, names);
                None
            }
            ExpressionKind::Literal(_) | ExpressionKind::Park(_) => None,
        }
    }

    fn steps(&mut self, from: Place, steps: &[Step]) -> Option<Place> {
        let segments: Vec<Segment> = steps.iter().map(|step| step.segment.clone()).collect();
        self.follow(from, &segments)
    }

    fn follow(&mut self, from: Place, segments: &[Segment]) -> Option<Place> {
        let Some((step, rest)) = segments.split_first() else {
            self.note(&from);
            return Some(from);
        };
        let Segment::Field(name) = step else { return self.follow(element_of(&from, &Path::default()), rest) };
        let here = Place { at: from.at.join(name), kind: Arc::clone(&from.kind) };
        match from.kind.field(&here.at).map(|field| &field.kind) {
            Some(Kind::Reference(record)) if !rest.is_empty() => {
                self.note(&here);
                let target = self.plan.record(&from.kind.system, record)?;
                self.follow(root(target), rest)
            }
            Some(_) => self.follow(here, rest),
            None => match sibling_reference(self.plan, &from.kind, &from.at) {
                Some((_, record)) => {
                    let target = self.plan.record(&from.kind.system, record)?;
                    self.follow(root(target), segments)
                }
                None => self.follow(here, rest),
            },
        }
    }

    /// A script is given a whole record, and may read what it names.
    fn give(&mut self, function: &str, kind: &RecordType) {
        let reads = |path: &&Path| path.last_name().is_some_and(|word| self.expression.script_mentions(function, word));
        let fields: Vec<Path> = kind.fields.iter().map(|field| &field.path).filter(reads).cloned().collect();
        self.found.given.entry(of(kind)).or_default().extend(fields);
    }

    fn note(&mut self, place: &Place) {
        if !place.at.0.is_empty() {
            self.found.names.entry(of(&place.kind)).or_default().insert(place.at.clone());
        }
    }
}

fn root(kind: &Arc<RecordType>) -> Place {
    Place { kind: Arc::clone(kind), at: Path::default() }
}

fn within(names: &Names, place: &Place) -> Names {
    let element = (!place.at.0.is_empty()).then(|| place.clone());
    Names { element, heads: names.heads.clone() }
}

/// An element of the list below a place; records that were found as a list are elements themselves.
fn element_of(place: &Place, list: &Path) -> Place {
    let mut at = place.at.clone();
    at.0.extend(list.0.iter().cloned());
    if !at.0.is_empty() && at.0.last() != Some(&Segment::Each) {
        at.0.push(Segment::Each);
    }
    Place { kind: Arc::clone(&place.kind), at }
}

fn of(kind: &RecordType) -> Of {
    (kind.system.clone(), kind.name.clone())
}
