//! A function of a script that nothing calls.

use crate::diagnostic::Sources as _;
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::usage;

/// The lint.
pub const LINT: Lint = Lint {
    name: "unused-function",
    severity: Severity::Warning,
    summary: "no rule and no other function calls this function",
    why: "A script is there because an expression could not say something. If nothing calls it, it only has to be \
          read and kept right. Take it out, or call it.",
    flagged: "/// shout(text: text) -> text\nfn shout(text) { text.to_upper() }\n// and no rule says `shout(…)`",
    mended: "- shout(shop.name) -> depot.label",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let called = usage::functions(view);
    let idle = view.rules.scripts.functions().filter(|one| !called.contains(&one.name) && !by_scripts(view, &one.name));
    idle.map(|one| LINT.found(format!("nothing calls `{}`", one.name), one.span, "never called")).collect()
}

/// Whether a script calls a function, outside of comments and beside its declaration.
fn by_scripts(view: &View<'_>, name: &str) -> bool {
    let scripts = view.sources.files().filter(|(_, file)| file.name.ends_with(".rhai"));
    let mut lines = scripts.flat_map(|(id, _)| view.sources.text(id).lines());
    lines.any(|line| {
        let code = line.split("//").next().unwrap_or_default();
        code.match_indices(name).any(|(at, _)| {
            let (before, after) = (code.get(..at).unwrap_or_default(), code.get(at + name.len()..).unwrap_or_default());
            let whole = !before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
            whole && after.trim_start().starts_with('(') && !before.trim_end().ends_with("fn")
        })
    })
}
