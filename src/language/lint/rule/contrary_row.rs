//! No row speaks against what another has just brought about.

use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::in_step::{InStep, own_row};
use crate::language::lint::model::{Bridge, Case};
use crate::language::plan::{Outcome, Row, Side};

/// The lint.
pub const LINT: Lint = Lint {
    name: "contrary-row",
    severity: Severity::Error,
    summary: "a row parks or changes again what another row has just brought about",
    why: "What a row asks for is where both sides are meant to rest. Another row that calls a person for just these \
          two states, or that asks the same side for yet another state, makes every record that the first row has \
          dealt with stumble over the second.",
    flagged: "rows:\n  - Cancelled -> Void\n  - Cancelled -> park from Void, Sent because it is too late",
    mended: "rows:\n  - Cancelled -> Void from Open, Packed\n  - Cancelled -> park from Sent because it is too late",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for bridge in view.bridges.iter().filter(|bridge| !bridge.is_for_new()) {
        let in_step = InStep::of(view, bridge);
        let mut told = Vec::new();
        for target in [Side::Right, Side::Left] {
            if !view.may_flow(bridge.pipeline, bridge.rule, target) {
                continue;
            }
            for (source, state, first, by) in in_step.towards(target) {
                let Some((outcome, second)) = own_row(bridge, target, source, state) else { continue };
                let held = second.is_held(target, state);
                let what = match outcome {
                    Outcome::Park => "parks them".to_owned(),
                    // An answer of the other side to this is followed by the echo lint.
                    // A record may begin as one state and move on to another; but not begin in order to end.
                    Outcome::Value(goal)
                        if by == target && !held && (!first.on_create || ends(bridge, target, &goal)) =>
                    {
                        format!("asks for {goal}")
                    }
                    _ => continue,
                };
                if !told.contains(&(first.span, second.span)) {
                    told.push((first.span, second.span));
                    let case = Case { target, source, state: Some(state) };
                    found.push(against(bridge, &case, &what, first, second));
                }
            }
        }
    }
    found
}

fn ends(bridge: &Bridge<'_>, target: Side, state: &str) -> bool {
    bridge.states(target).is_some_and(|states| states.is_dead(state))
}

fn against(bridge: &Bridge<'_>, case: &Case<'_>, what: &str, first: &Row, second: &Row) -> Diagnostic {
    let (source, state) = (case.source, case.state.unwrap_or_default());
    let (one, other) = (bridge.name(case.target.other()), bridge.name(case.target));
    let message =
        format!("one row brings `{one}` {source} and `{other}` {state} together, and another {what} when they are");
    let finding = LINT.found(message, second.span, what).label(first.span, "brings them together");
    finding.help(format!("take {state} out of the `from` of this row, or {source} out of one of the two"))
}
