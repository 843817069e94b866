//! `date`: the date of an instant, or that text spells.

use crate::language::function::signature::{Function, argument, takes};
use crate::value::{Kind, Value, timestamp};

/// How systems spell that there is no date.
const NO_DATE: &str = "0001-01-01";

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "date",
        about: "The date of an instant, in UTC, or the date that text spells as `YYYY-MM-DD`; null for the year 1, which some systems write for nothing; fails where it spells none.",
        parameters: vec![takes("value", Kind::Any)],
        gives: Kind::Date,
        examples: &[
            (r#"date("2026-01-06")"#, "2026-01-06"),
            (r#"date("2026-01-06T23:04:05Z")"#, "2026-01-06"),
            (r#"date("soon") ?? null"#, "null"),
            (r#"date("2026-01-06T23:04:05-08:00")"#, "2026-01-07"),
            (r#"date("0001-01-01T00:00:00")"#, "null"),
            ("date(null)", "null"),
        ],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    match argument(arguments, 0) {
        Value::Null => Ok(Value::Null),
        Value::Date(date) => Ok(Value::Date(*date)),
        Value::Timestamp(instant) => Ok(Value::Date(instant.to_zoned(jiff::tz::TimeZone::UTC).date())),
        Value::Text(text) if text.trim().starts_with(NO_DATE) => Ok(Value::Null),
        Value::Text(text) => spelled(text.trim()).ok_or_else(|| format!("{text:?} is no date")),
        other => Err(format!("takes an instant or text and was given {}", other.kind_name())),
    }
}

/// A date, or the date of an instant.
fn spelled(text: &str) -> Option<Value> {
    if text.len() == "YYYY-MM-DD".len() {
        return text.parse().ok().map(Value::Date);
    }
    let instant = timestamp::parse(text)?;
    Some(Value::Date(instant.to_zoned(jiff::tz::TimeZone::UTC).date()))
}
