//! Echoes of values without states through a table that leads both ways, as seen by the values that it names.

use crate::diagnostic::Diagnostic;
use crate::language::lint::lint::Lint;
use crate::language::lint::model::bridge::Bridge;
use crate::language::plan::{Outcome, Side};

/// A value of a table without states that is carried over and comes back as another.
pub(super) fn through_table(lint: &Lint, bridge: &Bridge<'_>) -> Option<Diagnostic> {
    for side in [Side::Left, Side::Right] {
        let target = side.other();
        let states = bridge.known_values(target);
        for value in bridge.known_values(side) {
            for (state, _) in bridge.telling_states(target, &value, &states) {
                let Some((there, first)) = carried(bridge, target, &value, state) else { continue };
                let Some((back, second)) = carried(bridge, side, &there, &value) else { continue };
                if back != value && first.span != second.span {
                    let (one, other) = (bridge.name(side), bridge.name(target));
                    let message = format!("a change comes back: `{one}` {value} → `{other}` {there} → `{one}` {back}");
                    let finding = lint.found(message, second.span, "by this row").label(first.span, "after this one");
                    return Some(finding.help(format!(
                        "give {value} a `<->` row of its own, or say `nothing` for {there} while the other is {value}"
                    )));
                }
            }
        }
    }
    None
}

/// What a target in some state becomes, and by which row; `None`: nothing is asked of it.
fn carried<'a>(
    bridge: &Bridge<'a>,
    target: Side,
    source: &str,
    state: &str,
) -> Option<(String, &'a crate::language::plan::Row)> {
    match bridge.outcome(target, source, Some(state))? {
        (Outcome::Value(goal), row) => Some((goal, row)),
        _ => None,
    }
}
