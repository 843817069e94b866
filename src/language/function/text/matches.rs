//! `matches`: whether a regular expression occurs in text.

use std::cell::RefCell;

use regex::{Regex, RegexBuilder};

use crate::language::function::signature::{Fails, Function, Nulls, Shape, argument, takes, text_at};
use crate::value::{Kind, Value};

/// The longest pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 1_000;

/// The largest compiled pattern, in bytes.
const PROGRAM_BYTES_MAX: usize = 256 * 1024;

/// The declaration.
pub fn function() -> Function {
    Function {
        name: "matches",
        about: "Whether a regular expression occurs in text; `^` and `$` tie it to the ends. Single quotes keep \
                backslashes as they stand.",
        parameters: vec![
            takes("text", Kind::Text),
            takes("pattern", Kind::Text).asks(|pattern| compiled(pattern).map(|_| ())),
        ],
        gives: Kind::Bool,
        nulls: Nulls::Never,
        shape: Shape::Declared,
        fails: Fails::Never,
        examples: &[
            (r#"matches("C10-0000009-LIC", "^C1[0-9]-[0-9]{7}-LIC$")"#, "true"),
            (r#"matches("abc", "B")"#, "false"),
            (r#"matches(null, "x")"#, "false"),
            (r#"matches("RE-01", '^[A-Z]+-\d+$')"#, "true"),
        ],
        body,
    }
}

fn body(arguments: &[Value]) -> Result<Value, String> {
    if argument(arguments, 0).is_null() {
        return Ok(Value::Bool(false));
    }
    Ok(Value::Bool(compiled(argument(arguments, 1))?.is_match(text_at(arguments, 0)?)))
}

thread_local! {
    /// The pattern used last: a filter asks the same of every element.
    static LAST: RefCell<Option<Regex>> = const { RefCell::new(None) };
}

fn compiled(pattern: &Value) -> Result<Regex, String> {
    let pattern = pattern.as_text().ok_or_else(|| format!("takes text and was given {}", pattern.kind_name()))?;
    if pattern.len() > PATTERN_BYTES_MAX {
        return Err(format!("takes a pattern of at most {PATTERN_BYTES_MAX} bytes"));
    }
    if let Some(last) = LAST.with_borrow(|last| last.clone().filter(|last| last.as_str() == pattern)) {
        return Ok(last);
    }
    let compiled = RegexBuilder::new(pattern).size_limit(PROGRAM_BYTES_MAX).build();
    let compiled = compiled.map_err(|_| format!("{pattern:?} is no regular expression that can be used"))?;
    LAST.set(Some(compiled.clone()));
    Ok(compiled)
}
