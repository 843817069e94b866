//! What a function says of itself: for the checker, the reference and its own test.

use crate::value::{Kind, Value};

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
}

/// A function of the library.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name in rules.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// What it takes.
    pub parameters: Vec<Parameter>,
    /// What it gives.
    pub gives: Kind,
    /// Expressions with the value each gives; executed by a test.
    pub examples: &'static [(&'static str, &'static str)],
    /// The function itself. The error is a sentence.
    pub body: fn(&[Value]) -> Result<Value, String>,
}

/// A parameter of this name and kind.
pub fn takes(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind }
}

/// The argument at a position; null where it is not given.
pub fn argument(arguments: &[Value], at: usize) -> &Value {
    const NULL: &Value = &Value::Null;
    arguments.get(at).unwrap_or(NULL)
}

/// Applies a text function; null stays null.
///
/// # Errors
/// Where the argument is neither.
pub fn on_text(arguments: &[Value], apply: impl Fn(&str) -> String) -> Result<Value, String> {
    match argument(arguments, 0) {
        Value::Null => Ok(Value::Null),
        Value::Text(text) => Ok(Value::Text(apply(text))),
        other => Err(format!("takes text and was given {}", other.kind_name())),
    }
}
