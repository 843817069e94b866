//! A finding: what is wrong, where, and what to write instead.
//!
//! Cannot be made without a place. The message says what is wrong, the first label where, help
//! how to mend it.

use super::{Advice, Code, Span};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; never fails anything.
    Info,
    /// Legal but unwise.
    Warning,
    /// The rules cannot serve.
    Error,
}

impl Severity {
    /// The word that text and JSON use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there; may be empty.
    pub text: String,
}

/// A change of text that mends a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What to replace.
    pub span: Span,
    /// What to put there.
    pub replacement: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where: carets, with a few words.
    pub primary: Label,
    /// Other places that explain it.
    pub labels: Vec<Label>,
    /// What to write instead.
    pub help: Option<String>,
    /// More to know.
    pub notes: Vec<String>,
    /// Changes that mend it.
    pub fix: Vec<Edit>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: Code, message: impl Into<String>, span: Span, at: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message, span, at)
    }

    /// A warning at a place.
    pub fn warning(code: Code, message: impl Into<String>, span: Span, at: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message, span, at)
    }

    /// Information at a place.
    pub fn info(code: Code, message: impl Into<String>, span: Span, at: impl Into<String>) -> Self {
        Self::new(Severity::Info, code, message, span, at)
    }

    fn new(severity: Severity, code: Code, message: impl Into<String>, span: Span, at: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            primary: Label { span, text: at.into() },
            labels: Vec::new(),
            help: None,
            notes: Vec::new(),
            fix: Vec::new(),
        }
    }

    /// With one more place that explains it.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// With words on what to write instead.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// With what to write instead, where that is known.
    #[must_use]
    pub fn helped(mut self, advice: Option<impl Into<Advice>>) -> Self {
        if let Some(advice) = advice {
            self.advise(advice);
        }
        self
    }

    /// With the text that belongs where it stands.
    #[must_use]
    pub fn write(self, answer: impl Into<String>) -> Self {
        self.helped(Some(Advice::write(answer)))
    }

    /// Says what to write instead, in place of what was said before.
    pub fn advise(&mut self, advice: impl Into<Advice>) {
        let Advice { text, answer } = advice.into();
        self.help = Some(text);
        let edit = |replacement| Edit { span: self.primary.span, replacement };
        self.fix = answer.map(edit).into_iter().collect();
    }

    /// With something more to know.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// With a change that mends it.
    #[must_use]
    pub fn edit(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix.push(Edit { span, replacement: replacement.into() });
        self
    }
}
