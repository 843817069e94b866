//! The expression language, told a second time: values straight from the tree, as `grammar/README.md` has it.
//!
//! Knows nothing of plans, of what work costs, or of who listens; calls the library's functions as they are. What the
//! service works out is held against it.

use std::cmp::Ordering;

use petiole::language::function::registry;
use petiole::language::function::signature::bounded;
use petiole::language::plan::expression::{Fault, FaultKind, Scope};
use petiole::language::script::ScriptSet;
use petiole::language::syntax::expression::{Expression, ExpressionKind as Kind, Operator};
use petiole::value::{Segment, Value, path};
use rust_decimal::Decimal;

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A person is asked.
    Park(String),
    /// It cannot be worked out, for a reason that `??` catches.
    Failed,
}

/// What names mean: fields of a record, the element that a condition is asked of, and functions of scripts.
#[derive(Clone, Copy)]
pub struct Names<'v> {
    pub record: &'v Value,
    pub element: &'v Value,
    pub scripts: &'v ScriptSet,
}

/// The same for the service.
impl Scope for Names<'_> {
    fn read(&self, head: Option<&str>, segments: &[Segment]) -> Option<Value> {
        Some(path::read(head.map_or(self.element, |name| self.record.field(name)), segments))
    }
}

type Answer = Result<Value, Stop>;

/// What the service answered, in the words of this file; `None` where it only stopped because it was too much work.
pub fn of_service(answer: Result<Value, Fault>) -> Option<Answer> {
    match answer.map_err(|fault| fault.kind) {
        Ok(value) => Some(Ok(value)),
        Err(FaultKind::Park(text)) => Some(Err(Stop::Park(text))),
        Err(FaultKind::Failed(_)) => Some(Err(Stop::Failed)),
        Err(FaultKind::Exhausted(_)) => None,
    }
}

/// The same kind of stop, or a value that is the same in kind and in digits.
pub fn same(one: &Answer, other: &Answer) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => format!("{one:?}") == format!("{other:?}"),
        (Err(one), Err(other)) => one == other,
        _ => false,
    }
}

/// What an expression comes to.
pub fn value(of: &Expression, names: Names<'_>) -> Answer {
    match &of.kind {
        Kind::Literal(value) => Ok(value.clone()),
        Kind::List(items) => Ok(Value::from(all(items, names)?)),
        Kind::Path(path) => {
            let start = path.head.as_ref().map_or(names.element, |head| field(names.record, &head.text));
            Ok(along(start, path.steps.iter().map(|step| &step.segment)))
        }
        Kind::Steps(base, steps) => Ok(along(&value(base, names)?, steps.iter().map(|step| &step.segment))),
        Kind::Call(name, given) => {
            let given = all(given, names)?;
            match registry::find(&name.text) {
                Some(function) => (function.body)(&given).map_err(|_| Stop::Failed),
                None => names.scripts.call(&name.text, &given).map_err(|_| Stop::Failed),
            }
        }
        Kind::Not(inner) => Ok(Value::Bool(value(inner, names)? != Value::Bool(true))),
        Kind::Negate(inner) => match value(inner, names)? {
            Value::Null => Ok(Value::Null),
            Value::Integer(number) => calculated(Operator::Subtract, Number::Whole(0), Number::Whole(number)),
            Value::Decimal(number) => calculated(Operator::Subtract, Number::Whole(0), Number::Broken(number)),
            _ => Err(Stop::Failed),
        },
        Kind::Choice(parts) => {
            let [condition, yes, no] = parts.as_ref();
            if value(condition, names)? == Value::Bool(true) { value(yes, names) } else { value(no, names) }
        }
        Kind::Filter(list, condition) => filtered(value(list, names)?, condition, names),
        Kind::Park(text) => Err(Stop::Park(text.clone())),
        Kind::Binary(operator, left, right) => binary(*operator, (left, right), names),
    }
}

fn all(parts: &[Expression], names: Names<'_>) -> Result<Vec<Value>, Stop> {
    parts.iter().map(|part| value(part, names)).collect()
}

fn field<'v>(of: &'v Value, name: &str) -> &'v Value {
    let Value::Record(fields) = of else { return &Value::Null };
    fields.iter().find(|(known, _)| *known == name).map_or(&Value::Null, |(_, value)| value)
}

/// Nothing is found inside nothing. Behind `[]` there are as many values as the list has, and each further `[]` puts
/// the lists that it finds one behind another.
fn along<'s>(start: &Value, steps: impl Iterator<Item = &'s Segment>) -> Value {
    let (mut found, mut spread) = (vec![start.clone()], false);
    for step in steps {
        let one = |value: &Value| match (step, value) {
            (Segment::Field(name), value) => field(value, name).clone(),
            (Segment::Index(at), Value::List(items)) => items.get(*at).cloned().unwrap_or_default(),
            _ => Value::Null,
        };
        found = match step {
            Segment::Each if !spread && !matches!(found[0], Value::List(_)) => return Value::Null,
            Segment::Each => found.iter().filter_map(Value::as_list).flatten().cloned().collect(),
            _ => found.iter().map(one).collect(),
        };
        spread |= *step == Segment::Each;
    }
    if spread { Value::from(found) } else { found.remove(0) }
}

fn filtered(list: Value, condition: &Expression, names: Names<'_>) -> Answer {
    let mut kept = Vec::new();
    match list {
        Value::Null => {}
        Value::List(items) => {
            for element in &items {
                if value(condition, Names { element, ..names })? == Value::Bool(true) {
                    kept.push(element.clone());
                }
            }
        }
        _ => return Err(Stop::Failed),
    }
    Ok(Value::from(kept))
}

fn binary(operator: Operator, (left, right): (&Expression, &Expression), names: Names<'_>) -> Answer {
    let holds = |part: &Expression| Ok(value(part, names)? == Value::Bool(true));
    match operator {
        Operator::Or => return Ok(Value::Bool(holds(left)? || holds(right)?)),
        Operator::And => return Ok(Value::Bool(holds(left)? && holds(right)?)),
        Operator::Else => {
            return match value(left, names) {
                Ok(Value::Null) | Err(Stop::Failed) => value(right, names),
                other => other,
            };
        }
        _ => {}
    }
    let (a, b) = (value(left, names)?, value(right, names)?);
    let truth = match operator {
        Operator::Equal => equal(&a, &b),
        Operator::NotEqual => !equal(&a, &b),
        Operator::In => match &b {
            Value::List(items) => items.iter().any(|item| equal(&a, item)),
            Value::Null => false,
            _ => return Err(Stop::Failed),
        },
        Operator::Less => order(&a, &b)? == Ordering::Less,
        Operator::Greater => order(&a, &b)? == Ordering::Greater,
        Operator::LessEqual => order(&a, &b)? != Ordering::Greater,
        Operator::GreaterEqual => order(&a, &b)? != Ordering::Less,
        _ => {
            return match (operator, &a, &b) {
                (Operator::Add, Value::Text(a), Value::Text(b)) => {
                    bounded(a.len() + b.len()).map_err(|_| Stop::Failed)?;
                    Ok(Value::text(format!("{a}{b}")))
                }
                _ => calculated(operator, number(&a).ok_or(Stop::Failed)?, number(&b).ok_or(Stop::Failed)?),
            };
        }
    };
    Ok(Value::Bool(truth))
}

/// By meaning: numbers by what they count, a field that is not there as one that is null.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Timestamp(a), Value::Timestamp(b)) => a == b,
        (Value::Date(a), Value::Date(b)) => a == b,
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Record(left), Value::Record(right)) => {
            left.keys().chain(right.keys()).all(|name| equal(field(a, name), field(b, name)))
        }
        _ => number(a).zip(number(b)).is_some_and(|(a, b)| a.exact() == b.exact()),
    }
}

fn order(a: &Value, b: &Value) -> Result<Ordering, Stop> {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => Ok(a.as_bytes().cmp(b.as_bytes())),
        (Value::Timestamp(a), Value::Timestamp(b)) => Ok(a.as_nanosecond().cmp(&b.as_nanosecond())),
        (Value::Date(a), Value::Date(b)) => Ok(a.to_string().cmp(&b.to_string())),
        _ => Ok(number(a).ok_or(Stop::Failed)?.exact().cmp(&number(b).ok_or(Stop::Failed)?.exact())),
    }
}

#[derive(Clone, Copy)]
enum Number {
    Whole(i64),
    Broken(Decimal),
}

impl Number {
    fn exact(self) -> Decimal {
        match self {
            Self::Whole(number) => Decimal::from(number),
            Self::Broken(number) => number,
        }
    }
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Integer(number) => Some(Number::Whole(*number)),
        Value::Decimal(number) => Some(Number::Broken(*number)),
        _ => None,
    }
}

/// Whole numbers stay whole but under division; what is too large, or divided by nothing, is no number.
fn calculated(operator: Operator, a: Number, b: Number) -> Answer {
    if let (Number::Whole(a), Number::Whole(b)) = (a, b)
        && operator != Operator::Divide
    {
        let (a, b) = (i128::from(a), i128::from(b));
        let exact = match operator {
            Operator::Add => a + b,
            Operator::Subtract => a - b,
            _ => a * b,
        };
        let large = || Decimal::try_from_i128_with_scale(exact, 0).map(Value::Decimal).map_err(|_| Stop::Failed);
        return i64::try_from(exact).map_or_else(|_| large(), |whole| Ok(Value::Integer(whole)));
    }
    let (a, b) = (a.exact(), b.exact());
    let exact = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        _ => a.checked_div(b).map(|quotient| quotient.normalize()),
    };
    exact.map(Value::Decimal).ok_or(Stop::Failed)
}
