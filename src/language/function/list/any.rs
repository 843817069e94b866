//! `any`: whether one element of a list is true.

use crate::language::function::signature::{Function, list_at, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "any",
        about: "Whether one element of a list of truths is true.",
        parameters: vec![takes("truths", Kind::List(Box::new(Kind::Bool)))],
        gives: Kind::Bool,
        examples: &[("any([true, false])", "true"), ("any([])", "false"), ("any([true, null])", "true")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    let items = list_at(arguments, 0)?;
    Ok(Value::Bool(items.contains(&Value::Bool(true))))
}
