//! What is created on demand is demanded by somebody.

use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::plan::{FieldRule, Pipeline, RuleBody, Side};

/// The lint.
pub const LINT: Lint = Lint {
    name: "undemanded-create",
    severity: Severity::Error,
    summary: "a pipeline creates on demand, and no rule of another pipeline demands it",
    why: "`on demand` means: when a rule of another pipeline carries a reference over with `via pipeline` and the \
          counterpart is missing. `counterpart` and `linked` only ask what is there. Where no live rule goes that \
          way, nothing is ever created, however it reads.",
    flagged: "# people.yaml\ncreate:\n  depot: on demand   # and no rule says `via pipeline people`",
    mended: "# parcels.yaml\n- shop.customer -> depot.who   via pipeline people",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        for side in Side::BOTH {
            let Some(create) = view.may_create(pipeline, side).filter(|create| create.when.is_none()) else { continue };
            let system = &pipeline.record(side).system;
            let demanded = view.rules.pipelines.values().any(|other| demands(view, other, (&pipeline.name, system)));
            if !demanded {
                let message = format!("nobody demands what pipeline `{}` creates in {system}", pipeline.name);
                let finding = LINT.found(message, create.span, "never created");
                let help =
                    format!("say when it is created, or let a rule write to {system} `via pipeline {}`", pipeline.name);
                found.push(finding.help(help));
            }
        }
    }
    found
}

/// Whether a live rule of a pipeline writes references to a system by way of a pipeline.
fn demands(view: &View<'_>, pipeline: &Pipeline, (name, system): (&str, &str)) -> bool {
    let sides = Side::BOTH.into_iter().filter(|side| pipeline.record(*side).system == system);
    sides.into_iter().any(|side| by_rules(view, pipeline, (&pipeline.rules, side), name))
}

fn by_rules(view: &View<'_>, pipeline: &Pipeline, (rules, side): (&[FieldRule], Side), name: &str) -> bool {
    rules.iter().filter(|rule| view.may_flow(pipeline, rule, side)).any(|rule| match &rule.body {
        RuleBody::Value { via, .. } => via.as_deref() == Some(name),
        RuleBody::List(list) => by_rules(view, pipeline, (&list.rules, side), name),
    })
}
