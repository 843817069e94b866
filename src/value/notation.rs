//! How a system spells a single value where it does so in a way of its own: instants as seconds, amounts as cents.
//!
//! Both directions of each in one place, exact or not at all. A local time that a clock shows twice is read as the
//! earlier of the two, one that it leaps over as that much later; written, it is what the clock shows. Knows no field.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::{Value, decimal, timestamp};

/// Nanoseconds of a second.
const NANOS: i128 = 1_000_000_000;

/// Nanoseconds of a millisecond.
const NANOS_OF_MILLI: i128 = 1_000_000;

/// Digits between two marks of a number written in groups.
const GROUP: usize = 3;

/// A way of spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notation {
    /// An instant as seconds since 1970; what is finer is cut off when it is written.
    Seconds,
    /// An instant as milliseconds since 1970.
    Milliseconds,
    /// An instant as what clocks show there, without an offset.
    Local(TimeZone),
    /// An amount as a whole number of its smallest unit, which has so many decimal places.
    MinorUnits(u32),
    /// A number with a comma before its fraction; dots may part its thousands.
    Comma,
    /// True and false as these words.
    Words(String, String),
}

impl Notation {
    /// The value as the system writes it; `None` where it cannot be written exactly.
    pub fn write(&self, value: &Value) -> Option<Value> {
        match self {
            Self::Seconds => instant(value).map(|at| since_1970(at, NANOS)),
            Self::Milliseconds => instant(value).map(|at| since_1970(at, NANOS_OF_MILLI)),
            Self::Local(zone) => instant(value).map(|at| Value::text(local(at, zone))),
            Self::MinorUnits(places) => {
                let amount = number(value)?.normalize();
                let units = amount.mantissa().checked_mul(10_i128.checked_pow(places.checked_sub(amount.scale())?)?)?;
                i64::try_from(units).ok().map(Value::Integer)
            }
            Self::Comma => number(value).map(|number| Value::text(number.normalize().to_string().replace('.', ","))),
            Self::Words(yes, no) => value.as_truth().map(|truth| word(if truth { yes } else { no })),
        }
    }

    /// The value that the system means by what it wrote; `None` where that is none. Nothing stays nothing.
    pub fn read(&self, written: &Value) -> Option<Value> {
        if written.is_null() || written.as_text().is_some_and(|text| text.trim().is_empty()) {
            return Some(Value::Null);
        }
        match self {
            Self::Seconds => number(written).and_then(|number| after_1970(number, NANOS)),
            Self::Milliseconds => number(written).and_then(|number| after_1970(number, NANOS_OF_MILLI)),
            Self::Local(zone) => there(written.as_text()?, zone),
            Self::MinorUnits(places) => {
                let mut amount = number(written)?;
                let scale = amount.scale().checked_add(*places)?;
                amount.set_scale(scale).ok().map(|()| Value::Decimal(amount.normalize()))
            }
            Self::Comma => match written.as_text() {
                Some(text) => with_comma(text.trim()).map(Value::Decimal),
                None => number(written).map(Value::Decimal),
            },
            Self::Words(yes, no) => {
                let said = written.to_key()?;
                let said = said.trim();
                let is = |word: &String| said == word || said.to_lowercase() == word.to_lowercase();
                match (is(yes), is(no)) {
                    (true, false) => Some(Value::Bool(true)),
                    (false, true) => Some(Value::Bool(false)),
                    // Words that differ in their case alone.
                    (true, true) => Some(Value::Bool(said == yes)),
                    (false, false) => written.as_bool().map(Value::Bool),
                }
            }
        }
    }
}

/// An instant in the form that `{since:FORM}` names: `seconds`, `milliseconds`, `date` (of UTC), a time zone, or a
/// pattern such as `%d/%m/%Y` over UTC. `None` where there is no such form.
pub fn instant_as(form: &str, at: Timestamp) -> Option<String> {
    match form {
        "seconds" => Notation::Seconds.write(&Value::Timestamp(at))?.to_key(),
        "milliseconds" => Notation::Milliseconds.write(&Value::Timestamp(at))?.to_key(),
        "date" => Some(at.to_zoned(TimeZone::UTC).date().to_string()),
        pattern if pattern.contains('%') => strtime::format(pattern, &at.to_zoned(TimeZone::UTC)).ok(),
        name => TimeZone::get(name).ok().map(|zone| local(at, &zone)),
    }
}

/// The instant that such a text is.
pub fn instant_from(form: &str, text: &str) -> Option<Timestamp> {
    let read = |notation: Notation| match notation.read(&Value::text(text))? {
        Value::Timestamp(at) => Some(at),
        _ => None,
    };
    match form {
        "seconds" => read(Notation::Seconds),
        "milliseconds" => read(Notation::Milliseconds),
        "date" => timestamp::parse(text),
        pattern if pattern.contains('%') => {
            let parsed = strtime::parse(pattern, text).ok()?;
            let day = || parsed.to_date().ok().map(|day| day.to_datetime(Time::midnight()));
            let shown = parsed.to_datetime().ok().or_else(day)?;
            TimeZone::UTC.to_timestamp(shown).ok()
        }
        name => TimeZone::get(name).ok().and_then(|zone| read(Notation::Local(zone))),
    }
}

/// The time zones that there are.
pub fn zones() -> Vec<String> {
    jiff::tz::db().available().map(|name| name.to_string()).collect()
}

fn instant(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Timestamp(at) => Some(*at),
        Value::Text(text) => timestamp::parse(text),
        _ => None,
    }
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Text(text) => decimal::parse(text),
        other => other.as_decimal(),
    }
}

fn since_1970(at: Timestamp, unit: i128) -> Value {
    Value::Integer(i64::try_from(at.as_nanosecond().div_euclid(unit)).unwrap_or_default())
}

fn after_1970(number: Decimal, unit: i128) -> Option<Value> {
    let nanos = number.checked_mul(Decimal::from_i128_with_scale(unit, 0))?.trunc().to_i128()?;
    Timestamp::from_nanosecond(nanos).ok().map(Value::Timestamp)
}

/// What clocks show.
fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.f").to_string()
}

/// The instant at which clocks show this; one that says its offset is believed.
fn there(text: &str, zone: &TimeZone) -> Option<Value> {
    let text = text.trim();
    if text.starts_with("0001-01-01") {
        return Some(Value::Null);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Value::Timestamp(at));
    }
    let day = || timestamp::parse_date(text).filter(|_| text.len() == 10).map(|day| day.to_datetime(Time::midnight()));
    let shown = text.parse::<DateTime>().ok().or_else(day)?;
    zone.to_ambiguous_timestamp(shown).compatible().ok().map(Value::Timestamp)
}

/// `1.234,5`; dots part groups of three, so that `12.5` is no number here.
fn with_comma(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once(',').unwrap_or((text, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |rest| ("-", rest));
    let mut groups = whole.split('.');
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let in_groups = rest.is_empty() || (1..=GROUP).contains(&first.len());
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = in_groups && rest.iter().all(|group| group.len() == GROUP) && digits(fraction);
    let whole = std::iter::once(first).chain(rest).collect::<String>();
    (fits && !whole.is_empty() && digits(&whole))
        .then(|| decimal::parse(&format!("{sign}{whole}.{fraction}0")))
        .flatten()
}

/// A word; one of digits is a number.
fn word(text: &str) -> Value {
    text.parse::<i64>()
        .ok()
        .filter(|number| number.to_string() == text)
        .map_or_else(|| Value::text(text), Value::Integer)
}
