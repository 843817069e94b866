//! `join`: texts of a list as one.

use crate::language::function::signature::{Fails, Function, Nulls, Shape, bounded, list_at, takes, text_at};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "join",
        about: "Texts of a list as one, with a separator between them; what is missing or empty is left out.",
        parameters: vec![takes("texts", Kind::List(Box::new(Kind::Any))), takes("separator", Kind::Text)],
        gives: Kind::Text,
        nulls: Nulls::Never,
        shape: Shape::Declared,
        fails: Fails::Never,
        examples: &[
            (r#"join(["1 Main St", null, "Oakland"], ", ")"#, r#""1 Main St, Oakland""#),
            (r#"join([], "-")"#, r#""""#),
            (r#"join([1, 2.50], "+")"#, r#""1+2.5""#),
        ],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    let separator = text_at(arguments, 1)?;
    let mut texts = Vec::new();
    for item in list_at(arguments, 0)?.iter().filter(|item| !item.is_null()) {
        let text = item.to_key().ok_or_else(|| format!("takes single values and found {}", item.kind_name()))?;
        texts.push(text);
    }
    texts.retain(|text| !text.is_empty());
    bounded(texts.iter().map(|text| text.len() + separator.len()).sum())?;
    Ok(Value::text(texts.join(separator)))
}
