//! Records that are taken away: the call that does it, and by what one is known that is shown and counts as gone.

use super::derived_state::is_told;
use super::resolver::{Resolver, SystemCondition};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::plan::RecordType;
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::system::{CallKey, RecordTree};

/// Takes `gone when:`, and holds it against the calls.
pub(super) fn resolve(resolver: &mut Resolver<'_>, record: &mut RecordType, tree: &RecordTree) {
    if let Some(condition) = tree.gone.clone() {
        let (system, name) = (record.system.clone(), record.name.clone());
        let judged = SystemCondition { system, record: name, tree: condition.clone(), reads_on: false };
        resolver.conditions.push(judged);
        record.gone_when = Some(resolver.names.compile(condition));
        is_read(resolver, record);
    }
    calls(resolver, record, tree);
}

/// Of what the condition reads it is known whether every answer has it.
fn is_read(resolver: &mut Resolver<'_>, record: &RecordType) {
    let parted = record.parted();
    let read = parted.iter().flat_map(|parted| parted.read_by_rows(record));
    for field in read.filter(|field| !is_told(record, field)) {
        let message = format!(
            "`{}` says whether a {} is gone, and nobody says whether every answer has it: one without it would be \
             taken for a record where it is null",
            field.path, record.name
        );
        let finding = Diagnostic::error(Code("missing-key"), message, field.span, "in every answer?");
        let help = "write `always or null` or `always` behind it, or `left out when empty`";
        resolver.sink.found.push(finding.help(help));
    }
}

/// One call takes a record away, and what is archived is known to be.
fn calls(resolver: &mut Resolver<'_>, record: &RecordType, tree: &RecordTree) {
    let called = |word: &str| {
        let once = |key: &CallKey| if let CallKey::Once(name) = key { Some(name.clone()) } else { None };
        tree.calls.iter().filter_map(|(key, _)| once(key)).find(|name: &Name| name.text == word)
    };
    let [delete, archive] = ["delete", "archive"].map(called);
    let Some(archive) = archive else { return };
    if let Some(delete) = delete {
        let message = format!("a {} is taken away by one call, and there are two", record.name);
        let finding = Diagnostic::error(Code("duplicate-name"), message, archive.span, "which one is made?");
        let help = "keep the one that people would use";
        resolver.sink.found.push(finding.label(delete.span, "the other").help(help));
    } else if tree.gone.is_none() {
        let message = format!("an archived {} is still shown, and nobody says how it is known", record.name);
        let finding = Diagnostic::error(Code("missing-key"), message, archive.span, "gone by what?");
        let help = "write `gone when: CONDITION` beside `calls:`, or call it `delete` where the record is gone then";
        resolver.sink.found.push(finding.help(help));
    }
}
