//! What an account carries: the condition, and the one kind of record of another system that it speaks of.
//!
//! Whether the condition is right is judged once all names are known.

use super::names::Names;
use crate::diagnostic::Span;
use crate::language::plan::Carries;
use crate::language::syntax::expression::{Expression, ExpressionKind, PathExpression, Step};
use crate::language::syntax::file::accounts::CarriesLine;
use crate::value::Segment;

/// What was read of `carries:`.
#[derive(Debug)]
pub struct Carried {
    /// The account's system.
    pub system: String,
    /// The condition.
    pub tree: Expression,
    /// Where it stands.
    pub span: Span,
    /// The condition with the record that it speaks of; `None`: it does not speak of one.
    pub carries: Option<Carries>,
}

/// What `carries: CONDITION` of an account of `system` says; `None` where it says `always`.
pub fn of(names: &Names<'_>, system: &str, line: &CarriesLine) -> Option<Carried> {
    let tree = line.condition.clone()?;
    let carries = match records(&tree).as_slice() {
        [(other, record)] => Some(Carries {
            system: other.clone(),
            record: record.clone(),
            line: names.line(line.span),
            condition: names.compile(tree.clone()),
        }),
        _ => None,
    };
    Some(Carried { system: system.to_owned(), tree, span: line.span, carries })
}

/// The `system.record` pairs that an expression speaks of, each once.
fn records(tree: &Expression) -> Vec<(String, String)> {
    let mut found = Vec::new();
    tree.visit(&mut |at| {
        if let ExpressionKind::Path(PathExpression { head: Some(head), steps, .. }) = &at.kind
            && let Some(Step { segment: Segment::Field(record), .. }) = steps.first()
            && head.text != "settings"
        {
            let name = (head.text.clone(), record.to_string());
            if !found.contains(&name) {
                found.push(name);
            }
        }
    });
    found
}
