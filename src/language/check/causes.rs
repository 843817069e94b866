//! Findings by cause, then by place: what could not be read silences what would follow from it.
//!
//! Works on findings and the files' first words alone; knows no rule.

use std::collections::BTreeMap;

use super::built_on::BuiltOn;
use super::declares::{Declares, declares};
use crate::diagnostic::span::place_of;
use crate::diagnostic::{Diagnostic, FileId, Severity, Sources as _};
use crate::language::source::SourceMap;

/// From how many errors of one sort on the lines of a block on they are one.
const BLOCK_MIN: usize = 4;

/// How many lines may be between two of them.
const BLOCK_GAP: usize = 4;

/// How many of them are shown with the first.
const BLOCK_SHOWN: usize = 4;

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
        .filter(|one| rank(one) <= Rank::Missing && one.code.0 != "syntax-letter")
        .map(|one| (one.primary.span.file, kind(one), names_astray(one)))
        .collect();
    // A file of which nobody knows what it declares may be what every other one lacks.
    let unknown = found.iter().any(|one| rank(one) == Rank::Unread && kind(one) == Declares::Nothing);
    let beside = BuiltOn::of(sources, &found, &kind);
    let follows = |one: &Diagnostic| {
        if beside.explains(one, kind(one)) {
            return true;
        }
        let file = one.primary.span.file;
        let hidden = |(cause, declares, astray): &(FileId, Declares, bool)| {
            hides(*declares, kind(one), one, *cause == file)
                || *astray && *cause == file && rank(one) == Rank::Meaning && one.code.0 == "unknown-name"
        };
        causes.iter().any(hidden) || unknown && rank(one) >= Rank::Meaning
    };
    let (hidden, shown): (Vec<_>, Vec<_>) = found.into_iter().partition(follows);
    let mut shown = together(sources, shown);
    shown.sort_by_key(|one| {
        (rank(one), one.severity != Severity::Error, kind(one), one.primary.span.file, one.primary.span.start)
    });
    if let (Some(first), false) = (shown.first_mut(), hidden.is_empty()) {
        let counted = if hidden.len() == 1 { "1 finding".to_owned() } else { format!("{} findings", hidden.len()) };
        first.notes.push(format!("{counted} that may only follow from this: not shown until it is mended"));
    }
    shown
}

/// Many keys that stand where they do not belong, on the lines of one block, are one error: the line that opened the
/// block is gone or slipped. What has a near name is a slip of its own, and so is every value.
fn together(sources: &SourceMap, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut found: Vec<(usize, Diagnostic)> = found.into_iter().enumerate().collect();
    found.sort_by_key(|(_, one)| (one.code.0, one.severity, one.primary.span.file, one.primary.span.start));
    let mut blocks: Vec<Block> = Vec::new();
    for (order, one) in found {
        let line = place_of(sources.text(one.primary.span.file), one.primary.span.start).line;
        match blocks.last_mut() {
            Some(block) if is_of_block(&block.found, &one) && line.saturating_sub(block.line) <= BLOCK_GAP => {
                block.line = line;
                block.found.push(one);
                block.orders.push(order);
            }
            _ => blocks.push(Block { found: vec![one], orders: vec![order], line }),
        }
    }
    let mut told: Vec<(usize, Diagnostic)> =
        blocks.into_iter().flat_map(|block| block.orders.into_iter().zip(one_of(block.found))).collect();
    // Of two at one place the one that was found first comes first.
    told.sort_by_key(|(order, _)| *order);
    told.into_iter().map(|(_, one)| one).collect()
}

/// Findings of one sort on lines near one another.
struct Block {
    found: Vec<Diagnostic>,
    /// Their places among all.
    orders: Vec<usize>,
    /// The last one's line.
    line: usize,
}

fn is_of_block(block: &[Diagnostic], one: &Diagnostic) -> bool {
    let is_slip = |one: &Diagnostic| one.help.as_deref().is_some_and(|help| help.starts_with("write `"));
    let astray = rank(one) <= Rank::Missing || one.code.0 == "unknown-setting";
    one.severity == Severity::Error
        && astray
        && !is_slip(one)
        && !block.iter().any(is_slip)
        && block.first().is_some_and(|first| first.code == one.code && first.primary.span.file == one.primary.span.file)
}

fn one_of(mut block: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if block.len() < BLOCK_MIN {
        return block;
    }
    let more = block.split_off(1);
    let count = more.len();
    let first = block.pop().map(|first| {
        let shown = more.into_iter().take(BLOCK_SHOWN);
        let first = shown.fold(first, |first, one| first.label(one.primary.span, one.message));
        first.note(format!(
            "{count} more like it on the lines below; where they belong to another block, the line that opens it is \
             missing"
        ))
    });
    first.into_iter().collect()
}

fn rank(one: &Diagnostic) -> Rank {
    if one.severity != Severity::Error {
        return Rank::Advice;
    }
    match one.code.0 {
        "syntax-letter" | "syntax-yaml" | "duplicate-key" | "unknown-file-kind" | "not-utf-8" | "unreadable-file"
        | "file-too-large" | "too-many-files" | "script-syntax" => Rank::Unread,
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
