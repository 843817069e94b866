//! A state that follows a value as it is, without a table: every value is a state that calls lead to.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::language::lint::lint::Lint;
use crate::language::lint::model::{View, Viewpoint};
use crate::language::plan::{FieldRule, Pipeline, RuleBody, Side, States};
use crate::language::syntax::expression::{ExpressionKind, PathExpression};
use crate::value::{Kind, Path, Value};

/// A rule that writes a state without a table.
struct Plain<'a> {
    lint: &'a Lint,
    viewpoint: Viewpoint<'a>,
    rule: &'a FieldRule,
    target: Side,
    states: &'a States,
}

/// What is wrong with every such rule.
pub(super) fn check(lint: &Lint, view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        for rule in pipeline.rules.iter().filter(|rule| matches!(rule.body, RuleBody::Value { table: None, .. })) {
            for target in Side::BOTH {
                found.extend(plain(lint, view, pipeline, (rule, target)).and_then(|plain| plain.stuck()));
            }
        }
    }
    found
}

fn plain<'a>(
    lint: &'a Lint,
    view: &View<'a>,
    pipeline: &'a Pipeline,
    (rule, target): (&'a FieldRule, Side),
) -> Option<Plain<'a>> {
    let states = pipeline.record(target).states.as_ref()?;
    let writes = rule.path(target).is_some_and(|path| *path == Path::field(states.field.as_str()));
    let viewpoint = Viewpoint::new(view.rules, pipeline, target.other());
    (writes && view.may_flow(pipeline, rule, target)).then_some(Plain { lint, viewpoint, rule, target, states })
}

impl Plain<'_> {
    fn stuck(&self) -> Option<Diagnostic> {
        let RuleBody::Value { left, right, .. } = &self.rule.body else { return None };
        let source = if self.target == Side::Right { left } else { right }.tree();
        let kind = self.viewpoint.pipeline.record(self.target);
        let name = format!("{}.{}", kind.system, kind.name);
        let Some(goals) = self.viewpoint.values(source, &[]) else {
            let message = format!("`{name}` is to become whatever stands here, and calls do not lead to every state");
            return Some(self.told(message, "may be anything"));
        };
        let read = if let ExpressionKind::Path(path) = &source.kind { Some(path) } else { None };
        for goal in goals.keys() {
            for state in self.present(&goal) {
                let reached = state == goal || !self.rule.on_create && self.leads(&state, &goal);
                if !reached && self.may_speak(read, [&goal, &state]) {
                    let message = format!("no call leads `{name}` from {state} to {goal}");
                    return Some(self.told(message, &format!("asks for {goal} whatever the state")));
                }
            }
        }
        None
    }

    /// The states in which the rule may find its target, which it asks for a state.
    fn present(&self, goal: &str) -> Vec<String> {
        let own = self.viewpoint.pipeline.record(self.target).field(&Path::field(self.states.field.as_str()));
        match (own.map(|field| &field.kind), self.states.first_state(goal)) {
            (_, Some(first)) if self.rule.on_create => vec![first.to_owned()],
            (Some(Kind::Enum(values)), _) => values.to_vec(),
            _ => self.named().into_iter().collect(),
        }
    }

    fn named(&self) -> BTreeSet<String> {
        self.states.moves.iter().flat_map(|step| [step.from.clone(), step.to.clone()]).collect()
    }

    fn leads(&self, state: &str, goal: &str) -> bool {
        self.states.first_step(state, goal).is_some()
    }

    /// Whether the rule's condition may hold while its source has a value and its target is in a state.
    fn may_speak(&self, read: Option<&PathExpression>, [goal, state]: [&str; 2]) -> bool {
        let Some(condition) = &self.rule.when else { return true };
        let RuleBody::Value { left, right, .. } = &self.rule.body else { return true };
        let own = if self.target == Side::Right { right } else { left };
        let own =
            if let ExpressionKind::Path(path) = &own.tree().kind { Some((path, Value::text(state))) } else { None };
        let known: Vec<_> = read.map(|path| (path, Value::text(goal))).into_iter().chain(own).collect();
        self.viewpoint.may_hold(condition.tree(), &known)
    }

    fn told(&self, message: String, at: &str) -> Diagnostic {
        let finding = self.lint.found(message, self.rule.span, at);
        finding.help("go `via table`, whose rows say with `from STATES` in which states each of them applies")
    }
}
