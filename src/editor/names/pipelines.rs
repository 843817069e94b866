//! Names that a pipeline declares, and those that it uses outside of expressions.

use super::symbol::Symbol;
use super::walk::Walk;
use crate::language::syntax::arrow::Arrow;
use crate::language::syntax::expression::{Expression, ExpressionKind, Name};
use crate::language::syntax::file::pipeline::{PipelineFile, SideLine};
use crate::language::syntax::file::rule_entry::RuleEntry;
use crate::language::syntax::rule_line::ArrowRule;
use crate::value::{Path, Segment};

impl Walk<'_> {
    pub(super) fn pipeline_declares(&mut self, file: &PipelineFile) {
        let Some(pipeline) = &file.name else { return };
        self.declare(pipeline, Symbol::Pipeline(pipeline.text.clone()));
        for (name, _) in &file.with {
            self.declare(name, Symbol::Local(name.span.file, name.text.clone()));
        }
        for (group, entries) in &file.groups {
            self.declare(group, Symbol::Group(pipeline.text.clone(), group.text.clone()));
            self.aliases(entries);
        }
    }

    fn aliases(&mut self, entries: &[RuleEntry]) {
        for entry in entries {
            let RuleEntry::List(list) = entry else { continue };
            if let Some(alias) = &list.line.modifiers.alias {
                self.declare(alias, Symbol::Local(alias.span.file, alias.text.clone()));
            }
            self.aliases(&list.rules);
        }
    }

    pub(super) fn pipeline_uses(&mut self, file: &PipelineFile) {
        let sides: Vec<&SideLine> = file.between.iter().flat_map(|between| between.sides.iter().flatten()).collect();
        for side in &sides {
            self.system(&side.system);
            self.record(&side.system.text, &side.record);
            if let Some(shared) = &side.grouped {
                self.path((&side.system.text, &side.record.text), &Path::default(), shared, false);
            }
        }
        for line in file.with.iter().filter_map(|(_, entry)| Some(&entry.as_ref()?.line)) {
            self.system(&line.system);
            self.record(&line.system.text, &line.record);
        }
        let keys = file.create.iter().map(|(key, _)| key).chain(file.untouched.iter().map(|(key, _)| key));
        let keys = keys.chain(file.passed_by.iter().chain(&file.after).chain(&file.needs).map(|(key, _)| key));
        let keys = keys.chain(file.volume.iter().chain(&file.when_gone).map(|(key, _)| key)).chain(&file.shared);
        keys.for_each(|key| self.system(key));
        for (key, list) in &file.untouched {
            let side = sides.iter().find(|side| side.system.text == key.text);
            if let (Some(side), Some(Expression { kind: ExpressionKind::List(items), .. })) = (side, list) {
                for item in items {
                    let ExpressionKind::Literal(value) = &item.kind else { continue };
                    let Some(text) = value.as_text() else { continue };
                    let name = Name { text: text.to_owned(), span: item.span };
                    self.path((&side.system.text, &side.record.text), &Path::default(), &name, false);
                }
            }
        }
        file.groups.iter().for_each(|(_, entries)| self.entries_use(entries));
    }

    fn entries_use(&mut self, entries: &[RuleEntry]) {
        for entry in entries {
            match entry {
                RuleEntry::Rule(line) => self.line_uses(line),
                RuleEntry::List(list) => {
                    self.line_uses(&list.line);
                    self.entries_use(&list.rules);
                }
            }
        }
    }

    fn line_uses(&mut self, line: &ArrowRule) {
        let modifiers = &line.modifiers;
        if let Some(name) = &modifiers.table {
            self.place(name.span, &name.text, Symbol::Table(name.text.clone()));
        }
        if let Some(name) = &modifiers.pipeline {
            self.place(name.span, &name.text, Symbol::Pipeline(name.text.clone()));
        }
        let Some(key) = &modifiers.key else { return };
        // The key names fields of the elements that are written, whose list an expression names.
        let target = if line.arrow == Arrow::Left { &line.left } else { &line.right };
        let met = self.found.iter().rev().find_map(|one| match &one.symbol {
            Symbol::Field(system, record, path) if target.span.holds(one.span) => {
                Some((system.clone(), record.clone(), path.clone()))
            }
            _ => None,
        });
        let Some((system, record, mut list)) = met else { return };
        list.0.push(Segment::Each);
        for name in key {
            self.path((&system, &record), &list, name, false);
        }
    }
}
