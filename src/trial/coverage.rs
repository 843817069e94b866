//! Which rules, rows and branches the tests hold, and which they never do.
//!
//! What there is stands in the plan and in the scripts; what of it is held is told by the tests one by one.

use std::collections::BTreeSet;

use super::asserted::Asserted;
use crate::diagnostic::{Sources as _, Span};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{Create, FieldRule, Parting, Pipeline, Plan, RuleBody, RuleLine, Side, Table, WithRead};
use crate::language::source::SourceMap;
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator};
use crate::value::{Path, Value};

/// How much is held by tests.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Lines of rules and conditions that are held, of how many.
    pub rules: (usize, usize),
    /// Table rows that are held, each way of reading them by itself, of how many.
    pub rows: (usize, usize),
    /// Ways of conditions that are held, of how many.
    pub branches: (usize, usize),
    /// What never is, in file order.
    pub never: Vec<Never>,
}

/// Something that no test holds.
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
pub(super) fn measure(plan: &Plan, sources: &SourceMap, held: &Asserted) -> Coverage {
    let there = There::of(plan);
    let mut coverage = Coverage::default();
    let mut never = |line: RuleLine, kind, text| coverage.never.push(Never { line, kind, text });
    let lines: Vec<&RuleLine> = there.lines.iter().filter(|line| !held.lines.contains(line)).collect();
    lines.iter().for_each(|line| never((*line).clone(), "rule", text_of_line(sources, line)));
    let rows: Vec<&(RuleLine, String)> = there.rows.difference(&held.rows).collect();
    for (line, towards) in &rows {
        let ways = there.rows.iter().filter(|(known, _)| known == line).count();
        let way = if ways > 1 { format!("   towards {towards}") } else { String::new() };
        never(line.clone(), "row", format!("{}{way}", text_of_line(sources, line)));
    }
    let branches: Vec<&Branch> =
        there.branches.iter().filter(|one| !held.branches.contains(&(one.span, one.taken))).collect();
    for one in &branches {
        never(line_of(sources, one.span), "branch", text_of_branch(sources, one));
    }
    coverage.rules = (there.lines.len() - lines.len(), there.lines.len());
    coverage.rows = (there.rows.len() - rows.len(), there.rows.len());
    coverage.branches = (there.branches.len() - branches.len(), there.branches.len());
    coverage.never.sort();
    coverage
}

fn text_of_branch(sources: &SourceMap, one: &Branch) -> String {
    let text = sources.text(one.span.file).get(one.span.start..one.span.end).unwrap_or_default();
    match (one.what, one.taken) {
        (What::Condition, true) => format!("`{text}` is true"),
        (What::Condition, false) => format!("`{text}` is not true"),
        (What::Else, true) => format!("`{text} ??` needs what follows"),
        (What::Else, false) => format!("`{text} ??` stands by itself"),
    }
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

/// All that tests could hold.
struct There<'p> {
    plan: &'p Plan,
    lines: BTreeSet<RuleLine>,
    /// Rows, each with the field that it is read towards.
    rows: BTreeSet<(RuleLine, String)>,
    branches: BTreeSet<Branch>,
}

impl<'p> There<'p> {
    fn of(plan: &'p Plan) -> Self {
        let mut there = Self { plan, lines: BTreeSet::new(), rows: BTreeSet::new(), branches: BTreeSet::new() };
        plan.pipelines.values().for_each(|pipeline| there.pipeline(pipeline));
        there
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        for create in [&pipeline.create_left, &pipeline.create_right].into_iter().flatten() {
            self.create(create);
        }
        for rule in &pipeline.rules {
            let live = Side::BOTH.map(|side| self.may_flow(pipeline, rule, side));
            if live.contains(&true) {
                self.rule(rule, live);
            }
        }
        pipeline.with.iter().for_each(|read| self.read(read));
        pipeline.when.iter().chain(&pipeline.hold).for_each(|(condition, _)| self.condition(condition));
        for (condition, line) in pipeline.passed_by.values() {
            self.lines.insert(line.clone());
            self.condition(condition);
        }
        let parted = pipeline.when_gone.values().filter(|gone| gone.parting != Parting::Park);
        self.lines.extend(parted.map(|gone| gone.line.clone()));
        for agreement in &pipeline.agree {
            self.lines.insert(agreement.line.clone());
            self.condition(&agreement.condition);
        }
        for (value, line) in pipeline.needs.values().chain(pipeline.after.values()) {
            self.lines.insert(line.clone());
            self.expression(value);
        }
        pipeline.untouched.iter().for_each(|(_, fields, _)| self.expression(fields));
    }

    fn may_flow(&self, pipeline: &Pipeline, rule: &FieldRule, side: Side) -> bool {
        self.plan.standing.iter().any(|settings| pipeline.flows(rule, side, settings))
    }

    fn create(&mut self, create: &Create) {
        self.lines.insert(create.line.clone());
        // A constant (`always`) has no other branch.
        let constant = |tree: &Expression| matches!(tree.kind, ExpressionKind::Literal(_));
        create.when.iter().filter(|condition| !constant(condition.tree())).for_each(|one| self.condition(one));
    }

    /// A rule, live towards the left and the right side.
    fn rule(&mut self, rule: &FieldRule, live: [bool; 2]) {
        self.lines.insert(rule.line.clone());
        rule.when.iter().for_each(|condition| self.condition(condition));
        match &rule.body {
            RuleBody::Value { left, right, table, .. } => {
                self.expression(left);
                self.expression(right);
                let towards = Side::BOTH.into_iter().zip(live).filter(|(side, live)| *live && rule.points(*side));
                for ((side, _), table) in towards.flat_map(|side| table.iter().map(move |table| (side, table))) {
                    self.table(table, side);
                }
            }
            RuleBody::List(list) => list.rules.iter().for_each(|inner| self.rule(inner, live)),
        }
    }

    fn read(&mut self, read: &WithRead) {
        self.lines.insert(read.line.clone());
        // A search answers what fits and nothing else, and every record has a key.
        if read.search.is_none() && !asks_for_key(read) {
            both(read.condition.tree().span, What::Condition, &mut self.branches);
        }
        read.expressions().for_each(|expression| self.expression(expression));
    }

    fn table(&mut self, table: &Table, side: Side) {
        let rows = table.rows.iter().filter(|row| row.points(side));
        self.rows.extend(rows.map(|row| (row.line.clone(), table.field(side).to_owned())));
    }

    fn condition(&mut self, condition: &CompiledExpression) {
        both(condition.tree().span, What::Condition, &mut self.branches);
        self.expression(condition);
    }

    fn expression(&mut self, expression: &CompiledExpression) {
        let (plan, mut mapped) = (self.plan, Vec::new());
        expression.tree().visit(&mut |at| {
            branches(at, &mut self.branches);
            mapped.extend(table_of(at));
        });
        for table in mapped.iter().filter_map(|name| plan.tables.get(name)) {
            self.table(table, Side::Right);
        }
        for (span, is_guard) in expression.script_conditions() {
            if is_guard {
                self.branches.insert(Branch { span, taken: false, what: What::Condition });
            } else {
                both(span, What::Condition, &mut self.branches);
            }
        }
    }
}

fn both(span: Span, what: What, branches: &mut BTreeSet<Branch>) {
    branches.extend([true, false].map(|taken| Branch { span, taken, what }));
}

/// The ways that a part of an expression can go.
fn branches(at: &Expression, found: &mut BTreeSet<Branch>) {
    match &at.kind {
        ExpressionKind::Choice(parts) => {
            let [condition, ..] = parts.as_ref();
            both(condition.span, What::Condition, found);
        }
        ExpressionKind::Binary(Operator::Else, left, _) => both(left.span, What::Else, found),
        _ => {}
    }
}

/// Whether all records fit, because all that is asked is that they have a key.
fn asks_for_key(read: &WithRead) -> bool {
    let ExpressionKind::Binary(Operator::NotEqual, left, right) = &read.condition.tree().kind else { return false };
    let is_key = matches!(&left.kind, ExpressionKind::Path(path)
        if path.head.is_none() && Path(path.segments.clone()) == Path::field(read.record.key.as_str()));
    is_key && matches!(right.kind, ExpressionKind::Literal(Value::Null))
}

/// The table that `mapped` reads.
fn table_of(at: &Expression) -> Option<String> {
    let ExpressionKind::Call(name, arguments) = &at.kind else { return None };
    match arguments.first().map(|first| &first.kind) {
        Some(ExpressionKind::Literal(table)) if name.text == "mapped" => table.to_key(),
        _ => None,
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
