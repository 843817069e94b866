//! `floor`: a number rounded down to a whole one.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, on_number, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "floor",
        about: "A number rounded down to a whole one.",
        parameters: vec![takes("number", Kind::Decimal)],
        gives: Kind::Decimal,
        nulls: Nulls::Passed,
        shape: Shape::Rounded,
        fails: Fails::Never,
        examples: &[("floor(2.9)", "2"), ("floor(-2.1)", "-3"), ("floor(null)", "null")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    on_number(arguments, |number| number.floor())
}
