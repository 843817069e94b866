//! What is created carries what it is matched by, or nobody would find it again.

use super::missing_required::gap;
use super::same_match::{Compared, compare, fields_of};
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::{Reading, View};
use crate::language::plan::{Create, FieldRule, Pipeline, RuleBody, Side};
use crate::language::syntax::expression::{Expression, ExpressionKind};
use crate::value::Path;

/// The lint.
pub const LINT: Lint = Lint {
    name: "unmatched-create",
    severity: Severity::Error,
    summary: "what a pipeline creates does not hold the value by which it is matched",
    why: "A link is kept in the store. Where that is lost, or an answer is, the match is all that tells that the \
          record was made already: if the record does not hold the value that the match compares, each sync makes one \
          more. A rule fills the field of the match with just what the other side of the match gives.",
    flagged: "match: shop.number == depot.order_ref\ncreate:\n  depot: always\nfields:\n  what:\n    - shop.buyer -> \
              depot.label",
    mended: "fields:\n  what:\n    - shop.number -> depot.order_ref   on create\n    - shop.buyer  -> depot.label",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        for side in Side::BOTH {
            if let Some(create) = view.may_create(pipeline, side) {
                found.extend(unmatched(view, pipeline, (side, create)));
            }
        }
    }
    found
}

fn unmatched(view: &View<'_>, pipeline: &Pipeline, (side, create): (Side, &Create)) -> Option<Diagnostic> {
    let kind = pipeline.record(side);
    let matched = fields_of(pipeline.match_of(side).tree(), &kind.system);
    // What is told back to the side that asks is found again by it.
    if matched.is_empty() || is_told_back(view, pipeline, side) {
        return None;
    }
    for path in &matched {
        let field = kind.field(path)?;
        let sent = kind.create.iter().flat_map(|call| &call.body).any(|(place, _)| place == path);
        if sent || field.required_on_create && filling(pipeline, side, path).next().is_none() {
            // The call sends it, or it is told that creating needs it.
            return None;
        }
        if let Some(gap) = gap(&Reading::of(view, pipeline), pipeline, side, path) {
            let message = format!(
                "`{}.{}` is created without `{path}`, by which it is matched{}",
                kind.system, kind.name, gap.when
            );
            let finding = LINT.found(message, create.span, "creates it");
            let finding = finding.label(pipeline.match_of(side).tree().span, "matched by this");
            let finding = gap.rules.iter().fold(finding, |found, span| found.label(*span, "fills it at other times"));
            let source = pipeline.match_of(side.other()).tree();
            let help = match &source.kind {
                ExpressionKind::Path(read) => {
                    let head = read.head.as_ref().map_or("", |head| head.text.as_str());
                    let from = Path(read.segments.clone());
                    format!("add a rule `{head}.{from} -> {}.{path}   on create`", kind.system)
                }
                _ => format!("add a rule `… -> {}.{path}   on create`", kind.system),
            };
            return Some(told(finding).help(help));
        }
    }
    let [path] = matched.as_slice() else { return None };
    filling(pipeline, side, path)
        .filter(|rule| view.may_flow(pipeline, rule, side))
        .find_map(|rule| other_value(view, pipeline, (rule, side, path)))
}

/// A rule that fills the field of a match with another value than the match looks for.
fn other_value(
    view: &View<'_>,
    pipeline: &Pipeline,
    (rule, side, path): (&FieldRule, Side, &Path),
) -> Option<Diagnostic> {
    let RuleBody::Value { left, right, table, via, .. } = &rule.body else { return None };
    let looked_for = pipeline.match_of(side.other());
    let calls = |name: &str| {
        let mut found = false;
        let is = |part: &Expression| matches!(&part.kind, ExpressionKind::Call(called, _) if called.text == name);
        looked_for.tree().visit(&mut |part| found |= is(part));
        found
    };
    let system = &pipeline.record(side).system;
    let (message, at) = if table.is_some() {
        if calls("mapped") {
            return None;
        }
        (format!("`{system}.{path}` is filled by a table, and looked for by the value before it"), "through a table")
    } else if via.is_some() {
        if calls("counterpart") {
            return None;
        }
        (format!("`{system}.{path}` is filled with a counterpart, and looked for by the value itself"), "a counterpart")
    } else {
        let source = if side == Side::Right { left } else { right };
        match compare(view, pipeline, (source, side, path)) {
            Compared::Same | Compared::Untold => return None,
            Compared::Other { from, becomes, sought } => (
                format!("{from} makes `{system}.{path}` {becomes}, and the match looks for {sought}"),
                "another value than the match compares",
            ),
            Compared::Unrelated => (
                format!("`{system}.{path}` is filled with what the match does not compare"),
                "another value than the match compares",
            ),
        }
    };
    let finding = LINT.found(message, rule.span, at).label(looked_for.tree().span, "looked for by this");
    Some(told(finding).help("fill it with what the match compares, or match by what it is filled with"))
}

fn told(finding: Diagnostic) -> Diagnostic {
    finding.note("what is created would not be found again: after a lost store each sync makes one more")
}

/// The rules that write a field of a side.
fn filling<'p>(pipeline: &'p Pipeline, side: Side, path: &Path) -> impl Iterator<Item = &'p FieldRule> {
    pipeline.rules.iter().filter(move |rule| rule.points(side) && rule.path(side) == Some(path))
}

/// Whether a rule writes what the created record is matched by back to the side that asks.
fn is_told_back(view: &View<'_>, pipeline: &Pipeline, side: Side) -> bool {
    let back = side.other();
    let [path] = &fields_of(pipeline.match_of(back).tree(), &pipeline.record(back).system)[..] else { return false };
    filling(pipeline, back, path).any(|rule| {
        let RuleBody::Value { left, right, table: None, via: None, .. } = &rule.body else { return false };
        let source = if back == Side::Right { left } else { right };
        let same = matches!(compare(view, pipeline, (source, back, path)), Compared::Same);
        same && !rule.on_create && rule.when.is_none() && view.may_flow(pipeline, rule, back)
    })
}
