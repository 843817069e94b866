//! The decision: find the pair, then create, link or update.
//!
//! Pure. Either reads are wanted, or the answer is complete; nothing half-known is ever decided. What scripts answered
//! in one round is not asked again in the next; that changes no answer.

use std::sync::Arc;

use super::effect::{Decision, Effect, Step};
use super::ledger::Note;
use super::lost;
use super::meet::meet;
use super::scope::Context;
use super::situation::Situation;
use super::taken;
use super::update;
use crate::language::plan::heard;
use crate::language::plan::{Folded, Pipeline, Plan};
use crate::language::script::KnownCalls;

/// A decision on a pair, made in as many rounds as there are reads that only an answer shows to be needed.
#[derive(Debug)]
pub struct Deciding<'p> {
    plan: &'p Plan,
    pipeline: &'p Pipeline,
    folded: Option<Arc<Folded>>,
    calls: KnownCalls,
}

/// Decides on a pair, in one round.
pub fn decide(plan: &Plan, pipeline: &Pipeline, situation: &Situation) -> Step {
    Deciding { plan, pipeline, folded: None, calls: KnownCalls::default() }.round(situation)
}

impl<'p> Deciding<'p> {
    /// Before the first round on a pair of accounts, under whose settings these rules of the pipeline are live.
    pub fn new(plan: &'p Plan, pipeline: &'p Pipeline, folded: Arc<Folded>) -> Self {
        Self { plan, pipeline, folded: Some(folded), calls: KnownCalls::default() }
    }

    /// A round: what is still to be read, or the decision.
    pub fn round(&self, situation: &Situation) -> Step {
        let draft = heard::draft();
        let context = Context::new(self.plan, self.pipeline, situation).knowing(&self.calls, self.folded.clone());
        let step = decided(&context);
        if matches!(step, Step::Done(_)) {
            draft.keep();
        }
        step
    }
}

/// Decides again on what was journalled, with a note of what each rule came to.
pub fn explain(plan: &Plan, pipeline: &Pipeline, situation: &Situation) -> (Step, Vec<Note>) {
    let context = Context::new(plan, pipeline, situation).with_ledger();
    let step = decided(&context);
    (step, context.into_notes())
}

fn decided(context: &Context<'_>) -> Step {
    let situation = context.situation;
    let mut decision = match (&situation.base, &situation.gone) {
        (Some(base), None) => taken::decide(context, base).unwrap_or_else(|| update::update(context, base)),
        (Some(base), Some(gone)) => lost::decide(context, base, gone),
        (None, _) => meet(context, None),
    };
    if let Some(make) = context.to_make().filter(|_| context.complete()) {
        // Whatever else it comes to was worked out without the record that is to be there first.
        decision = Decision { lines: context.lines(), effect: Some(make), ..Decision::default() };
    }
    if decision.effect.as_ref().is_some_and(Effect::writes) {
        match context.waits() {
            Ok(line) => decision.waits = line,
            Err(stop) => decision = Decision { lines: context.lines(), stops: vec![stop], ..Decision::default() },
        }
    }
    decision.fitting = context.fitting();
    if context.complete() && !decision.stops.is_empty() {
        context.make_sure();
    }
    if !context.complete() {
        return Step::Need(context.wanted());
    }
    Step::Done(Box::new(decision))
}
