//! Reads a YAML map by a list of the keys it may have.
//!
//! Unknown keys are findings with the near name; missing ones point at the map.

use super::yaml::{Node, NodeKind, Scalar};
use crate::diagnostic::{Code, Diagnostic, Span, suggest};

/// A map being read.
pub struct Mapping<'a> {
    entries: &'a [(Scalar, Node)],
    /// Where it begins.
    pub span: Span,
    what: String,
}

impl<'a> Mapping<'a> {
    /// The map of a node; anything else is a finding. `allowed`: its keys; empty where any may stand.
    pub fn of(node: &'a Node, what: &str, allowed: &[&str], found: &mut Vec<Diagnostic>) -> Option<Self> {
        let NodeKind::Mapping(entries) = &node.kind else {
            let message = format!("{what} is a map of `key: value` lines");
            found.push(Diagnostic::error(Code("type-shape"), message, node.span, describe(node)));
            return None;
        };
        for (key, _) in entries.iter().filter(|(key, _)| !allowed.is_empty() && !allowed.contains(&key.text.as_str())) {
            let message = format!("{what} has no key `{}`", key.text);
            let finding = Diagnostic::error(Code("unknown-key"), message, key.span, "unknown");
            found.push(with_help(finding, suggest::help(&key.text, allowed.iter().copied())));
        }
        Some(Self { entries, span: node.span, what: what.to_owned() })
    }

    /// The entries in file order.
    pub fn entries(&self) -> impl Iterator<Item = (&'a Scalar, &'a Node)> {
        self.entries.iter().map(|(key, node)| (key, node))
    }

    /// The value of a key.
    pub fn get(&self, name: &str) -> Option<&'a Node> {
        self.entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node)
    }

    /// The value of a key that must be there.
    pub fn require(&self, name: &str, found: &mut Vec<Diagnostic>) -> Option<&'a Node> {
        let node = self.get(name);
        if node.is_none() {
            let message = format!("{} needs the key `{name}`", self.what);
            found.push(Diagnostic::error(Code("missing-key"), message, self.span, "missing in this map"));
        }
        node
    }
}

/// The single text of a node; anything else is a finding.
pub fn text<'a>(node: &'a Node, what: &str, found: &mut Vec<Diagnostic>) -> Option<&'a Scalar> {
    match &node.kind {
        NodeKind::Scalar(scalar) => Some(scalar),
        _ => {
            found.push(Diagnostic::error(
                Code("type-shape"),
                format!("{what} is a single text"),
                node.span,
                describe(node),
            ));
            None
        }
    }
}

/// The elements of a list; a single text counts as a list of one.
pub fn list<'a>(node: &'a Node, what: &str, found: &mut Vec<Diagnostic>) -> Vec<&'a Node> {
    match &node.kind {
        NodeKind::Sequence(items) => items.iter().collect(),
        NodeKind::Scalar(_) => vec![node],
        NodeKind::Null => Vec::new(),
        NodeKind::Mapping(_) => {
            found.push(Diagnostic::error(
                Code("type-shape"),
                format!("{what} is a list of `- ` lines"),
                node.span,
                describe(node),
            ));
            Vec::new()
        }
    }
}

/// A finding with help where there is any.
pub fn with_help(finding: Diagnostic, help: Option<String>) -> Diagnostic {
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

fn describe(node: &Node) -> &'static str {
    match &node.kind {
        NodeKind::Null => "nothing stands here",
        NodeKind::Scalar(_) => "this is a single text",
        NodeKind::Sequence(_) => "this is a list",
        NodeKind::Mapping(_) => "this is a map",
    }
}
