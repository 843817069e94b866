//! Values of kinds that do not go together: what a choice gives one way and the other, what stands in a list, and what
//! is put in order.
//!
//! Silent wherever a kind may be anything. Knows no field that such a value goes into.

use super::given::{Given, Part};
use super::operand;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::resolve::Sink;
use crate::value::Kind;

/// `if … then 1 else "a"`: what comes of it would be a number here and a text there.
pub(super) fn chosen(sink: &mut Sink, [(yes, _), (no, span)]: [(&Given, Span); 2]) {
    if operand::are_apart(&yes.kind, &no.kind) {
        let message = format!("this gives {} where the condition holds, and {} where not", yes.kind, no.kind);
        let finding = Diagnostic::error(Code("type-mismatch"), message, span, "another kind of value");
        sink.found.push(finding.help(operand::made_alike(&yes.kind, &no.kind)));
    }
}

/// `[1, "a"]`: what stands in one list is of one kind.
pub(super) fn listed(sink: &mut Sink, items: &[(Kind, Span)]) {
    let mut earlier: Vec<&Kind> = Vec::new();
    for (kind, span) in items {
        if let Some(other) = earlier.iter().find(|other| operand::are_apart(other, kind)) {
            let message = format!("this list holds {other}, and this is {kind}");
            let finding = Diagnostic::error(Code("type-mismatch"), message, *span, "another kind of value");
            return sink.found.push(finding.help(operand::made_alike(other, kind)));
        }
        earlier.push(kind);
    }
}

/// `(placed ?? "") > "2026-01-01"`: what stands in is of a kind that has no order with what it stands in for.
pub(super) fn ordered(sink: &mut Sink, operands: [Part<'_>; 2]) {
    let [left, right] = operands;
    for ((part, one), (_, other)) in [(left, right), (right, left)] {
        let Some([value, instead]) = &one.apart else { continue };
        let odd = if operand::are_apart(value, &other.kind) { value } else { instead };
        let message = format!("{odd} and {} have no order, and this may be {value} or {instead}", other.kind);
        let finding = Diagnostic::error(Code("type-mismatch"), message, part.span, "two kinds of value");
        return sink.found.push(finding.help(operand::made_alike(value, instead)));
    }
}
