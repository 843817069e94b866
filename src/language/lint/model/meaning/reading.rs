//! Reads conditions: what its names stand for is known, so that one place is one place in all that it reads.

use std::sync::Arc;

use super::condition::Condition;
use super::domain::Domain;
use super::formula::{Place, Test};
use super::head::{Head, Heads};
use super::heads;
use super::terms;
use crate::language::lint::model::View;
use crate::language::plan::{Arrow, FieldRule, ListRule, Pipeline, RecordType, Side};
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator, PathExpression};
use crate::value::{Path, Segment, Value};

/// Both sides of a comparison that can be counted out are, up to so many values.
const COUNTED_MAX: usize = 16;

/// What the names of a pipeline stand for, where a condition is read.
#[derive(Clone)]
pub struct Reading<'a> {
    view: &'a View<'a>,
    heads: Heads,
    element: Option<Head>,
}

impl<'a> Reading<'a> {
    /// The names of a pipeline. Readings of one pipeline speak of the same pair of records.
    pub fn of(view: &'a View<'a>, pipeline: &Pipeline) -> Self {
        let roots = Side::BOTH.map(|side| format!("{} {}", pipeline.name, side.as_str()));
        Self::rooted(view, pipeline, roots)
    }

    /// The same, its sides called by these names: places of two readings are one where their sides are called alike.
    pub fn rooted(view: &'a View<'a>, pipeline: &Pipeline, roots: [String; 2]) -> Self {
        Self { view, heads: heads::heads(pipeline, roots), element: None }
    }

    /// The fields of one record by their bare names, as its system file writes conditions.
    pub fn of_record(view: &'a View<'a>, record: &Arc<RecordType>) -> Self {
        Self { view, heads: heads::fields(record), element: None }
    }

    /// What the lints look at.
    pub fn view(&self) -> &'a View<'a> {
        self.view
    }

    /// Inside a list of the pipeline: `.` is an element on one side.
    #[must_use]
    pub fn inside(&self, pipeline: &Pipeline, list: &ListRule, side: Side) -> Self {
        let record = pipeline.record(side);
        let own = if side == Side::Left { &list.left } else { &list.right };
        let outer = self.element.as_ref().map(|outer| outer.at.0.clone()).unwrap_or_default();
        let at = Path(outer.into_iter().chain(own.0.iter().cloned()).chain([Segment::Each]).collect());
        let root = format!("{} {at}", self.heads.get(&record.system).map_or("", |head| head.root.as_str()));
        let element = Head { root, record: record.clone(), at, is_there: true };
        let mut heads = self.heads.clone();
        if let Some(name) = &list.element {
            heads.insert(name.clone(), element.clone());
        }
        Self { view: self.view, heads, element: Some(element) }
    }

    /// The condition of a rule itself; where it has none it always holds.
    pub fn of_rule(&self, rule: &FieldRule) -> Condition {
        rule.when.as_ref().map_or_else(|| Condition::told(true), |when| self.read(when.tree()))
    }

    /// The condition of a rule where the record of a side is not there yet.
    pub fn of_making(&self, rule: &FieldRule, made: &str) -> Condition {
        rule.when.as_ref().map_or_else(|| Condition::told(true), |when| self.read(&when.tree().without(made)))
    }

    /// When a rule writes to a side, as far as conditions say: its own, the pipeline's, and where it writes only with
    /// the create that one's.
    pub fn of_writing(&self, pipeline: &Pipeline, rule: &FieldRule, target: Side) -> Condition {
        let held = pipeline.when.iter().map(|(held, _)| self.read(held.tree()));
        let create = pipeline.create(target).filter(|_| rule.on_create).and_then(|create| create.when.as_ref());
        Condition::all([self.of_rule(rule)].into_iter().chain(held).chain(create.map(|when| self.read(when.tree()))))
    }

    /// The side whose elements `.` means in the condition of a rule inside a list.
    pub fn speaker(rule: &FieldRule) -> Side {
        if rule.arrow == Arrow::Left { Side::Right } else { Side::Left }
    }

    /// That a place behind a name, or of the element, is a value.
    pub fn is(&self, head: Option<&str>, path: &Path, value: &Value) -> Condition {
        let known = head.map_or(self.element.as_ref(), |name| self.heads.get(name));
        let Some(known) = known else { return Condition::told(true) };
        let shown = head.map_or_else(|| format!(".{path}"), |head| format!("{head}.{path}"));
        let place = Place { root: known.root.clone(), steps: path.0.clone() };
        Condition::at(place, known.domain(self.view.rules, &path.0, shown), Test::Is(value.clone()))
    }

    /// What an expression says, where it decides.
    pub fn read(&self, tree: &Expression) -> Condition {
        match &tree.kind {
            ExpressionKind::Literal(value) => Condition::told(*value == Value::Bool(true)),
            ExpressionKind::Not(inner) => self.read(inner).turned(),
            ExpressionKind::Choice(parts) => {
                let [condition, yes, no] = parts.as_ref();
                self.either(condition, [self.read(yes), self.read(no)])
            }
            ExpressionKind::Binary(operator, left, right) => self.binary(tree, *operator, (left, right)),
            _ => self.test(tree, Test::Is(Value::Bool(true))),
        }
    }

    fn either(&self, condition: &Expression, [yes, no]: [Condition; 2]) -> Condition {
        let condition = self.read(condition);
        condition.clone().and(yes).or(condition.turned().and(no))
    }

    fn binary(&self, tree: &Expression, operator: Operator, (left, right): (&Expression, &Expression)) -> Condition {
        match operator {
            Operator::And => self.read(left).and(self.read(right)),
            Operator::Or => self.read(left).or(self.read(right)),
            Operator::Equal => self.equal(tree, left, right),
            Operator::NotEqual => self.equal(tree, left, right).turned(),
            Operator::In => self.one_of(tree, left, right),
            Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual => {
                match (terms::constant(left), terms::constant(right)) {
                    (_, Some(constant)) => self.test(left, Test::Ordered(operator, constant)),
                    (Some(constant), None) => self.test(right, Test::Ordered(flipped(operator), constant)),
                    (None, None) => self.opaque(tree),
                }
            }
            _ => self.test(tree, Test::Is(Value::Bool(true))),
        }
    }

    fn equal(&self, tree: &Expression, left: &Expression, right: &Expression) -> Condition {
        match (terms::constant(left), terms::constant(right)) {
            (_, Some(constant)) => self.test(left, Test::Is(constant)),
            (Some(constant), None) => self.test(right, Test::Is(constant)),
            (None, None) => {
                let Some(mut values) = [left, right].into_iter().find_map(|tree| self.counted(tree)) else {
                    return self.opaque(&Expression {
                        kind: ExpressionKind::Binary(Operator::Equal, left.clone().into(), right.clone().into()),
                        span: tree.span,
                    });
                };
                values.push(Value::Null);
                let both =
                    |value: Value| self.test(left, Test::Is(value.clone())).and(self.test(right, Test::Is(value)));
                Condition::any(values.into_iter().map(both))
            }
        }
    }

    /// The values of a place, where they are few.
    fn counted(&self, tree: &Expression) -> Option<Vec<Value>> {
        let ExpressionKind::Path(path) = &tree.kind else { return None };
        self.place(tree, path).1.values.filter(|values| values.len() <= COUNTED_MAX)
    }

    fn one_of(&self, tree: &Expression, value: &Expression, list: &Expression) -> Condition {
        match &list.kind {
            ExpressionKind::List(items) => Condition::any(items.iter().map(|item| self.equal(tree, value, item))),
            ExpressionKind::Literal(Value::List(items)) => {
                Condition::any(items.iter().map(|item| self.test(value, Test::Is(item.clone()))))
            }
            ExpressionKind::Path(path) => {
                let name = terms::setting_of(path);
                let members = name.and_then(|name| heads::members(self.view.rules, &name).map(|list| (name, list)));
                match members {
                    Some((name, members)) => Condition::any(members.into_iter().map(|member| {
                        let in_list = self.in_setting(&name, &member);
                        self.test(value, Test::Is(member)).and(in_list)
                    })),
                    None => self.opaque(tree),
                }
            }
            _ => self.opaque(tree),
        }
    }

    /// That a value stands in a list setting, which may or may not be.
    fn in_setting(&self, name: &str, member: &Value) -> Condition {
        let shown = format!("{member} in settings.{name}");
        let place = Place { root: shown.clone(), steps: Vec::new() };
        let values = Some(vec![Value::Bool(true), Value::Bool(false)]);
        let domain = Domain { shown, values, nullable: false, whole: false };
        Condition::at(place, domain, Test::Is(Value::Bool(true)))
    }

    /// What is not looked into: it holds or it does not.
    fn opaque(&self, tree: &Expression) -> Condition {
        let root = terms::key(&self.heads, self.element.as_ref(), tree);
        let values = Some(vec![Value::Bool(true), Value::Bool(false)]);
        let domain = Domain { shown: self.view.written(tree), values, nullable: false, whole: false };
        Condition::at(Place { root, steps: Vec::new() }, domain, Test::Is(Value::Bool(true)))
    }

    /// A test of what an expression gives.
    fn test(&self, tree: &Expression, test: Test) -> Condition {
        if let Some(constant) = terms::constant(tree) {
            return Condition::told(test.of(&constant) == Some(true));
        }
        let is_null = || self.test_null(tree);
        match &tree.kind {
            ExpressionKind::Binary(Operator::Else, value, instead) => {
                let nothing = self.test(value, Test::Is(Value::Null));
                let there = nothing.clone().turned().and(self.test(value, test.clone()));
                there.or(nothing.and(self.test(instead, test)))
            }
            ExpressionKind::Choice(parts) => {
                let [condition, yes, no] = parts.as_ref();
                self.either(condition, [self.test(yes, test.clone()), self.test(no, test)])
            }
            ExpressionKind::Not(_) | ExpressionKind::Binary(..) if is_truth(tree) => match test {
                Test::Is(Value::Bool(true)) => self.read(tree),
                Test::Is(Value::Bool(false)) => self.read(tree).turned(),
                Test::Is(Value::Null) => is_null(),
                _ => Condition::told(false),
            },
            ExpressionKind::Path(path) => {
                let (place, domain) = self.place(tree, path);
                Condition::at(place, domain, test)
            }
            _ => {
                let root = terms::key(&self.heads, self.element.as_ref(), tree);
                let domain = Domain { shown: self.view.written(tree), values: None, nullable: true, whole: false };
                Condition::at(Place { root, steps: Vec::new() }, domain, test)
            }
        }
    }

    /// That a comparison could not be worked out, of which nothing is known.
    fn test_null(&self, tree: &Expression) -> Condition {
        let root = format!("no {}", terms::key(&self.heads, self.element.as_ref(), tree));
        let values = Some(vec![Value::Bool(true), Value::Bool(false)]);
        let domain = Domain { shown: self.view.written(tree), values, nullable: false, whole: false };
        Condition::at(Place { root, steps: Vec::new() }, domain, Test::Is(Value::Bool(true)))
    }

    fn place(&self, tree: &Expression, path: &PathExpression) -> (Place, Domain) {
        let shown = self.view.written(tree);
        if let Some(name) = terms::setting_of(path) {
            let place = Place { root: "settings".to_owned(), steps: path.segments.clone() };
            return (place, heads::setting(self.view.rules, &name, shown));
        }
        let head = path.head.as_ref().map_or(self.element.as_ref(), |name| self.heads.get(&name.text));
        match head {
            Some(head) => {
                let place = Place { root: head.root.clone(), steps: path.segments.clone() };
                (place, head.domain(self.view.rules, &path.segments, shown))
            }
            None => {
                let root = terms::key(&self.heads, self.element.as_ref(), tree);
                (Place { root, steps: Vec::new() }, Domain { shown, values: None, nullable: true, whole: false })
            }
        }
    }
}

/// Whether an expression gives true or false.
fn is_truth(tree: &Expression) -> bool {
    match &tree.kind {
        ExpressionKind::Not(_) => true,
        ExpressionKind::Binary(Operator::And | Operator::Or, ..) => true,
        ExpressionKind::Binary(operator, ..) => operator.is_comparison(),
        _ => false,
    }
}

fn flipped(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessEqual => Operator::GreaterEqual,
        Operator::Greater => Operator::Less,
        _ => Operator::LessEqual,
    }
}
