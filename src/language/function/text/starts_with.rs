//! `starts_with`: whether text begins with other text.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, argument, takes, text_at};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "starts_with",
        about: "Whether text begins with other text.",
        parameters: vec![takes("text", Kind::Text), takes("start", Kind::Text)],
        gives: Kind::Bool,
        nulls: Nulls::Never,
        shape: Shape::Declared,
        fails: Fails::Never,
        examples: &[(r#"starts_with("C10-1", "C10")"#, "true"), (r#"starts_with(null, "C")"#, "false")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    match argument(arguments, 0) {
        Value::Null => Ok(Value::Bool(false)),
        _ => Ok(Value::Bool(text_at(arguments, 0)?.starts_with(text_at(arguments, 1)?))),
    }
}
