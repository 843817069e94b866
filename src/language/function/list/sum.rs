//! `sum`: the sum of a list of numbers; nothing counts as zero.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, list_at, takes};
use crate::value::{Kind, Value};
use rust_decimal::Decimal;

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "sum",
        about: "The sum of a list of numbers; nothing counts as zero.",
        parameters: vec![takes("numbers", Kind::List(Box::new(Kind::Decimal)))],
        gives: Kind::Decimal,
        nulls: Nulls::Never,
        shape: Shape::Sum,
        fails: Fails::Never,
        examples: &[("sum([1, 2.50, null])", "3.50"), ("sum([])", "0")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    let mut total = Decimal::ZERO;
    for value in list_at(arguments, 0)?.iter().filter(|value| !value.is_null()) {
        let number = value.as_decimal().ok_or_else(|| format!("takes numbers and found {}", value.kind_name()))?;
        total = total.checked_add(number).ok_or("the number is too large")?;
    }
    Ok(Value::Decimal(total))
}
