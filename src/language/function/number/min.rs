//! `min`: the smallest of several values.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, more, several, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "min",
        about: "The smallest of several numbers, texts or instants, or of one list; what is missing is left out.",
        parameters: vec![takes("first", Kind::Any), more("others", Kind::Any)],
        gives: Kind::Any,
        nulls: Nulls::Own,
        shape: Shape::Element,
        fails: Fails::Never,
        examples: &[("min(3, 1, 2)", "1"), ("min([0, 4.5, null])", "0"), ("min([])", "null"), ("min(null)", "null")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    let mut best: Option<&Value> = None;
    for value in several(arguments)?.iter().filter(|value| !value.is_null()) {
        let order =
            best.map(|best| value.order(best).ok_or("takes values that have an order among them")).transpose()?;
        if order.is_none_or(std::cmp::Ordering::is_lt) {
            best = Some(value);
        }
    }
    Ok(best.cloned().unwrap_or_default())
}
