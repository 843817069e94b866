//! `otherwise` closes a table; it must not hide a value for which something would have to be said.

use std::collections::BTreeSet;

use super::lint::{Lint, View};
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::bridge::Bridge;
use crate::language::lint::in_step::{InStep, own_row};
use crate::language::lint::walk::certain_creates;
use crate::language::plan::{Outcome, Row, Side, States};

/// The lint.
pub const LINT: Lint = Lint {
    name: "swallowed-value",
    severity: Severity::Error,
    summary: "`otherwise` hides a state about which the table has to say something",
    why: "`otherwise -> nothing` is right for states that need no answer. It is wrong where the table shows that an \
          answer is owed: a record is created for a value and no row says as what; the first state of what is \
          created is not mentioned on the way back; a state is passed over although the states before it move the \
          other side on. And it is wrong where it leaves one side behind: two states are in step because a row has \
          brought them together, one side moves on, and the other stays although a call leads to what goes with the \
          new state, or no call does and nobody is told. Name the value in a row of its own, or the state in a \
          `from`, with `nothing … because` if that is what is meant.",
    flagged: "rows:\n  - Open -> Begun\n  - Begun <- Open\n  - otherwise -> nothing because …\n  - nothing <- otherwise because …\n# and Begun becomes Ended over there, of which no row speaks",
    mended: "rows:\n  - Open -> Begun\n  - Begun <- Open\n  - Closed <- Ended from Begun\n  - otherwise -> nothing because …\n  - nothing <- otherwise because …",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for bridge in view.bridges() {
        for target in [Side::Right, Side::Left] {
            let (Some(source), Some(goal)) = (bridge.states(target.other()), bridge.states(target)) else { continue };
            if view.may_flow(bridge.pipeline, bridge.rule, target) {
                let in_step = InStep::of(view, &bridge);
                let way = Way { view, bridge: &bridge, in_step: &in_step, target, source, goal };
                found.extend(way.unsaid_create());
                found.extend(way.unnamed_first_state());
                found.extend(way.unanswered());
                found.extend(way.left_behind());
            }
        }
    }
    found
}

/// One direction of a table between two state fields.
pub(super) struct Way<'a> {
    pub(super) view: &'a View<'a>,
    pub(super) bridge: &'a Bridge<'a>,
    pub(super) in_step: &'a InStep<'a>,
    pub(super) target: Side,
    pub(super) source: &'a States,
    pub(super) goal: &'a States,
}

impl Way<'_> {
    fn sources(&self) -> Vec<String> {
        self.bridge.values(self.target.other()).unwrap_or_default()
    }

    /// Whether a row of this direction, whatever it says, names a value.
    pub(super) fn is_named(&self, value: &str) -> bool {
        self.bridge.table.names(self.target, value)
    }

    /// A finding at the `otherwise` row.
    pub(super) fn flag(&self, message: String, at: impl Into<String>) -> Diagnostic {
        let closing = self.bridge.table.closing(self.target).next();
        let span = closing.map_or(self.bridge.table.span, |row| row.span);
        let finding = LINT.found(message, span, at).label(self.bridge.rule.span, "used here");
        finding.help("give it a row of its own, with `nothing` and a `because` if that is what is meant")
    }

    /// A value for which the target is created, and no row that says as what.
    fn unsaid_create(&self) -> Vec<Diagnostic> {
        let Some(create) = self.view.may_create(self.bridge.pipeline, self.target) else { return Vec::new() };
        let path = (self.bridge.kind(self.target.other()).system.as_str(), self.source.field.as_str());
        let mut found = Vec::new();
        for value in certain_creates(self.view, create, path, &self.sources()) {
            let asks = matches!(self.bridge.outcome(self.target, &value, None), Some((Outcome::Value(_), _)));
            let said = !self.bridge.speaking(self.target, &value, None).is_empty();
            if !asks && !said {
                let other = self.bridge.name(self.target);
                let message = format!("`{other}` is created for {value}, and no row says as what");
                found.push(self.flag(message, format!("hides {value}")).label(create.span, "creates it"));
            }
        }
        found
    }

    /// What the source is when this pipeline creates it, if no row of this direction mentions it.
    fn unnamed_first_state(&self) -> Option<Diagnostic> {
        self.view.may_create(self.bridge.pipeline, self.target.other())?;
        let initial = self.source.initial.as_deref()?;
        if self.is_named(initial) || self.asks_of_living().is_empty() {
            return None;
        }
        let name = self.bridge.name(self.target.other());
        let message =
            format!("every `{name}` that is created begins as {initial}, of which no row of this direction speaks");
        Some(self.flag(message, format!("hides {initial}")))
    }

    /// Living source states for which rows ask for something.
    fn asks_of_living(&self) -> BTreeSet<String> {
        let living = self.sources().into_iter().filter(|value| !self.source.is_dead(value));
        living.filter(|value| !self.asked(value).is_empty()).collect()
    }

    /// The target states that rows of this direction ask for, whatever the present state; not on create.
    fn asked(&self, value: &str) -> BTreeSet<String> {
        let naming = self.bridge.table.naming(self.target, value);
        naming
            .filter(|row| !row.on_create)
            .filter_map(|row| match row.outcome(self.target) {
                Some(Outcome::Value(goal)) => Some(goal),
                _ => None,
            })
            .collect()
    }

    /// Source states that the record can be in while it is paired.
    fn lived(&self) -> BTreeSet<String> {
        let path = (self.bridge.kind(self.target.other()).system.as_str(), self.source.field.as_str());
        let pipeline = self.bridge.pipeline;
        let begin = match (self.view.may_create(pipeline, self.target), &self.source.initial) {
            (Some(create), _) => certain_creates(self.view, create, path, &self.sources()),
            (None, Some(initial)) if self.view.may_create(pipeline, self.target.other()).is_some() => {
                vec![initial.clone()]
            }
            _ => Vec::new(),
        };
        if begin.is_empty() { self.sources().into_iter().collect() } else { self.source.reachable(&begin) }
    }

    /// Source values of which no row speaks, although the states before them move the other side on.
    fn unanswered(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for value in self.lived() {
            if self.is_named(&value) || !self.in_step.partners(self.target, &value).is_empty() {
                continue;
            }
            let wanted = self.asked_before(&value);
            let swallowed = |state: &String| {
                !wanted.contains(state)
                    && self.hidden(&value, state).is_some()
                    && self.goal.reachable_by_calls(std::slice::from_ref(state)).iter().any(|one| wanted.contains(one))
            };
            let states = self.bridge.values(self.target).unwrap_or_default();
            if let Some(state) = states.iter().find(|state| swallowed(state)) {
                let (source, other) = (self.bridge.name(self.target.other()), self.bridge.name(self.target));
                let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
                let message = format!(
                    "`{source}` is {value} while `{other}` is {state}, and nothing happens, though the states before {value} ask for {}",
                    wanted.join(", ")
                );
                found.push(self.flag(message, format!("hides {value}")));
            }
        }
        found
    }

    /// The `otherwise` row that leaves a pair of states alone, where no row speaks of just these two.
    pub(super) fn hidden(&self, value: &str, state: &str) -> Option<&Row> {
        let back = own_row(self.bridge, self.target.other(), state, value);
        let explained = back.is_some_and(|(outcome, _)| !matches!(outcome, Outcome::Value(_)));
        match self.bridge.outcome(self.target, value, Some(state)) {
            Some((Outcome::Nothing | Outcome::Held, row)) if row.is_otherwise(self.target) && !explained => Some(row),
            _ => None,
        }
    }

    /// What rows of this direction ask for in the states from which a move leads to this one.
    fn asked_before(&self, value: &str) -> BTreeSet<String> {
        let before = self.source.moves.iter().filter(|step| step.to == value).map(|step| step.from.as_str());
        before.flat_map(|state| self.asked(state)).collect()
    }
}
