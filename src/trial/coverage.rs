//! Which rules, rows and branches the tests exercised, and which they never did.

use std::collections::BTreeSet;

use crate::diagnostic::{Sources as _, Span};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::heard::Heard;
use crate::language::plan::{Create, FieldRule, Pipeline, Plan, RuleBody, RuleLine, Side};
use crate::language::source::SourceMap;
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator};

/// How much was exercised.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Rules exercised, of how many.
    pub rules: (usize, usize),
    /// Table rows exercised, of how many.
    pub rows: (usize, usize),
    /// Branches exercised, of how many.
    pub branches: (usize, usize),
    /// What was never exercised, in file order.
    pub never: Vec<Never>,
}

/// Something that no test exercised.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Never {
    /// Where.
    pub line: RuleLine,
    /// `rule`, `row` or `branch`.
    pub kind: &'static str,
    /// What of it, as the file has it.
    pub text: String,
}

/// Counts over a plan. Rules that ownership mutes everywhere are no part of it.
pub fn measure(plan: &Plan, sources: &SourceMap, heard: &Heard) -> Coverage {
    let mut rules = BTreeSet::new();
    let mut rows = BTreeSet::new();
    let mut branches = BTreeSet::new();
    for pipeline in plan.pipelines.values() {
        for create in [&pipeline.create_left, &pipeline.create_right].into_iter().flatten() {
            create_of(create, &mut rules, &mut branches);
        }
        for rule in pipeline.rules.iter().filter(|rule| is_live(plan, pipeline, rule)) {
            rule_of(rule, &mut rules, &mut rows, &mut branches);
        }
    }
    let mut coverage = Coverage::default();
    for (lines, kind) in [(&rules, "rule"), (&rows, "row")] {
        let missed: Vec<&RuleLine> = lines.iter().filter(|line| !heard.lines.contains(line)).collect();
        let counted = (lines.len() - missed.len(), lines.len());
        if kind == "rule" {
            coverage.rules = counted;
        } else {
            coverage.rows = counted;
        }
        coverage.never.extend(missed.into_iter().map(|line| Never {
            line: line.clone(),
            kind,
            text: text_of_line(sources, line),
        }));
    }
    let missed: Vec<&Branch> = branches.iter().filter(|one| !heard.branches.contains(&(one.span, one.taken))).collect();
    coverage.branches = (branches.len() - missed.len(), branches.len());
    coverage.never.extend(missed.into_iter().map(|one| {
        let text = sources.text(one.span.file).get(one.span.start..one.span.end).unwrap_or_default();
        let text = match (one.what, one.taken) {
            (What::Condition, true) => format!("`{text}` is true"),
            (What::Condition, false) => format!("`{text}` is not true"),
            (What::Else, true) => format!("`{text} ??` needs what follows"),
            (What::Else, false) => format!("`{text} ??` stands by itself"),
        };
        Never { line: line_of(sources, one.span), kind: "branch", text }
    }));
    coverage.never.sort();
    coverage
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Condition,
    Else,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Branch {
    span: Span,
    taken: bool,
    what: What,
}

fn both(span: Span, what: What, branches: &mut BTreeSet<Branch>) {
    branches.extend([true, false].map(|taken| Branch { span, taken, what }));
}

fn is_live(plan: &Plan, pipeline: &Pipeline, rule: &FieldRule) -> bool {
    let sides = [Side::Left, Side::Right];
    plan.standing.iter().any(|settings| sides.iter().any(|side| pipeline.flows(rule, *side, settings)))
}

fn create_of(create: &Create, rules: &mut BTreeSet<RuleLine>, branches: &mut BTreeSet<Branch>) {
    rules.insert(create.line.clone());
    // A constant (`always`) has no other branch.
    let constant = |tree: &Expression| matches!(tree.kind, ExpressionKind::Literal(_));
    if let Some(condition) = create.when.as_ref().filter(|condition| !constant(condition.tree())) {
        both(condition.tree().span, What::Condition, branches);
        expression_of(condition, branches);
    }
}

fn rule_of(
    rule: &FieldRule,
    rules: &mut BTreeSet<RuleLine>,
    rows: &mut BTreeSet<RuleLine>,
    branches: &mut BTreeSet<Branch>,
) {
    rules.insert(rule.line.clone());
    if let Some(condition) = &rule.when {
        both(condition.tree().span, What::Condition, branches);
        expression_of(condition, branches);
    }
    match &rule.body {
        RuleBody::Value { left, right, table, .. } => {
            expression_of(left, branches);
            expression_of(right, branches);
            rows.extend(table.iter().flat_map(|table| &table.rows).map(|row| row.line.clone()));
        }
        RuleBody::List(list) => list.rules.iter().for_each(|inner| rule_of(inner, rules, rows, branches)),
    }
}

fn expression_of(expression: &CompiledExpression, branches: &mut BTreeSet<Branch>) {
    walk(expression.tree(), branches);
}

fn walk(at: &Expression, branches: &mut BTreeSet<Branch>) {
    match &at.kind {
        ExpressionKind::Choice(parts) => {
            let [condition, ..] = parts.as_ref();
            both(condition.span, What::Condition, branches);
            parts.iter().for_each(|part| walk(part, branches));
        }
        ExpressionKind::Binary(operator, left, right) => {
            if *operator == Operator::Else {
                both(left.span, What::Else, branches);
            }
            walk(left, branches);
            walk(right, branches);
        }
        ExpressionKind::List(items) | ExpressionKind::Call(_, items) => {
            items.iter().for_each(|item| walk(item, branches));
        }
        ExpressionKind::Filter(left, right) => {
            walk(left, branches);
            walk(right, branches);
        }
        ExpressionKind::Steps(inner, _) | ExpressionKind::Not(inner) | ExpressionKind::Negate(inner) => {
            walk(inner, branches);
        }
        ExpressionKind::Literal(_) | ExpressionKind::Path(_) | ExpressionKind::Park(_) => {}
    }
}

fn line_of(sources: &SourceMap, span: Span) -> RuleLine {
    RuleLine { file: sources.name(span.file).into(), line: sources.line_of(span) }
}

fn text_of_line(sources: &SourceMap, line: &RuleLine) -> String {
    span_of(sources, line)
        .and_then(|span| sources.text(span.file).get(span.start..span.end))
        .map(|text| text.trim_start_matches("- ").split_whitespace().collect::<Vec<_>>().join(" "))
        .unwrap_or_default()
}

/// The place of a rule line, without the blanks around it.
pub(super) fn span_of(sources: &SourceMap, line: &RuleLine) -> Option<Span> {
    let (id, file) = sources.files().find(|(_, file)| file.name == line.file)?;
    let mut start = 0;
    for (number, text) in file.text.split_inclusive('\n').enumerate() {
        if number + 1 == line.line {
            let body = text.trim_end();
            let indent = body.len() - body.trim_start().len();
            return Some(Span::new(id, start + indent, start + body.len()));
        }
        start += text.len();
    }
    None
}
