//! No echo: after anything that people do, both states come to rest and no answer comes back to its cause.

use std::collections::BTreeSet;

use super::lint::{Lint, View};
use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::language::lint::bridge::{Bridge, first_step};
use crate::language::plan::{Outcome, Side};

/// The lint.
pub const LINT: Lint = Lint {
    name: "echo-loop",
    severity: Severity::Error,
    summary: "a change comes back to where it was made, or never comes to rest",
    why: "Both directions of a table are followed, with the moves that people make, from every pair of states, as \
          if every write were news for the other side. (The runtime knows its own writes again and would not answer \
          them, but after a lost store it does not.) A person's change that the other side answers by changing the \
          first side again undoes what the person did; a round that begins anew writes for ever.",
    flagged: "rows:\n  - Open, Held  -> Begun\n  - Open <- Waiting, Begun",
    mended: "rows:\n  - Open -> Begun   on create\n  - Held <- Waiting from Open",
    check,
};

/// More writes than this after one change never end.
const WRITES_MAX: usize = 64;

/// Both states.
type Joint = [String; 2];

/// One write: on which side, what it led to, by which row.
struct Write {
    side: Side,
    to: String,
    row: Span,
}

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for bridge in view.bridges() {
        let both = [Side::Left, Side::Right].map(|side| view.may_flow(bridge.pipeline, bridge.rule, side));
        let states = [Side::Left, Side::Right].map(|side| bridge.states(side));
        if bridge.rule.on_create || both != [true, true] || states.iter().any(Option::is_none) {
            continue;
        }
        let (lefts, rights) =
            (bridge.values(Side::Left).unwrap_or_default(), bridge.values(Side::Right).unwrap_or_default());
        let mut pairs = lefts.iter().flat_map(|left| rights.iter().map(move |right| (left, right)));
        found.extend(pairs.find_map(|(left, right)| from_rest(&bridge, left, right)));
    }
    found
}

/// Every single move of a person from a pair of states at rest.
fn from_rest(bridge: &Bridge<'_>, left: &str, right: &str) -> Option<Diagnostic> {
    let rest: Joint = [left.to_owned(), right.to_owned()];
    for side in [Side::Left, Side::Right] {
        let moves = bridge.states(side).into_iter().flat_map(|states| &states.moves);
        let here = if side == Side::Left { left } else { right };
        for step in moves.filter(|step| step.from == here) {
            let mut joint = rest.clone();
            half(&mut joint, side).clone_from(&step.to);
            let writes = follow(bridge, joint, side);
            if let Some(back) = writes.iter().find(|write| write.side == side) {
                return Some(told(bridge, (left, right), (side, &step.to), (&writes, back)));
            }
            if writes.len() >= WRITES_MAX {
                let back = writes.last()?;
                return Some(told(bridge, (left, right), (side, &step.to), (&writes, back)));
            }
        }
    }
    None
}

fn half(pair: &mut [String; 2], side: Side) -> &mut String {
    let [left, right] = pair;
    if side == Side::Left { left } else { right }
}

fn of(pair: &[String; 2], side: Side) -> &str {
    let [left, right] = pair;
    if side == Side::Left { left } else { right }
}

/// The writes that follow a change of `side` until both sides rest or a round is seen.
fn follow(bridge: &Bridge<'_>, mut joint: Joint, side: Side) -> Vec<Write> {
    let mut writes = Vec::new();
    let mut seen = BTreeSet::new();
    let mut source = side;
    while writes.len() < WRITES_MAX && seen.insert((joint.clone(), source)) {
        let target = source.other();
        let Some((step, goal, row)) = ask(bridge, &joint, target) else { break };
        half(&mut joint, target).clone_from(&step);
        // Only what stays is an answer; on the way to it the source goes on asking.
        if step == goal {
            source = target;
        }
        writes.push(Write { side: target, to: step, row });
    }
    writes
}

fn ask(bridge: &Bridge<'_>, joint: &Joint, target: Side) -> Option<(String, String, Span)> {
    let (source, present) = (of(joint, target.other()), of(joint, target));
    match bridge.outcome(target, source, Some(present))? {
        (Outcome::Value(goal), row) if goal != present => {
            let step = first_step(bridge.states(target)?, present, &goal)?;
            Some((step, goal, row.span))
        }
        _ => None,
    }
}

fn told(
    bridge: &Bridge<'_>,
    (left, right): (&str, &str),
    (side, moved): (Side, &str),
    (writes, back): (&[Write], &Write),
) -> Diagnostic {
    let name = |side: Side| bridge.name(side);
    let mut story = vec![format!("at rest `{}` is {left} and `{}` is {right}", name(Side::Left), name(Side::Right))];
    story.push(format!("somebody moves `{}` to {moved}", name(side)));
    let until = writes.iter().position(|write| std::ptr::eq(write, back)).unwrap_or(writes.len());
    story.extend(writes.iter().take(until + 1).map(|write| format!("`{}` is moved to {}", name(write.side), write.to)));
    let message = format!("a change comes back: {} to {moved}, and then to {}", name(side), back.to);
    let finding = LINT.found(message, back.row, "by this row");
    let finding = match writes.first().filter(|first| first.row != back.row) {
        Some(first) => finding.label(first.row, "after this one"),
        None => finding,
    };
    finding.note(story.join("; ")).help("say with `from STATES` or `on create` when each of these rows applies")
}
