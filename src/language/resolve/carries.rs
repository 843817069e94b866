//! What an account carries: the condition, and the one kind of record of another system that it speaks of.
//!
//! Whether the condition is right is judged once all names are known.

use super::names::Names;
use super::sink::Sink;
use crate::diagnostic::Span;
use crate::language::plan::Carries;
use crate::language::syntax::expression::{Expression, ExpressionKind, PathExpression, Step};
use crate::language::syntax::mapping::text;
use crate::language::syntax::rule_line;
use crate::language::syntax::yaml::Node;
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

/// Reads `carries: always` (which gives `None`) or `carries: CONDITION` of an account of `system`.
pub fn read(names: &Names<'_>, sink: &mut Sink, system: &str, node: &Node) -> Option<Carried> {
    let scalar = text(node, "`carries`", &mut sink.found)?;
    if scalar.text.trim() == "always" {
        return None;
    }
    let tree = sink.keep(rule_line::expression(scalar))?;
    let carries = match records(&tree).as_slice() {
        [(other, record)] => Some(Carries {
            system: other.clone(),
            record: record.clone(),
            line: names.line(scalar.span),
            condition: names.compile(tree.clone()),
        }),
        _ => None,
    };
    Some(Carried { system: system.to_owned(), tree, span: scalar.span, carries })
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
