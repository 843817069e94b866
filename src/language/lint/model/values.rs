//! What values an expression may give, where it is made of constants and of fields whose values can be counted.
//!
//! An over-approximation: what is not among them it never gives; what may give anything has no such set.

use std::sync::Arc;

use super::viewpoint::Viewpoint;
use crate::language::function::registry;
use crate::language::function::signature::Nulls;
use crate::language::plan::SettingType;
use crate::language::plan::expression::{CompiledExpression, Fault, FaultKind};
use crate::language::plan::setting_type::is_truth;
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator, PathExpression};
use crate::value::{Kind, Record, Segment, Value};

/// More combinations than this are not tried.
const COMBINATIONS_MAX: usize = 512;

/// Functions that answer with yes or no, whatever they are given.
const TELLING: [&str; 5] = ["contains", "starts_with", "ends_with", "matches", "linked"];

/// The values that something may have, null among them. None: it may only stop.
#[derive(Clone, Debug, Default)]
pub struct Values(pub Vec<Value>);

impl Values {
    fn one(value: Value) -> Self {
        Self(vec![value])
    }

    fn truth() -> Self {
        Self(vec![Value::Bool(true), Value::Bool(false)])
    }

    fn join(mut self, other: Self) -> Self {
        for value in other.0 {
            if !self.0.contains(&value) {
                self.0.push(value);
            }
        }
        self
    }

    /// Whether it may be null.
    pub fn may_be_null(&self) -> bool {
        self.0.iter().any(Value::is_null)
    }

    /// Whether it may be true.
    pub fn may_hold(&self) -> bool {
        self.0.contains(&Value::Bool(true))
    }

    /// The values as tables read them, without null.
    pub fn keys(&self) -> Vec<String> {
        self.0.iter().filter_map(Value::to_key).collect()
    }
}

/// Paths of which it is known what they read.
pub type Known<'k> = [(&'k PathExpression, Value)];

impl Viewpoint<'_> {
    /// The values that an expression may give while some paths read what is known of them.
    pub fn values(&self, tree: &Expression, known: &Known<'_>) -> Option<Values> {
        match &tree.kind {
            ExpressionKind::Literal(value) => Some(Values::one(value.clone())),
            ExpressionKind::Park(_) => Some(Values::default()),
            ExpressionKind::Path(path) => self.of_path(path, known),
            ExpressionKind::Choice(parts) => {
                let [condition, held, other] = parts.as_ref();
                let decided = self.values(condition, known);
                let may = |truth: bool| {
                    decided
                        .as_ref()
                        .is_none_or(|values| values.0.iter().any(|one| (*one == Value::Bool(true)) == truth))
                };
                let mut found = Values::default();
                for (_, part) in [(true, held), (false, other)].into_iter().filter(|(truth, _)| may(*truth)) {
                    found = found.join(self.values(part, known)?);
                }
                Some(found)
            }
            ExpressionKind::Binary(Operator::Else, first, second) => {
                let first = self.values(first, known)?;
                if !first.may_be_null() && !first.0.is_empty() {
                    return Some(first);
                }
                let filled = Values(first.0.into_iter().filter(|value| !value.is_null()).collect());
                Some(filled.join(self.values(second, known)?))
            }
            ExpressionKind::Binary(Operator::And, left, right) => Some(self.junction((left, right), known, false)),
            ExpressionKind::Binary(Operator::Or, left, right) => Some(self.junction((left, right), known, true)),
            ExpressionKind::Binary(operator, left, right) => {
                let parts = [left.as_ref(), right.as_ref()];
                let again = |mut parts: Vec<Expression>| {
                    let (right, left) = (parts.pop()?, parts.pop()?);
                    Some(ExpressionKind::Binary(*operator, Box::new(left), Box::new(right)))
                };
                let found = self.worked_out(tree, (&parts, &again), known);
                let found = found.or_else(|| left.is_alike(right).then(|| of_itself(*operator)).flatten());
                found.or_else(|| operator.is_comparison().then(Values::truth))
            }
            ExpressionKind::Not(inner) => {
                let again = |mut parts: Vec<Expression>| Some(ExpressionKind::Not(Box::new(parts.pop()?)));
                self.worked_out(tree, (&[inner], &again), known).or_else(|| Some(Values::truth()))
            }
            ExpressionKind::List(items) => {
                let parts: Vec<&Expression> = items.iter().collect();
                self.worked_out(tree, (&parts, &|parts| Some(ExpressionKind::List(parts))), known)
            }
            ExpressionKind::Call(name, arguments) => {
                let parts: Vec<&Expression> = arguments.iter().collect();
                let again = |parts| Some(ExpressionKind::Call(name.clone(), parts));
                let found = self.worked_out(tree, (&parts, &again), known);
                found.or_else(|| TELLING.contains(&name.text.as_str()).then(Values::truth))
            }
            ExpressionKind::Steps(..) | ExpressionKind::Negate(_) | ExpressionKind::Filter(..) => None,
        }
    }

    /// Whether an expression may give null, as far as its parts and its functions say.
    pub fn may_be_null(&self, tree: &Expression) -> bool {
        match &tree.kind {
            ExpressionKind::Literal(value) => value.is_null(),
            ExpressionKind::Path(path) if path.head.as_ref().is_some_and(|head| head.text == "settings") => false,
            ExpressionKind::Path(path) => self.sees(path).is_none_or(|seen| seen.nullable),
            ExpressionKind::Choice(parts) => parts.iter().skip(1).any(|part| self.may_be_null(part)),
            ExpressionKind::Binary(Operator::Else, _, second) => self.may_be_null(second),
            ExpressionKind::Binary(Operator::And | Operator::Or, ..) | ExpressionKind::Not(_) => false,
            ExpressionKind::Binary(operator, left, right) => {
                !operator.is_comparison() && (self.may_be_null(left) || self.may_be_null(right))
            }
            ExpressionKind::Negate(inner) => self.may_be_null(inner),
            ExpressionKind::List(_) | ExpressionKind::Filter(..) | ExpressionKind::Park(_) => false,
            ExpressionKind::Call(name, _) if name.text == "linked" => false,
            ExpressionKind::Call(name, arguments) => match registry::find(&name.text).map(|function| function.nulls) {
                Some(Nulls::Never) => false,
                Some(Nulls::Passed) => arguments.first().is_none_or(|first| self.may_be_null(first)),
                Some(Nulls::OfText | Nulls::Own) | None => true,
            },
            ExpressionKind::Steps(..) => true,
        }
    }

    /// Whether a condition may hold while some paths read what is known of them.
    pub fn may_hold(&self, condition: &Expression, known: &Known<'_>) -> bool {
        self.values(condition, known).is_none_or(|values| values.may_hold())
    }

    /// `and` and `or` over what may be true and what may not; `decides`: the truth that decides the whole.
    fn junction(&self, (left, right): (&Expression, &Expression), known: &Known<'_>, decides: bool) -> Values {
        let [left, right] = [left, right].map(|part| self.values(part, known).unwrap_or_else(Values::truth));
        let may = |values: &Values, truth: bool| values.0.iter().any(|one| (*one == Value::Bool(true)) == truth);
        let mut found = Values::default();
        if may(&left, decides) || may(&right, decides) {
            found.0.push(Value::Bool(decides));
        }
        if may(&left, !decides) && may(&right, !decides) {
            found.0.push(Value::Bool(!decides));
        }
        found
    }

    /// An expression over all values that its parts may have together.
    fn worked_out(
        &self,
        tree: &Expression,
        (parts, again): (&[&Expression], &dyn Fn(Vec<Expression>) -> Option<ExpressionKind>),
        known: &Known<'_>,
    ) -> Option<Values> {
        let mut rounds: Vec<Vec<Expression>> = vec![Vec::new()];
        for part in parts {
            let values = self.values(part, known)?.0;
            if rounds.len().saturating_mul(values.len()) > COMBINATIONS_MAX {
                return None;
            }
            let with = |round: &Vec<Expression>, value: &Value| {
                let literal = Expression { kind: ExpressionKind::Literal(value.clone()), span: part.span };
                round.iter().cloned().chain([literal]).collect::<Vec<_>>()
            };
            rounds = rounds.iter().flat_map(|round| values.iter().map(|value| with(round, value))).collect();
        }
        let nothing = Value::Record(Record::new());
        let mut found = Values::default();
        for round in rounds {
            let tree = Expression { kind: again(round)?, span: tree.span };
            let compiled = CompiledExpression::new(tree, Arc::clone(&self.rules.scripts));
            match compiled.evaluate_in(&nothing) {
                Ok(value) => found = found.join(Values::one(value)),
                // What asks for a person gives no value.
                Err(Fault { kind: FaultKind::Park(_), .. }) => {}
                Err(_) => return None,
            }
        }
        Some(found)
    }

    fn of_path(&self, path: &PathExpression, known: &Known<'_>) -> Option<Values> {
        if let Some((_, value)) = known.iter().find(|(one, _)| one.is_alike(path)) {
            return Some(Values::one(value.clone()));
        }
        if path.head.as_ref().is_some_and(|head| head.text == "settings") {
            return self.of_setting(path);
        }
        let seen = self.sees(path)?;
        let values = match &seen.field()?.kind {
            Kind::Enum(values) => Values(values.iter().map(Value::text).collect()),
            Kind::Bool => Values::truth(),
            _ => return None,
        };
        Some(if seen.nullable { values.join(Values::one(Value::Null)) } else { values })
    }

    fn of_setting(&self, path: &PathExpression) -> Option<Values> {
        let names: Option<Vec<&str>> = path
            .segments
            .iter()
            .map(|step| if let Segment::Field(name) = step { Some(name.as_str()) } else { None })
            .collect();
        let kind = self.rules.types.get(&names?.join("."))?;
        let filled = matches!(kind, SettingType::Filled(_));
        let SettingType::OneOf(values) = kind.plain() else { return None };
        if is_truth(values) {
            return Some(Values(values.iter().map(|value| Value::Bool(value == "true")).collect()));
        }
        let found = Values(values.iter().map(Value::text).collect());
        Some(if filled { found } else { found.join(Values::one(Value::text(""))) })
    }
}

/// What the comparison of something with itself says.
fn of_itself(operator: Operator) -> Option<Values> {
    match operator {
        Operator::Equal | Operator::LessEqual | Operator::GreaterEqual => Some(Values::one(Value::Bool(true))),
        Operator::NotEqual | Operator::Less | Operator::Greater => Some(Values::one(Value::Bool(false))),
        _ => None,
    }
}
