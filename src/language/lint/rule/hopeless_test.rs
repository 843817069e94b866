//! A test expects what no rule writes and what was not given.

use super::uncreated_target;
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::plan::test::{RuleTest, TestRecord};
use crate::language::plan::{Field, RecordType, Side, States};
use crate::value::{Kind, Path, Record, Value};

/// The lint.
pub const LINT: Lint = Lint {
    name: "hopeless-test",
    severity: Severity::Error,
    summary: "a test expects a value that nothing can bring there",
    why: "No live rule writes the field, and the records that are given, or that people change, do not hold the value: \
          whatever the rules do, the test cannot pass. Mostly a rule is missing, or the test expects the value of \
          another field.",
    flagged: "then:\n  depot.parcel: { stage: Void }   # and no rule writes `depot.stage`",
    mended: "- shop.state -> depot.stage   via table stages",
    check,
};

/// One finding for each field that the tests of a file wait for in vain: what is missing is one rule.
fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found: Vec<Hopeless<'_>> = Vec::new();
    for test in &view.rules.tests {
        for expected in test.then.iter().flat_map(|expectation| &expectation.records) {
            let mut leaves = Vec::new();
            gather(&Path::default(), &expected.fields, &mut leaves);
            let hopeless =
                leaves.into_iter().find(|(path, value)| !may_be(view, test, (&expected.record, path), value));
            let Some((path, value)) = hopeless else { continue };
            let is_told = |one: &&mut Hopeless<'_>| {
                is_alike(&one.expected.record, &expected.record)
                    && one.path == path
                    && one.expected.span.file == expected.span.file
            };
            match found.iter_mut().find(is_told) {
                Some(told) => told.more += 1,
                None => found.push(Hopeless { test, expected, path, value, more: 0 }),
            }
        }
    }
    found.iter().map(flag).collect()
}

/// What a test expects in vain, and how many more of its file do.
struct Hopeless<'r> {
    test: &'r RuleTest,
    expected: &'r TestRecord,
    path: Path,
    value: &'r Value,
    more: usize,
}

/// The values of a record with their places; lists whole.
fn gather<'r>(at: &Path, record: &'r Record, found: &mut Vec<(Path, &'r Value)>) {
    for (name, value) in record {
        let place = at.join(name.as_str());
        match value {
            Value::Record(inner) => gather(&place, inner, found),
            _ => found.push((place, value)),
        }
    }
}

/// Whether a record may ever hold a value: a rule writes the field, somebody gave it, or it begins with it.
fn may_be(view: &View<'_>, test: &RuleTest, (kind, path): (&RecordType, &Path), value: &Value) -> bool {
    let mut given = test.given.iter().chain(&test.when).filter(|one| is_alike(&one.record, kind));
    let held = given.any(|one| path.read(&Value::Record(one.fields.clone())) == *value);
    // A list of records has no field of its own, and begins empty.
    let begins = match kind.field(path) {
        Some(field) => begins_with(kind, field, value),
        None => value.is_null() || value.as_list().is_none_or(<[Value]>::is_empty),
    };
    held || begins || is_written(view, kind, path)
}

fn is_alike(one: &RecordType, other: &RecordType) -> bool {
    one.system == other.system && one.name == other.name
}

/// Whether a record that says nothing of a field may hold the value.
fn begins_with(kind: &RecordType, field: &Field, value: &Value) -> bool {
    let is = |name: &Option<String>| name.as_deref().is_some_and(|name| field.path.is_field(name));
    // A state that is made follows from what other fields begin with, and these from a state that somebody gives.
    let makes = |states: &States| states.read_by_rows(kind).iter().any(|read| read.path == field.path);
    if kind.states.as_ref().is_some_and(|states| states.is_derived() && (field.derived || makes(states))) {
        return true;
    }
    if let Some(states) = kind.states.as_ref().filter(|states| field.path.is_field(&states.field)) {
        let first = match &field.kind {
            Kind::Enum(values) => values.first(),
            _ => None,
        };
        return states.initial.as_ref().or(first).is_none_or(|begins| value.as_text() == Some(begins.as_str()));
    }
    field.required_on_create
        || field.path.is_field(&kind.key)
        || is(&kind.created)
        || is(&kind.modified)
        || value.is_null()
        || *value == Value::Bool(false)
        || value.as_list().is_some_and(<[Value]>::is_empty)
}

/// Whether a live rule, a match or a call of the system may write a field of a record.
fn is_written(view: &View<'_>, kind: &RecordType, path: &Path) -> bool {
    let overlaps = |one: &Path| one.0.starts_with(&path.0) || path.0.starts_with(&one.0);
    let by_pipelines = view.rules.pipelines.values().any(|pipeline| {
        let made = pipeline.with.iter().any(|read| read.made.is_some() && is_alike(&read.record, kind));
        let sides = Side::BOTH.into_iter().filter(|side| is_alike(pipeline.record(*side), kind));
        made || sides.into_iter().any(|side| {
            let matched = Path::parse(pipeline.match_field(side));
            let writes = |rule: &&crate::language::plan::FieldRule| rule.path(side).is_some_and(overlaps);
            matched.is_some_and(|matched| overlaps(&matched))
                || pipeline.rules.iter().filter(writes).any(|rule| view.may_flow(pipeline, rule, side))
                || pipeline.rules.iter().filter(|rule| uncreated_target::is(pipeline, rule)).any(|rule| writes(&rule))
        })
    });
    by_pipelines || kind.calls().flat_map(|call| &call.body).any(|(place, _)| overlaps(place))
}

fn flag(Hopeless { test, expected, path, value, more }: &Hopeless<'_>) -> Diagnostic {
    let kind = &expected.record;
    let value = value.to_key().unwrap_or_else(|| value.to_string());
    let message = format!("`{}.{}.{path}` can never be {value} here", kind.system, kind.name);
    let finding = LINT.found(message, expected.span, "no live rule writes it, and it is not given");
    let finding = finding.label(test.span, "this test cannot pass");
    let help = format!("add a rule `… -> {}.{path}`, or take the expectation out", kind.system);
    match more {
        0 => finding.help(help),
        1 => finding.help(help + "; one more test of this file expects the field"),
        more => finding.help(format!("{help}; {more} more tests of this file expect the field")),
    }
}
