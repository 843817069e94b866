//! Reachability: from every state in which a row applies, legal moves lead where it asks.

use super::lint::{Lint, View};
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::bridge::{Bridge, reachable};
use crate::language::plan::{Outcome, Row, Side, States};

/// The lint.
pub const LINT: Lint = Lint {
    name: "unreachable-state",
    severity: Severity::Error,
    summary: "a row asks for a state to which no call leads",
    why: "The system file says which moves petiole can make. A row that applies in a state from which they do not \
          lead to what it asks for would park every record that comes there. Say with `from` in which states the \
          row applies, or give the move to the system file if the system has one.",
    flagged: "rows:\n  - Ended -> Begun\n# and no call leads from Ended back to Begun",
    mended: "rows:\n  - otherwise -> nothing because what has ended never begins again",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for bridge in view.bridges() {
        for target in [Side::Right, Side::Left] {
            let Some(states) = bridge.states(target) else { continue };
            if view.may_flow(bridge.pipeline, bridge.rule, target) {
                found.extend(direction(view, &bridge, (target, states)));
            }
        }
    }
    found
}

fn direction(view: &View<'_>, bridge: &Bridge<'_>, (target, states): (Side, &States)) -> Vec<Diagnostic> {
    let creates = view.may_create(bridge.pipeline, target).is_some();
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut told = Vec::new();
    for value in bridge.known_values(target.other()) {
        for state in bridge.values(target).unwrap_or_default() {
            if let Some((Outcome::Value(goal), row)) = bridge.outcome(target, &value, Some(&state))
                && !reachable(states, std::slice::from_ref(&state), true).contains(&goal)
                && !told.contains(&row.span)
            {
                told.push(row.span);
                found.push(stuck(bridge, target, (&value, &state, &goal), row));
            }
        }
        if !creates {
            continue;
        }
        if let (Some((Outcome::Value(goal), row)), Some(initial)) =
            (bridge.outcome(target, &value, None), states.initial.as_ref())
            && !reachable(states, std::slice::from_ref(initial), true).contains(&goal)
            && !told.contains(&row.span)
        {
            told.push(row.span);
            found.push(stuck(bridge, target, (&value, initial, &goal), row));
        }
    }
    found
}

fn stuck(bridge: &Bridge<'_>, target: Side, (value, state, goal): (&str, &str, &str), row: &Row) -> Diagnostic {
    let other = bridge.name(target);
    let message = format!("no call leads `{other}` from {state} to {goal}");
    let at = format!("asks for {goal} when `{}` is {value}", bridge.name(target.other()));
    let ways: Vec<String> = bridge
        .states(target)
        .into_iter()
        .flat_map(|states| &states.moves)
        .filter(|step| step.from == state)
        .map(|step| {
            let people = matches!(step.by, crate::language::plan::MoveBy::People);
            format!("{}{}", step.to, if people { " (by people)" } else { "" })
        })
        .collect();
    let from = if ways.is_empty() {
        format!("no move leads out of {state}")
    } else {
        format!("from {state} moves lead to {}", ways.join(", "))
    };
    LINT.found(message, row.span, at).note(from).help("say with `from STATES` in which states the row applies")
}
