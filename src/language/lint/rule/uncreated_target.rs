//! A rule that speaks only when a record is created, where none is.

use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::plan::{FieldRule, Pipeline, Side};

/// The lint.
pub const LINT: Lint = Lint {
    name: "uncreated-target",
    severity: Severity::Error,
    summary: "a rule is for the creation of a record that its pipeline never creates",
    why: "`on create` means the create of this pipeline. Where `create:` names only the side that the arrow \
          comes from, the rule never speaks: mostly the arrow is turned.",
    flagged: "create:\n  depot: on demand\nfields:\n  words:\n    - shop.note <- depot.remark   on create",
    mended: "    - shop.note -> depot.remark   on create",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        for rule in pipeline.rules.iter().filter(|rule| is(pipeline, rule)) {
            let target = if rule.points(Side::Left) { Side::Left } else { Side::Right };
            let (to, from) = (pipeline.record(target), pipeline.record(target.other()));
            let message = format!(
                "this rule is for the creation of `{}.{}`, which this pipeline never creates",
                to.system, to.name
            );
            // As the file has it the arrow may stand the other way round.
            let help = format!(
                "turn the arrow, `->` or `<-`, so that it points at `{}`, which is created; or say under `create:` \
                 when `{}` is",
                from.system, to.system
            );
            found.push(LINT.found(message, rule.span, "never speaks").help(help));
        }
    }
    found
}

/// Whether a rule speaks only with a create, there is none where it points, and there is one where it comes from. What
/// is missing by it in what is matched is told there.
pub(super) fn is(pipeline: &Pipeline, rule: &FieldRule) -> bool {
    let turned = |side: Side| {
        rule.points(side)
            && !rule.points(side.other())
            && pipeline.create(side).is_none()
            && pipeline.create(side.other()).is_some()
            && rule.path(side.other()).is_some_and(|path| !path.is_field(pipeline.match_field(side.other())))
    };
    rule.on_create && Side::BOTH.into_iter().any(turned)
}
