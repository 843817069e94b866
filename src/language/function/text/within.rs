//! `within`: a text that is not too long.

use super::cut::characters;
use crate::language::function::signature::{Fails, Function, Nulls, Shape, argument, on_text, takes};
use crate::value::{Kind, Value};

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "within",
        about: "A text that has at most so many characters; fails where it has more.",
        parameters: vec![
            takes("text", Kind::Text),
            takes("characters", Kind::Integer).asks(|most| characters(most).map(|_| ())),
        ],
        gives: Kind::Text,
        nulls: Nulls::Passed,
        shape: Shape::Cut,
        fails: Fails::WhereLonger,
        examples: &[
            (r#"within("BD-35-JAR", 255)"#, r#""BD-35-JAR""#),
            (r#"within("BD-35-JAR", 5) ?? "too long""#, r#""too long""#),
            ("within(null, 5)", "null"),
        ],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    let most = characters(argument(arguments, 1))?;
    let text = on_text(arguments, str::to_owned)?;
    let count = text.as_text().map_or(0, |text| text.chars().count());
    if count > most { Err(format!("the text has {count} characters, more than {most}")) } else { Ok(text) }
}
