//! No status is kept from being carried by a condition of its rule without a word.

use std::collections::BTreeSet;

use super::unheard_status;
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::bridge::Bridge;
use crate::language::lint::model::meaning::{Condition, Reading, always_one_of};
use crate::language::lint::model::{View, Viewpoint};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{FieldRule, Outcome, Pipeline, RuleBody, Side};
use crate::language::syntax::expression::{Expression, ExpressionKind};
use crate::value::{Path, Value};

/// The lint.
pub const LINT: Lint = Lint {
    name: "lost-status",
    severity: Severity::Error,
    summary: "a condition, or `untouched`, keeps a status from being carried, and nobody is told",
    why: "A record that is there already goes on changing. Where the condition of the rule that carries its status \
          does not hold, a cancellation stays on one side, and no row says why. Let the rule always speak and say in \
          rows what is left alone, or give it a twin with the opposite condition; where it is meant, end the rule \
          with a `because`: then what is kept back is told in reports. `when` at the head of a pipeline is a condition \
          of every rule, and what `untouched` names does not follow at all. A condition over nothing but settings is \
          a switch and may stand.",
    flagged: "- shop.state -> depot.stage   via table stages   when shop.urgent",
    mended: "- shop.state -> depot.stage   via table stages   when shop.urgent   because others are moved by hand",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for bridge in view.bridges.iter().filter(|bridge| !bridge.is_for_new()) {
        for target in Side::BOTH {
            found.extend(direction(view, bridge, target));
        }
    }
    for pipeline in view.rules.pipelines.values() {
        let plain = |rule: &&FieldRule| matches!(rule.body, RuleBody::Value { table: None, .. }) && !rule.on_create;
        for rule in pipeline.rules.iter().filter(plain) {
            for target in Side::BOTH {
                found.extend(without_table(view, pipeline, (rule, target)));
            }
        }
        found.extend(untouched(view, pipeline));
    }
    found.extend(unheard_status::check(&LINT, view));
    found
}

/// Whether a rule writes the state of a side.
fn carries(pipeline: &Pipeline, (rule, target): (&FieldRule, Side)) -> bool {
    let states = pipeline.record(target).states.as_ref();
    states.zip(rule.path(target)).is_some_and(|(states, path)| *path == Path::field(states.field.as_str()))
}

/// The condition of the whole pipeline, where a rule carries a status under it.
fn of_all<'a>(
    view: &View<'a>,
    pipeline: &'a Pipeline,
    (rule, target): (&FieldRule, Side),
) -> Option<&'a CompiledExpression> {
    let (condition, _) = pipeline.when.as_ref()?;
    let is_heard = carries(pipeline, (rule, target)) && view.may_flow(pipeline, rule, target);
    (is_heard && !is_switch(condition.tree())).then_some(condition)
}

/// States that follow by a rule and are left alone once the record is there.
fn untouched(view: &View<'_>, pipeline: &Pipeline) -> Option<Diagnostic> {
    pipeline.untouched.iter().find_map(|(side, fields, _)| {
        let states = pipeline.record(*side).states.as_ref()?;
        let ExpressionKind::List(items) = &fields.tree().kind else { return None };
        let is_it = |item: &&Expression| {
            matches!(&item.kind, ExpressionKind::Literal(value) if value.as_text() == Some(states.field.as_str()))
        };
        let named = items.iter().find(is_it)?;
        let follows = |rule: &&FieldRule| {
            !rule.on_create && carries(pipeline, (rule, *side)) && view.may_flow(pipeline, rule, *side)
        };
        let rule = pipeline.rules.iter().find(follows)?;
        let kind = pipeline.record(*side);
        let message = format!("the state of `{}.{}` never follows, and nobody is told", kind.system, kind.name);
        let finding = LINT.found(message, named.span, "left alone once the record is there");
        let finding = finding.label(rule.span, "carries the status");
        Some(finding.help(format!("take `{}` out, or write `on create` behind the rule", states.field)))
    })
}

/// The condition of a rule about the state of a side that others do not make up for, where one has to be told.
fn kept_back<'a>(
    view: &View<'a>,
    pipeline: &'a Pipeline,
    (rule, target): (&'a FieldRule, Side),
) -> Option<&'a CompiledExpression> {
    let condition = rule.when.as_ref().filter(|_| rule.because.is_none())?;
    let writes = |one: &FieldRule| carries(pipeline, (one, target));
    if !writes(rule) || !view.may_flow(pipeline, rule, target) || is_switch(condition.tree()) {
        return None;
    }
    let beside =
        |other: &&FieldRule| writes(other) && view.may_both([(pipeline, rule, target), (pipeline, other, target)]);
    let reading = Reading::of(view, pipeline);
    let together = pipeline.rules.iter().filter(beside).map(|other| reading.of_rule(other));
    let together: Vec<Condition> = [reading.of_rule(rule)].into_iter().chain(together).collect();
    (!always_one_of(&together)).then_some(condition)
}

/// Whether nothing but settings decides.
fn is_switch(tree: &Expression) -> bool {
    let mut settings = true;
    tree.visit(&mut |part| {
        if let ExpressionKind::Path(path) = &part.kind {
            settings &= path.head.as_ref().is_some_and(|head| head.text == "settings");
        }
    });
    settings
}

fn direction(view: &View<'_>, bridge: &Bridge<'_>, target: Side) -> Option<Diagnostic> {
    let own = kept_back(view, bridge.pipeline, (bridge.rule, target));
    let all = of_all(view, bridge.pipeline, (bridge.rule, target));
    let flagged_own = own.and_then(|condition| by_table(bridge, target, condition)).map(flagged);
    flagged_own.or_else(|| all.and_then(|condition| by_table(bridge, target, condition)).map(flagged_all))
}

fn by_table(bridge: &Bridge<'_>, target: Side, condition: &CompiledExpression) -> Option<Diagnostic> {
    let source = bridge.states(target.other());
    let (values, present) = (bridge.known_values(target.other()), bridge.values(target)?);
    let ends = |value: &str| source.is_some_and(|states| states.is_dead(value));
    let mut lost = Vec::new();
    for value in &values {
        for state in &present {
            let asks = match bridge.outcome(target, value, Some(state)) {
                Some((Outcome::Value(_) | Outcome::Park, _)) => true,
                Some((Outcome::Held | Outcome::Nothing, _)) => false,
                // Of an end that the condition keeps away no row needs to speak; it is lost all the same.
                None => ends(value),
            };
            if asks && bridge.may_be_kept_back(target, condition, [value, state]) {
                lost.push((!ends(value), value, state));
            }
        }
    }
    // An end is the plainest witness.
    let (_, value, state) = lost.iter().min_by_key(|(lives, ..)| *lives)?;
    let (one, other) = (bridge.name(target.other()), bridge.name(target));
    let message = format!("`{one}` becomes {value} and `{other}` stays {state}, and nobody is told");
    let unheard: BTreeSet<&str> = lost.iter().map(|(_, value, _)| value.as_str()).collect();
    let finding = LINT.found(message, condition.tree().span, "where this does not hold");
    let finding = finding.label(bridge.rule.span, "carries the status");
    Some(finding.note(format!("it keeps back {}", Vec::from_iter(unheard).join(", "))))
}

fn without_table(view: &View<'_>, pipeline: &Pipeline, (rule, target): (&FieldRule, Side)) -> Option<Diagnostic> {
    let own = kept_back(view, pipeline, (rule, target));
    let viewpoint = Viewpoint::new(view.rules, pipeline, target.other());
    let may_fail = |condition: &&CompiledExpression| {
        !viewpoint.values(condition.tree(), &[]).is_some_and(|found| found.0 == [Value::Bool(true)])
    };
    let kind = pipeline.record(target);
    let told = |condition: &CompiledExpression| {
        let message =
            format!("the state of `{}.{}` is kept from following, and nobody is told", kind.system, kind.name);
        let finding = LINT.found(message, condition.tree().span, "where this does not hold");
        finding.label(rule.span, "carries the status")
    };
    if let Some(condition) = own.filter(may_fail) {
        return Some(flagged(told(condition)));
    }
    of_all(view, pipeline, (rule, target)).filter(may_fail).map(|condition| flagged_all(told(condition)))
}

fn flagged(finding: Diagnostic) -> Diagnostic {
    finding.help("take the condition out and say in rows what is left alone, or end the rule with `because …`")
}

fn flagged_all(finding: Diagnostic) -> Diagnostic {
    finding.help("write the condition at the rules and creates that it is meant for, and let this rule always speak")
}
