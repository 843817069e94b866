//! Every group of a pipeline has an owner, and every owner owns something.

use super::checker::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::plan::Owner;
use crate::language::syntax::expression::Name;

/// Every pipeline with groups has owners.
pub(super) fn owned(checker: &mut Checker<'_>, name: &Name) {
    if checker.names.ownership.groups(&name.text).next().is_none() {
        let known = checker.names.ownership.pipelines();
        let message = format!("nobody owns what pipeline `{}` carries", name.text);
        checker.sink.unknown("unknown-owner", message, (&name.text, name.span), known);
    }
}

pub(super) fn owner(checker: &mut Checker<'_>, pipeline: &str, group: &Name) -> Owner {
    match checker.owner_of(pipeline, &group.text) {
        Some(owner) => owner,
        // That nobody owns anything of the pipeline was told where it is named.
        None if checker.names.ownership.groups(pipeline).next().is_none() => Owner::Both,
        None => {
            let known = checker.names.ownership.groups(pipeline);
            let message = format!("nobody owns group `{}` of pipeline `{pipeline}`", group.text);
            checker.sink.unknown("unknown-owner", message, (&group.text, group.span), known);
            Owner::Both
        }
    }
}

/// Owners of what no pipeline has.
pub(super) fn unused(checker: &mut Checker<'_>) {
    let ownership = &checker.names.ownership;
    for (pipeline, group, owner) in ownership.all() {
        let is_owned = checker.owned.contains(&(pipeline.to_owned(), group.to_owned()));
        // `create` may be stated for a pipeline that creates nothing on this side yet.
        let is_alone = checker.names.pipelines.contains_key(pipeline) && ownership.groups(pipeline).count() == 1;
        if is_owned || group == "create" || is_alone {
            continue;
        }
        let message = format!("pipeline `{pipeline}` has no group `{group}`");
        let finding = Diagnostic::warning(Code("unused-owner"), message, owner.key, "owns nothing");
        checker.sink.found.push(finding.help("take the line out, or name the group as the pipeline does"));
    }
}
