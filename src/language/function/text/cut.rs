//! `cut`: the beginning of a text.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, argument, on_text, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "cut",
        about: "A text without what stands beyond so many characters.",
        parameters: vec![
            takes("text", Kind::Text),
            takes("characters", Kind::Integer).asks(|most| characters(most).map(|_| ())),
        ],
        gives: Kind::Text,
        nulls: Nulls::Passed,
        shape: Shape::Cut,
        fails: Fails::Never,
        examples: &[
            (r#"cut("Northern Lights 3.5g", 15)"#, r#""Northern Lights""#),
            (r#"cut("Jar", 15)"#, r#""Jar""#),
            ("cut(null, 15)", "null"),
        ],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    let most = characters(argument(arguments, 1))?;
    on_text(arguments, |text| text.chars().take(most).collect())
}

/// How many characters a value says.
///
/// # Errors
/// Where it is no whole number, or less than nought.
pub fn characters(value: &Value) -> Result<usize, String> {
    let whole = value.as_decimal().filter(rust_decimal::Decimal::is_integer);
    let count = whole.and_then(|number| usize::try_from(number).ok());
    count.ok_or_else(|| "takes a whole number of characters".to_owned())
}
