//! What a lint is: its name, what it says about itself, and its check.

use crate::diagnostic::{Code, Diagnostic, Severity, Span};
use crate::language::check::CheckedRules;
use crate::language::lint::bridge::{Bridge, bridges};
use crate::language::plan::{Create, FieldRule, Owner, Pipeline, Side};
use crate::language::source::SourceMap;
use crate::value::Value;

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

    /// Every way in which the settings that name these owners may stand together.
    pub fn worlds<'o>(&self, owners: impl IntoIterator<Item = &'o Owner>) -> Vec<Value> {
        self.rules.switches().worlds(owners)
    }

    /// Whether two rules may be live towards these sides at once.
    pub fn may_both(&self, rules: [(&Pipeline, &FieldRule, Side); 2]) -> bool {
        let owners = rules.iter().flat_map(|(pipeline, rule, side)| pipeline.deciding(rule, *side));
        let at_once = |world: &Value| rules.iter().all(|(pipeline, rule, side)| pipeline.flows(rule, *side, world));
        self.worlds(owners).iter().any(at_once)
    }

    /// Whether a create rule may ever act.
    pub fn may_create<'p>(&self, pipeline: &'p Pipeline, side: Side) -> Option<&'p Create> {
        let create = pipeline.create(side)?;
        self.worlds([&create.owner]).iter().find_map(|world| pipeline.live_create(side, world))
    }

    /// Whether a value may ever flow to `target` by a rule.
    pub fn may_flow(&self, pipeline: &Pipeline, rule: &FieldRule, target: Side) -> bool {
        let worlds = || self.worlds(pipeline.deciding(rule, target));
        rule.points(target) && worlds().iter().any(|world| pipeline.flows(rule, target, world))
    }
}
