//! No dependency knot between pipelines that need each other's counterparts.

use std::collections::BTreeMap;

use super::lint::{Lint, View};
use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::language::plan::{FieldRule, RuleBody};

/// The lint.
pub const LINT: Lint = Lint {
    name: "dependency-cycle",
    severity: Severity::Error,
    summary: "pipelines need each other's counterparts in a circle",
    why: "A record of the first would wait for one of the second, and that for the first again: neither could ever \
          be created.",
    flagged: "# orders.yaml\n- shop.customer -> depot.account via pipeline customers\n# customers.yaml\n- shop.last_order -> depot.last_order via pipeline orders",
    mended: "# customers.yaml needs no order to be created; leave the field to another system or take it out",
    check,
};

type Needs<'a> = BTreeMap<&'a str, Vec<(&'a str, Span)>>;

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut needs: Needs<'_> = BTreeMap::new();
    for pipeline in view.rules.pipelines.values() {
        gather(&pipeline.rules, needs.entry(&pipeline.name).or_default());
    }
    let mut found: Vec<Diagnostic> = Vec::new();
    for start in needs.keys() {
        if let Some(round) = way_back(&needs, start, start, &mut Vec::new()) {
            // Each circle is told once, from its first name on.
            if round.iter().all(|(name, _)| *name >= *start) {
                let names: Vec<&str> = std::iter::once(*start).chain(round.iter().map(|(name, _)| *name)).collect();
                let message = format!("these pipelines wait for each other: {}", names.join(" → "));
                let mut places = round.iter().map(|(_, span)| *span);
                let Some(first) = places.next() else { continue };
                let finding = LINT.found(message, first, "needs a counterpart from there");
                let finding = places.fold(finding, |finding, span| finding.label(span, "and this one needs"));
                found.push(finding.help("let one of them do without the other's record when it creates its own"));
            }
        }
    }
    found
}

fn gather<'a>(rules: &'a [FieldRule], needs: &mut Vec<(&'a str, Span)>) {
    for rule in rules {
        match &rule.body {
            RuleBody::Value { via: Some(via), .. } => needs.push((via, rule.span)),
            RuleBody::Value { .. } => {}
            RuleBody::List(list) => gather(&list.rules, needs),
        }
    }
}

/// A way from `at` to `goal` over needs.
fn way_back<'a>(needs: &Needs<'a>, at: &str, goal: &str, seen: &mut Vec<String>) -> Option<Vec<(&'a str, Span)>> {
    for (next, span) in needs.get(at).into_iter().flatten() {
        if *next == goal {
            return Some(vec![(next, *span)]);
        }
        if !seen.iter().any(|known| known == next) {
            seen.push((*next).to_owned());
            if let Some(rest) = way_back(needs, next, goal, seen) {
                return Some(std::iter::once((*next, *span)).chain(rest).collect());
            }
        }
    }
    None
}
