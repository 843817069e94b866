//! Reachability: from every state in which a row applies, legal moves lead where it asks.

use std::collections::BTreeSet;

use super::plain_state;
use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::{Bridge, Case};
use crate::language::plan::{MoveBy, Outcome, Row, Side, States};

/// The lint.
pub const LINT: Lint = Lint {
    name: "unreachable-state",
    severity: Severity::Error,
    summary: "a row asks for a state to which no call leads",
    why: "The system file says which moves petiole can make. A row that applies in a state from which they do not \
          lead to what it asks for would park every record that comes there. A new record begins in the state that \
          its system gives it, so a row `on create` asks for that one. Say with `from` in which states the \
          row applies, or give the move to the system file if the system has one. Every step on the way is decided \
          anew, so the row has to apply in the states between as well. A state that follows a value as it is, without \
          a table, is held to the same: it is asked for in every state.",
    flagged: "rows:\n  - Ended -> Begun\n# and no call leads from Ended back to Begun",
    mended: "rows:\n  - otherwise -> nothing because what has ended never begins again",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for bridge in &view.bridges {
        for target in [Side::Right, Side::Left] {
            let Some(states) = bridge.states(target) else { continue };
            if view.may_flow(bridge.pipeline, bridge.rule, target) {
                found.extend(direction(view, bridge, (target, states)));
                found.extend(halting(bridge, (target, states)));
            }
        }
    }
    found.extend(plain_state::check(&LINT, view));
    found
}

/// Rows that ask for a state several steps away and do not apply in a state on the way to it.
fn halting(bridge: &Bridge<'_>, (target, states): (Side, &States)) -> Vec<Diagnostic> {
    let mut told: Vec<Span> = Vec::new();
    let mut found = Vec::new();
    let present = if bridge.is_for_new() { Vec::new() } else { bridge.values(target).unwrap_or_default() };
    for value in bridge.known_values(target.other()) {
        for begin in &present {
            let Some((Outcome::Value(goal), row)) = bridge.outcome(target, &value, Some(begin)) else { continue };
            let Some(halt) = halt(bridge, (target, states), &value, [begin, &goal]) else { continue };
            if told.contains(&row.span) {
                continue;
            }
            told.push(row.span);
            let (source, other) = (bridge.name(target.other()), bridge.name(target));
            let message =
                format!("`{other}` stops at {halt} on its way from {begin} to {goal}: there no row asks for {goal}");
            let at = format!("asks for {goal} when `{source}` is {value}");
            let finding = LINT.found(message, row.span, at);
            let finding = match bridge.outcome(target, &value, Some(&halt)) {
                Some((_, other)) if other.span != row.span => finding.label(other.span, format!("speaks at {halt}")),
                _ => finding,
            };
            found.push(finding.help(format!("let the row apply from {halt} too")));
        }
    }
    found
}

/// The state between two at which the table no longer asks for the second, where there is one.
fn halt(
    bridge: &Bridge<'_>,
    (target, states): (Side, &States),
    value: &str,
    [begin, goal]: [&str; 2],
) -> Option<String> {
    let mut at = begin;
    // Each step is a step of a shortest way, so there are no more of them than moves.
    for _ in 0..states.moves.len() {
        at = states.first_step(at, goal)?.to.as_str();
        if at == goal {
            return None;
        }
        match bridge.outcome(target, value, Some(at)) {
            Some((Outcome::Value(next), _)) if next == goal => {}
            Some((Outcome::Held, _)) | None => return None,
            Some(_) => return Some(at.to_owned()),
        }
    }
    None
}

/// Where a row is stuck: the source value, the target's state and what is asked of it.
type Stuck = (String, String, String);

fn direction(view: &View<'_>, bridge: &Bridge<'_>, (target, states): (Side, &States)) -> Vec<Diagnostic> {
    let creates = view.may_create(bridge.pipeline, target).is_some();
    let mut found: Vec<(&Row, Vec<Stuck>)> = Vec::new();
    let (mut begun, mut found_begun) = (Vec::new(), Vec::new());
    for value in bridge.known_values(target.other()) {
        let created = states.initial.iter().filter(|_| creates).map(|_| None);
        for state in bridge.values(target).unwrap_or_default().into_iter().map(Some).chain(created) {
            let Some((Outcome::Value(goal), row)) = bridge.outcome(target, &value, state.as_deref()) else { continue };
            let Some(at) = state.clone().or_else(|| states.first_state(&goal).map(str::to_owned)) else { continue };
            // What a peer creates begins in the state that the peer gives it; a row only for creates never moves it on.
            // Unless another row asks for the same once it is there.
            let goes_on =
                || matches!(bridge.outcome(target, &value, Some(&at)), Some((Outcome::Value(next), _)) if next == goal);
            let stays = state.is_none() && row.on_create && !goes_on();
            if at == goal || !stays && states.reachable_by_calls(std::slice::from_ref(&at)).contains(&goal) {
                continue;
            }
            if stays {
                if !begun.contains(&row.span) {
                    let case = Case { target, source: &value, state: Some(&at) };
                    begun.push(row.span);
                    found_begun.push(begins_otherwise(bridge, &case, row, &goal));
                }
                continue;
            }
            let place = (value.clone(), at, goal);
            match found.iter_mut().find(|(known, _)| known.span == row.span) {
                Some((_, places)) => places.push(place),
                None => found.push((row, vec![place])),
            }
        }
    }
    let stuck = found.into_iter().filter_map(|(row, places)| stuck(bridge, (target, states), row, &places));
    found_begun.into_iter().chain(stuck).collect()
}

fn begins_otherwise(bridge: &Bridge<'_>, case: &Case<'_>, row: &Row, goal: &str) -> Diagnostic {
    let (value, initial) = (case.source, case.state.unwrap_or_default());
    let other = bridge.name(case.target);
    let message =
        format!("no call leads a new `{other}` to {goal}: it begins as {initial}, and a row `on create` moves nothing");
    let at = format!("asks for {goal} when `{}` is {value}", bridge.name(case.target.other()));
    let help = format!("ask for {initial} `on create`, and for {goal} in a row `from {initial}`");
    LINT.found(message, row.span, at).help(help)
}

fn stuck(bridge: &Bridge<'_>, (target, states): (Side, &States), row: &Row, places: &[Stuck]) -> Option<Diagnostic> {
    let (value, state, goal) = places.first()?;
    let other = bridge.name(target);
    let message = format!("no call leads `{other}` from {state} to {goal}");
    let at = format!("asks for {goal} when `{}` is {value}", bridge.name(target.other()));
    let mut finding = LINT.found(message, row.span, at);
    let stuck: BTreeSet<&str> = places.iter().map(|(_, state, _)| state.as_str()).collect();
    for state in bridge.values(target).unwrap_or_default().iter().filter(|state| stuck.contains(state.as_str())) {
        finding = finding.note(ways(states, state));
    }
    Some(finding.help("say with `from STATES` in which states the row applies"))
}

/// The moves out of a state, in words.
fn ways(states: &States, state: &str) -> String {
    let ways: Vec<String> = states
        .moves
        .iter()
        .filter(|step| step.from == state)
        .map(|step| format!("{}{}", step.to, if matches!(step.by, MoveBy::People) { " (by people)" } else { "" }))
        .collect();
    if ways.is_empty() {
        format!("no move leads out of {state}")
    } else {
        format!("from {state} moves lead to {}", ways.join(", "))
    }
}
