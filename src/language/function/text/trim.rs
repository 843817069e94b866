//! `trim`: text without blanks around it.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, on_text, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "trim",
        about: "Text without blanks around it.",
        parameters: vec![takes("text", Kind::Text)],
        gives: Kind::Text,
        nulls: Nulls::Passed,
        shape: Shape::Spelt,
        fails: Fails::Never,
        examples: &[(r#"trim("  a b ")"#, r#""a b""#), ("trim(null)", "null")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    on_text(arguments, |text| text.trim().to_owned())
}
