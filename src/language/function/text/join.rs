//! `join`: texts of a list as one.

use crate::language::function::signature::{Function, argument, takes, text_at};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "join",
        about: "Texts of a list as one, with a separator between them; what is missing or empty is left out.",
        parameters: vec![takes("texts", Kind::List(Box::new(Kind::Any))), takes("separator", Kind::Text)],
        gives: Kind::Text,
        examples: &[
            (r#"join(["1 Main St", null, "Oakland"], ", ")"#, r#""1 Main St, Oakland""#),
            (r#"join([], "-")"#, r#""""#),
        ],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    let separator = text_at(arguments, 1)?;
    let items = argument(arguments, 0).as_list().unwrap_or_default();
    let texts: Vec<String> = items.iter().filter_map(Value::to_key).filter(|text| !text.is_empty()).collect();
    Ok(Value::Text(texts.join(separator)))
}
