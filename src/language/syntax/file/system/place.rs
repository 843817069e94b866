//! Paths into what a system sends: how they are written, and what is said of those that are none.
//!
//! Which of them may lead to several places is for whoever gives them a meaning.

use crate::diagnostic::{Code, Diagnostic};
use crate::language::syntax::expression::Name;
use crate::language::syntax::mapping::{Found, keep};
use crate::value::{Path, Segment};

/// A path.
///
/// # Errors
/// A finding that says how paths are written.
pub fn path(written: &Name) -> Result<Path, Diagnostic> {
    Path::parse(&written.text).ok_or_else(|| {
        let message = format!("`{}` is no path", written.text);
        let finding = Diagnostic::error(Code("syntax-system"), message, written.span, "not understood");
        let help = "write names with dots between them: `data`, `result.order`; `[0]` behind a name is the first of a \
                    list, `[]` is each";
        finding.help(help)
    })
}

/// A path to one place, which no `[]` is.
///
/// # Errors
/// As [`path`], and where it leads to several.
pub fn single(what: &str, written: &Name) -> Result<Path, Diagnostic> {
    let path = path(written)?;
    if !path.0.contains(&Segment::Each) {
        return Ok(path);
    }
    let message = format!("{what} stands in one place, and `{}` are as many as the list has", written.text);
    let finding = Diagnostic::error(Code("type-list"), message, written.span, "several places");
    Err(finding.help(format!("write which of them is meant: `{}`", written.text.replace("[]", "[0]"))))
}

/// Those of several paths that are some.
pub(super) fn paths(written: &[Name], found: &mut Found) -> Vec<Path> {
    written.iter().filter_map(|name| keep(path(name), found)).collect()
}
