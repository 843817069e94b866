//! `first`: the first element of a list; null where it is empty.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, list_at, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "first",
        about: "The first element of a list; null where it is empty.",
        parameters: vec![takes("list", Kind::List(Box::new(Kind::Any)))],
        gives: Kind::Any,
        nulls: Nulls::Own,
        shape: Shape::Element,
        fails: Fails::Never,
        examples: &[("first([3, 4])", "3"), ("first([])", "null"), ("first(null)", "null")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    Ok(list_at(arguments, 0)?.first().cloned().unwrap_or_default())
}
