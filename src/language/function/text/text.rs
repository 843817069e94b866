//! `text`: any single value as text.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, argument, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "text",
        about: "Any single value as text; decimals without zeros at the end.",
        parameters: vec![takes("value", Kind::Any)],
        gives: Kind::Text,
        nulls: Nulls::Passed,
        shape: Shape::Spelt,
        fails: Fails::Never,
        examples: &[
            ("text(12)", r#""12""#),
            ("text(1.50)", r#""1.5""#),
            ("text(true)", r#""true""#),
            ("text(null)", "null"),
        ],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    match argument(arguments, 0) {
        Value::Null => Ok(Value::Null),
        other => other
            .to_key()
            .map(Value::text)
            .ok_or_else(|| format!("takes a single value and was given {}", other.kind_name())),
    }
}
