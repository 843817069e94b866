//! One writer: no field has two live sources at once.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::meaning::{Reading, never_together};
use crate::language::plan::{FieldRule, Pipeline, RuleBody, Side};
use crate::value::Path;

/// The lint.
pub const LINT: Lint = Lint {
    name: "two-writers",
    severity: Severity::Error,
    summary: "two rules write one field",
    why: "Whichever comes last would win, and at the next change the other. A field has one source; where it depends, \
          the two rules say so with `when` and `unless` of the same condition, or compare one thing with different \
          constants.",
    flagged: "- shop.name  -> depot.label\n- shop.title -> depot.label",
    mended: "- shop.name  -> depot.label   unless shop.title != null\n\
             - shop.title -> depot.label   when shop.title != null",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        within(&Reading::of(view, pipeline), (pipeline, &pipeline.rules), &mut found);
    }
    across(view, &mut found);
    found
}

fn within(reading: &Reading<'_>, (pipeline, rules): (&Pipeline, &[FieldRule]), found: &mut Vec<Diagnostic>) {
    for (at, first) in rules.iter().enumerate() {
        for second in rules.iter().skip(at + 1) {
            let sides = [Side::Left, Side::Right];
            let both = sides.into_iter().find(|side| writes_same(reading.view(), pipeline, (first, second), *side));
            if let Some(side) = both.filter(|_| !never_together(&reading.of_rule(first), &reading.of_rule(second))) {
                let path = first.path(side).map(ToString::to_string).unwrap_or_default();
                let message = format!("`{}.{path}` is written by two rules", pipeline.record(side).system);
                found.push(flag(message, first.span, second.span));
            }
        }
        if let RuleBody::List(list) = &first.body {
            let inner = reading.inside(pipeline, list, Reading::speaker(first));
            within(&inner, (pipeline, &list.rules), found);
        }
    }
}

/// Two pipelines with the same record on a side must not write the same field of it.
fn across(view: &View<'_>, found: &mut Vec<Diagnostic>) {
    let mut writes: BTreeMap<(&str, &str), Vec<(&Pipeline, &FieldRule, Side)>> = BTreeMap::new();
    for pipeline in view.rules.pipelines.values() {
        for (rule, side) in pipeline.rules.iter().flat_map(|rule| Side::BOTH.map(|side| (rule, side))) {
            if !rule.on_create && view.may_flow(pipeline, rule, side) {
                let kind = pipeline.record(side);
                writes.entry((&kind.system, &kind.name)).or_default().push((pipeline, rule, side));
            }
        }
    }
    for ((system, _), writes) in writes {
        for (at, (pipeline, rule, side)) in writes.iter().enumerate() {
            for (other, second, far) in writes.iter().skip(at + 1).filter(|(other, ..)| other.name != pipeline.name) {
                let path = rule.path(*side);
                let at_once =
                    overlap(path, second.path(*far)) && view.may_both([(pipeline, rule, *side), (other, second, *far)]);
                let condition = |pipeline: &Pipeline, rule| Reading::of(view, pipeline).of_rule(rule);
                if at_once && !never_together(&condition(pipeline, rule), &condition(other, second)) {
                    let path = path.map(ToString::to_string).unwrap_or_default();
                    let message = format!("`{system}.{path}` is written by two pipelines");
                    found.push(flag(message, rule.span, second.span));
                }
            }
        }
    }
}

fn flag(message: String, first: Span, second: Span) -> Diagnostic {
    let finding = LINT.found(message, second, "written here too").label(first, "written here");
    finding.help("keep one of them, or tell them apart with `when COND` and `unless COND`")
}

/// Whether two rules write the same place on a side, or one a place inside the other's, both live at once.
fn writes_same(view: &View<'_>, pipeline: &Pipeline, (first, second): (&FieldRule, &FieldRule), side: Side) -> bool {
    overlap(first.path(side), second.path(side)) && view.may_both([(pipeline, first, side), (pipeline, second, side)])
}

fn overlap(one: Option<&Path>, other: Option<&Path>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one.0.starts_with(&other.0) || other.0.starts_with(&one.0))
}
