//! An arrow that ownership mutes under the settings as they are.

use super::lint::{Lint, View};
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::plan::{Owner, Setting, Side};
use crate::value::Value;

/// The lint.
pub const LINT: Lint = Lint {
    name: "muted-arrow",
    severity: Severity::Info,
    summary: "ownership mutes this arrow under the present settings",
    why: "That is how a switch works: the rule waits for the day when the other system owns its group.",
    flagged: "ownership:\n  parcels:\n    words: depot\n# and the group has the rule `shop.name -> depot.label`",
    mended: "ownership:\n  parcels:\n    words: shop",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        for rule in &pipeline.rules {
            let Some(owner) = owner_now(view, &rule.owner) else { continue };
            for target in [Side::Left, Side::Right] {
                let leaving = &pipeline.record(target.other()).system;
                let with_create = rule.on_create && view.may_create(pipeline, target).is_some();
                if rule.points(target) && !with_create && owner != "both" && owner != *leaving {
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
    }
    found
}

fn owner_now(view: &View<'_>, owner: &Owner) -> Option<String> {
    match owner {
        Owner::System(name) => Some(name.clone()),
        Owner::Both => Some("both".to_owned()),
        Owner::Setting(name) => match view.rules.settings.get(name) {
            Some(Setting::Value(Value::Text(text))) => Some(text.to_string()),
            _ => None,
        },
    }
}
