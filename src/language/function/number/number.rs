//! `number`: the number that text spells; fails where it spells none.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, argument, takes};
use crate::value::decimal;
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "number",
        about: "The number that text spells: digits, a sign, one point, commas between groups of three, blanks \
                around; fails where it spells none.",
        parameters: vec![takes("value", Kind::Any)],
        gives: Kind::Decimal,
        nulls: Nulls::Passed,
        shape: Shape::Declared,
        fails: Fails::UnlessItSpells,
        examples: &[
            (r#"number("1,080.50")"#, "1080.50"),
            (r#"number(" 12 ")"#, "12"),
            (r#"number("1,5") ?? 0"#, "0"),
            (r#"number("x") ?? 0"#, "0"),
            ("number(null)", "null"),
        ],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    match argument(arguments, 0) {
        Value::Null => Ok(Value::Null),
        Value::Text(text) => decimal::parse(text).map(Value::Decimal).ok_or_else(|| format!("{text:?} is no number")),
        value if value.as_decimal().is_some() => Ok(value.clone()),
        other => Err(format!("takes text or a number and was given {}", other.kind_name())),
    }
}
