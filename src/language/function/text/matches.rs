//! `matches`: whether a regular expression occurs in text.

use regex::RegexBuilder;

use crate::language::function::signature::{Function, argument, takes, text_at};
use crate::value::{Kind, Value};

/// The longest pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 1_000;

/// The largest compiled pattern, in bytes.
const PROGRAM_BYTES_MAX: usize = 256 * 1024;

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "matches",
        about: "Whether a regular expression occurs in text; `^` and `$` tie it to the ends.",
        parameters: vec![takes("text", Kind::Text), takes("pattern", Kind::Text)],
        gives: Kind::Bool,
        examples: &[
            (r#"matches("C10-0000009-LIC", "^C1[0-9]-[0-9]{7}-LIC$")"#, "true"),
            (r#"matches("abc", "B")"#, "false"),
            (r#"matches(null, "x")"#, "false"),
            (r#"matches("a", "(") ?? false"#, "false"),
        ],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    if argument(arguments, 0).is_null() {
        return Ok(Value::Bool(false));
    }
    let (text, pattern) = (text_at(arguments, 0)?, text_at(arguments, 1)?);
    if pattern.len() > PATTERN_BYTES_MAX {
        return Err(format!("takes a pattern of at most {PATTERN_BYTES_MAX} bytes"));
    }
    let compiled = RegexBuilder::new(pattern).size_limit(PROGRAM_BYTES_MAX).build();
    let compiled = compiled.map_err(|_| format!("{pattern:?} is no regular expression that can be used"))?;
    Ok(Value::Bool(compiled.is_match(text)))
}
