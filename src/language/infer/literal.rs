//! The kind of a constant.

use crate::value::{Kind, Value};

/// The kind of a constant; null has one of its own.
pub(super) fn literal(value: &Value) -> Kind {
    match value {
        Value::Bool(_) => Kind::Bool,
        Value::Integer(_) => Kind::Integer,
        Value::Decimal(_) => Kind::Decimal,
        Value::Text(_) => Kind::Text,
        _ => Kind::Null,
    }
}
