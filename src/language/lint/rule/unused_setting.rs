//! A setting that nothing reads.

use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::usage;
use crate::language::plan::setting_type::OF_THE_PROGRAM;

/// The lint.
pub const LINT: Lint = Lint {
    name: "unused-setting",
    severity: Severity::Warning,
    summary: "nothing reads this setting",
    why: "Whoever flips the switch believes that it does something. Take it out, or let a rule read it.",
    flagged: "settings:\n  remarks: keep\n# and no rule says `settings.remarks`",
    mended: "- if settings.remarks == \"keep\" then shop.note else null -> depot.remark   or clear",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let read = usage::settings(view);
    let inside = |name: &str, read: &str| {
        let below = |one: &str, other: &str| one.strip_prefix(other).is_some_and(|rest| rest.starts_with('.'));
        read == name || below(name, read) || below(read, name) || read.is_empty()
    };
    let idle = view
        .rules
        .settings
        .keys()
        .filter(|name| !OF_THE_PROGRAM.contains(&name.as_str()) && !read.iter().any(|one| inside(name, one)));
    let placed = idle.filter_map(|name| Some((name, *view.rules.places.get(&format!("settings.{name}"))?)));
    placed.map(|(name, span)| LINT.found(format!("nothing reads `settings.{name}`"), span, "flips nothing")).collect()
}
