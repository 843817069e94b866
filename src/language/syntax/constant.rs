//! What a call's body always holds: a text with holes, a number, true, false or null, or a list of such.
//!
//! A number is one where it is written as JSON writes numbers, so that `007` and `1.` are texts; quotes make a text of
//! anything.

use super::template::Template;
use crate::diagnostic::{Diagnostic, Span};
use crate::value::{Value, decimal};

/// A value of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constant {
    /// A text, maybe with holes.
    Text(Template),
    /// A number, true, false or null.
    Plain(Value),
    /// A list.
    List(Vec<Constant>),
}

impl Constant {
    /// Reads what stands behind `=`.
    ///
    /// # Errors
    /// A finding where a brace is not closed.
    pub(super) fn parse(written: &str, span: Span) -> Result<Self, Diagnostic> {
        let written = written.trim();
        if let Some(inside) = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let items = elements(inside).into_iter().map(|item| Self::parse(item, span));
            return items.collect::<Result<_, _>>().map(Self::List);
        }
        let quoted = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        if let Some(text) = quoted.filter(|text| !text.contains('"')) {
            return Template::parse(text, span).map(Self::Text);
        }
        match plain(written) {
            Some(value) => Ok(Self::Plain(value)),
            None => Template::parse(written, span).map(Self::Text),
        }
    }

    /// The texts in it.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Text(template) => vec![template],
            Self::Plain(_) => Vec::new(),
            Self::List(items) => items.iter().flat_map(Self::templates).collect(),
        }
    }
}

/// The elements of a list, parted by commas outside quotes.
fn elements(inside: &str) -> Vec<&str> {
    let mut in_text = false;
    let parts = inside.split(|letter: char| {
        in_text ^= letter == '"';
        letter == ',' && !in_text
    });
    let parts: Vec<&str> = parts.map(str::trim).collect();
    if parts == [""] { Vec::new() } else { parts }
}

fn plain(text: &str) -> Option<Value> {
    match text {
        "true" => return Some(Value::Bool(true)),
        "false" => return Some(Value::Bool(false)),
        "null" => return Some(Value::Null),
        _ => {}
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let has_zeros = whole.len() > 1 && whole.starts_with('0');
    if !is_number(whole) || !is_number(fraction) || has_zeros {
        return None;
    }
    text.parse().map(Value::Integer).ok().or_else(|| decimal::parse(text).map(Value::Decimal))
}
