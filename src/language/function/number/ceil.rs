//! `ceil`: a number rounded up to a whole one.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, on_number, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "ceil",
        about: "A number rounded up to a whole one.",
        parameters: vec![takes("number", Kind::Decimal)],
        gives: Kind::Decimal,
        nulls: Nulls::Passed,
        shape: Shape::Rounded,
        fails: Fails::Never,
        examples: &[("ceil(2.1)", "3"), ("ceil(-2.9)", "-2"), ("ceil(null)", "null")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    on_number(arguments, |number| number.ceil())
}
