//! Content addresses: the same value always has the same digest.
//!
//! Owns the canonical bytes of a value (fields in name order, numbers by meaning) and their
//! SHA-256. Used for journalled inputs, rule generations and change detection.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::Value;

/// SHA-256 of the value's canonical form, as 64 lower-case hex digits.
pub fn of_value(value: &Value) -> String {
    of_bytes(canonical(value).as_bytes())
}

/// The value's canonical form: the same text for equal values, and for those alone.
pub fn canonical(value: &Value) -> String {
    let mut canonical = String::new();
    write_canonical(value, &mut canonical);
    canonical
}

/// SHA-256 of bytes, as 64 lower-case hex digits.
pub fn of_bytes(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Numbers are written without trailing zeros and absent equals null, as equality has it.
fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Decimal(number) => {
            let _ = write!(out, "{}", number.normalize());
        }
        Value::List(items) => {
            out.push('[');
            for item in items {
                write_canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Record(fields) => {
            out.push('{');
            for (name, field) in fields.iter().filter(|(_, field)| !field.is_null()) {
                let _ = write!(out, "{name:?}:");
                write_canonical(field, out);
                out.push(',');
            }
            out.push('}');
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}
