//! What a lint is: its name, what it says about itself, and its check.

use super::model::View;
use crate::diagnostic::{Code, Diagnostic, Severity, Span};

/// A lint.
pub struct Lint {
    /// Its name, which is the code of what it finds.
    pub name: &'static str,
    /// How bad what it finds is.
    pub severity: Severity,
    /// What it finds, in one sentence.
    pub summary: &'static str,
    /// Why that is wrong.
    pub why: &'static str,
    /// Rules that it flags.
    pub flagged: &'static str,
    /// The same, mended.
    pub mended: &'static str,
    /// Looks for it.
    pub check: fn(&View<'_>) -> Vec<Diagnostic>,
}

impl Lint {
    /// A finding of this lint.
    pub fn found(&self, message: impl Into<String>, span: Span, at: impl Into<String>) -> Diagnostic {
        let code = Code(self.name);
        match self.severity {
            Severity::Error => Diagnostic::error(code, message, span, at),
            Severity::Warning => Diagnostic::warning(code, message, span, at),
            Severity::Info => Diagnostic::info(code, message, span, at),
        }
    }
}
