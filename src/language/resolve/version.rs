//! `version:` of a record, and fields that stand in a header: what is said of them holds together.

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::plan::RecordType;
use crate::language::syntax::file::system::RecordTree;
use crate::value::Kind;

/// A version is read by itself, shown by an update, and written by no rule.
pub(super) fn judge(resolver: &mut Resolver<'_>, record: &RecordType, tree: &RecordTree) {
    for field in record.fields.iter().filter(|field| field.read_header.is_some()) {
        let (message, at) = if field.path.0.len() != 1 {
            ("a header belongs to the whole answer, and this is a field inside", "inside of the record")
        } else if field.kind != Kind::Text {
            ("what stands in a header is text", "another kind")
        } else {
            continue;
        };
        resolver.sink.error("syntax-system", message, field.span, at);
    }
    let Some(written) = &tree.version else { return };
    let Some(field) = record.fields.iter().find(|field| field.path.is_field(&written.text)) else { return };
    let (code, message, help) = if record.update.is_none() {
        let message = format!("`{}` has no update that would show its version", record.name);
        ("idle-key", message, "give `calls:` an `update`, or leave `version` out")
    } else if record.read.is_none() {
        let message = format!("`{}` has no call that reads one by its key, and a version is read anew", record.name);
        ("missing-key", message, "give `calls:` a `read`")
    } else if field.on_create || field.on_update || field.write_only {
        let message = format!("`{}` is shown as it was read, and rules could write it", written.text);
        (
            "read-only",
            message,
            "write `read only` behind its type; where it is sent is still said by `in body` or `in header`",
        )
    } else {
        return;
    };
    let finding = Diagnostic::error(Code(code), message, written.span, "the version");
    resolver.sink.found.push(finding.label(field.span, "this field").help(help));
}
