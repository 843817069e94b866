//! A function that is given null where it works with a value.
//!
//! A declaration names the kinds of values and not whether one may be missing, so the function is asked: it is pure and
//! bounded, of the library as of a script, and is called with a sample of each kind, then with null in the place of the
//! value that may be missing.

use rust_decimal::Decimal;

use super::given::{Given, Inference};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::script::CallFault;
use crate::language::syntax::expression::Expression;
use crate::value::{Kind, Record, Value, timestamp};

/// A function as it is asked.
pub(super) struct Asked<'a> {
    /// Its name.
    pub name: &'a str,
    /// The names and kinds of what it is given here.
    pub parameters: Vec<(&'a str, &'a Kind)>,
    /// What it answers.
    pub call: &'a dyn Fn(&[Value]) -> Result<Value, CallFault>,
    /// Where it is declared, where that is in the rules.
    pub declared: Option<Span>,
}

/// Finds arguments that may be null and with which the function fails, though it works without.
pub(super) fn judge(on: &mut Inference<'_, '_>, asked: &Asked<'_>, (arguments, given): (&[Expression], &[Given])) {
    let places = arguments.iter().zip(given).enumerate().filter(|(_, (_, given))| given.nullable);
    for (at, (argument, _)) in places {
        let Some((parameter, _)) = asked.parameters.get(at) else { continue };
        let Some(why) = (0..SAMPLES).find_map(|sample| failing(asked, (at, sample))) else { continue };
        let message = format!("this may be null, and `{}` fails where `{parameter}` is null: {why}", asked.name);
        let finding = Diagnostic::error(Code("type-null"), message, argument.span, "may be null");
        let finding = match asked.declared {
            Some(span) => finding.label(span, "declared here").help(format!(
                "let the script ask for it, `if {parameter} == () {{ return (); }}`, or write `… ?? VALUE` here"
            )),
            None => finding.help("write `(… ?? VALUE)`, or ask for it first: `… != null and …`, `when … != null`"),
        };
        on.sink.found.push(finding);
    }
}

/// What a pure function says of values of these kinds, where it has an answer for no sample of them.
pub(super) fn never_answered(kinds: &[&Kind], call: fn(&[Value]) -> Result<Value, String>) -> Option<String> {
    let said = |number| call(&kinds.iter().map(|kind| sample(kind, number)).collect::<Vec<Value>>()).err();
    (0..SAMPLES).map(said).collect::<Option<Vec<String>>>()?.into_iter().next()
}

/// How many samples there are of each kind.
const SAMPLES: usize = 2;

/// What the function says where one value is null, though it has an answer for a sample in its place.
fn failing(asked: &Asked<'_>, (at, number): (usize, usize)) -> Option<String> {
    let mut values: Vec<Value> = asked.parameters.iter().map(|(_, kind)| sample(kind, number)).collect();
    (asked.call)(&values).ok()?;
    *values.get_mut(at)? = Value::Null;
    match (asked.call)(&values) {
        Err(CallFault::Failed(why)) => Some(why),
        Ok(_) | Err(CallFault::Exhausted(_)) => None,
    }
}

/// A value of a kind.
fn sample(kind: &Kind, number: usize) -> Value {
    let first = number == 0;
    match kind {
        Kind::Bool => Value::Bool(first),
        Kind::Integer => Value::Integer(if first { 1 } else { 12 }),
        Kind::Decimal => Value::Decimal(if first { Decimal::ONE } else { Decimal::new(125, 1) }),
        Kind::Timestamp => timestamp::parse("2026-01-31T12:00:00Z").map_or(Value::Null, Value::Timestamp),
        Kind::Date => timestamp::parse_date("2026-01-31").map_or(Value::Null, Value::Date),
        Kind::List(inner) if matches!(**inner, Kind::Record(_) | Kind::List(_)) => {
            Value::List(vec![sample(inner, number)].into())
        }
        Kind::List(_) => Value::List(Vec::new().into()),
        Kind::Record(_) => Value::Record(Record::new()),
        Kind::Any | Kind::Null | Kind::Text | Kind::Enum(_) | Kind::Reference(_) => {
            Value::text(if first { "a" } else { "12" })
        }
    }
}
