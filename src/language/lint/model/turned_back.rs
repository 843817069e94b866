//! A field that two rules write in turn, and that goes back to what one of them reads: when their conditions change,
//! what the one wrote there is taken for a change of the other's field.

use super::view::View;
use crate::language::plan::{FieldRule, Pipeline, RuleBody, Side};
use crate::language::syntax::expression::ExpressionKind;
use crate::value::Path;

/// The rule that carries back what two rules of a place write in turn on a side, if there is one among those beside
/// them.
pub(crate) fn carried_back<'a>(
    view: &View<'_>,
    (pipeline, rules): (&Pipeline, &'a [FieldRule]),
    (pair, side): ([&FieldRule; 2], Side),
) -> Option<&'a FieldRule> {
    let [one, other] = pair;
    let field = one.path(side).filter(|field| other.path(side) == Some(*field))?;
    if pair.iter().any(|rule| rule.on_create || !rule.points(side)) {
        return None;
    }
    let live = [one, other].map(|rule| (pipeline, rule, side));
    if !view.may_both(live) {
        return None;
    }
    rules.iter().find(|back| {
        let (RuleBody::Value { .. }, Some(to)) = (&back.body, back.path(side.other())) else { return false };
        let leads = !back.on_create && back.points(side.other()) && reads(back, side, field);
        let goes_on = pair.iter().any(|rule| reads(rule, side.other(), to));
        leads
            && goes_on
            && pair.iter().all(|rule| view.may_both([(pipeline, back, side.other()), (pipeline, rule, side)]))
    })
}

/// Whether the source of a rule on a side reads a field, or something inside it.
fn reads(rule: &FieldRule, side: Side, field: &Path) -> bool {
    let RuleBody::Value { left, right, .. } = &rule.body else { return false };
    let source = if side == Side::Left { left } else { right };
    let mut found = false;
    source.tree().visit(&mut |part| {
        found |= matches!(&part.kind, ExpressionKind::Path(path) if path.segments.starts_with(&field.0));
    });
    found
}
