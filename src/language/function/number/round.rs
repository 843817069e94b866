//! `round`: a number rounded half away from zero to some decimals.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, argument, may_take, takes};
use crate::value::{Kind, Value};
use rust_decimal::RoundingStrategy;

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "round",
        about: "A number rounded half away from zero to some decimals.",
        parameters: vec![
            takes("number", Kind::Decimal),
            may_take("decimals", Kind::Integer).asks(|decimals| places(decimals).map(|_| ())),
        ],
        gives: Kind::Decimal,
        nulls: Nulls::Passed,
        shape: Shape::Rounded,
        fails: Fails::Never,
        examples: &[
            ("round(2.345, 2)", "2.35"),
            ("round(17.5)", "18"),
            ("round(-2.5)", "-3"),
            ("round(null, 2)", "null"),
        ],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    let decimals = places(argument(arguments, 1))?;
    match argument(arguments, 0) {
        Value::Null => Ok(Value::Null),
        value => value
            .as_decimal()
            .map(|number| {
                Value::Decimal(number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero))
            })
            .ok_or_else(|| format!("takes a number and was given {}", value.kind_name())),
    }
}

/// How many decimals are kept; none where it is not said.
fn places(decimals: &Value) -> Result<u32, String> {
    match decimals {
        Value::Null => Ok(0),
        Value::Integer(places @ 0..=28) => u32::try_from(*places).map_err(|error| error.to_string()),
        _ => Err("takes 0 to 28 decimals".to_owned()),
    }
}
