//! Reads a YAML map by a list of the keys it may have.
//!
//! Unknown keys are findings with the near name; missing ones point at the map.

use super::yaml::{Node, NodeKind, Scalar};
use crate::diagnostic::{Code, Diagnostic, Span, suggest};

/// Keys that a finding names before it only counts.
const NAMED_MAX: usize = 5;

/// A map being read.
pub struct Mapping<'a> {
    entries: &'a [(Scalar, Node)],
    /// Where it begins.
    pub span: Span,
    what: String,
    unknown: Vec<&'a str>,
}

impl<'a> Mapping<'a> {
    /// The map of a node; anything else is a finding. `allowed`: its keys; empty where any may stand.
    pub fn of(node: &'a Node, what: &str, allowed: &[&str], found: &mut Vec<Diagnostic>) -> Option<Self> {
        let NodeKind::Mapping(entries) = &node.kind else {
            let message = format!("{what} is a map of `key: value` lines");
            found.push(Diagnostic::error(Code("type-shape"), message, node.span, describe(node)));
            return None;
        };
        let strange = |key: &&Scalar| !allowed.is_empty() && !allowed.contains(&key.text.as_str());
        let strangers: Vec<&Scalar> = entries.iter().map(|(key, _)| key).filter(strange).collect();
        let (near, far): (Vec<&Scalar>, Vec<&Scalar>) =
            strangers.iter().partition(|key| !suggest::nearest(&key.text, allowed.iter().copied()).is_empty());
        for key in near {
            let message = format!("{what} has no key `{}`", key.text);
            let finding = Diagnostic::error(Code("unknown-key"), message, key.span, "unknown");
            found.push(with_help(finding, suggest::help(&key.text, allowed.iter().copied())));
        }
        // What has nothing to do with this map came into it together, by one line that is wrong above it.
        if let Some((first, more)) = far.split_first() {
            let names: Vec<String> = far.iter().take(NAMED_MAX).map(|key| format!("`{}`", key.text)).collect();
            let rest = far.len().saturating_sub(NAMED_MAX);
            let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
            let keys = if more.is_empty() { "key" } else { "keys" };
            let message = format!("{what} has no {keys} {}{rest}", names.join(", "));
            let finding = Diagnostic::error(Code("unknown-key"), message, first.span, "unknown");
            let finding =
                more.iter().take(NAMED_MAX).fold(finding, |finding, key| finding.label(key.span, "unknown too"));
            found.push(with_help(finding, suggest::help(&first.text, allowed.iter().copied())));
        }
        let unknown = strangers.iter().map(|key| key.text.as_str()).collect();
        Some(Self { entries, span: node.span, what: what.to_owned(), unknown })
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
        // A key that is nearly this one was told already.
        let misspelt = || self.unknown.iter().any(|key| !suggest::nearest(key, [name]).is_empty());
        if node.is_none() && !misspelt() {
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
        NodeKind::Mapping(entries) if entries.first().is_some_and(|(key, _)| is_line(&key.text)) => {
            found.extend(entries.first().map(|(key, _)| colon(key)));
            None
        }
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

/// Whether a key is the beginning of a rule or a row, which has no key.
fn is_line(key: &str) -> bool {
    [" -> ", " <- ", " <-> "].iter().any(|arrow| key.contains(arrow))
}

/// A colon with a blank inside a line, which YAML takes for the end of a key.
pub fn colon(key: &Scalar) -> Diagnostic {
    let span = Span::new(key.span.file, key.span.end, key.span.end + 1);
    let message = "YAML takes a colon with a blank behind it for the end of a key, and this line has none";
    Diagnostic::error(Code("syntax-rule"), message, span, "the line ends here for YAML").help(whole(": "))
}

/// How a line is kept whole that has in it what YAML cuts at.
pub fn whole(at: &str) -> String {
    format!(
        "leave `{at}` out, or write the whole line in single quotes: `- '…{at}…'`; a quote inside it is written twice"
    )
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
