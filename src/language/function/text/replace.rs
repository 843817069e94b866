//! `replace`: text with every occurrence of a part replaced.

use crate::language::function::signature::{Function, on_text, takes, text_at};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "replace",
        about: "Text with every occurrence of a part replaced by another.",
        parameters: vec![takes("text", Kind::Text), takes("part", Kind::Text), takes("by", Kind::Text)],
        gives: Kind::Text,
        examples: &[(r#"replace("A-1-2", "-", "/")"#, r#""A/1/2""#), (r#"replace(null, "a", "b")"#, "null")],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    let (part, by) = (text_at(arguments, 1)?, text_at(arguments, 2)?);
    if part.is_empty() {
        return Err("takes a part that is not empty".to_owned());
    }
    on_text(arguments, |text| text.replace(part, by))
}
