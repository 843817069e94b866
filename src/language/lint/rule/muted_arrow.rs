//! An arrow that ownership mutes under the settings as they are.

use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::plan::{FieldRule, Parting, Pipeline, Side};
use crate::language::syntax::expression::{Expression, ExpressionKind};
use crate::value::{Segment, Value};

/// The lint.
pub const LINT: Lint = Lint {
    name: "muted-arrow",
    severity: Severity::Info,
    summary: "ownership mutes this arrow under the present settings, or `untouched` names its field",
    why: "That is how a switch works: the rule waits for the day when the other system owns its group.",
    flagged: "ownership:\n  parcels:\n    words: depot\n# and the group has the rule `shop.name -> depot.label`",
    mended: "ownership:\n  parcels:\n    words: shop",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let now = view.rules.switches().as_written();
    for pipeline in view.rules.pipelines.values() {
        found.extend(pipeline.rules.iter().filter_map(|rule| left_untouched(pipeline, rule)));
        for rule in &pipeline.rules {
            let Some(owner) = rule.owner.under(&now) else { continue };
            for target in Side::BOTH {
                let leaving = &pipeline.record(target.other()).system;
                let with_create = rule.on_create && view.may_create(pipeline, target).is_some();
                if rule.points(target) && !with_create && !rule.owner.lets_leave(leaving, &now) {
                    let message = format!("{owner} owns `{}` of pipeline `{}`", rule.group, pipeline.name);
                    let at = format!("nothing flows from {leaving} by this");
                    let finding = LINT.found(message, rule.span, at);
                    found.push(match &rule.because {
                        Some(because) => finding.note(format!("because {because}")),
                        None => finding,
                    });
                }
            }
        }
        for side in Side::BOTH {
            let Some(create) = pipeline.create(side).filter(|_| pipeline.live_create(side, &now).is_none()) else {
                continue;
            };
            if let Some(owner) = create.owner.under(&now) {
                let (made, from) = (&pipeline.record(side).system, &pipeline.record(side.other()).system);
                let message = format!("{owner} owns `create` of pipeline `{}`", pipeline.name);
                let at = format!("nothing is created in {made} for what {from} has");
                found.push(LINT.found(message, create.span, at));
            }
        }
        for (system, gone) in pipeline.when_gone.iter().filter(|(_, gone)| gone.parting == Parting::Propagate) {
            if let Some(owner) = gone.owner.under(&now).filter(|_| !gone.owner.lets_leave(system, &now)) {
                let message = format!("{owner} owns `delete` of pipeline `{}`", pipeline.name);
                found.push(LINT.found(
                    message,
                    gone.span,
                    format!("nothing is taken away where {system} has it no more"),
                ));
            }
        }
    }
    found
}

/// A rule whose field `untouched` names by a constant: it never flows there, unless creating needs the field.
fn left_untouched(pipeline: &Pipeline, rule: &FieldRule) -> Option<Diagnostic> {
    let target = Side::BOTH.into_iter().find(|side| rule.points(*side) && !rule.points(side.other()))?;
    let path = rule.path(target)?;
    let Some(Segment::Field(name)) = path.0.first() else { return None };
    let kind = pipeline.record(target);
    if path.is_field(pipeline.match_field(target)) || kind.field(path).is_some_and(|field| field.required_on_create) {
        return None;
    }
    let names = |tree: &Expression| match &tree.kind {
        ExpressionKind::List(items) => items.iter().find_map(|item| match &item.kind {
            ExpressionKind::Literal(Value::Text(text)) if text == name => Some(item.span),
            _ => None,
        }),
        _ => None,
    };
    let mut lists = pipeline.untouched.iter().filter(|(side, ..)| *side == target);
    let span = lists.find_map(|(_, fields, _)| names(fields.tree()))?;
    let message = format!("`untouched` names `{name}` of {}", kind.system);
    let finding = LINT.found(message, rule.span, format!("nothing flows to {} by this", kind.system));
    Some(finding.label(span, "left alone here"))
}
