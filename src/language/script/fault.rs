//! What went wrong in a script, in the words of the rules: file, line, and what to write.
//!
//! Knows rhai's errors so that no other file shows them; an error always names its place where
//! rhai knows one.

use std::fmt;

use rhai::{EvalAltResult, ParseErrorType};

use super::bars::REFUSED;
use super::limits;

/// Why a call gave no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallFault {
    /// The script could not do it with these arguments, and never will.
    Failed(String),
    /// It ran into a limit, of which nothing follows for the value.
    Exhausted(String),
}

impl fmt::Display for CallFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Failed(text) | Self::Exhausted(text)) = self;
        out.write_str(text)
    }
}

/// A fault of a call, as one sentence that begins with its place: in the file where it is known,
/// else where the function is declared.
pub fn told((file, declared): (&str, &str), error: &EvalAltResult) -> CallFault {
    let inner = error.unwrap_inner();
    let known = [inner.position(), error.position()].into_iter().find(|at| !at.is_none());
    let what = what(inner);
    let text = match known.map(|at| (at.line().unwrap_or(1), at.position().unwrap_or(1))) {
        Some((line, column)) => format!("{file}:{line}:{column}: {what}"),
        None => format!("{declared}: {what}"),
    };
    if is_limit(inner) { CallFault::Exhausted(text) } else { CallFault::Failed(text) }
}

/// Whether a call ran into one of the limits.
fn is_limit(error: &EvalAltResult) -> bool {
    matches!(
        error,
        EvalAltResult::ErrorTooManyOperations(_)
            | EvalAltResult::ErrorTerminated(..)
            | EvalAltResult::ErrorStackOverflow(_)
            | EvalAltResult::ErrorDataTooLarge(..)
            | EvalAltResult::ErrorTooManyVariables(_)
    )
}

fn what(error: &EvalAltResult) -> String {
    match error {
        EvalAltResult::ErrorTooManyOperations(_) => {
            format!("the script does more than {} operations", limits::OPERATIONS_MAX)
        }
        EvalAltResult::ErrorTerminated(..) => {
            format!("the script runs longer than {} s", limits::CALL_TIME_MAX.as_secs())
        }
        EvalAltResult::ErrorStackOverflow(_) => {
            format!("the script's functions call each other deeper than {} levels", limits::CALL_LEVELS_MAX)
        }
        EvalAltResult::ErrorDataTooLarge(..) => format!(
            "a value grows beyond what a script may hold: {} bytes of text, {} elements, {} fields",
            limits::TEXT_BYTES_MAX,
            limits::LIST_ELEMENTS_MAX,
            limits::MAP_ENTRIES_MAX
        ),
        EvalAltResult::ErrorTooManyVariables(_) => {
            format!("the script has more than {} variables", limits::VARIABLES_MAX)
        }
        EvalAltResult::ErrorPropertyNotFound(name, _) => {
            format!("there is no field `{name}`; write `.get(\"{name}\")` where it may be missing")
        }
        EvalAltResult::ErrorDotExpr(text, _) | EvalAltResult::ErrorArithmetic(text, _) => {
            let mut letters = text.chars();
            letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
        }
        EvalAltResult::ErrorFunctionNotFound(signature, _) => {
            let kinds = signature.replace("rust_decimal::decimal::Decimal", "decimal").replace("()", "null");
            format!("there is no function `{kinds}`")
        }
        EvalAltResult::ErrorVariableNotFound(name, _) => format!("nothing is called `{name}`"),
        EvalAltResult::ErrorRuntime(value, _) => value.to_string(),
        other => {
            let text = other.to_string();
            text.split(" (line ").next().unwrap_or(&text).to_owned()
        }
    }
}

/// Why a script does not compile, and what to write instead where that is known.
pub fn unread(error: &ParseErrorType) -> (String, Option<&'static str>) {
    if let ParseErrorType::VariableUndefined(name) = error {
        return (
            format!("nothing is called `{name}` here"),
            Some("a function knows its parameters and its own `let`s"),
        );
    }
    let text = error.to_string();
    match REFUSED.iter().find(|word| text.contains(&format!("'{word}'"))) {
        Some(word) => {
            let (message, help) = outside(word);
            (message, Some(help))
        }
        None => (format!("the script does not compile: {text}"), None),
    }
}

/// What is said of a word that reaches outside.
pub fn outside(word: &str) -> (String, &'static str) {
    let help = "a script makes a value from values: no clock, no output, no other scripts, no text as program";
    (format!("a script cannot `{word}`"), help)
}
