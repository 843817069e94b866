//! The decision: find the pair, then create, link or update.
//!
//! Pure. Either reads are wanted, or the answer is complete; nothing half-known is ever decided.

use super::effect::{Decision, Step};
use super::lost;
use super::meet::meet;
use super::scope::Context;
use super::situation::Situation;
use super::update;
use crate::language::plan::{Pipeline, Plan};

/// Decides on a pair.
pub fn decide(plan: &Plan, pipeline: &Pipeline, situation: &Situation) -> Step {
    let context = Context::new(plan, pipeline, situation);
    let mut decision = match (&situation.base, &situation.gone) {
        (Some(base), None) => update::update(&context, base),
        (Some(base), Some(gone)) => lost::decide(&context, base, gone),
        (None, _) => meet(&context, None),
    };
    if let Some(make) = context.to_make().filter(|_| context.complete()) {
        // Whatever else it comes to was worked out without the record that is to be there first.
        decision = Decision { lines: context.lines(), effect: Some(make), ..Decision::default() };
    }
    decision.fitting = context.fitting();
    if context.complete() && !decision.stops.is_empty() {
        context.make_sure();
    }
    if context.complete() { Step::Done(Box::new(decision)) } else { Step::Need(context.wanted()) }
}
