//! The base after both sides were seen: raw values of every rule that is not only for creates.

use super::base::{Base, BaseValues};
use super::rule::raw;
use super::scope::Context;
use super::situation::Situation;
use crate::language::plan::{Pipeline, Plan, Side};

/// The base that follows from a situation as it stands after a write. `rules`: only these are
/// renewed, the rest keep what they had; `None`: all. A rule whose raw value cannot be worked out
/// keeps its old base and is decided again.
pub fn base_of(plan: &Plan, pipeline: &Pipeline, after: &Situation, rules: Option<&[String]>) -> Base {
    let mut base = after.base.clone().unwrap_or_default();
    let Ok(context) = Context::new(plan, pipeline, after) else { return base };
    for rule in pipeline.rules.iter().filter(|rule| !rule.on_create) {
        if rules.is_some_and(|named| !named.contains(&rule.id)) {
            continue;
        }
        if let (Ok(left), Ok(right)) = (raw(&context, rule, Side::Left), raw(&context, rule, Side::Right)) {
            base.insert(rule.id.clone(), BaseValues { left, right });
        }
    }
    base
}
