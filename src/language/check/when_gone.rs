//! `when gone:` of a pipeline: each system's word, and whether what it asks for can be done at all.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checker::Checker;
use super::owners;
use super::standing::side_called;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::{Owner, Parting, RecordType, WhenGone};
use crate::language::syntax::expression::Name;

/// Who may take records away is said of this group.
const DELETE: &str = "delete";

/// Judges `when gone:`. `shared`: the system whose record may be the counterpart of several.
pub(super) fn check(
    checker: &mut Checker<'_>,
    lines: Vec<(Name, Option<Name>)>,
    (pipeline, sides): (&str, [&Arc<RecordType>; 2]),
    shared: Option<&str>,
) -> BTreeMap<String, WhenGone> {
    let mut found = BTreeMap::new();
    for (key, word) in lines {
        let Some(at) = side_called(checker, &key, sides) else { continue };
        let Some(word) = word else { continue };
        let Some(parting) = Parting::parse(&word.text) else {
            let message = format!("`{}` says nothing of what becomes of the other side's record", word.text);
            let known = Parting::ALL.map(Parting::as_str);
            checker.sink.unknown("unknown-value", message, (&word.text, word.span), known);
            continue;
        };
        let [Some(gone), Some(left)] = [sides.get(at), sides.get(1 - at)] else { continue };
        if parting == Parting::Propagate {
            propagates(checker, gone, left, (word.span, shared));
        }
        let owner = checker.owner_of(pipeline, DELETE).unwrap_or(Owner::Both);
        owners::is_a_side(checker, (pipeline, DELETE), sides);
        let span = word.span;
        found.insert(key.text, WhenGone { parting, owner, line: checker.names.line(span), span });
    }
    found
}

/// Whether the record that is left can be taken away.
fn propagates(checker: &mut Checker<'_>, gone: &RecordType, left: &RecordType, (span, shared): (Span, Option<&str>)) {
    let (code, message, help) = if let Some(kind) = [gone, left].into_iter().find(|kind| kind.grouped.is_some()) {
        let message = format!("rows of `{}.{}` are grouped here, and a group is never gone", kind.system, kind.name);
        ("type-list", message, "leave the line out: what an emptied group means, its rules say".to_owned())
    } else if shared == Some(left.system.as_str()) {
        let message =
            format!("several {} share one {}, which would be taken away with the first of them", gone.name, left.name);
        ("type-match", message, format!("write `{}: detach`, or `park`", gone.system))
    } else if left.remove.is_none() {
        let message = format!("system `{}` has no call that takes a `{}` away", left.system, left.name);
        let help = format!("give it `delete: METHOD /path` under `calls:` of `{}`, or write `detach`", left.name);
        ("read-only", message, help)
    } else {
        return;
    };
    let finding = Diagnostic::error(Code(code), message, span, "cannot be carried out");
    checker.sink.found.push(finding.help(help));
}
