//! What creating needs is filled.

use super::lint::{Lint, View};
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::plan::{Field, FieldRule, Pipeline, RuleBody, Side};
use crate::value::{Path, Segment};

/// The lint.
pub const LINT: Lint = Lint {
    name: "missing-required",
    severity: Severity::Error,
    summary: "a pipeline creates a record without a field that creating needs",
    why: "The system file says what the create call needs. Without a rule that fills it, every create would park.",
    flagged: "create:\n  depot: on demand\nfields:\n  words:\n    - shop.name -> depot.label\n# and depot's `code` is required on create",
    mended: "fields:\n  words:\n    - shop.name   -> depot.label\n    - shop.number -> depot.code   on create",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        for side in [Side::Left, Side::Right] {
            let Some(create) = view.may_create(pipeline, side) else { continue };
            let kind = pipeline.record(side);
            let needed = kind.fields.iter().filter(|field| field.required_on_create && is_whole(field));
            for field in needed.filter(|field| !filled(view, pipeline, side, &field.path)) {
                let message = format!("`{}.{}` is created without `{}`", kind.system, kind.name, field.path);
                let finding = LINT.found(message, create.span, "creates it").label(field.span, "required on create");
                found.push(finding.help(format!("add a rule `… -> {}.{}`", kind.system, field.path)));
            }
        }
    }
    found
}

/// Fields inside lists are needed only where the list has elements.
fn is_whole(field: &Field) -> bool {
    field.path.0.iter().all(|step| matches!(step, Segment::Field(_)))
}

fn filled(view: &View<'_>, pipeline: &Pipeline, side: Side, path: &Path) -> bool {
    let is_state = pipeline.record(side).states.as_ref().is_some_and(|states| *path == Path::field(&*states.field));
    is_state
        || pipeline.rules.iter().any(|rule| view.may_flow(pipeline, rule, side) && writes(rule, side) == Some(path))
}

fn writes(rule: &FieldRule, side: Side) -> Option<&Path> {
    match &rule.body {
        RuleBody::Value { left_path, right_path, .. } => {
            if side == Side::Left {
                left_path.as_ref()
            } else {
                right_path.as_ref()
            }
        }
        RuleBody::List(list) => Some(if side == Side::Left { &list.left } else { &list.right }),
    }
}
