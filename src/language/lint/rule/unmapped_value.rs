//! Totality: every source value has a row in every state of the target.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::bridge::Bridge;
use crate::language::lint::model::condition::Creating;
use crate::language::plan::{Arrow, Outcome, Row, Side};

/// The lint.
pub const LINT: Lint = Lint {
    name: "unmapped-value",
    severity: Severity::Error,
    summary: "a value that a field may have has no row in the table that carries it",
    why: "A value without a row parks its record: a person is called for something that the rules could have said. \
          Every value of the source, in every state that the target may be in, needs a row, or one that says \
          `nothing` or `park` with a `because`. A field of free text may hold anything, so its direction needs \
          an `otherwise`. A table is about values: null is none of them, and goes by it. An `otherwise` that asks for \
          a value reads as if it spoke for a field without one too; where the field may be null, the rule says what \
          is meant.",
    flagged: "rows:\n  - Open -> Begun\n# and the field may be `Closed` too",
    mended: "rows:\n  - Open -> Begun\n  - otherwise -> nothing because the other side closes by itself",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for bridge in &view.bridges {
        for target in [Side::Right, Side::Left] {
            if view.may_flow(bridge.pipeline, bridge.rule, target) {
                found.extend(direction(view, bridge, target));
                found.extend(nothing_there(bridge, target));
            }
        }
    }
    found
}

fn direction(view: &View<'_>, bridge: &Bridge<'_>, target: Side) -> Option<Diagnostic> {
    let Some(sources) = bridge.asking(target.other()) else { return open_text(bridge, target) };
    let states = bridge.present(target);
    let create = view.may_create(bridge.pipeline, target);
    let creating = create.map(|create| Creating::of(view, bridge.pipeline, create));
    let field = bridge.field(target.other());
    let on_create = states.is_empty() || create.is_some();
    let created = |value: &str| match (&creating, &field) {
        (Some(creating), Some((system, field))) => creating.may_be_for((system, field), value),
        _ => true,
    };
    let mut open: Vec<(&String, Option<&str>, usize)> = Vec::new();
    for value in sources.iter().filter(|value| !is_turned(view, bridge, (target, value))) {
        let present = bridge.telling_states(target, value, &states);
        let present = present.into_iter().map(|(state, count)| (Some(state), count));
        let made = (on_create && created(value)).then_some((None, 1));
        let unsaid = |state: Option<&str>| bridge.outcome(target, value, state).is_none();
        open.extend(
            present.chain(made).filter(|(state, _)| unsaid(*state)).map(|(state, count)| (value, state, count)),
        );
    }
    let (value, state, _) = open.first()?;
    let (source, other) = (bridge.name(target.other()), bridge.name(target));
    let witness = match state {
        Some(state) => format!("`{source}` is {value} while `{other}` is {state}"),
        None => format!("`{source}` is {value} and `{other}` is created"),
    };
    let message = format!("table `{}` has no row for this: {witness}", bridge.table.name);
    let unmapped: BTreeSet<&str> = open.iter().map(|(value, ..)| value.as_str()).collect();
    let values: Vec<&str> = sources.iter().map(String::as_str).filter(|value| unmapped.contains(value)).collect();
    let help = match target {
        Side::Right => format!("add a row for {}, or `otherwise -> nothing because …`", values.join(", ")),
        Side::Left => format!("add a row for {}, or `nothing <- otherwise because …`", values.join(", ")),
    };
    let finding = LINT.found(message, bridge.table.span, "in this table").help(help);
    let more = open.iter().map(|(.., count)| count).sum::<usize>() - 1;
    let finding = finding.label(bridge.rule.span, "used here");
    let closed = bridge.table.rows.iter().any(|row| row.outcome(target) == Some(Outcome::Nothing));
    let finding = if closed { finding } else { finding.note("no row of this direction says `nothing`") };
    Some(if more == 0 { finding } else { finding.note(format!("and {more} more values and states")) })
}

/// Whether a row has the value where it stands, with an arrow the other way, which no rule goes: that is told there.
fn is_turned(view: &View<'_>, bridge: &Bridge<'_>, (target, value): (Side, &String)) -> bool {
    let other = target.other();
    let used = |one: &Bridge<'_>| one.table.name == bridge.table.name && view.may_flow(one.pipeline, one.rule, other);
    let named = |row: &Row| {
        row.points(other) && !row.points(target) && row.targets(other).iter().flatten().any(|one| one == value)
    };
    bridge.table.rows.iter().any(named) && !view.bridges.iter().any(used)
}

/// An `otherwise` that asks for a value and seems to speak for a field without one, which no row does.
fn nothing_there(bridge: &Bridge<'_>, target: Side) -> Option<Diagnostic> {
    let row = bridge.table.closing(target).find(|row| matches!(row.outcome(target), Some(Outcome::Value(_))))?;
    if !bridge.may_lack(target.other()) {
        return None;
    }
    let goal = row.targets(target).iter().flatten().next().map_or("", String::as_str);
    let source = bridge.written(target.other());
    let message = format!("`{source}` may be null, and no row speaks for that: `otherwise` means every other value");
    let finding = LINT.found(message, row.span, format!("not {goal} where there is no value"));
    let help = match bridge.rule.arrow {
        Arrow::Both => format!("say `nothing` for `otherwise`, and name the values that are to become {goal}"),
        _ => format!(
            "write `({source} ?? \"none\")` in the rule if {goal} is meant for it too; else add `when {source} != null`"
        ),
    };
    Some(finding.label(bridge.rule.span, "used here").help(help))
}

/// A field of free text whose direction nothing closes.
fn open_text(bridge: &Bridge<'_>, target: Side) -> Option<Diagnostic> {
    let closed = bridge.table.closing(target).any(|row| row.from.is_empty() && !row.on_create);
    if closed {
        return None;
    }
    let source = bridge.name(target.other());
    let known = bridge.known_values(target.other());
    let witness = known.first().map(|first| format!("{first} (other)")).unwrap_or_default();
    let message =
        format!("table `{}` has no row for this: `{source}` may hold any text, such as {witness:?}", bridge.table.name);
    let help = match target {
        Side::Right => "add `otherwise -> nothing because …`",
        Side::Left => "add `nothing <- otherwise because …`",
    };
    Some(LINT.found(message, bridge.table.span, "in this table").label(bridge.rule.span, "used here").help(help))
}
