//! `contains`: whether text holds other text.

use crate::language::function::signature::{Function, argument, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "contains",
        about: "Whether text holds other text.",
        parameters: vec![takes("text", Kind::Text), takes("part", Kind::Text)],
        gives: Kind::Bool,
        examples: &[(r#"contains("3.5g Jar", "Jar")"#, "true")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    match (argument(arguments, 0), argument(arguments, 1)) {
        (Value::Text(text), Value::Text(part)) => Ok(Value::Bool(text.contains(part.as_str()))),
        (Value::Null, _) => Ok(Value::Bool(false)),
        (other, _) => Err(format!("takes text and was given {}", other.kind_name())),
    }
}
