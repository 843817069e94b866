//! Texts with holes: how calls, headers and bodies of system files are written.
//!
//! Which names may stand in a hole is for whoever fills it.

use std::fmt;

use super::expression::Name;
use super::yaml::Scalar;
use crate::diagnostic::{Code, Diagnostic, Span};

/// Text with holes: `/orders/{number}/`, `App {secrets.api_key}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(pub Vec<TemplatePart>);

/// As it is written.
impl fmt::Display for Template {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            TemplatePart::Text(text) => out.write_str(text),
            TemplatePart::Hole(name) => write!(out, "{{{name}}}"),
        })
    }
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplatePart {
    /// As it stands.
    Text(String),
    /// A value by name: a record's field, `since`, `account.NAME`, `secrets.NAME`.
    Hole(String),
}

/// A hole as it stands in a file.
#[derive(Clone, Debug)]
pub struct Hole {
    /// What stands in it, blanks around it left out, with the place of the whole.
    pub name: Name,
    /// The same with its blanks.
    pub written: String,
    /// Whether a `$` stands before it.
    pub is_reference: bool,
}

impl Template {
    /// Reads text with `{holes}`.
    ///
    /// # Errors
    /// A finding where a brace is not closed.
    pub fn parse(written: &str, span: Span) -> Result<Self, Diagnostic> {
        let mut parts = Vec::new();
        let mut rest = written;
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                parts.push(TemplatePart::Text(before.to_owned()));
            }
            let Some((hole, behind)) = after.split_once('}') else {
                return Err(Diagnostic::error(Code("syntax-system"), "a `{` is not closed", span, "here"));
            };
            parts.push(TemplatePart::Hole(hole.trim().to_owned()));
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(TemplatePart::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }
}

impl Template {
    /// What stands in its holes, in order.
    pub fn holes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            TemplatePart::Hole(name) => Some(name.as_str()),
            TemplatePart::Text(_) => None,
        })
    }
}

impl Hole {
    /// The holes of a line, whatever else is wrong with it.
    pub fn all(line: &Scalar) -> Vec<Self> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some((open, length)) = line.text.get(at..).and_then(|rest| {
            let open = rest.find('{')?;
            Some((at + open, rest.get(open..)?.find('}')?))
        }) {
            let written = line.text.get(open + 1..open + length).unwrap_or_default();
            let span = line.part(open + 1, open + length);
            found.push(Self {
                name: Name { text: written.trim().to_owned(), span },
                written: written.to_owned(),
                is_reference: line.text.get(..open).is_some_and(|before| before.ends_with('$')),
            });
            at = open + length + 1;
        }
        found
    }
}
