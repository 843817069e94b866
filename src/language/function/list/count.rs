//! `count`: how many elements a list has.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, list_at, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "count",
        about: "How many elements a list has; nothing has none.",
        parameters: vec![takes("list", Kind::List(Box::new(Kind::Any)))],
        gives: Kind::Integer,
        nulls: Nulls::Never,
        shape: Shape::Declared,
        fails: Fails::Never,
        examples: &[(r#"count(["a", "b"])"#, "2"), ("count(null)", "0"), ("count([null])", "1")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    i64::try_from(list_at(arguments, 0)?.len()).map(Value::Integer).map_err(|error| error.to_string())
}
