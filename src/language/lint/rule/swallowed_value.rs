//! `otherwise` closes a table; it must not hide a value for which something would have to be said.

use std::collections::BTreeSet;

use super::way::Way;
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::condition::Creating;
use crate::language::lint::model::in_step::InStep;
use crate::language::plan::{Outcome, Side};

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
    flagged: "rows:\n  - Open -> Begun\n  - Begun <- Open\n  - otherwise -> nothing because …\n  - nothing <- \
              otherwise because …\n# and Begun becomes Ended over there, of which no row speaks",
    mended: "rows:\n  - Open -> Begun\n  - Begun <- Open\n  - Closed <- Ended from Begun\n  - otherwise -> nothing \
             because …\n  - nothing <- otherwise because …",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for bridge in &view.bridges {
        for target in [Side::Right, Side::Left] {
            let (Some(source), Some(goal)) = (bridge.states(target.other()), bridge.states(target)) else { continue };
            if view.may_flow(bridge.pipeline, bridge.rule, target) {
                let in_step = InStep::of(view, bridge);
                let way = Way { lint: &LINT, view, bridge, in_step: &in_step, target, source, goal };
                found.extend(way.unsaid_create());
                found.extend(way.unnamed_first_state());
                found.extend(way.unanswered());
                found.extend(way.left_behind());
            }
        }
    }
    found
}

impl Way<'_> {
    /// A value for which the target is created, and no row that says as what.
    fn unsaid_create(&self) -> Option<Diagnostic> {
        let create = self.view.may_create(self.bridge.pipeline, self.target)?;
        let path = (self.bridge.kind(self.target.other()).system.as_str(), self.source.field.as_str());
        let unsaid = |value: &String| {
            let asks = matches!(self.bridge.outcome(self.target, value, None), Some((Outcome::Value(_), _)));
            !asks && self.bridge.speaking(self.target, value, None).is_empty()
        };
        let values = Creating::of(self.view, self.bridge.pipeline, create).certain(path, &self.sources());
        let values: Vec<String> = values.into_iter().filter(unsaid).collect();
        if values.is_empty() {
            return None;
        }
        let (other, values) = (self.bridge.name(self.target), values.join(", "));
        let message = format!("`{other}` is created for {values}, and no row says as what");
        Some(self.flag(message, format!("hides {values}")).label(create.span, "creates it"))
    }

    /// What the source is when this pipeline creates it, if no row of this direction mentions it.
    fn unnamed_first_state(&self) -> Option<Diagnostic> {
        self.view.may_create(self.bridge.pipeline, self.target.other())?;
        // One that is sent with the create is asked for by name.
        let initial = self.source.initial.as_deref().filter(|_| self.source.sent.is_empty())?;
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
            (Some(create), _) => Creating::of(self.view, pipeline, create).certain(path, &self.sources()),
            (None, Some(initial)) if self.view.may_create(pipeline, self.target.other()).is_some() => {
                if self.source.sent.is_empty() { vec![initial.clone()] } else { self.source.sent.clone() }
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
                    "`{source}` is {value} while `{other}` is {state}, and nothing happens, though the states \
                     before {value} ask for {}",
                    wanted.join(", ")
                );
                found.push(self.flag(message, format!("hides {value}")));
            }
        }
        found
    }

    /// What rows of this direction ask for in the states from which a move leads to this one.
    fn asked_before(&self, value: &str) -> BTreeSet<String> {
        let before = self.source.moves.iter().filter(|step| step.to == value).map(|step| step.from.as_str());
        before.flat_map(|state| self.asked(state)).collect()
    }
}
