//! `upper`: text in capitals.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, on_text, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "upper",
        about: "Text in capitals.",
        parameters: vec![takes("text", Kind::Text)],
        gives: Kind::Text,
        nulls: Nulls::Passed,
        shape: Shape::Spelt,
        fails: Fails::Never,
        examples: &[(r#"upper("c10-1")"#, r#""C10-1""#), ("upper(null)", "null")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    on_text(arguments, str::to_uppercase)
}
