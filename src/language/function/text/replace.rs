//! `replace`: text with every occurrence of a part replaced.

use crate::language::function::signature::{
    Fails, Function, Nulls, Shape, argument, bounded, not_empty, takes, text_at,
};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "replace",
        about: "Text with every occurrence of a part replaced by another.",
        parameters: vec![takes("text", Kind::Text), takes("part", Kind::Text).asks(not_empty), takes("by", Kind::Text)],
        gives: Kind::Text,
        nulls: Nulls::Passed,
        shape: Shape::Declared,
        fails: Fails::Never,
        examples: &[(r#"replace("A-1-2", "-", "/")"#, r#""A/1/2""#), (r#"replace(null, "a", "b")"#, "null")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    let (part, by) = (text_at(arguments, 1)?, text_at(arguments, 2)?);
    not_empty(argument(arguments, 1))?;
    if argument(arguments, 0).is_null() {
        return Ok(Value::Null);
    }
    let text = text_at(arguments, 0)?;
    // The size is known before the text is made: parts inside parts grow fast.
    let found = text.matches(part).count();
    bounded(text.len() - found * part.len() + found * by.len())?;
    Ok(Value::text(text.replace(part, by)))
}
