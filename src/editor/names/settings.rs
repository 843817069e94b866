//! Names of settings, nested or dotted, and of those who own something by one.

use super::symbol::{Occurrence, Symbol};
use super::walk::Walk;
use crate::diagnostic::Span;
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::data::{Data, DataKind};
use crate::language::syntax::file::ownership::OwnershipFile;

impl Walk<'_> {
    /// Settings as the settings file nests them.
    pub(super) fn settings_declare(&mut self, entries: &[(Name, Data)], above: &str) {
        self.settings_at(entries, above, true);
    }

    /// Settings of an account or a test.
    pub(super) fn settings_use(&mut self, entries: &[(Name, Data)], above: &str) {
        self.settings_at(entries, above, false);
    }

    fn settings_at(&mut self, entries: &[(Name, Data)], above: &str, declares: bool) {
        for (key, data) in entries {
            let name = if above.is_empty() { key.text.clone() } else { format!("{above}.{}", key.text) };
            self.parts((key.span, &key.text), above, declares);
            if let DataKind::Map(below) = &data.kind {
                self.settings_at(below, &name, declares);
            }
        }
    }

    /// A setting by its dotted name, somewhere in a place.
    pub(super) fn setting(&mut self, span: Span, name: &str) {
        self.parts((span, name), "", false);
    }

    /// Each part of a dotted name, as the group or the setting that it is.
    fn parts(&mut self, (span, dotted): (Span, &str), above: &str, declares: bool) {
        let Some(mut start) = self.find(span, dotted) else { return };
        let mut name = above.to_owned();
        for part in dotted.split('.') {
            name = if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
            let is_known =
                |known: &String| known.strip_prefix(&name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            if declares || self.rules.settings.keys().any(is_known) {
                let span = Span { start, end: start + part.len(), ..span };
                self.found.push(Occurrence { span, symbol: Symbol::Setting(name.clone()), declares });
            }
            start += part.len() + 1;
        }
    }

    /// Who owns what.
    pub(super) fn ownership_uses(&mut self, file: &OwnershipFile) {
        for (pipeline, groups) in &file.pipelines {
            self.place(pipeline.span, &pipeline.text, Symbol::Pipeline(pipeline.text.clone()));
            for group in groups {
                let symbol = Symbol::Group(pipeline.text.clone(), group.group.text.clone());
                self.place(group.group.span, &group.group.text, symbol);
                match group.owner.text.strip_prefix("settings.") {
                    Some(setting) => self.setting(group.owner.span, setting),
                    None => self.system(&group.owner),
                }
            }
        }
    }
}
