//! What lints look at: the rules, and what may ever hold of them.

use super::bridge::{Bridge, bridges};
use crate::diagnostic::Sources as _;
use crate::language::check::CheckedRules;
use crate::language::plan::{Create, FieldRule, Owner, Pipeline, Side};
use crate::language::source::SourceMap;
use crate::language::syntax::expression::Expression;
use crate::value::Value;

/// What lints look at.
pub struct View<'a> {
    /// The rules.
    pub rules: &'a CheckedRules,
    /// The files.
    pub sources: &'a SourceMap,
    /// Every use of a table by a rule.
    pub bridges: Vec<Bridge<'a>>,
}

impl<'a> View<'a> {
    /// What there is to look at in checked rules.
    pub fn new(rules: &'a CheckedRules, sources: &'a SourceMap) -> Self {
        Self { rules, sources, bridges: bridges(rules) }
    }

    /// An expression as the rules write it, on one line.
    pub fn written(&self, tree: &Expression) -> String {
        let file = self.sources.text(tree.span.file);
        let written = file.get(tree.span.start..tree.span.end).unwrap_or_default();
        written.split_whitespace().collect::<Vec<_>>().join(" ")
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
