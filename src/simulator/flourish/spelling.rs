//! How numbers and instants are spelled in answers.
//!
//! Instants are kept to the second, as answers show them, so that a time window means the same
//! to both ends; only `order_timestamp` has milliseconds.

use std::str::FromStr;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Number, Value as Json};

/// The instant without its fraction.
pub(super) fn whole_second(instant: Timestamp) -> Timestamp {
    Timestamp::from_second(instant.as_second()).unwrap_or(instant)
}

/// `2026-01-06T15:04:05Z`.
pub(super) fn seconds(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2026-01-06T15:04:05.000Z`.
pub(super) fn milliseconds(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// A JSON number with the decimal's own digits, without trailing zeros.
pub(super) fn number(value: Decimal) -> Json {
    Number::from_str(&value.normalize().to_string()).map_or(Json::Null, Json::Number)
}
