//! What an undirected row carries over comes back the same.

use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::plan::{Arrow, Field, FieldRule, Pipeline, RuleBody};
use crate::value::{Kind, Path, Segment};

/// The lint.
pub const LINT: Lint = Lint {
    name: "lossy-round-trip",
    severity: Severity::Error,
    summary: "a `<->` row lets two values become one, so that one of them does not come back",
    why: "A value that goes over and comes back as another one overwrites what somebody chose. Several spellings of \
          one value are joined by `|`; several values need rows of their own, with a direction each. Fields whose \
          kinds do not hold the same values (a timestamp and a date, a decimal and a whole number) are no pair for \
          `<->` either.",
    flagged: "rows:\n  - Cash, Card <-> Paid",
    mended: "rows:\n  - Cash <-> Paid\n  - Card -> Paid",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for row in view.rules.tables.values().flat_map(|table| &table.rows).filter(|row| row.arrow == Arrow::Both) {
        for (many, one) in [(&row.left, &row.right), (&row.right, &row.left)] {
            let mut values = many.iter().filter_map(|spellings| spellings.first());
            let (Some(first), there) = (values.next(), one.first().and_then(|spellings| spellings.first())) else {
                continue;
            };
            for second in values {
                let there = there.map_or("", String::as_str);
                let message = format!("{second} becomes {there} and comes back as {first}");
                let finding = LINT.found(message, row.span, "loses a value");
                found.push(finding.help(format!(
                    "join spellings of one value with `|`; else give {second} a row of its own with `->` or `<-`"
                )));
            }
        }
    }
    for pipeline in view.rules.pipelines.values() {
        fields(pipeline, (&pipeline.rules, [&Path::default(), &Path::default()]), &mut found);
    }
    found
}

/// `<->` between fields of kinds that do not hold the same values. `at`: the lists that the rules stand in.
fn fields(pipeline: &Pipeline, (rules, at): (&[FieldRule], [&Path; 2]), found: &mut Vec<Diagnostic>) {
    for rule in rules.iter().filter(|rule| rule.arrow == Arrow::Both && !rule.on_create) {
        let inside = |list: &Path, path: &Path| Path(list.0.iter().chain(&path.0).cloned().collect());
        match &rule.body {
            RuleBody::Value { left_path: Some(left), right_path: Some(right), table: None, via: None, .. } => {
                let [outer_left, outer_right] = at;
                let left = pipeline.left.field(&inside(outer_left, left));
                let right = pipeline.right.field(&inside(outer_right, right));
                found.extend(left.zip(right).and_then(|(left, right)| loses(rule, (left, right))));
            }
            RuleBody::Value { .. } => {}
            RuleBody::List(list) => {
                let [left, right] = [(at[0], &list.left), (at[1], &list.right)].map(|(outer, path)| {
                    let mut whole = inside(outer, path);
                    whole.0.push(Segment::Each);
                    whole
                });
                fields(pipeline, (&list.rules, [&left, &right]), found);
            }
        }
    }
}

fn loses(rule: &FieldRule, (left, right): (&Field, &Field)) -> Option<Diagnostic> {
    for (one, other) in [(left, right), (right, left)] {
        let lost = match (&one.kind, &other.kind) {
            (Kind::Timestamp, Kind::Date) => "2026-03-01T14:30:00Z comes back without its time of day".to_owned(),
            (Kind::Decimal, Kind::Integer) => "1.5 is no whole number and does not come back".to_owned(),
            (Kind::Enum(values), Kind::Enum(known)) => match values.iter().find(|value| !known.contains(value)) {
                Some(only) => format!("{only} is no value of `{}`", other.path),
                None => continue,
            },
            _ => continue,
        };
        let message = format!("`{}` is {} and `{}` is {}: {lost}", one.path, one.kind, other.path, other.kind);
        let finding = LINT.found(message, rule.span, "loses a value");
        let finding = finding.label(one.span, "from here").label(other.span, "over here");
        return Some(finding.help("let it flow one way only, or go `via table`"));
    }
    None
}
