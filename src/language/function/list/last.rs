//! `last`: the last element of a list.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, list_at, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "last",
        about: "The last element of a list; null where it is empty.",
        parameters: vec![takes("list", Kind::List(Box::new(Kind::Any)))],
        gives: Kind::Any,
        nulls: Nulls::Own,
        shape: Shape::Element,
        fails: Fails::Never,
        examples: &[("last([1, 2, 3])", "3"), ("last([])", "null"), ("last(null)", "null")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    Ok(list_at(arguments, 0)?.last().cloned().unwrap_or_default())
}
