//! Where findings go, whichever pass makes them. A name that was not found is kept too: one slip may have many users.

use std::collections::BTreeMap;

use super::met::{Meant, Met};
use crate::diagnostic::{Code, Diagnostic, Span, suggest};
use crate::language::syntax::expression::Name;

/// A name that was not found.
#[derive(Clone, Debug)]
pub struct Stray {
    /// The code of its finding.
    pub code: &'static str,
    /// The name.
    pub written: String,
    /// Names that might be meant.
    pub near: Vec<String>,
    /// Where it stands.
    pub span: Span,
}

/// What is wrong, so far.
#[derive(Debug, Default)]
pub struct Sink {
    /// Findings.
    pub found: Vec<Diagnostic>,
    /// Names that were not found.
    pub strays: Vec<Stray>,
    /// The words that settings hold, by the setting's name, wherever they are said.
    pub setting_words: BTreeMap<String, Vec<Name>>,
    /// What names were taken for, where somebody wants to know.
    pub met: Option<Vec<Met>>,
}

impl Sink {
    /// Notes what a name was taken for, where somebody wants to know.
    pub fn meet(&mut self, span: Span, what: impl FnOnce() -> Meant) {
        if let Some(met) = &mut self.met {
            met.push(Met { span, what: what() });
        }
    }

    /// Notes an error.
    pub fn error(&mut self, code: &'static str, message: impl Into<String>, span: Span, at: &str) {
        self.found.push(Diagnostic::error(Code(code), message, span, at));
    }

    /// Notes an unknown name, with the near one as help.
    pub fn unknown<'n>(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        (written, span): (&str, Span),
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        self.stray(code, (written, span), known.iter().copied());
        let finding = Diagnostic::error(Code(code), message, span, "unknown");
        self.found.push(finding.helped(suggest::help(written, known)));
    }

    /// A word that is one of a few.
    pub fn one_of<'a>(&mut self, key: &str, word: Option<&'a Name>, known: &[&str]) -> Option<&'a str> {
        let word = word?;
        if !known.contains(&word.text.as_str()) {
            let message = format!("`{key}` cannot be `{}`", word.text);
            self.unknown("unknown-value", message, (&word.text, word.span), known.iter().copied());
        }
        Some(word.text.as_str())
    }

    /// Notes a name that was not found, with the names that might be meant.
    pub fn stray<'n>(
        &mut self,
        code: &'static str,
        (written, span): (&str, Span),
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let near = suggest::nearest(written, known).into_iter().map(str::to_owned).collect();
        self.strays.push(Stray { code, written: written.to_owned(), near, span });
    }

    /// Keeps a result, or its finding.
    pub fn keep<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|finding| self.found.push(finding)).ok()
    }
}
