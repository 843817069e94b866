//! Findings by cause, then by place: what could not be read silences what would follow from it.
//!
//! Works on findings and the files' first words alone; knows no rule.

use std::collections::BTreeMap;

use super::check::FILE_KINDS;
use crate::diagnostic::{Diagnostic, FileId, Severity, suggest};
use crate::language::source::SourceMap;

/// What a file declares, which others use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Declares {
    Settings,
    System,
    Accounts,
    Ownership,
    Table,
    Script,
    Pipeline,
    Tests,
    Nothing,
}

/// How far a finding is from being a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// A file was not read at all.
    Unread,
    /// A piece of a file was not understood, or stands where it does not belong.
    Misplaced,
    /// Something is not where it is looked for.
    Missing,
    /// Everything else: names and types.
    Meaning,
    /// No error.
    Advice,
}

/// Causes first; what may only follow from one is left out, and its number told.
pub fn arrange(sources: &SourceMap, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let kinds: BTreeMap<FileId, Declares> =
        sources.files().map(|(id, file)| (id, declares(&file.name, &file.text))).collect();
    let kind = |one: &Diagnostic| kinds.get(&one.primary.span.file).copied().unwrap_or(Declares::Nothing);
    let causes: Vec<(FileId, Declares, bool)> = found
        .iter()
        .filter(|one| rank(one) <= Rank::Missing)
        .map(|one| (one.primary.span.file, kind(one), names_astray(one)))
        .collect();
    let follows = |one: &Diagnostic| {
        let file = one.primary.span.file;
        let hidden = |(cause, declares, astray): &(FileId, Declares, bool)| {
            hides(*declares, kind(one), one, *cause == file)
                || *astray && *cause == file && rank(one) == Rank::Meaning && one.code.0 == "unknown-name"
        };
        causes.iter().any(hidden)
    };
    let (hidden, mut shown): (Vec<_>, Vec<_>) = found.into_iter().partition(follows);
    shown.sort_by_key(|one| {
        (rank(one), one.severity != Severity::Error, kind(one), one.primary.span.file, one.primary.span.start)
    });
    if let (Some(first), false) = (shown.first_mut(), hidden.is_empty()) {
        let counted = if hidden.len() == 1 { "1 finding".to_owned() } else { format!("{} findings", hidden.len()) };
        first.notes.push(format!("{counted} that may only follow from this: not shown until it is mended"));
    }
    shown
}

fn rank(one: &Diagnostic) -> Rank {
    if one.severity != Severity::Error {
        return Rank::Advice;
    }
    match one.code.0 {
        "syntax-yaml" | "duplicate-key" | "unknown-file-kind" | "not-utf-8" | "unreadable-file" | "file-too-large"
        | "too-many-files" | "script-syntax" => Rank::Unread,
        "unknown-key" | "type-shape" | "script-signature" | "duplicate-name" => Rank::Misplaced,
        "missing-key" => Rank::Missing,
        code if code.starts_with("syntax-") => Rank::Misplaced,
        _ => Rank::Meaning,
    }
}

/// Whether what names stand for may be gone with a key that was not understood.
fn names_astray(one: &Diagnostic) -> bool {
    matches!(one.code.0, "unknown-key" | "duplicate-key" | "type-shape")
}

/// Whether a cause in a file that declares something may have led to a finding.
fn hides(cause: Declares, kind: Declares, one: &Diagnostic, same_file: bool) -> bool {
    if rank(one) < Rank::Meaning {
        return false;
    }
    let code = one.code.0;
    match cause {
        Declares::Settings => matches!(code, "unknown-setting" | "type-setting"),
        // Whatever names a field, a state or a secret follows from the system's file.
        Declares::System => {
            kind != Declares::Settings && kind != Declares::Script && !(same_file && code.starts_with("type-"))
        }
        Declares::Accounts => matches!(code, "unknown-account" | "unknown-property" | "unknown-secret"),
        Declares::Ownership => matches!(code, "unknown-owner" | "unused-owner"),
        Declares::Table => matches!(code, "unknown-table" | "type-table" | "unmapped-value"),
        Declares::Script => code == "unknown-function",
        Declares::Pipeline => matches!(code, "unknown-pipeline" | "unknown-owner" | "unused-owner"),
        Declares::Tests | Declares::Nothing => false,
    }
}

/// By the file's first word, as it is or as it was meant.
fn declares(name: &str, text: &str) -> Declares {
    if name.ends_with(".rhai") {
        return Declares::Script;
    }
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    let word = line.split(':').next().unwrap_or_default();
    match suggest::nearest(word, FILE_KINDS).first() {
        Some(&"settings") => Declares::Settings,
        Some(&"system") => Declares::System,
        Some(&"accounts") => Declares::Accounts,
        Some(&"ownership") => Declares::Ownership,
        Some(&"table") => Declares::Table,
        Some(&"pipeline") => Declares::Pipeline,
        Some(&"tests") => Declares::Tests,
        _ => Declares::Nothing,
    }
}
