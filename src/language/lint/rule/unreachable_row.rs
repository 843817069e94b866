//! No row that never applies.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::bridge::Bridge;
use crate::language::lint::model::condition::Creating;
use crate::language::lint::model::usage;
use crate::language::plan::{Row, Side};

/// The lint.
pub const LINT: Lint = Lint {
    name: "unreachable-row",
    severity: Severity::Error,
    summary: "a row of a table can never apply",
    why: "A row that never applies looks like a promise and is none. It stands behind other rows that speak for all \
          its values, or is only for creates where nothing is ever created, or it is for later changes where \
          the rule says `on create`, or no rule goes its way through the table.",
    flagged: "rows:\n  - Open -> Begun\n  - Closed -> Ended\n  - otherwise -> nothing because it has other values\n\
              # and the field may be only Open or Closed",
    mended: "rows:\n  - Open -> Begun\n  - Closed -> Ended",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    // A table may serve several rules; a row needs to apply in one of them.
    let mut applying: BTreeSet<Span> = BTreeSet::new();
    for bridge in &view.bridges {
        for target in Side::BOTH.into_iter().filter(|target| bridge.rule.points(*target)) {
            applying.extend(applies(view, bridge, target));
        }
    }
    // What expressions ask by value they ask from left to right.
    let named = usage::tables(view);
    let asked = view.rules.tables.values().filter(|table| named.contains(&table.name)).flat_map(|table| &table.rows);
    applying.extend(asked.filter(|row| row.points(Side::Right) && row.from.is_empty()).map(|row| row.span));
    for bridge in &view.bridges {
        let idle: Vec<&Row> = bridge.table.rows.iter().filter(|row| !applying.contains(&row.span)).collect();
        let later = |row: &&&Row| bridge.rule.on_create && Side::BOTH.into_iter().any(|side| bridge.points(row, side));
        let for_later: Vec<&Row> = idle.iter().filter(later).copied().collect();
        if !for_later.is_empty() {
            found.push(only_on_create(bridge, &for_later));
            continue;
        }
        for row in idle {
            let message = format!("this row of table `{}` never applies", bridge.table.name);
            let help = match why(view, row) {
                NO_RULE if as_written(view, bridge, row).points(Side::Left) => {
                    "turn its arrow: write `->`, as the rules go through the table"
                }
                NO_RULE => "turn its arrow: write `<-`, as the rules go through the table",
                _ => "take it out, or say what it was meant for",
            };
            found.push(LINT.found(message, row.span, why(view, row)).help(help));
        }
    }
    found
}

/// The row as its file has it: for a rule a table may be turned round.
fn as_written<'v>(view: &'v View<'_>, bridge: &Bridge<'_>, row: &'v Row) -> &'v Row {
    let table = view.rules.tables.get(&bridge.table.name);
    table.and_then(|table| table.rows.iter().find(|one| one.span == row.span)).unwrap_or(row)
}

/// Why a row never applies whose arrow no rule follows.
const NO_RULE: &str = "no rule goes this way through the table";

/// A rule that speaks when a record is created, and rows that are for what comes after that.
fn only_on_create(bridge: &Bridge<'_>, idle: &[&Row]) -> Diagnostic {
    let table = &bridge.table.name;
    let message = format!("this rule speaks only when a record is created, and rows of table `{table}` are for later");
    let finding = LINT.found(message, bridge.rule.span, "`on create`");
    let finding = idle.iter().fold(finding, |finding, row| finding.label(row.span, "never applies"));
    finding.help("take `on create` out of the rule; a row may say it for itself")
}

fn why(view: &View<'_>, row: &Row) -> &'static str {
    let held = |target: Side| !row.from.is_empty() && row.from.iter().all(|state| row.is_held(target, state));
    let is_of = |bridge: &&Bridge<'_>| bridge.table.rows.iter().any(|one| one.span == row.span);
    let read = |target: Side| view.bridges.iter().filter(is_of).any(|bridge| bridge.points(row, target));
    if !Side::BOTH.into_iter().any(read) {
        NO_RULE
    } else if row.on_create {
        "nothing is ever created for it"
    } else if Side::BOTH.into_iter().any(|target| row.points(target) && held(target)) {
        "it asks for what is there already"
    } else {
        "other rows speak for all of it"
    }
}

/// The rows that apply towards a side for some value in some state.
fn applies(view: &View<'_>, bridge: &Bridge<'_>, target: Side) -> BTreeSet<Span> {
    let idle = |row: &Row| {
        !row.from.is_empty() && row.instead.is_none() && row.from.iter().all(|state| row.is_held(target, state))
    };
    let rows = bridge.table.rows.iter().filter(|row| row.points(target) && !idle(row));
    let Some(values) = bridge.asking(target.other()) else { return rows.map(|row| row.span).collect() };
    let states = bridge.present(target);
    let create = view.may_create(bridge.pipeline, target);
    // A create that never takes place is told as such.
    let creating = create.map(|create| Creating::of(view, bridge.pipeline, create)).filter(Creating::may_be);
    let field = bridge.field(target.other());
    let created = |value: &str| match (&creating, &field) {
        (Some(creating), Some((system, field))) => creating.may_be_for((system, field), value),
        (None, _) => create.is_some() || states.is_empty(),
        (Some(_), None) => true,
    };
    let mut spoke = BTreeSet::new();
    for value in &values {
        let present = bridge.telling_states(target, value, &states).into_iter().map(|(state, _)| Some(state));
        let places = present.chain(created(value).then_some(None));
        spoke.extend(places.filter_map(|state| bridge.outcome(target, value, state)).map(|(_, row)| row.span));
    }
    rows.map(|row| row.span).filter(|span| spoke.contains(span)).collect()
}
