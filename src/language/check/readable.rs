//! Whether the records of a pipeline can be met at all: those that something is carried from are read, and those that
//! it goes to are found by what they are matched by.
//!
//! Judges only which calls a system file has; what they answer is for others.

use std::sync::Arc;

use super::checker::Checker;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::{FieldRule, RecordType, Side};

/// Judges both sides of a pipeline, each with the field that it is matched by.
pub(super) fn judge(
    checker: &mut Checker<'_>,
    sides: [(&Arc<RecordType>, &str); 2],
    rules: &[FieldRule],
    matched_at: [Span; 2],
) {
    for ((kind, field), side) in sides.into_iter().zip(Side::BOTH) {
        let named = format!("`{}.{}`", kind.system, kind.name);
        let is_written = rules.iter().any(|rule| rule.points(side));
        let is_read = rules.iter().any(|rule| rule.points(side.other()));
        let (message, help) = if is_read && kind.list.is_none() && kind.changed.is_none() && kind.read.is_none() {
            let message = format!("records are carried over from {named}, and no call reads any");
            (message, "give its `calls:` a `read` and a `list` in the system file".to_owned())
        } else if is_written && !is_found(kind, field) {
            let message = format!("{named} is looked for by its `{field}`, and no call finds it");
            (message, format!("give its `calls:` a `find by {field}`, or a `list`, in the system file"))
        } else {
            continue;
        };
        let [one, other] = matched_at;
        let span = Span { start: one.start.min(other.start), end: one.end.max(other.end), ..one };
        let finding = Diagnostic::error(Code("missing-key"), message, span, "nothing is met by this");
        return checker.sink.found.push(finding.help(help));
    }
}

/// Whether some call finds a record by a field: one of its own, the read where it is the key, or any list.
fn is_found(kind: &RecordType, field: &str) -> bool {
    kind.list.is_some() || kind.find.contains_key(field) || kind.read.is_some() && kind.key == field
}
