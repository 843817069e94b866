//! `lower`: text in small letters.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, on_text, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "lower",
        about: "Text in small letters.",
        parameters: vec![takes("text", Kind::Text)],
        gives: Kind::Text,
        nulls: Nulls::Passed,
        shape: Shape::Spelt,
        fails: Fails::Never,
        examples: &[(r#"lower("Sam@Example.com")"#, r#""sam@example.com""#), ("lower(null)", "null")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    on_text(arguments, str::to_lowercase)
}
