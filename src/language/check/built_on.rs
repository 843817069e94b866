//! Findings that only follow from a name elsewhere that is wrong: a record's key, a table's field, a setting's type.
//!
//! Knows which judgements are built on which names; whoever made them does not. What may stand for itself stays.

use super::declares::Declares;
use crate::diagnostic::span::place_of;
use crate::diagnostic::{Diagnostic, FileId, Sources as _};
use crate::language::source::SourceMap;

/// What is wrong with a name on which judgements elsewhere are built.
pub(super) struct BuiltOn<'a> {
    sources: &'a SourceMap,
    /// A system's key, state or instant is no field of its record.
    system: bool,
    /// A record's keys are read as something else.
    record: bool,
    /// A setting has no type.
    setting: bool,
    /// A table does not say between which fields it stands.
    table: bool,
    /// Files whose `match` is not understood.
    matches: Vec<FileId>,
    /// Keys that stand at a wrong place of a file.
    keys: Vec<(FileId, String)>,
}

impl<'a> BuiltOn<'a> {
    pub(super) fn of(sources: &'a SourceMap, found: &[Diagnostic], kind: &impl Fn(&Diagnostic) -> Declares) -> Self {
        let is = |one: &&Diagnostic, code: &str, declares| one.code.0 == code && kind(one) == declares;
        let begins = |one: &Diagnostic| {
            let text = sources.text(one.primary.span.file);
            let line = place_of(text, one.primary.span.start).line;
            text.lines().nth(line - 1).unwrap_or_default()
        };
        let matched = |one: &&Diagnostic| one.code.0.starts_with("unknown-") && begins(one).starts_with("match:");
        let misplaced = found.iter().filter(|one| one.code.0 == "unknown-key");
        Self {
            sources,
            system: found.iter().any(|one| is(&one, "unknown-field", Declares::System)),
            record: found.iter().any(|one| is(&one, "unknown-key", Declares::System)),
            setting: found
                .iter()
                .any(|one| is(&one, "type-setting", Declares::Settings) && one.message.ends_with("no type")),
            table: found.iter().any(|one| is(&one, "unknown-field", Declares::Table)),
            matches: found.iter().filter(matched).map(|one| one.primary.span.file).collect(),
            keys: misplaced.flat_map(|one| quoted(one).map(|key| (one.primary.span.file, key))).collect(),
        }
    }

    /// Whether a finding may only follow from that.
    pub(super) fn explains(&self, one: &Diagnostic, kind: Declares) -> bool {
        let (code, file) = (one.code.0, one.primary.span.file);
        let written = || self.sources.text(file).get(one.primary.span.start..one.primary.span.end).unwrap_or_default();
        match code {
            "missing-required" if self.matches.contains(&file) => true,
            "missing-required" | "type-reference" | "read-only" => self.system && kind != Declares::System,
            "missing-key" if kind != Declares::System && (self.record || self.system) => true,
            "missing-key" => {
                let said = &one.message;
                self.keys.iter().any(|(own, key)| *own == file && said.contains(&format!("`{key}`")))
                    || said.contains("made by the update")
                        && self.keys.iter().any(|(own, key)| *own == file && key == "request")
            }
            "type-mismatch" => self.setting && written().contains("settings."),
            "type-setting" => self.setting && one.message.ends_with("is a single value"),
            "type-list" => self.setting && one.message.ends_with("is no list"),
            "type-table" => self.table && one.message.contains("stands between"),
            _ => false,
        }
    }
}

/// The names that a finding of a key says: the written one, and the one that help has for it.
fn quoted(one: &Diagnostic) -> impl Iterator<Item = String> {
    let first = |text: &str| text.split('`').nth(1).map(str::to_owned);
    let written = one.message.split('`').rev().nth(1).map(str::to_owned);
    [written, first(&one.message), one.help.as_deref().and_then(first)].into_iter().flatten()
}
