//! What an account carries: a condition over one kind of record of another system.
//!
//! Checks that the condition speaks of one record and names its fields; knows no pipeline.

use super::check::Checker;
use super::names::{self, Meaning, Names};
use super::operand;
use crate::language::plan::Carries;
use crate::language::syntax::expression::{Expression, ExpressionKind, PathExpression, Step};
use crate::language::syntax::mapping::text;
use crate::language::syntax::rule_line;
use crate::language::syntax::yaml::Node;
use crate::value::Segment;

/// Reads `carries: always` (which gives `None`) or `carries: CONDITION` of an account of `system`.
pub fn check(checker: &mut Checker<'_>, system: &str, node: &Node) -> Option<Carries> {
    let scalar = text(node, "`carries`", &mut checker.found)?;
    if scalar.text.trim() == "always" {
        return None;
    }
    let tree = checker.keep(rule_line::expression(scalar))?;
    let mut scope = Names::default();
    for (name, other) in checker.systems.iter().filter(|(name, _)| *name != system) {
        scope.heads.insert(name.clone(), Meaning::System(other.clone()));
    }
    let before = checker.found.len();
    let kind = names::check(checker, &scope, &tree);
    operand::condition(checker, (&kind, tree.span), "decides nothing here");
    let spoken = records(&tree);
    if checker.found.len() > before {
        return None;
    }
    let [(other, record)] = spoken.as_slice() else {
        let at = "write it as `always`, or as in `shop.item.brand in [\"A\", \"B\"]`";
        checker.error("type-cardinality", "`carries` speaks of one kind of record", scalar.span, at);
        return None;
    };
    Some(Carries {
        system: other.clone(),
        record: record.clone(),
        line: checker.line(scalar.span),
        condition: checker.compile(tree),
    })
}

/// The `system.record` pairs that an expression speaks of, each once.
fn records(tree: &Expression) -> Vec<(String, String)> {
    let mut found = Vec::new();
    tree.visit(&mut |at| {
        if let ExpressionKind::Path(PathExpression { head: Some(head), steps, .. }) = &at.kind
            && let Some(Step { segment: Segment::Field(record), .. }) = steps.first()
            && head.text != "settings"
        {
            let name = (head.text.clone(), record.clone());
            if !found.contains(&name) {
                found.push(name);
            }
        }
    });
    found
}
