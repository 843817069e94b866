//! A rule that puts something empty in the place of a value, by its own words.

use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::plan::{FieldRule, Pipeline, RuleBody, Side};
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator};
use crate::value::Value;

/// The lint.
pub const LINT: Lint = Lint {
    name: "wiping-empty",
    severity: Severity::Warning,
    summary: "a rule writes null or an empty text, and does not say that it may take the place of a value",
    why: "What is empty wipes nothing by itself: a field that somebody cleared by mistake, an answer with a field less \
          or a look-up without a result would take away what the other side has. Where something empty comes upon a \
          value, the group parks with both; `or clear` is the word of a rule that lets it through. A rule whose own \
          words make null or an empty text is told here already.",
    flagged: "- shop.note ?? \"\" -> depot.label",
    mended: "- shop.note ?? \"\" -> depot.label   or clear",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        within(view, (pipeline, &pipeline.rules), &mut found);
    }
    found
}

fn within(view: &View<'_>, (pipeline, rules): (&Pipeline, &[FieldRule]), found: &mut Vec<Diagnostic>) {
    // Where the record is made there is nothing to wipe.
    for rule in rules.iter().filter(|rule| !rule.on_create) {
        match &rule.body {
            RuleBody::List(list) => within(view, (pipeline, &list.rules), found),
            RuleBody::Value { left, right, table, .. } if !rule.or_clear => {
                for target in Side::BOTH.into_iter().filter(|target| view.may_flow(pipeline, rule, *target)) {
                    let source = if target == Side::Left { right } else { left };
                    let said = match table {
                        Some(table) => {
                            let rows = table.rows.iter().filter(|row| row.points(target) && row.instead.is_none());
                            let first = |row: &&crate::language::plan::Row| {
                                row.targets(target).first().and_then(|spellings| spellings.first()).cloned()
                            };
                            rows.filter(|row| first(row).is_some_and(|goal| goal.is_empty())).map(|row| row.span).next()
                        }
                        None => empty_in(source.tree()),
                    };
                    found.extend(said.map(|said| flag(rule, said)));
                }
            }
            RuleBody::Value { .. } => {}
        }
    }
}

/// Where an expression gives null or an empty text by its own words.
fn empty_in(tree: &Expression) -> Option<Span> {
    match &tree.kind {
        ExpressionKind::Literal(Value::Null) => Some(tree.span),
        ExpressionKind::Literal(value) => (value.as_text() == Some("")).then_some(tree.span),
        ExpressionKind::Choice(parts) => parts.iter().skip(1).find_map(empty_in),
        ExpressionKind::Binary(Operator::Else, first, second) => empty_in(first).or_else(|| empty_in(second)),
        _ => None,
    }
}

fn flag(rule: &FieldRule, said: Span) -> Diagnostic {
    let message = "this may be empty, and the rule does not say `or clear`";
    let finding = LINT.found(message, said, "parks where a value stands");
    let finding = if said == rule.span { finding } else { finding.label(rule.span, "by this rule") };
    finding.help("add `or clear` where empty is to take the place of a value, or say `park` in its stead")
}
