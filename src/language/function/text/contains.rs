//! `contains`: whether text holds other text.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, argument, takes, text_at};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "contains",
        about: "Whether text holds other text; for lists write `in`.",
        parameters: vec![takes("text", Kind::Text), takes("part", Kind::Text)],
        gives: Kind::Bool,
        nulls: Nulls::Never,
        shape: Shape::Declared,
        fails: Fails::Never,
        examples: &[(r#"contains("3.5g Jar", "Jar")"#, "true"), (r#"contains(null, "Jar")"#, "false")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    match argument(arguments, 0) {
        Value::Null => Ok(Value::Bool(false)),
        _ => Ok(Value::Bool(text_at(arguments, 0)?.contains(text_at(arguments, 1)?))),
    }
}
