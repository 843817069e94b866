//! `all`: whether every element of a list is true.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, takes, truths_at};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "all",
        about: "Whether every element of a list of truths is true; what is missing is not.",
        parameters: vec![takes("truths", Kind::List(Box::new(Kind::Bool)))],
        gives: Kind::Bool,
        nulls: Nulls::Never,
        shape: Shape::Declared,
        fails: Fails::Never,
        examples: &[("all([true, false])", "false"), ("all([])", "true"), ("all([true, null])", "false")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    Ok(Value::Bool(truths_at(arguments, 0)?.into_iter().all(|truth| truth)))
}
