//! `date`: the date of an instant, or that text spells.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::language::function::signature::{Fails, Function, Nulls, Shape, argument, may_take, takes};
use crate::value::{Kind, Value, timestamp};

/// How systems spell that there is no date.
const NO_DATE: &str = "0001-01-01";

/// The declaration.
pub fn function() -> Function {
    let zone = may_take("zone", Kind::Text).asks(|name| zone(name).map(|_| ()));
    Function {
        name: "date",
        about: "The date of an instant in a time zone (`America/Los_Angeles`), or the date that text spells as \
                `YYYY-MM-DD`. Without a zone, text means the day of the offset that it is written with, and an \
                instant its day in UTC. Null for the year 1, which some systems write for nothing; fails where it \
                spells no date.",
        parameters: vec![takes("value", Kind::Any), zone],
        gives: Kind::Date,
        nulls: Nulls::OfText,
        shape: Shape::Declared,
        fails: Fails::UnlessItSpells,
        examples: &[
            (r#"date("2026-01-06")"#, "2026-01-06"),
            (r#"date("2026-01-06T23:04:05Z")"#, "2026-01-06"),
            (r#"date("soon") ?? null"#, "null"),
            (r#"date("2026-01-06T23:04:05-08:00")"#, "2026-01-06"),
            (r#"date("2026-01-07T01:00:00Z", "America/Los_Angeles")"#, "2026-01-06"),
            (r#"date("2026-01-07T01:00:00", "America/Los_Angeles")"#, "2026-01-07"),
            (r#"date("2026-01-07T01:00:00Z", null)"#, "2026-01-07"),
            (r#"date("0001-01-01T00:00:00")"#, "null"),
            ("date(null)", "null"),
        ],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    let zone = zone(argument(arguments, 1))?;
    match argument(arguments, 0) {
        Value::Null => Ok(Value::Null),
        Value::Date(date) => Ok(Value::Date(*date)),
        Value::Timestamp(instant) => Ok(Value::Date(day(*instant, zone.unwrap_or(TimeZone::UTC)))),
        Value::Text(text) if text.trim().starts_with(NO_DATE) => Ok(Value::Null),
        Value::Text(text) => {
            let date = spelled(text.trim(), zone).ok_or_else(|| format!("{text:?} is no date"))?;
            Ok(Value::Date(date))
        }
        other => Err(format!("takes an instant or text and was given {}", other.kind_name())),
    }
}

/// The time zone of this name; none is asked for by null and by empty text.
fn zone(value: &Value) -> Result<Option<TimeZone>, String> {
    match value.as_text().map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => TimeZone::get(name).map(Some).map_err(|_| format!("{name:?} is no time zone")),
        None => Ok(None),
    }
}

fn day(instant: Timestamp, zone: TimeZone) -> Date {
    instant.to_zoned(zone).date()
}

/// A date, or the date of an instant; the text's own day where it has no offset or no zone is asked for.
fn spelled(text: &str, zone: Option<TimeZone>) -> Option<Date> {
    let instant = timestamp::parse(text)?;
    match (text.parse::<Timestamp>().is_ok(), zone) {
        (true, Some(zone)) => Some(day(instant, zone)),
        _ => timestamp::parse_date(text),
    }
}
