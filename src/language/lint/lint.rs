//! What a lint is: its name, what it says about itself, and its check.

use crate::diagnostic::{Code, Diagnostic, Severity, Span};
use crate::language::check::CheckedRules;
use crate::language::lint::bridge::{Bridge, bridges};
use crate::language::plan::{Create, FieldRule, Owner, Pipeline, Setting, Side};
use crate::language::source::SourceMap;

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

/// What lints look at.
pub struct View<'a> {
    /// The rules.
    pub rules: &'a CheckedRules,
    /// The files.
    pub sources: &'a SourceMap,
}

impl<'a> View<'a> {
    /// Every use of a table by a rule.
    pub fn bridges(&self) -> Vec<Bridge<'a>> {
        bridges(self.rules)
    }

    /// Whether the owner may ever be one whose arrows leave `system`.
    pub fn may_leave(&self, owner: &Owner, system: &str) -> bool {
        match owner {
            Owner::Both => true,
            Owner::System(name) => name == system,
            Owner::Setting(name) => match (self.rules.types.get(name), self.rules.settings.get(name)) {
                (Some(kind), _) => kind.values().iter().any(|value| value == system || value == "both"),
                (None, Some(Setting::Value(value))) => {
                    value.as_text().is_some_and(|one| one == system || one == "both")
                }
                _ => true,
            },
        }
    }

    /// Whether a create rule may ever act.
    pub fn may_create<'p>(&self, pipeline: &'p Pipeline, side: Side) -> Option<&'p Create> {
        let leaving = &pipeline.record(side.other()).system;
        pipeline.create(side).filter(|create| self.may_leave(&create.owner, leaving))
    }

    /// Whether a value may ever flow to `target` by a rule.
    pub fn may_flow(&self, pipeline: &Pipeline, rule: &FieldRule, target: Side) -> bool {
        let with_create = rule.on_create && self.may_create(pipeline, target).is_some();
        rule.points(target) && (with_create || self.may_leave(&rule.owner, &pipeline.record(target.other()).system))
    }
}
