//! What `otherwise` hides when one side moves on from states that were in step.
//!
//! Starts from every pair that a row brings about, moves one side on by any number of its own moves, and looks
//! whether the other side follows, may wait for its own people, is past it already, or is left behind.

use std::collections::BTreeSet;

use super::way::Way;
use crate::diagnostic::Diagnostic;
use crate::language::lint::model::in_step::own_row;
use crate::language::plan::Row;

/// Two states in step, the side that moves on first, and the row that has brought them about.
struct Start<'a> {
    source: String,
    state: String,
    row: &'a Row,
    /// The state in step from which the other side's people have moved it on, where they have.
    before: Option<String>,
}

impl<'a> Way<'a> {
    /// A finding for each state in which the other side is left behind.
    pub(super) fn left_behind(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut told = BTreeSet::new();
        for start in self.starts() {
            for value in self.source.reachable(std::slice::from_ref(&start.source)) {
                if value != start.source && !told.contains(&value) {
                    let finding = self.left(&start, &value);
                    found.extend(finding.inspect(|_| {
                        told.insert(value.clone());
                    }));
                }
            }
        }
        together(found)
    }

    fn starts(&self) -> Vec<Start<'a>> {
        let mut starts = Vec::new();
        for (source, state, row, _) in self.in_step.towards(self.target) {
            let (source, state) = (source.to_owned(), state.to_owned());
            // Where nothing comes back, the other side's people move it on in silence; else at the same time.
            let later = self.goal.reachable(std::slice::from_ref(&state));
            for moved in later.into_iter().filter(|moved| *moved != state) {
                starts.push(Start { source: source.clone(), state: moved, row, before: Some(state.clone()) });
            }
            starts.push(Start { source, state, row, before: None });
        }
        // The plainest story first.
        starts.sort_by_key(|start| start.before.is_some());
        starts
    }

    fn is_one_way(&self) -> bool {
        !self.view.may_flow(self.bridge.pipeline, self.bridge.rule, self.target.other())
    }

    fn left(&self, start: &Start<'_>, value: &str) -> Option<Diagnostic> {
        let state = start.state.as_str();
        if self.in_step.has(self.target, value, state) {
            return None;
        }
        let row = self.hidden(value, state)?;
        let at_once = start.before.is_some() && !self.is_one_way();
        if at_once && own_row(self.bridge, self.target.other(), state, value).is_some() {
            return None;
        }
        let partners = self.in_step.partners(self.target, value);
        let by_calls = self.goal.reachable_by_calls(std::slice::from_ref(&start.state));
        let by_any = self.goal.reachable(std::slice::from_ref(&start.state));
        let past = |partner: &String| self.goal.reachable(std::slice::from_ref(partner)).contains(state);
        let (source, other) = (self.bridge.name(self.target.other()), self.bridge.name(self.target));
        let called = partners.iter().find(|partner| by_calls.contains(*partner));
        if called.is_some() && at_once {
            return None;
        }
        let (said, help) = if let Some(partner) = called {
            let said =
                format!("and `{other}` stays {state}, though a call leads to {partner}, which goes with {value}");
            (said, format!("let a row for {value} apply from {state} too, or say `nothing … from {state} because …`"))
        } else {
            let ended = self.source.is_dead(value)
                && !self.goal.is_dead(state)
                && (!partners.is_empty() || self.is_named(value));
            let waits = partners.iter().any(|partner| by_any.contains(partner) || past(partner));
            if waits || !ended && (at_once || partners.is_empty()) {
                return None;
            }
            let said = format!("and `{other}` stays {state}: no call can bring them together, and nobody is told");
            (said, format!("say `park` for {value} from {state} with a `because`, so that a person sees it"))
        };
        let first = start.before.as_deref().unwrap_or(state);
        let moved = match &start.before {
            None => String::new(),
            Some(_) if at_once => format!("; `{other}` becomes {state} at the same time"),
            Some(_) => format!("; `{other}` becomes {state}, then"),
        };
        let message = format!(
            "`{source}` is {} and `{other}` {first}, in step{moved}; `{source}` becomes {value}, {said}",
            start.source
        );
        let finding = self.flag(message, format!("hides {value} while the other is {state}"));
        let finding =
            if row.span == start.row.span { finding } else { finding.label(start.row.span, "in step by this row") };
        Some(finding.help(help))
    }
}

/// What one row leaves behind in several ways is one finding: the plainest story, and the others beneath it.
fn together(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut rows: Vec<Diagnostic> = Vec::new();
    for one in found {
        match rows.iter_mut().find(|first| first.primary.span == one.primary.span) {
            Some(first) => first.notes.push(format!("and {}", one.message)),
            None => rows.push(one),
        }
    }
    rows
}
