//! `split`: the parts of text between separators.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, argument, not_empty, takes, text_at};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "split",
        about: "The parts of text between separators.",
        parameters: vec![takes("text", Kind::Text), takes("separator", Kind::Text).asks(not_empty)],
        gives: Kind::List(Box::new(Kind::Text)),
        nulls: Nulls::Never,
        shape: Shape::Declared,
        fails: Fails::Never,
        examples: &[
            (r#"split("a, b,c", ",")"#, r#"["a", " b", "c"]"#),
            (r#"first(split("RE1 Retail", " "))"#, r#""RE1""#),
            (r#"split(null, ",")"#, "[]"),
        ],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    let separator = text_at(arguments, 1)?;
    not_empty(argument(arguments, 1))?;
    match argument(arguments, 0) {
        Value::Null => Ok(Value::List(ecow::EcoVec::new())),
        _ => Ok(Value::List(text_at(arguments, 0)?.split(separator).map(Value::text).collect())),
    }
}
