//! Where an arrow may land: at one place of the record that its rule writes.
//!
//! No element of a list, and nothing of a record that is only referred to. Whether the place can be written is for
//! others.

use super::checker::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::plan::{Field, RecordType};
use crate::language::syntax::expression::Expression;
use crate::value::{Kind, Path, Segment};

/// Whether a path lands in the record itself; what is wrong otherwise is told. `inside`: the path of the list around
/// the rule with its last `[]`, empty outside lists; `own`: the rule's own path.
pub(super) fn is_its_own(
    checker: &mut Checker<'_>,
    kind: &RecordType,
    (inside, own): (&Path, &Path),
    tree: &Expression,
) -> bool {
    let whole = Path(inside.0.iter().chain(&own.0).cloned().collect());
    let is_field = |step: &Segment| matches!(step, Segment::Field(_));
    let refers = |field: &&Field| {
        let beyond = whole.0.len() > field.path.0.len() && whole.0.starts_with(&field.path.0);
        beyond && matches!(field.kind, Kind::Reference(_))
    };
    let (message, at, help) = if let Some(count) = own.0.iter().position(|step| !is_field(step)) {
        let list = Path(own.0.iter().take(count).cloned().collect());
        (
            format!("`{own}` is an element of a list, and a rule writes one field or a whole list"),
            "an element is written by a rule inside its list",
            format!("write a keyed list, `… -> {}.{list}[] by [KEY]:`, with a rule for the field", kind.system),
        )
    } else if let Some(field) = kind.fields.iter().find(refers)
        && kind.field(&whole).is_none()
    {
        let record = match &field.kind {
            Kind::Reference(record) => record.to_string(),
            _ => return true,
        };
        (
            format!("`{whole}` is a field of another record, a `{}.{record}`", kind.system),
            "a rule writes the record of its own side",
            format!("write it in a pipeline that has `{}.{record}` as a side", kind.system),
        )
    } else {
        return true;
    };
    checker.sink.found.push(Diagnostic::error(Code("type-target"), message, tree.span, at).help(help));
    false
}
