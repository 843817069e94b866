//! `first`: the first element of a list; null where it is empty.

use crate::language::function::signature::{Function, argument, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "first",
        about: "The first element of a list; null where it is empty.",
        parameters: vec![takes("list", Kind::List(Box::new(Kind::Any)))],
        gives: Kind::Any,
        examples: &[("first([3, 4])", "3"), ("first([])", "null")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    Ok(argument(arguments, 0).as_list().and_then(<[Value]>::first).cloned().unwrap_or_default())
}
