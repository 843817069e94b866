//! No ambiguity: one row for each value, state and direction.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::usage;
use crate::language::lint::model::{Bridge, Case};
use crate::language::plan::{Row, Side, Table};

/// The lint.
pub const LINT: Lint = Lint {
    name: "ambiguous-row",
    severity: Severity::Error,
    summary: "two rows of a table speak for the same value in the same state",
    why: "Which of the two is followed would depend on their order in the file. Rows are a picture of the \
          business, not a program: each value and state has exactly one.",
    flagged: "rows:\n  - Open, Held -> Begun\n  - Held -> Waiting",
    mended: "rows:\n  - Open -> Begun\n  - Held -> Waiting",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for bridge in &view.bridges {
        let mut told: BTreeSet<(usize, usize)> = BTreeSet::new();
        for target in [Side::Right, Side::Left] {
            let states = bridge.present(target);
            for value in bridge.known_values(target.other()) {
                if bridge.table.naming(target, &value).nth(1).is_none() {
                    continue;
                }
                for state in states.iter().map(Some).chain([None]) {
                    let state = state.map(String::as_str);
                    let rows = bridge.speaking(target, &value, state);
                    if let [first, second, ..] = rows.as_slice()
                        && told.insert((first.span.start, second.span.start))
                    {
                        let case = Case { target, source: &value, state };
                        found.push(twice(bridge, &case, first, second));
                    }
                }
            }
            found.extend(bridge.table.rows.iter().filter_map(|row| listed_twice(row, target)));
            let mut closing = bridge.table.closing(target);
            if let (Some(first), Some(second)) = (closing.next(), closing.next()) {
                let message = format!("table `{}` says `otherwise` twice in one direction", bridge.table.name);
                found.push(LINT.found(message, second.span, "never followed").label(first.span, "the first"));
            }
        }
    }
    let named = usage::tables(view);
    let asked = view.rules.tables.values().filter(|table| named.contains(&table.name));
    found.extend(asked.flat_map(|table| asked_by_value(table)));
    found
}

/// Rows of a table that expressions ask (`mapped`): from left to right, whatever the state, in any case.
fn asked_by_value(table: &Table) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = table.rows.iter().filter_map(|row| listed_twice(row, Side::Right)).collect();
    let mut known: BTreeMap<String, (&str, &Row)> = BTreeMap::new();
    for row in table.rows.iter().filter(|row| row.points(Side::Right) && row.from.is_empty()) {
        for spelling in row.sources(Side::Right).iter().flatten() {
            match known.get(&spelling.to_lowercase()) {
                Some((_, first)) if first.span == row.span => {}
                Some((_, first))
                    if first.outcome(Side::Right) == row.outcome(Side::Right) && first.because == row.because =>
                {
                    let message = format!("two rows say the same of {spelling}");
                    let finding = LINT.found(message, row.span, "this row too").label(first.span, "this row");
                    found.push(finding.help("take it out of one of them"));
                }
                Some((other, first)) => {
                    let message = if *other == spelling {
                        format!("two rows speak for {spelling}")
                    } else {
                        format!(
                            "two rows speak for {spelling} and {other}, which count as one: case does not matter here"
                        )
                    };
                    let finding = LINT.found(message, row.span, "this row too").label(first.span, "this row");
                    found.push(finding.help("take it out of one of them"));
                }
                None => {
                    known.insert(spelling.to_lowercase(), (spelling, row));
                }
            }
        }
    }
    found
}

/// A value, or a state of `from`, that stands twice in one row.
fn listed_twice(row: &Row, target: Side) -> Option<Diagnostic> {
    let twin = |names: Vec<&String>| {
        let mut seen = BTreeSet::new();
        names.into_iter().find(|name| !seen.insert(name.as_str())).cloned()
    };
    let values = row.points(target).then(|| twin(row.sources(target).iter().flatten().collect())).flatten();
    let name = values.or_else(|| twin(row.from.iter().collect()))?;
    Some(LINT.found(format!("{name} stands twice in one row"), row.span, "in this row").help("take one of them out"))
}

fn twice(bridge: &Bridge<'_>, case: &Case<'_>, first: &Row, second: &Row) -> Diagnostic {
    let (value, other) = (case.source, bridge.name(case.target));
    let witness = match case.state {
        Some(state) => format!("{value} while `{other}` is {state}"),
        None => format!("{value} when `{other}` is created"),
    };
    let message = format!("two rows speak for {witness}");
    let finding = LINT.found(message, second.span, "this row too").label(first.span, "this row");
    finding.help("take one of them out, or tell them apart with `from STATES` or `on create`")
}
