//! A plan as text: what was made of the rules, rule by rule with its line, for people and for tests.
//!
//! Names accounts and settings, and of secrets not even the names. Says nothing of systems but their records' kinds.

use std::collections::BTreeMap;
use std::fmt;

use super::expression::CompiledExpression;
use super::pipeline::{Cardinality, Create, FieldRule, ListRule, Pipeline, RuleBody, WithRead};
use super::plan::Plan;
use super::rule_line::RuleLine;
use super::side::Side;
use super::system::RecordType;
use super::table::{Instead, Row, Table};

/// Blanks for each level.
const STEP: usize = 2;

/// A condition that is said once for a side of a pipeline, with its line.
type Said = (CompiledExpression, RuleLine);

impl fmt::Display for CompiledExpression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tree().fmt(out)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for account in self.accounts.values() {
            writeln!(out, "account {} of {}", account.name, account.system)?;
            if let Some(carries) = &account.carries {
                writeln!(out, "  carries {}.{} where {}", carries.system, carries.record, carries.condition)?;
            }
        }
        self.pipelines.values().try_for_each(|pipeline| write!(out, "\n{pipeline}"))?;
        self.tables.values().try_for_each(|table| write!(out, "\n{table}"))
    }
}

impl fmt::Display for Pipeline {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "pipeline {} between {} and {}", self.name, kind(&self.left), kind(&self.right))?;
        said(out, &format!("match {} == {}", self.match_left, self.match_right), &self.match_line)?;
        if let Some(side) = self.shared {
            writeln!(out, "  one {} for several", kind(self.record(side)))?;
        }
        self.with.iter().try_for_each(|read| with(read, out))?;
        if let Some((condition, line)) = &self.when {
            said(out, &format!("when {condition}"), line)?;
        }
        if let Some((condition, line)) = &self.hold {
            said(out, &format!("hold when {condition}"), line)?;
        }
        let named: [(&str, &BTreeMap<String, Said>); 3] =
            [("needs for", &self.needs), ("passed by for", &self.passed_by), ("after for", &self.after)];
        for (word, conditions) in named {
            for (system, (condition, line)) in conditions {
                said(out, &format!("{word} {system}: {condition}"), line)?;
            }
        }
        for (system, gone) in &self.when_gone {
            let text =
                format!("where {system} has it no more: {}, owned by {}", gone.parting.as_str(), gone.owner.text());
            said(out, &text, &gone.line)?;
        }
        for (side, fields, line) in &self.untouched {
            said(out, &format!("untouched in {}: {fields}", kind(self.record(*side))), line)?;
        }
        for agreement in &self.agree {
            said(out, &format!("agree on {}: {}", agreement.name, agreement.condition), &agreement.line)?;
        }
        for side in [Side::Left, Side::Right] {
            if let Some(create) = self.create(side) {
                made(create, self.record(side), out)?;
            }
        }
        self.rules.iter().try_for_each(|rule| field_rule(rule, 1, out))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [left, right] = &self.sides;
        writeln!(out, "table {} between {left} and {right}", self.name)?;
        self.rows.iter().try_for_each(|row| said(out, &row_text(row), &row.line))
    }
}

fn kind(record: &RecordType) -> String {
    format!("{}.{}", record.system, record.name)
}

/// One line at the first level, with where it stands.
fn said(out: &mut fmt::Formatter<'_>, text: &str, line: &RuleLine) -> fmt::Result {
    writeln!(out, "{:STEP$}{text}  # {line}", "")
}

fn with(read: &WithRead, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let many = if read.cardinality == Cardinality::Many { "[]" } else { "" };
    let every = if read.every_account { " of every account" } else { "" };
    let how = match (&read.search, read.newest) {
        (Some((field, value)), _) => format!(" by {field} = {value}"),
        (None, true) => " in the newest list".to_owned(),
        (None, false) => " in a kept list".to_owned(),
    };
    let made = read.made.as_ref().map(|fields| format!(", or made by {fields}")).unwrap_or_default();
    let text = format!("with {}: {}{many}{every}{how} where {}{made}", read.name, kind(&read.record), read.condition);
    said(out, &text, &read.line)
}

fn made(create: &Create, record: &RecordType, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let when = create.when.as_ref().map_or_else(|| "on demand".to_owned(), |when| format!("when {when}"));
    said(out, &format!("create {} {when}, owned by {}", kind(record), create.owner.text()), &create.line)
}

fn field_rule(rule: &FieldRule, level: usize, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let indent = level * STEP;
    let group = if level == 1 { format!("{}, owned by {}: ", rule.group, rule.owner.text()) } else { String::new() };
    match &rule.body {
        RuleBody::Value { left, right, table, via, .. } => {
            let table = table.as_ref().map(|table| format!(" via table {}", table.name));
            let via = via.as_ref().map(|pipeline| format!(" via pipeline {pipeline}"));
            let via = table.or(via).unwrap_or_default();
            let text = format!("{group}{left} {} {right}{via}{}", rule.arrow, told(rule));
            writeln!(out, "{:indent$}{text}  # {}", "", rule.line)
        }
        RuleBody::List(list) => {
            let text = format!("{group}{}{}", list_text(rule, list), told(rule));
            writeln!(out, "{:indent$}{text}  # {}", "", rule.line)?;
            list.rules.iter().try_for_each(|inner| field_rule(inner, level + 1, out))
        }
    }
}

fn list_text(rule: &FieldRule, list: &ListRule) -> String {
    let name = list.element.as_ref().map(|name| format!(" as {name}")).unwrap_or_default();
    format!("{}[] {} {}[] by [{}]{name}", list.left, rule.arrow, list.right, list.key.join(", "))
}

/// What follows the two sides of a rule.
fn told(rule: &FieldRule) -> String {
    let words = [
        (rule.on_create, " on create"),
        (rule.always, " always"),
        (rule.or_clear, " or clear"),
        (rule.also_when_gone, " also when gone"),
        (rule.reported_once, " reported once"),
    ];
    let words: String = words.into_iter().filter_map(|(said, word)| said.then_some(word)).collect();
    let when = rule.when.as_ref().map(|when| format!(" when {when}")).unwrap_or_default();
    format!("{words}{when}")
}

fn row_text(row: &Row) -> String {
    let cell = |values: &[Vec<String>], is_head: bool| match (row.instead.filter(|_| is_head), values) {
        (Some(Instead::Nothing), _) => "nothing".to_owned(),
        (Some(Instead::Park), _) => "park".to_owned(),
        (None, []) => "otherwise".to_owned(),
        (None, values) => values.iter().map(|one| one.join(" | ")).collect::<Vec<_>>().join(", "),
    };
    let (left, right) = (cell(&row.left, row.points(Side::Left)), cell(&row.right, row.points(Side::Right)));
    let from = if row.from.is_empty() { String::new() } else { format!(" from {}", row.from.join(", ")) };
    let create = if row.on_create { " on create" } else { "" };
    format!("{left} {} {right}{from}{create}", row.arrow)
}
