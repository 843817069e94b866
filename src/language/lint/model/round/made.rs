//! What becomes of a value in one rule: not a sample of it but any that it may be, as far as the rule lets tell.

use std::cell::Cell;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::edge::Edge;
use super::place::Lies;
use super::range::{Line, Range};
use crate::language::function::registry;
use crate::language::function::signature::Shape;
use crate::language::plan::Side;
use crate::language::plan::expression::{CompiledExpression, Fault, FaultKind};
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator};
use crate::value::{Record, Value};

/// More that it may be than this is not looked at.
const WAYS_MAX: usize = 48;

/// What a value became.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Made {
    /// This very value.
    Is(Value),
    /// The value with which the round began, which is none that a rule names.
    Begun,
    /// That value in another spelling, which spells the same again when it goes round once more.
    Spelt,
    /// That value, a number, times something and something more.
    Line(Line),
    /// The key of the counterpart, by a pipeline, of a record on a side.
    Counterpart(String, Side, Box<Self>),
    /// What another field holds.
    Other(String),
    /// Nobody can tell, for this reason.
    Unknown(String),
    /// There is none: the rule stops.
    Stops,
    /// There is none, and `??` has a word for it.
    Fails,
}

/// One way that it may go.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Way {
    pub(crate) made: Made,
    /// Whether other fields have a say in it.
    pub(crate) by_others: bool,
}

impl Way {
    pub(crate) fn of(made: Made) -> Self {
        let by_others = matches!(made, Made::Other(_));
        Self { made, by_others }
    }
}

/// An expression of a rule, with what the field holds that it is followed for.
pub(crate) struct Meaning<'m, 'a> {
    pub(crate) edge: &'m Edge<'a>,
    pub(crate) now: &'m Made,
    /// The numbers that the value may be with which the round began.
    pub(crate) span: Range,
    /// Values that rules of the round name: what is `Begun` is none of them.
    pub(crate) named: &'m [Value],
    /// A number at which the numbers must be told apart before more can be said.
    pub(crate) parted: &'m Cell<Option<Decimal>>,
}

impl Meaning<'_, '_> {
    /// What an expression may give. `side`: where `.` is.
    pub(crate) fn of(&self, tree: &Expression, side: Side) -> Vec<Way> {
        let ways = self.ways(tree, side);
        if ways.len() > WAYS_MAX { vec![self.unknown("too much that it may be")] } else { ways }
    }

    /// Whether a condition may hold.
    pub(crate) fn may_hold(&self, tree: &Expression, side: Side) -> bool {
        self.of(tree, side).iter().any(|way| match &way.made {
            Made::Is(value) => *value == Value::Bool(true),
            Made::Stops | Made::Fails => false,
            _ => true,
        })
    }

    fn unknown(&self, why: impl Into<String>) -> Way {
        Way::of(Made::Unknown(why.into()))
    }

    fn ways(&self, tree: &Expression, side: Side) -> Vec<Way> {
        match &tree.kind {
            ExpressionKind::Literal(value) => vec![Way::of(Made::Is(value.clone()))],
            ExpressionKind::Park(_) => vec![Way::of(Made::Stops)],
            ExpressionKind::Path(_) | ExpressionKind::Steps(..) | ExpressionKind::Filter(..) => {
                vec![self.place(tree, side)]
            }
            ExpressionKind::Choice(parts) => {
                let [condition, yes, no] = parts.as_ref();
                self.either(&self.of(condition, side), [yes, no], side)
            }
            ExpressionKind::Binary(Operator::Else, first, second) => {
                let mut found = Vec::new();
                for way in self.of(first, side) {
                    match way.made {
                        Made::Is(Value::Null) | Made::Fails => add(&mut found, self.of(second, side), way.by_others),
                        Made::Other(_) | Made::Unknown(_) => {
                            add(&mut found, vec![way], false);
                            add(&mut found, self.of(second, side), true);
                        }
                        _ => add(&mut found, vec![way], false),
                    }
                }
                found
            }
            ExpressionKind::Binary(Operator::And, left, right) => self.junction([left, right], side, false),
            ExpressionKind::Binary(Operator::Or, left, right) => self.junction([left, right], side, true),
            ExpressionKind::Binary(operator, left, right) => {
                let (lefts, rights) = (self.of(left, side), self.of(right, side));
                let pairs = lefts.iter().flat_map(|left| rights.iter().map(move |right| (left, right)));
                let mut found = Vec::new();
                for (one, other) in pairs {
                    let by_others = one.by_others || other.by_others;
                    let given = if operator.is_comparison() {
                        self.compared(*operator, tree, [&one.made, &other.made])
                    } else {
                        vec![self.calculated(*operator, tree, [&one.made, &other.made])]
                    };
                    add(&mut found, given, by_others);
                }
                found
            }
            ExpressionKind::Not(inner) => {
                let not = |way: Way| match way.made {
                    Made::Is(value) => Way { made: Made::Is(Value::Bool(value != Value::Bool(true))), ..way },
                    Made::Stops | Made::Fails => way,
                    _ => self.unknown("`not`"),
                };
                self.of(inner, side).into_iter().map(not).collect()
            }
            ExpressionKind::Negate(inner) => {
                let zero = Made::Is(Value::Integer(0));
                let minus = |way: Way| {
                    let null = way.made == Made::Is(Value::Null);
                    let given =
                        if null { way.clone() } else { self.calculated(Operator::Subtract, tree, [&zero, &way.made]) };
                    Way { by_others: way.by_others || given.by_others, ..given }
                };
                self.of(inner, side).into_iter().map(minus).collect()
            }
            ExpressionKind::List(items) => vec![self.all(tree, items, side)],
            ExpressionKind::Call(name, arguments) => self.called(tree, (&name.text, arguments), side),
        }
    }

    fn place(&self, tree: &Expression, side: Side) -> Way {
        let ground = &self.edge.ground;
        let place = ground.place(tree, (side, None));
        let is_filtered = !matches!(tree.kind, ExpressionKind::Path(_));
        match place.map(|place| place.lies_to(&self.edge.from)) {
            Some(Lies::There) if !is_filtered => Way::of(self.now.clone()),
            _ if ground.touches(tree, side, &self.edge.from) != Lies::Apart => {
                self.unknown(format!("`{}` holds more or less than that", ground.view.written(tree)))
            }
            _ => Way::of(Made::Other(format!("{} {}", self.edge.pipeline().name, ground.view.written(tree)))),
        }
    }

    fn either(&self, truths: &[Way], [yes, no]: [&Expression; 2], side: Side) -> Vec<Way> {
        let mut found = Vec::new();
        for truth in truths {
            match &truth.made {
                Made::Is(Value::Bool(true)) => add(&mut found, self.of(yes, side), truth.by_others),
                Made::Is(_) => add(&mut found, self.of(no, side), truth.by_others),
                Made::Stops | Made::Fails => add(&mut found, vec![truth.clone()], false),
                _ => {
                    add(&mut found, self.of(yes, side), true);
                    add(&mut found, self.of(no, side), true);
                }
            }
        }
        found
    }

    /// `and`, `or`: `decides` is the truth that decides the whole.
    fn junction(&self, [left, right]: [&Expression; 2], side: Side, decides: bool) -> Vec<Way> {
        let truth = |truth: bool| Way::of(Made::Is(Value::Bool(truth)));
        let mut found = Vec::new();
        for one in self.of(left, side) {
            match &one.made {
                Made::Is(value) if (*value == Value::Bool(true)) == decides => {
                    add(&mut found, vec![truth(decides)], one.by_others);
                }
                Made::Stops | Made::Fails => add(&mut found, vec![one], false),
                made => {
                    let open = !matches!(made, Made::Is(_));
                    if open {
                        add(&mut found, vec![truth(decides)], true);
                    }
                    for other in self.of(right, side) {
                        let given = match &other.made {
                            Made::Is(value) => vec![truth(*value == Value::Bool(true))],
                            Made::Stops | Made::Fails => vec![other.clone()],
                            _ => vec![truth(true), truth(false)],
                        };
                        let undecided = open || !matches!(other.made, Made::Is(_) | Made::Stops | Made::Fails);
                        add(&mut found, given, undecided || one.by_others || other.by_others);
                    }
                }
            }
        }
        found
    }

    fn compared(&self, operator: Operator, tree: &Expression, [one, other]: [&Made; 2]) -> Vec<Way> {
        let truth = |truth: bool| Way::of(Made::Is(Value::Bool(truth)));
        let open = || [true, false].map(|held| Way { by_others: true, ..truth(held) }).to_vec();
        if let (Made::Is(left), Made::Is(right)) = (one, other) {
            return vec![self.worked_out(operator, tree, [left, right])];
        }
        if let Some(stopped) = [one, other].into_iter().find(|made| matches!(made, Made::Stops | Made::Fails)) {
            return vec![Way::of(stopped.clone())];
        }
        let lines = [one, other].map(|made| self.line(made));
        if let [Some(left), Some(right)] = lines
            && let Some(apart) = left.and(Operator::Subtract, right)
        {
            return match apart.order(self.span) {
                Ok(order) => vec![truth(is_so(operator, order))],
                Err(at) => {
                    self.parted.set(Some(at));
                    open()
                }
            };
        }
        let same = match (one, other) {
            (Made::Begun, Made::Begun) => Some(true),
            (Made::Begun, Made::Is(value)) | (Made::Is(value), Made::Begun) => self.is_begun(value),
            _ => None,
        };
        match (operator, same, other) {
            (Operator::Equal, Some(same), _) => vec![truth(same)],
            (Operator::NotEqual, Some(same), _) => vec![truth(!same)],
            (Operator::In, _, Made::Is(Value::List(items))) if *one == Made::Begun => {
                let items: Vec<Option<bool>> = items.iter().map(|item| self.is_begun(item)).collect();
                if items.iter().all(|item| *item == Some(false)) { vec![truth(false)] } else { open() }
            }
            (Operator::In, _, Made::Is(Value::Null)) => vec![truth(false)],
            _ => open(),
        }
    }

    /// Whether a value may be the one with which the round began.
    fn is_begun(&self, value: &Value) -> Option<bool> {
        (value.is_null() || self.named.contains(value)).then_some(false)
    }

    fn worked_out(&self, operator: Operator, tree: &Expression, values: [&Value; 2]) -> Way {
        let [left, right] = values.map(|value| literal(value, tree));
        self.evaluated(Expression {
            kind: ExpressionKind::Binary(operator, left.into(), right.into()),
            span: tree.span,
        })
    }

    fn evaluated(&self, tree: Expression) -> Way {
        let scripts = Arc::clone(&self.edge.ground.view.rules.scripts);
        match CompiledExpression::new(tree, scripts).evaluate_in(&Value::Record(Record::new())) {
            Ok(value) => Way::of(Made::Is(value)),
            Err(Fault { kind: FaultKind::Failed(_), .. }) => Way::of(Made::Fails),
            Err(_) => Way::of(Made::Stops),
        }
    }

    fn line(&self, made: &Made) -> Option<Line> {
        match made {
            Made::Is(value) => Some(Line::level(value.as_decimal()?)),
            Made::Begun => self.span.is_number.then(Line::same),
            Made::Line(line) => Some(*line),
            _ => None,
        }
    }

    fn calculated(&self, operator: Operator, tree: &Expression, [one, other]: [&Made; 2]) -> Way {
        if let Some(stopped) = [one, other].into_iter().find(|made| matches!(made, Made::Stops | Made::Fails)) {
            return Way::of(stopped.clone());
        }
        if let (Made::Is(left), Made::Is(right)) = (one, other) {
            return self.worked_out(operator, tree, [left, right]);
        }
        if [one, other].contains(&&Made::Is(Value::Null)) {
            return Way::of(Made::Fails);
        }
        let lines = [one, other].map(|made| self.line(made));
        let line = if let [Some(left), Some(right)] = lines { left.and(operator, right) } else { None };
        match (line, one, other) {
            (Some(line), ..) => Way::of(match line.number() {
                Some(number) => Made::Is(Value::Decimal(number)),
                None if line == Line::same() => Made::Begun,
                None => Made::Line(line),
            }),
            (None, Made::Unknown(why), _) | (None, _, Made::Unknown(why)) => self.unknown(why.clone()),
            (None, Made::Other(_), Made::Other(_) | Made::Is(_)) | (None, Made::Is(_), Made::Other(_)) => {
                Way::of(Made::Other(self.written(tree)))
            }
            (None, Made::Other(_), _) | (None, _, Made::Other(_)) => {
                let other = [one, other]
                    .into_iter()
                    .find_map(|made| if let Made::Other(other) = made { Some(other) } else { None });
                let name = other.and_then(|other| other.split_once(' ')).map_or("another field", |(_, name)| name);
                self.unknown(format!("what `{name}` holds goes into it"))
            }
            _ => self.unknown(format!("nobody can tell what `{}` comes to", self.edge.ground.view.written(tree))),
        }
    }

    fn written(&self, tree: &Expression) -> String {
        format!("{} {}", self.edge.pipeline().name, self.edge.ground.view.written(tree))
    }

    /// What depends on several values at once.
    fn all(&self, tree: &Expression, items: &[Expression], side: Side) -> Way {
        let given: Vec<Vec<Way>> = items.iter().map(|item| self.of(item, side)).collect();
        let values: Option<Vec<Expression>> = given
            .iter()
            .map(|ways| match ways.as_slice() {
                [Way { made: Made::Is(value), by_others: false }] => Some(literal(value, tree)),
                _ => None,
            })
            .collect();
        match (values, &tree.kind) {
            (Some(values), ExpressionKind::List(_)) => {
                self.evaluated(Expression { kind: ExpressionKind::List(values), span: tree.span })
            }
            (Some(values), ExpressionKind::Call(name, _)) if !registry::ASKED.contains(&name.text.as_str()) => {
                self.evaluated(Expression { kind: ExpressionKind::Call(name.clone(), values), span: tree.span })
            }
            _ if self.edge.ground.touches(tree, side, &self.edge.from) == Lies::Apart => {
                Way::of(Made::Other(self.written(tree)))
            }
            (_, ExpressionKind::Call(name, _)) if self.edge.expression.is_script(&name.text) => {
                self.unknown(format!("nobody can tell what script function `{}` makes of it", name.text))
            }
            (_, ExpressionKind::Call(name, _)) => self.unknown(format!("`{}` makes something else of it", name.text)),
            _ => self.unknown("it is put into a list"),
        }
    }

    fn called(&self, tree: &Expression, (name, arguments): (&str, &[Expression]), side: Side) -> Vec<Way> {
        let shape = registry::find(name).map(|function| function.shape);
        let spells = shape == Some(Shape::Spelt) || name == "number";
        let rounds = shape == Some(Shape::Rounded) && arguments.len() == 1;
        let [first, rest @ ..] = arguments else { return vec![self.all(tree, arguments, side)] };
        if !(spells && rest.is_empty() || name == "within" || rounds && self.span.is_whole) {
            return vec![self.all(tree, arguments, side)];
        }
        let mut found = Vec::new();
        for way in self.of(first, side) {
            let given =
                match &way.made {
                    Made::Is(value) => {
                        let ExpressionKind::Call(name, _) = &tree.kind else { continue };
                        let values = std::iter::once(literal(value, tree)).chain(rest.iter().cloned()).collect();
                        vec![self.evaluated(Expression {
                            kind: ExpressionKind::Call(name.clone(), values),
                            span: tree.span,
                        })]
                    }
                    Made::Begun if name == "within" => vec![way.clone(), Way::of(Made::Fails)],
                    Made::Begun if rounds => vec![way.clone()],
                    Made::Begun if name == "number" && self.span.is_number => vec![way.clone()],
                    Made::Begun | Made::Spelt if name == "number" => vec![Way::of(Made::Spelt), Way::of(Made::Fails)],
                    Made::Begun | Made::Spelt if spells => vec![Way::of(Made::Spelt)],
                    Made::Stops | Made::Fails => vec![way.clone()],
                    Made::Other(_) => vec![Way::of(Made::Other(self.written(tree)))],
                    Made::Unknown(why) => vec![self.unknown(why.clone())],
                    _ => vec![self.unknown(format!("`{name}` makes something else of it"))],
                };
            add(&mut found, given, way.by_others);
        }
        found
    }
}

fn literal(value: &Value, tree: &Expression) -> Expression {
    Expression { kind: ExpressionKind::Literal(value.clone()), span: tree.span }
}

fn is_so(operator: Operator, order: std::cmp::Ordering) -> bool {
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::Less => order.is_lt(),
        Operator::LessEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        _ => order.is_ge(),
    }
}

/// Adds ways that are not there yet; `by_others`: others have a say in all of them.
fn add(found: &mut Vec<Way>, ways: Vec<Way>, by_others: bool) {
    for way in ways {
        let way = Way { by_others: way.by_others || by_others, ..way };
        if !found.contains(&way) {
            found.push(way);
        }
    }
}
