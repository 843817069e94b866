//! Instants and days from the spellings that systems use.
//!
//! Reads ISO 8601 with or without offset (none means UTC), with any fraction of a second.
//! Everything is kept in UTC, so two spellings of one instant are equal.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Reads an instant. `None` for empty text, the zero date `0001-01-01…` that some systems use
/// for "no value", and anything that is no ISO 8601 instant.
pub fn parse(text: &str) -> Option<Timestamp> {
    let trimmed = text.trim();
    if trimmed.starts_with("0001-01-01") {
        return None;
    }
    trimmed
        .parse::<Timestamp>()
        .ok()
        .or_else(|| trimmed.parse::<DateTime>().ok().and_then(|civil| TimeZone::UTC.to_timestamp(civil).ok()))
        .or_else(|| {
            parse_date(trimmed)
                .and_then(|day| TimeZone::UTC.to_timestamp(day.to_datetime(jiff::civil::Time::midnight())).ok())
        })
}

/// Reads a day, from a date or from the front of an instant. `None` as for [`parse`].
pub fn parse_date(text: &str) -> Option<Date> {
    let trimmed = text.trim();
    if trimmed.starts_with("0001-01-01") {
        return None;
    }
    trimmed.get(..10).and_then(|day| day.parse::<Date>().ok())
}

/// An instant to the millisecond, as JSON and peers get it.
pub fn text(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// An instant to the second, as people read it.
pub fn text_to_second(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
