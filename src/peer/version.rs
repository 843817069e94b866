//! Versions of records: each change makes the next one, and a change that shows another than the present is refused.

use super::refusal::{Reason, Refusal};
use super::route::Route;
use crate::language::plan::{Field, RecordType};
use crate::value::{Kind, Path, Record, Value};

/// A record gets its next version; an instant is stamped as such.
pub(super) fn next(kind: &RecordType, held: &mut Record) {
    let Some(field) = field(kind) else { return };
    let present = field.path.read(&Value::Record(held.clone()));
    let digits: String = present.to_key().unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    let number = digits.parse::<i64>().map_or(0, |number| number.saturating_add(1));
    let next = match (&field.kind, &field.read_header) {
        (Kind::Integer | Kind::Decimal, _) => Value::Integer(number),
        (Kind::Text, Some(_)) => Value::text(format!("\"{number}\"")),
        (Kind::Text, None) => Value::text(number.to_string()),
        _ => return,
    };
    field.path.write(held, next);
}

/// An update shows the present version.
pub(super) fn of_update(kind: &RecordType, (sent, present): (&Record, &Value)) -> Result<(), Refusal> {
    let Some(field) = field(kind) else { return Ok(()) };
    match field.path.read(&Value::Record(sent.clone())).to_key() {
        Some(shown) => same(kind, field, (&shown, present)),
        None => Err(Refusal::invalid(format!("an update of a {} shows `{}`", kind.name, field.path))),
    }
}

/// A move shows the present version, where its call has a place for it.
pub(super) fn of_move(route: &Route, present: &Value) -> Result<(), Refusal> {
    let kind = &route.record;
    let Some(field) = field(kind) else { return Ok(()) };
    let name = field.path.to_string();
    match route.holes.iter().find(|hole| hole.name == name) {
        Some(hole) => same(kind, field, (&hole.value, present)),
        None => Ok(()),
    }
}

fn same(kind: &RecordType, field: &Field, (shown, present): (&str, &Value)) -> Result<(), Refusal> {
    let held = field.path.read(present).to_key().unwrap_or_default();
    if shown == held {
        return Ok(());
    }
    let message = format!("this {} is at `{}` {held} by now, and not at {shown}", kind.name, field.path);
    Err(Refusal::new(Reason::Stale, message))
}

fn field(kind: &RecordType) -> Option<&Field> {
    kind.version.as_deref().and_then(|name| kind.field(&Path::field(name)))
}
