//! No echo: after anything that people do, both states come to rest and no answer comes back to its cause.

use super::{echo_round, echo_value};
use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::bridge::Bridge;
use crate::language::lint::model::in_step::InStep;
use crate::language::plan::{Outcome, Side};

/// The lint.
pub const LINT: Lint = Lint {
    name: "echo-loop",
    severity: Severity::Error,
    summary: "a change comes back to where it was made, or never comes to rest",
    why: "Both directions of a table are followed, with the moves that people make, from every pair of states, as \
          if every write were news for the other side. (The runtime knows its own writes again and would not answer \
          them, but after a lost store it does not.) A person's change that the other side answers by changing the \
          first side again undoes what the person did; a round that begins anew writes for ever. Values without \
          states are followed too, through tables, references, conditions and rules that lead back to the field they \
          came from, over all pipelines; a text that comes back in another spelling (without blanks around it, in \
          small letters) is none. What cannot be followed, such as what a script makes of a value, is told with the \
          reason: where you know that it comes to rest, say `allow: echo-loop in KEY because …`.",
    flagged: "rows:\n  - Open, Held  -> Begun\n  - Open <- Waiting, Begun",
    mended: "rows:\n  - Open -> Begun   on create\n  - Held <- Waiting from Open",
    check,
};

/// More writes than this after one change never end.
const WRITES_MAX: usize = 64;

/// Both states.
type Joint = [String; 2];

/// The sides that a rule may ever write, and whether both under the same settings.
struct Live {
    towards: Vec<Side>,
    at_once: bool,
}

/// One write: on which side, what it led to, by which row.
struct Write {
    side: Side,
    to: String,
    row: Span,
    /// Whether no call leads there.
    stuck: bool,
}

/// What follows a change.
struct Course {
    /// In order; of one that is told, up to the write that shows it.
    writes: Vec<Write>,
    /// The write with which a round begins anew, where one does.
    round: Option<usize>,
}

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for bridge in &view.bridges {
        let sides = [Side::Left, Side::Right];
        let live = Live {
            towards: sides.into_iter().filter(|side| view.may_flow(bridge.pipeline, bridge.rule, *side)).collect(),
            at_once: view.may_both(sides.map(|side| (bridge.pipeline, bridge.rule, side))),
        };
        let states = [Side::Left, Side::Right].map(|side| bridge.states(side));
        if bridge.rule.on_create {
            continue;
        }
        if states.iter().any(Option::is_none) {
            found.extend(live.at_once.then(|| echo_value::through_table(&LINT, bridge)).flatten());
            continue;
        }
        let (lefts, rights) =
            (bridge.values(Side::Left).unwrap_or_default(), bridge.values(Side::Right).unwrap_or_default());
        let pairs = lefts.iter().flat_map(|left| rights.iter().map(move |right| (left, right)));
        // The witness is plainest where both sides are in step to begin with.
        let in_step = InStep::of(view, bridge);
        let (first, rest): (Vec<_>, Vec<_>) = pairs.partition(|(left, right)| in_step.has(Side::Right, left, right));
        let mut pairs = first.into_iter().chain(rest);
        found.extend(pairs.find_map(|(left, right)| from_rest(bridge, (left, right), &live)));
    }
    found.extend(echo_round::through_rules(&LINT, view));
    found
}

/// Every single move of a person from a pair of states, and what follows from it.
fn from_rest(bridge: &Bridge<'_>, (left, right): (&str, &str), live: &Live) -> Option<Diagnostic> {
    let rest: Joint = [left.to_owned(), right.to_owned()];
    for side in [Side::Left, Side::Right] {
        let moves = bridge.states(side).into_iter().flat_map(|states| &states.moves);
        let here = if side == Side::Left { left } else { right };
        for step in moves.filter(|step| step.from == here) {
            let mut joint = rest.clone();
            half(&mut joint, side).clone_from(&step.to);
            let mut course = follow(bridge, joint, side, live);
            let back = course.writes.iter().position(|write| write.side == side);
            if let Some(until) = back.or_else(|| course.round.map(|_| course.writes.len().saturating_sub(1))) {
                course.writes.truncate(until + 1);
                return told(bridge, &rest, (side, &step.to), &course);
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
fn follow(bridge: &Bridge<'_>, mut joint: Joint, side: Side, live: &Live) -> Course {
    let mut writes = Vec::new();
    let mut seen: Vec<(Joint, Side)> = Vec::new();
    let mut source = side;
    while writes.len() < WRITES_MAX {
        let now = (joint.clone(), source);
        if let Some(round) = seen.iter().position(|known| *known == now) {
            return Course { writes, round: Some(round) };
        }
        seen.push(now);
        let target = source.other();
        if !live.towards.contains(&target) || !live.at_once && target == side {
            break;
        }
        let Some((write, goal)) = ask(bridge, &joint, target) else { break };
        let (to, stuck) = (write.to.clone(), write.stuck);
        writes.push(write);
        if stuck {
            break;
        }
        half(&mut joint, target).clone_from(&to);
        // Only what stays is an answer; on the way to it the source goes on asking.
        if to == goal {
            source = target;
        }
    }
    Course { writes, round: None }
}

fn ask(bridge: &Bridge<'_>, joint: &Joint, target: Side) -> Option<(Write, String)> {
    let (source, present) = (of(joint, target.other()), of(joint, target));
    match bridge.outcome(target, source, Some(present))? {
        (Outcome::Value(goal), row) if goal != present => {
            let step = bridge.states(target)?.first_step(present, &goal).map(|step| step.to.clone());
            let stuck = step.is_none();
            let to = step.unwrap_or_else(|| goal.clone());
            Some((Write { side: target, to, row: row.span, stuck }, goal))
        }
        _ => None,
    }
}

fn told(bridge: &Bridge<'_>, rest: &Joint, (side, moved): (Side, &str), course: &Course) -> Option<Diagnostic> {
    let [left, right] = rest;
    let name = |side: Side| bridge.name(side);
    let mut story = vec![format!("`{}` is {left} and `{}` is {right}", name(Side::Left), name(Side::Right))];
    story.push(format!("somebody moves `{}` to {moved}", name(side)));
    let writes = &course.writes;
    story.extend(writes.iter().map(|write| {
        if write.stuck {
            format!("`{}` is to become {}, and no call leads there", name(write.side), write.to)
        } else {
            format!("`{}` is moved to {}", name(write.side), write.to)
        }
    }));
    let back = writes.last()?;
    let way: Vec<String> = writes.iter().map(|write| format!("`{}` {}", name(write.side), write.to)).collect();
    let message = match course.round.filter(|_| back.side != side) {
        None => format!("a change comes back: `{}` {moved} → {}", name(side), way.join(" → ")),
        Some(from) => {
            story.push(format!("and again from the {} of these moves on", ordinal(from + 1)));
            format!("this never comes to rest: `{}` {moved} → {} → …", name(side), way.join(" → "))
        }
    };
    let finding = LINT.found(message, back.row, "by this row");
    let finding = match writes.first().filter(|first| first.row != back.row) {
        Some(first) => finding.label(first.row, "after this one"),
        None => finding,
    };
    Some(finding.note(story.join("; ")).help("say with `from STATES` or `on create` when each of these rows applies"))
}

fn ordinal(number: usize) -> String {
    match number {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        other => format!("{other}th"),
    }
}
