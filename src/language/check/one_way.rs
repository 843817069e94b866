//! One direction of one arrow rule: what it carries, from where, to where, through what.
//!
//! What the judges of `carried` and `landing` look at; judges nothing itself.

use crate::diagnostic::{Diagnostic, Span};
use crate::language::infer::Given;
use crate::language::plan::{Field, Owner, RecordType, Side, Table};
use crate::language::syntax::expression::{Expression, ExpressionKind};
use crate::language::syntax::rule_line::ArrowRule;
use crate::value::Path;

/// One direction of a rule.
pub(super) struct Carried<'a> {
    /// The rule.
    pub line: &'a ArrowRule,
    /// Who owns the group that the rule stands in.
    pub owner: &'a Owner,
    /// What is carried.
    pub source: &'a Expression,
    /// What it gives.
    pub given: &'a Given,
    /// What kinds of records it comes from and goes to.
    pub from: &'a RecordType,
    /// What kind of record it goes to.
    pub to: &'a RecordType,
    /// What the place where it lands gives.
    pub place: &'a Given,
    /// Where it comes from, from the record, where that is a plain path of the other side.
    pub source_path: Option<&'a Path>,
    /// Where it lands, from the record.
    pub target_path: Option<&'a Path>,
    /// The field where it lands, where it is a declared one.
    pub field: Option<&'a Field>,
    /// The table that it goes through, and the side of the table that it goes to.
    pub table: Option<(&'a Table, Side)>,
}

/// A finding with the field where a rule lands.
pub(super) fn with_field(finding: Diagnostic, carried: &Carried<'_>) -> Diagnostic {
    let at: Option<Span> = carried.field.map(|field| field.span);
    at.into_iter().fold(finding, |finding, span| finding.label(span, "declared here"))
}

impl Carried<'_> {
    /// Whether it is a setting.
    pub(super) fn is_setting(&self) -> bool {
        matches!(&self.source.kind, ExpressionKind::Path(path)
            if path.head.as_ref().is_some_and(|head| head.text == "settings"))
    }
}
