//! Which rule lines make a difference: first those that are said otherwise, of those that have a part in it.
//!
//! Where no line is said otherwise, as under other settings or scripts, the line of the rule whose value differs.

use std::collections::BTreeSet;

use super::outcome::Outcome;
use super::said::Said;
use crate::engine::{Decision, Stop};
use crate::language::plan::{FieldRule, Pipeline, RuleBody, RuleLine};
use crate::value::Path;

/// Lines in order, each once.
#[derive(Default)]
struct Lines(Vec<String>);

impl Lines {
    fn add<'l>(&mut self, lines: impl IntoIterator<Item = &'l RuleLine>) {
        for line in lines {
            let line = line.to_string();
            if !self.0.contains(&line) {
                self.0.push(line);
            }
        }
    }

    /// The same, where there is none yet.
    fn or<'l>(&mut self, lines: impl IntoIterator<Item = &'l RuleLine>) {
        if self.0.is_empty() {
            self.add(lines);
        }
    }
}

/// Lines that may have a part in a difference.
#[derive(Default)]
struct Parts {
    /// Of rules, or of the create.
    rules: Vec<RuleLine>,
    /// Of the rows of their tables.
    rows: Vec<RuleLine>,
}

impl Parts {
    fn has(&self, line: &RuleLine) -> bool {
        self.rules.contains(line) || self.rows.contains(line)
    }
}

/// What was then, and what is now.
#[derive(Clone, Copy)]
pub(super) struct Twice<T> {
    pub(super) then: T,
    pub(super) now: T,
}

/// The rule lines that make the difference, of the pipeline of then and now. What is said no more is named by the line
/// where it stood.
pub(super) fn lines(
    said: Twice<&Said>,
    (was, is): (Option<&Pipeline>, &Pipeline),
    (before, after): ((&Decision, &Outcome), (&Decision, &Outcome)),
) -> Vec<String> {
    let ((before, then), (after, now)) = (before, after);
    let Twice { then: said_then, now: said } = said;
    let parts = |pipeline: &Pipeline| parts(pipeline, then, now);
    let (parts_then, parts_now) = (was.map(parts).unwrap_or_default(), parts(is));
    let mut lines = Lines::default();
    lines.add(stops(after, then).iter().chain(&stops(before, now)));
    // What is said nowhere in the other rules.
    let new = unsaid(&after.lines, said, |text| said_then.says(text));
    let old = unsaid(&before.lines, said_then, |text| said.says(text));
    lines.add(new.iter().filter(|line| parts_now.has(line)));
    lines.add(old.iter().filter(|line| parts_then.has(line)));
    if then.action != now.action {
        lines.or(new.iter().chain(&old));
    }
    // What is said in both, and spoke only in one: another row of a table.
    let spoken = |lines: &[RuleLine], by: &Said| lines.iter().map(|line| by.at(line)).collect::<Vec<_>>();
    let (texts_then, texts_now) = (spoken(&before.lines, said_then), spoken(&after.lines, said));
    let only_now = unsaid(&after.lines, said, |text| texts_then.iter().any(|other| other == text));
    let only_then = unsaid(&before.lines, said_then, |text| texts_now.iter().any(|other| other == text));
    lines.or(only_now.iter().filter(|line| parts_now.rows.contains(line)));
    lines.or(&parts_now.rules);
    lines.or(&parts_then.rules);
    lines.or(only_now.iter().chain(&only_then));
    lines.or([&is.match_line]);
    lines.0
}

/// The lines of which others do not say what they say.
fn unsaid(lines: &[RuleLine], said: &Said, others_say: impl Fn(&str) -> bool) -> Vec<RuleLine> {
    lines.iter().filter(|line| !others_say(&said.at(line))).cloned().collect()
}

fn parts(pipeline: &Pipeline, then: &Outcome, now: &Outcome) -> Parts {
    let Some(side) = now.side.or(then.side) else { return Parts::default() };
    let has = |action: &str| [then.action, now.action].contains(&action);
    if then.action != now.action && has("create") {
        let create = pipeline.create(side).map(|create| create.line.clone());
        return Parts { rules: create.into_iter().collect(), ..Parts::default() };
    }
    let state = pipeline.record(side).states.as_ref().filter(|_| has("move")).map(|states| states.field.as_str());
    let written = then.differing(now).into_iter().filter(|_| has("update") || has("create"));
    let fields: BTreeSet<&str> = written.chain(state).collect();
    let mut parts = Parts::default();
    for field in fields {
        let first = Path::field(field).0.first().cloned();
        let writes = |path: &Path| path.0.first() == first.as_ref();
        let rules = pipeline.rules.iter().filter(|rule| rule.points(side) && rule.path(side).is_some_and(writes));
        rules.for_each(|rule| of_rule(rule, &mut parts));
    }
    parts
}

/// The line of a rule, of those inside its list, and of the rows of their tables.
fn of_rule(rule: &FieldRule, parts: &mut Parts) {
    parts.rules.push(rule.line.clone());
    match &rule.body {
        RuleBody::Value { table, .. } => {
            parts.rows.extend(table.iter().flat_map(|table| table.rows.iter().map(|row| row.line.clone())));
        }
        RuleBody::List(list) => list.rules.iter().for_each(|inner| of_rule(inner, parts)),
    }
}

/// Lines of what stops in one and not in the other.
fn stops(one: &Decision, other: &Outcome) -> Vec<RuleLine> {
    let is_own = |stop: &&Stop| !other.stops.contains(&(stop.group.clone(), stop.code.to_string()));
    one.stops.iter().filter(is_own).map(|stop| stop.line.clone()).collect()
}
