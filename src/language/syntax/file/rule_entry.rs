//! The entries of a group: rules, and lists of rules for the elements of two lists.

use crate::diagnostic::{Code, Diagnostic};
use crate::language::syntax::mapping::{Found, colon, keep, list, text};
use crate::language::syntax::rule_line::{self, ArrowRule};
use crate::language::syntax::yaml::{Node, NodeKind};

/// An entry of a group.
#[derive(Clone, Debug)]
pub enum RuleEntry {
    /// A rule.
    Rule(Box<ArrowRule>),
    /// Rules for the elements of two lists.
    List(Box<ListEntry>),
}

/// A keyed list.
#[derive(Clone, Debug)]
pub struct ListEntry {
    /// Its line.
    pub line: ArrowRule,
    /// The rules inside that could be read.
    pub rules: Vec<RuleEntry>,
    /// How many entries are written inside.
    pub written: usize,
}

/// Reads the entries of a group or of a list.
pub(super) fn entries(nodes: Vec<&Node>, found: &mut Found) -> Vec<RuleEntry> {
    nodes.into_iter().filter_map(|node| entry(node, found)).collect()
}

fn entry(node: &Node, found: &mut Found) -> Option<RuleEntry> {
    let NodeKind::Mapping(entries_of) = &node.kind else {
        let scalar = text(node, "a rule", found)?;
        return keep(rule_line::arrow_rule(scalar), found).map(|line| RuleEntry::Rule(Box::new(line)));
    };
    let [(key, inner)] = entries_of.as_slice() else {
        let message = "a keyed list is one line that ends in `:`";
        found.push(Diagnostic::error(Code("syntax-rule"), message, node.span, "several keys here"));
        return None;
    };
    if matches!(inner.kind, NodeKind::Scalar(_)) {
        found.push(colon(key));
        return None;
    }
    let line = keep(rule_line::arrow_rule(key), found)?;
    let nodes = list(inner, "the rules of a list", found);
    let written = nodes.len();
    Some(RuleEntry::List(Box::new(ListEntry { line, rules: entries(nodes, found), written })))
}
