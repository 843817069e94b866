//! Tells where two linked records do not agree in what each side works out by itself.
//!
//! Writes nothing and holds nothing up. What was told last stands in the base, so that each
//! difference is told once; a sweep tells all there are.

use super::base::{Base, BaseValues};
use super::effect::Disagreement;
use super::scope::Context;
use crate::language::plan::Agreement;
use crate::value::{Record, Value};

/// Disagreements to tell now; what was told goes into the base.
pub(super) fn disagreements(context: &Context<'_>, base: &mut Base) -> Vec<Disagreement> {
    let found = context.pipeline.agree.iter().filter_map(|agreement| disagreement(context, agreement, base));
    found.collect()
}

fn disagreement(context: &Context<'_>, agreement: &Agreement, base: &mut Base) -> Option<Disagreement> {
    let evaluate = |expression| context.evaluate(expression, None, &agreement.line).unwrap_or_default();
    let values: Vec<(String, Value)> =
        agreement.shown.iter().map(|(name, path)| (name.clone(), evaluate(path))).collect();
    // What a side does not say cannot disagree.
    let unsaid = values.iter().any(|(_, value)| value.is_null());
    context.spoke(&agreement.line);
    if unsaid || evaluate(&agreement.condition) == Value::Bool(true) {
        base.remove(&agreement.id);
        return None;
    }
    let told = BaseValues::new(Value::Record(values.iter().cloned().collect::<Record>()), Value::Null);
    let news = base.get(&agreement.id) != Some(&told);
    base.insert(agreement.id.clone(), told);
    (news || context.situation.sweep).then(|| Disagreement {
        name: agreement.name.clone(),
        values,
        line: agreement.line.clone(),
    })
}
