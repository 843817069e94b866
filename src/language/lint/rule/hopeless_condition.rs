//! A condition that never holds, whatever the records say.

use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::meaning::{Reading, never_together};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{FieldRule, Pipeline, RecordType, RuleBody, RuleLine, Side};

/// The lint.
pub const LINT: Lint = Lint {
    name: "hopeless-condition",
    severity: Severity::Error,
    summary: "a condition never holds, whatever the records say",
    why: "It asks one field for two values at once, or says that something is so and is not so. What hangs on it never \
          takes place, and nobody is told.",
    flagged: "- shop.total -> depot.value   when shop.state == \"New\" and shop.state == \"Paid\"",
    mended: "- shop.total -> depot.value   when shop.state in [\"New\", \"Paid\"]",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        let reading = Reading::of(view, pipeline);
        let never = conditions(pipeline).into_iter().filter(|(one, _)| reading.read(one.tree()).is_never());
        found.extend(never.map(|(one, what)| told(one.tree().span, what)));
        found.extend(passed_by_nothing(&reading, pipeline));
        found.extend(pipeline.rules.iter().filter_map(|rule| before_it_is_there(&reading, pipeline, rule)));
    }
    for record in view.rules.systems.values().flat_map(|system| system.records.values()) {
        // A group is the same record once more.
        if record.grouped.is_none() {
            let reading = Reading::of_record(view, record);
            let never = of_record(record).filter(|(one, _)| reading.read(one.tree()).is_never());
            found.extend(never.map(|(one, what)| told(one.tree().span, what)));
        }
    }
    found
}

/// A rule that speaks only when its record is made, and asks for something that the record has only later.
fn before_it_is_there(reading: &Reading<'_>, pipeline: &Pipeline, rule: &FieldRule) -> Option<Diagnostic> {
    let when = rule.when.as_ref().filter(|_| rule.on_create)?;
    let target = Side::BOTH.into_iter().find(|side| rule.points(*side) && !rule.points(side.other()))?;
    let made = &pipeline.record(target).system;
    if reading.read(when.tree()).is_never() || !reading.of_making(rule, made).is_never() {
        return None;
    }
    let message = format!("this condition never holds: `on create` speaks before there is a {made} record");
    let finding = LINT.found(message, when.tree().span, "never so");
    Some(finding.help(format!("ask about `{}`, or leave `on create` out", pipeline.record(target.other()).system)))
}

/// `passed by` of a side where nothing is made, or under a condition that no record that takes part meets.
fn passed_by_nothing(reading: &Reading<'_>, pipeline: &Pipeline) -> Vec<Diagnostic> {
    let taking_part = pipeline.when.as_ref().map(|(condition, _)| reading.read(condition.tree()));
    let told = |(system, (condition, _)): (&String, &(CompiledExpression, RuleLine))| {
        let passed = reading.read(condition.tree());
        let side = Side::BOTH.into_iter().find(|side| pipeline.record(*side).system == *system);
        let what = if side.is_some_and(|side| pipeline.create(side).is_none()) {
            format!("`passed by` speaks of records for which none is made, and none is ever made in {system} here")
        } else if !passed.is_never() && taking_part.as_ref().is_some_and(|when| never_together(when, &passed)) {
            "no record that takes part is ever passed by like this: `when:` of the pipeline keeps them out".to_owned()
        } else {
            return None;
        };
        let finding = LINT.found(what, condition.tree().span, "nothing is ever told");
        Some(
            finding
                .help("say it under the system in which records are made, of records that take part; or take it out"),
        )
    };
    pipeline.passed_by.iter().filter_map(told).collect()
}

/// What a system file says of a record's calls and fields.
fn of_record(record: &RecordType) -> impl Iterator<Item = (&CompiledExpression, &'static str)> {
    let allowed = record.calls().filter_map(|call| call.allowed_when.as_ref());
    let needed = record.fields.iter().filter_map(|field| field.required_when.as_ref());
    let needed = needed.map(|required| (&required.condition, "the field is never needed"));
    let states = record.states.iter().flat_map(|states| &states.rows).filter_map(|row| row.when.as_ref());
    let states = states.map(|condition| (condition, "no record is in this state"));
    allowed.map(|condition| (condition, "the call is never made")).chain(needed).chain(states)
}

/// The conditions of a pipeline, each with what hangs on it. Those of creating have a lint of their own.
fn conditions(pipeline: &Pipeline) -> Vec<(&CompiledExpression, &'static str)> {
    let whole = pipeline.when.iter().map(|(condition, _)| (condition, "no record takes part"));
    let hold = pipeline.hold.iter().map(|(condition, _)| (condition, "nothing ever waits"));
    let passed = pipeline.passed_by.values().map(|(condition, _)| (condition, "nothing is ever told as passed by"));
    let read = pipeline.with.iter().map(|read| (&read.condition, "nothing is ever found"));
    let mut rules = Vec::new();
    of_rules(&pipeline.rules, &mut rules);
    whole.chain(hold).chain(passed).chain(read).chain(rules).collect()
}

fn of_rules<'p>(rules: &'p [FieldRule], found: &mut Vec<(&'p CompiledExpression, &'static str)>) {
    for rule in rules {
        found.extend(rule.when.iter().map(|condition| (condition, "the rule never speaks")));
        if let RuleBody::List(list) = &rule.body {
            of_rules(&list.rules, found);
        }
    }
}

fn told(span: Span, what: &str) -> Diagnostic {
    let finding = LINT.found(format!("this condition never holds: {what}"), span, "never so");
    finding.help("a field has one value at a time: write `or`, or `in [A, B]`; leave it out where nothing is asked")
}
