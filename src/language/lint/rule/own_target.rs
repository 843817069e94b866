//! A rule that reads what it writes.

use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{FieldRule, Pipeline, RuleBody, Side};
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator};
use crate::value::{Path, Segment};

/// The lint.
pub const LINT: Lint = Lint {
    name: "own-target",
    severity: Severity::Warning,
    summary: "the source or the condition of a rule reads the field that the rule writes",
    why: "Each write changes what the rule reads, so what comes out depends on how often it ran: two such rules take \
          turns for ever, a sum grows with each event, and the first value decides where the last should. Where a \
          second run surely changes nothing, such as adding a word to a list that has it already, say so with \
          `allow: own-target in KEY because …`.",
    flagged: "- shop.name -> depot.label   when depot.label != shop.title",
    mended: "- shop.name -> depot.label   when shop.name != shop.title",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        for side in Side::BOTH {
            found.extend(within(Written { view, pipeline, side }, &pipeline.rules, &Path::default()));
        }
    }
    found
}

/// The side of a pipeline that is written to.
#[derive(Clone, Copy)]
struct Written<'a> {
    view: &'a View<'a>,
    pipeline: &'a Pipeline,
    side: Side,
}

fn within(on: Written<'_>, rules: &[FieldRule], list: &Path) -> Vec<Diagnostic> {
    let Written { view, pipeline, side } = on;
    let mut found = Vec::new();
    // Where the record is made nothing stands there yet.
    for rule in rules.iter().filter(|rule| !rule.on_create && view.may_flow(pipeline, rule, side)) {
        let Some(own) = rule.path(side) else { continue };
        let whole = Path(list.0.iter().chain(&own.0).cloned().collect());
        let system = pipeline.record(side).system.as_str();
        let reads = |one: &&CompiledExpression| reads(one, system, &whole);
        let source = match &rule.body {
            RuleBody::Value { left, right, .. } => Some(if side == Side::Left { right } else { left }),
            RuleBody::List(_) => None,
        };
        let source = source.filter(reads).filter(|one| !is_kept(one, system, &whole)).map(|_| "source");
        if let Some(which) = rule.when.as_ref().filter(reads).map(|_| "condition").or(source) {
            let message = format!("the {which} of this rule reads `{system}.{whole}`, which the rule writes");
            let help = "let it depend on the other side alone; `on create` where only the first value counts";
            found.push(LINT.found(message, rule.span, "reads its own target").help(help));
        }
        if let RuleBody::List(inner) = &rule.body {
            let place = Path(whole.0.iter().cloned().chain([Segment::Each]).collect());
            found.extend(within(on, &inner.rules, &place));
        }
    }
    found
}

/// Whether an expression reads a place of a side, something around it, or something inside it.
fn reads(expression: &CompiledExpression, system: &str, place: &Path) -> bool {
    expression.script_reads(system, place) || names(expression.tree(), system, place)
}

/// Whether a path in a tree leads there.
fn names(tree: &Expression, system: &str, place: &Path) -> bool {
    let mut found = false;
    tree.visit(&mut |part| {
        if let ExpressionKind::Path(path) = &part.kind {
            let is_whole = path.segments.is_empty();
            let same = path.segments.iter().zip(&place.0).all(|(read, written)| is_alike(read, written));
            found |= !is_whole && same && path.head.as_ref().is_some_and(|head| head.text == system);
        }
    });
    found
}

/// Whether what stands at the target is left as it is where nothing else is known, and decides nothing: `x ?? target`.
fn is_kept(expression: &CompiledExpression, system: &str, place: &Path) -> bool {
    !expression.script_reads(system, place) && keeps(expression.tree(), system, place)
}

fn keeps(tree: &Expression, system: &str, place: &Path) -> bool {
    let is_named = |tree: &Expression| names(tree, system, place);
    let keeps = |tree: &Expression| keeps(tree, system, place);
    match &tree.kind {
        ExpressionKind::Path(path) => !is_named(tree) || path.segments == place.0,
        ExpressionKind::Binary(Operator::Else, value, instead) => {
            let decides = is_named(value) && !matches!(instead.kind, ExpressionKind::Park(_));
            !decides && keeps(value) && keeps(instead)
        }
        ExpressionKind::Choice(parts) => {
            let [condition, yes, no] = parts.as_ref();
            !is_named(condition) && keeps(yes) && keeps(no)
        }
        _ => !is_named(tree),
    }
}

/// One element of a list may be any.
fn is_alike(one: &Segment, other: &Segment) -> bool {
    one == other || !matches!(one, Segment::Field(_)) && !matches!(other, Segment::Field(_))
}
