//! `otherwise` closes a table; it must not hide a value for which something would have to be said.

use std::collections::BTreeSet;

use super::lint::{Lint, View};
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::bridge::{Bridge, reachable};
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
          other side on, or although the way back pairs it with another; a final state meets a living one that \
          nothing but a person can end, and nobody is told. Name the value in a row of its own, with `nothing … \
          because` if that is what is meant.",
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
                let way = Way { view, bridge: &bridge, target, source, goal };
                found.extend(way.unsaid_create());
                found.extend(way.unnamed_first_state());
                found.extend(way.passed_over());
                found.extend(way.nobody_told());
            }
        }
    }
    found
}

/// One direction of a table between two state fields.
struct Way<'a> {
    view: &'a View<'a>,
    bridge: &'a Bridge<'a>,
    target: Side,
    source: &'a States,
    goal: &'a States,
}

impl Way<'_> {
    fn forward(&self) -> bool {
        Bridge::forward(self.target)
    }

    fn sources(&self) -> Vec<String> {
        self.bridge.values(self.target.other()).unwrap_or_default()
    }

    fn is_named(&self, value: &str) -> bool {
        self.rows().any(|row| row.sources(self.forward()).iter().flatten().any(|one| one == value))
    }

    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.bridge.table.rows.iter().filter(|row| row.points(self.forward()))
    }

    fn flag(&self, message: String, at: impl Into<String>) -> Diagnostic {
        let closing = self.rows().find(|row| row.is_otherwise(self.forward()));
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
        let forward = self.forward();
        self.rows()
            .filter(|row| !row.on_create && row.sources(forward).iter().flatten().any(|one| one == value))
            .filter_map(|row| match row.outcome_to(forward) {
                Some(Outcome::Value(goal)) => Some(goal),
                _ => None,
            })
            .collect()
    }

    /// Target states that some row of either direction pairs with a source value.
    fn in_step(&self, value: &str) -> BTreeSet<String> {
        let forward = self.forward();
        let has = |cells: &[Vec<String>]| cells.iter().flatten().any(|one| one == value);
        let rows = self.bridge.table.rows.iter().filter(|row| row.outcome.is_none() && has(row.sources(forward)));
        rows.flat_map(|row| row.targets(forward).iter().flatten().cloned()).collect()
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
        if begin.is_empty() { self.sources().into_iter().collect() } else { reachable(self.source, &begin, false) }
    }

    /// Source values with no row that asks for anything, although a state in step with them could be reached.
    fn passed_over(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for value in self.lived() {
            if !self.asked(&value).is_empty() || self.says_nothing(&value) {
                continue;
            }
            let direct = self.in_step(&value);
            let wanted = if direct.is_empty() { self.asked_before(&value) } else { direct.clone() };
            let swallowed = |state: &String| {
                !wanted.contains(state)
                    && self.bridge.speaking(self.target, &value, Some(state)).is_empty()
                    && reachable(self.goal, std::slice::from_ref(state), true).iter().any(|one| wanted.contains(one))
            };
            let states = self.bridge.values(self.target).unwrap_or_default();
            if let Some(state) = states.iter().find(|state| swallowed(state)) {
                let (source, other) = (self.bridge.name(self.target.other()), self.bridge.name(self.target));
                let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
                let message = format!(
                    "`{source}` is {value} while `{other}` is {state}, and nothing happens, though {value} goes with {}",
                    wanted.join(", ")
                );
                found.push(self.flag(message, format!("hides {value}")));
            }
        }
        found
    }

    /// Whether a row says of this very value that nothing is to be done.
    fn says_nothing(&self, value: &str) -> bool {
        let forward = self.forward();
        self.rows().any(|row| {
            row.outcome == Some(Outcome::Nothing) && row.sources(forward).iter().flatten().any(|one| one == value)
        })
    }

    /// What rows of this direction ask for in the states from which a move leads to this one.
    fn asked_before(&self, value: &str) -> BTreeSet<String> {
        let before = self.source.moves.iter().filter(|step| step.to == value).map(|step| step.from.as_str());
        before.flat_map(|state| self.asked(state)).collect()
    }

    /// A final source state beside a living target that no call can bring into step.
    fn nobody_told(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for value in self.lived().into_iter().filter(|value| self.source.is_dead(value)) {
            let wanted = self.in_step(&value);
            if wanted.is_empty() {
                continue;
            }
            let past: Vec<String> = wanted.iter().cloned().collect();
            let fine = reachable(self.goal, &past, false);
            for state in self.bridge.values(self.target).unwrap_or_default() {
                let ways = reachable(self.goal, std::slice::from_ref(&state), true);
                let alone = self.bridge.speaking(self.target, &value, Some(&state)).is_empty()
                    && self.bridge.speaking(self.target.other(), &state, Some(&value)).is_empty();
                let lives = !self.goal.is_dead(&state) && self.lives_paired(&state);
                if alone && lives && !fine.contains(&state) && !ways.iter().any(|one| wanted.contains(one)) {
                    let (source, other) = (self.bridge.name(self.target.other()), self.bridge.name(self.target));
                    let message = format!(
                        "`{source}` ends as {value} while `{other}` is {state}: no call can bring them together, and nobody is told"
                    );
                    let finding = self.flag(message, format!("hides {value}"));
                    found.push(finding.help("say `park` with a `because`, so that a person sees it"));
                    break;
                }
            }
        }
        found
    }

    /// Whether the target can be in a state while it is paired.
    fn lives_paired(&self, state: &str) -> bool {
        let back = Way { target: self.target.other(), source: self.goal, goal: self.source, ..*self };
        back.lived().contains(state)
    }
}
