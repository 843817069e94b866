//! Quick fixes: the changes that findings themselves have.

use lsp_types::{CodeAction, CodeActionKind, CodeActionOrCommand, Range};

use super::address::address_of;
use super::documents::Documents;
use super::study::Study;
use super::{findings, rename};
use crate::diagnostic::FileId;

/// The longest title of a change, in characters.
const TITLE_MAX: usize = 80;

/// The changes that mend what is found in a range of a file.
pub(super) fn fixes(study: &Study, (file, range): (FileId, Range), documents: &Documents) -> Vec<CodeActionOrCommand> {
    let here = |found: Range| found.start <= range.end && range.start <= found.end;
    let found = study.compiled.findings.iter().filter(|one| one.primary.span.file == file && !one.fix.is_empty());
    let page = study.page.as_deref().and_then(address_of);
    let fix = |one: &crate::diagnostic::Diagnostic| {
        let title = one.help.as_deref().unwrap_or("mend it").lines().next().unwrap_or_default();
        let action = CodeAction {
            title: title.chars().take(TITLE_MAX).collect(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![findings::shown(study, one, page.as_ref())]),
            edit: Some(rename::written(study, &one.fix, documents)),
            is_preferred: Some(true),
            ..CodeAction::default()
        };
        CodeActionOrCommand::CodeAction(action)
    };
    found.filter(|one| here(study.range(one.primary.span))).map(fix).collect()
}
