//! `ends_with`: whether text ends with other text.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, argument, takes, text_at};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "ends_with",
        about: "Whether text ends with other text.",
        parameters: vec![takes("text", Kind::Text), takes("end", Kind::Text)],
        gives: Kind::Bool,
        nulls: Nulls::Never,
        shape: Shape::Declared,
        fails: Fails::Never,
        examples: &[(r#"ends_with("C10-LIC", "-LIC")"#, "true"), (r#"ends_with(null, "x")"#, "false")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    match argument(arguments, 0) {
        Value::Null => Ok(Value::Bool(false)),
        _ => Ok(Value::Bool(text_at(arguments, 0)?.ends_with(text_at(arguments, 1)?))),
    }
}
