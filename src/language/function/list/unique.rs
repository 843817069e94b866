//! `unique`: a list with each value once.

use crate::language::function::signature::{Function, list_at, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "unique",
        about: "A list with each value once, in the order in which they come first.",
        parameters: vec![takes("list", Kind::List(Box::new(Kind::Any)))],
        gives: Kind::List(Box::new(Kind::Any)),
        examples: &[
            (r#"unique(["a", "b", "a"])"#, r#"["a", "b"]"#),
            ("unique([1, 1.0])", "[1]"),
            ("unique(null)", "[]"),
        ],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    let mut seen: Vec<Value> = Vec::new();
    for item in list_at(arguments, 0)? {
        if !seen.contains(item) {
            seen.push(item.clone());
        }
    }
    Ok(Value::List(seen))
}
