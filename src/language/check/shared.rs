//! `shared:`, the side whose record may be the counterpart of several of the other.
//!
//! Several sources of one field would overwrite each other for ever, and what one record says once could not reach
//! all its counterparts, so only what happens at the creation crosses there, and what is added to lists.

use std::sync::Arc;

use super::checker::Checker;
use super::standing::side_called;
use crate::language::plan::{FieldRule, RecordType, Side};
use crate::language::syntax::expression::Name;

/// The side of `shared: SYSTEM`, where the rules allow it.
pub(super) fn check(
    checker: &mut Checker<'_>,
    name: &Name,
    sides: [&Arc<RecordType>; 2],
    rules: &[FieldRule],
) -> Option<Side> {
    let at = side_called(checker, name, sides)?;
    let side = if at == 0 { Side::Left } else { Side::Right };
    let kind = sides.get(at)?;
    let goes_on = |rule: &&FieldRule| {
        let adds = rule.path(side).is_some_and(|path| kind.adds_to(path));
        !rule.on_create && (rule.points(side) && !adds || rule.points(side.other()))
    };
    let going_on: Vec<&FieldRule> = rules.iter().filter(goes_on).collect();
    if let Some(first) = going_on.first() {
        let message = format!(
            "a `{}.{}` that belongs to several takes what crosses on create, and what is added to lists",
            kind.system, kind.name
        );
        let more = match going_on.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        let label = format!("{}{more} would go on afterwards", first.line);
        checker.sink.error("type-cardinality", message, name.span, &label);
    }
    Some(side)
}
