//! Whether a condition surely holds where others do: tried over all values of the fields that can be counted.

use super::values::Known;
use super::viewpoint::Viewpoint;
use crate::language::syntax::expression::{Expression, ExpressionKind, PathExpression};
use crate::value::Value;

/// More combinations of values than this are not tried; then anything may hold.
const COMBINATIONS_MAX: usize = 4_096;

impl Viewpoint<'_> {
    /// Whether a condition holds for some record for which others hold, whatever else is true of that record.
    pub fn surely_holds(&self, condition: &Expression, others: &[&Expression]) -> bool {
        let all: Vec<&Expression> = others.iter().copied().chain([condition]).collect();
        let held = |known: &Known<'_>| {
            let sure = self.values(condition, known).is_some_and(|values| values.0 == [Value::Bool(true)]);
            sure && others.iter().all(|one| self.may_hold(one, known))
        };
        self.some_case(&all, &held)
    }

    /// Whether something is so in one case of what the fields of these conditions may be.
    fn some_case(&self, conditions: &[&Expression], held: &dyn Fn(&Known<'_>) -> bool) -> bool {
        let Some(span) = conditions.first().map(|one| one.span) else { return held(&[]) };
        let mut cases: Vec<Vec<(&PathExpression, Value)>> = vec![Vec::new()];
        for path in paths(conditions) {
            let asked = Expression { kind: ExpressionKind::Path(path.clone()), span };
            let Some(values) = self.values(&asked, &[]) else { continue };
            if cases.len().saturating_mul(values.0.len()) > COMBINATIONS_MAX {
                break;
            }
            let with = |case: &Vec<(_, Value)>, value: &Value| {
                case.iter().cloned().chain([(path, value.clone())]).collect::<Vec<_>>()
            };
            cases = cases.iter().flat_map(|case| values.0.iter().map(|value| with(case, value))).collect();
        }
        cases.iter().any(|case| held(case))
    }
}

/// The paths of some expressions, each once.
fn paths<'e>(trees: &[&'e Expression]) -> Vec<&'e PathExpression> {
    let mut found: Vec<&PathExpression> = Vec::new();
    for tree in trees {
        tree.visit(&mut |part| {
            if let ExpressionKind::Path(path) = &part.kind
                && !found.iter().any(|known| known.is_alike(path))
            {
                found.push(path);
            }
        });
    }
    found
}
