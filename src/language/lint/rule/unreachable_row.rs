//! No row that never applies.

use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::bridge::Bridge;
use crate::language::lint::model::condition::may_create_for;
use crate::language::plan::{Row, Side};

/// The lint.
pub const LINT: Lint = Lint {
    name: "unreachable-row",
    severity: Severity::Error,
    summary: "a row of a table can never apply",
    why: "A row that never applies looks like a promise and is none. It stands behind other rows that speak for all \
          its values, or is only for creates where nothing is ever created.",
    flagged: "rows:\n  - Open -> Begun\n  - Closed -> Ended\n  - otherwise -> nothing because it has other values\n# and the field may be only Open or Closed",
    mended: "rows:\n  - Open -> Begun\n  - Closed -> Ended",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let bridges = view.bridges();
    for bridge in &bridges {
        for row in &bridge.table.rows {
            // A table may serve several rules; a row needs to apply in one of them.
            let uses = bridges.iter().filter(|other| other.table.name == bridge.table.name);
            let mut uses = uses.flat_map(|one| {
                let twin = one.table.rows.iter().find(|twin| twin.span == row.span);
                twin.map(|twin| [(one, twin, Side::Right), (one, twin, Side::Left)]).into_iter().flatten()
            });
            if !uses.any(|(one, twin, target)| twin.points(target) && applies(view, one, twin, target)) {
                let message = format!("this row of table `{}` never applies", bridge.table.name);
                let why = why(row);
                found.push(LINT.found(message, row.span, why).help("take it out, or say what it was meant for"));
            }
        }
    }
    found
}

fn why(row: &Row) -> &'static str {
    let held = |target: Side| !row.from.is_empty() && row.from.iter().all(|state| row.is_held(target, state));
    if row.on_create {
        "nothing is ever created for it"
    } else if Side::BOTH.into_iter().any(|target| row.points(target) && held(target)) {
        "it asks for what is there already"
    } else {
        "other rows speak for all of it"
    }
}

fn applies(view: &View<'_>, bridge: &Bridge<'_>, row: &Row, target: Side) -> bool {
    let create = view.may_create(bridge.pipeline, target);
    if !row.from.is_empty() && row.instead.is_none() && row.from.iter().all(|state| row.is_held(target, state)) {
        return false;
    }
    let Some(values) = bridge.values(target.other()) else { return true };
    let mut states: Vec<Option<String>> = bridge.values(target).unwrap_or_default().into_iter().map(Some).collect();
    if create.is_some() || states.is_empty() {
        states.push(None);
    }
    let field = bridge.field(target.other());
    values.iter().any(|value| {
        states.iter().any(|state| {
            let created = match (state, create, &field) {
                (None, Some(create), Some((system, field))) => may_create_for(view, create, (system, field), value),
                _ => true,
            };
            created && bridge.outcome(target, value, state.as_deref()).is_some_and(|(_, spoke)| spoke.span == row.span)
        })
    })
}
