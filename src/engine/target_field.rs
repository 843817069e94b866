//! What kind of field a rule writes on a side: one that is never given back, or the state of the record.

use crate::language::plan::{FieldRule, Pipeline, Side};
use crate::value::Path;

/// The path of a rule on a side, where the peer never gives it back.
pub fn write_only<'r>(pipeline: &Pipeline, rule: &'r FieldRule, side: Side) -> Option<&'r Path> {
    rule.path(side).filter(|path| pipeline.record(side).field(path).is_some_and(|field| field.write_only))
}

/// Whether a rule is about the state of a side's record.
pub fn is_state(pipeline: &Pipeline, rule: &FieldRule, side: Side) -> bool {
    let states = pipeline.record(side).states.as_ref();
    states.is_some_and(|states| rule.path(side) == Some(&Path::field(states.field.as_str())))
}
