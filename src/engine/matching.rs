//! The value by which a record is matched with another. Knows one record, and no pair.

use super::scope::Context;
use super::situation::Situation;
use crate::language::plan::{Pipeline, Plan, Side};
use crate::value::{Value, key};

/// The value by which a record is matched, as key text; `None`: it has nothing to match by.
pub fn match_value(plan: &Plan, pipeline: &Pipeline, side: Side, record: &Value) -> Option<String> {
    let situation = Situation {
        left: (side == Side::Left).then(|| record.clone()),
        right: (side == Side::Right).then(|| record.clone()),
        ..Situation::of(side, Default::default(), Value::Null)
    };
    let context = Context::new(plan, pipeline, &situation);
    let value = context.evaluate(pipeline.match_of(side), None, &pipeline.match_line).ok()?;
    value.to_key().map(|text| key::matched(&text)).filter(|text| !text.is_empty())
}
