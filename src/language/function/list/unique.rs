//! `unique`: a list with each value once.

use std::collections::BTreeSet;

use crate::language::function::signature::{Fails, Function, Nulls, Shape, list_at, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "unique",
        about: "A list with each value once, in the order in which they come first.",
        parameters: vec![takes("list", Kind::List(Box::new(Kind::Any)))],
        gives: Kind::List(Box::new(Kind::Any)),
        nulls: Nulls::Never,
        shape: Shape::Same,
        fails: Fails::Never,
        examples: &[
            (r#"unique(["a", "b", "a"])"#, r#"["a", "b"]"#),
            ("unique([1, 1.0])", "[1]"),
            (r#"unique([1, "1"])"#, r#"[1, "1"]"#),
            ("unique(null)", "[]"),
        ],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    let mut kept: Vec<Value> = Vec::new();
    let mut single = BTreeSet::new();
    for item in list_at(arguments, 0)? {
        // Single values are looked up by their spelling, so that long lists stay quick.
        let new = match item.to_key() {
            Some(spelling) => single.insert((class(item), spelling)),
            None => !kept.contains(item),
        };
        if new {
            kept.push(item.clone());
        }
    }
    Ok(kept.into())
}

/// Values of different classes are never equal; a whole number and a decimal may be.
fn class(value: &Value) -> &'static str {
    if value.as_decimal().is_some() { "number" } else { value.kind_name() }
}
