//! `count`: how many elements a list has.

use crate::language::function::signature::{Function, argument, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "count",
        about: "How many elements a list has.",
        parameters: vec![takes("list", Kind::List(Box::new(Kind::Any)))],
        gives: Kind::Integer,
        examples: &[(r#"count(["a", "b"])"#, "2"), ("count(null)", "0")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    let count = argument(arguments, 0).as_list().map_or(0, <[Value]>::len);
    i64::try_from(count).map(Value::Integer).map_err(|error| error.to_string())
}
