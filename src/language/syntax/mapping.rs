//! Reads a YAML map by what is said of its keys.
//!
//! Unknown keys are findings with the near name; missing ones point at the map. A key of which nothing is said cannot
//! be read.

use super::expression::{Expression, Name};
use super::field_spec::{self, MapSpec};
use super::rule_line::{self, whole};
use super::yaml::{Node, NodeKind, Scalar};
use crate::diagnostic::{Advice, Code, Diagnostic, Span, suggest};

/// Keys that a finding names before it only counts.
const NAMED_MAX: usize = 5;

/// A map being read.
pub struct Mapping<'a> {
    entries: &'a [(Scalar, Node)],
    /// Where it begins.
    pub span: Span,
    spec: &'static MapSpec,
    what: String,
    unknown: Vec<&'a str>,
}

/// What is wrong, so far.
pub type Found = Vec<Diagnostic>;

impl<'a> Mapping<'a> {
    /// The map of a node; anything else is a finding.
    pub fn of(node: &'a Node, spec: &'static MapSpec, found: &mut Found) -> Option<Self> {
        Self::called(node, spec.what, spec, found)
    }

    /// The same, where the map has a name of its own.
    pub fn called(node: &'a Node, what: &str, spec: &'static MapSpec, found: &mut Found) -> Option<Self> {
        let NodeKind::Mapping(entries) = &node.kind else {
            found.push(no_map(what, node.span, describe(node)));
            return None;
        };
        let allowed: Vec<&str> = spec.allowed().collect();
        let strange = |key: &&Scalar| !allowed.is_empty() && !allowed.contains(&key.text.as_str());
        let strangers: Vec<&Scalar> = entries.iter().map(|(key, _)| key).filter(strange).collect();
        let (near, far): (Vec<&Scalar>, Vec<&Scalar>) =
            strangers.iter().partition(|key| !suggest::nearest(&key.text, allowed.iter().copied()).is_empty());
        for key in near {
            let message = format!("{what} has no key `{}`", key.text);
            let finding = Diagnostic::error(Code("unknown-key"), message, key.span, "unknown");
            found.push(finding.helped(suggest::help(&key.text, allowed.iter().copied())));
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
            let elsewhere = Some(field_spec::holders(&first.text))
                .filter(|maps| !maps.is_empty())
                .map(|maps| format!("`{}` is a key of {}: move it there", first.text, maps.join(" or ")))
                .map(Advice::from);
            found.push(finding.helped(elsewhere.or_else(|| suggest::help(&first.text, allowed.iter().copied()))));
        }
        let unknown = strangers.iter().map(|key| key.text.as_str()).collect();
        Some(Self { entries, span: node.span, spec, what: what.to_owned(), unknown })
    }

    /// The entries in file order.
    pub fn entries(&self) -> impl Iterator<Item = (&'a Scalar, &'a Node)> {
        self.entries.iter().map(|(key, node)| (key, node))
    }

    /// The entries whose keys people name themselves.
    pub fn named(&self) -> impl Iterator<Item = (&'a Scalar, &'a Node)> {
        self.entries().filter(|(key, _)| self.spec.field(&key.text).is_none())
    }

    /// Whether every key is known.
    pub fn is_known(&self) -> bool {
        self.unknown.is_empty()
    }

    /// Whether a key is there.
    pub fn has(&self, name: &str) -> bool {
        self.node(name).is_some()
    }

    /// The value of a key; one that must be there and is not is a finding.
    pub fn get(&self, name: &str, found: &mut Found) -> Option<&'a Node> {
        let field = self.spec.field(name)?;
        let node = self.node(name);
        // A key that is nearly this one was told already.
        let misspelt = || self.unknown.iter().any(|key| !suggest::nearest(key, [name]).is_empty());
        if field.required && node.is_none() && !misspelt() {
            let mut others = self.named();
            found.push(match others.find(|(key, _)| suggest::is_near(&key.text, name)) {
                Some((key, _)) => {
                    let message = format!("{} needs the key `{name}`, and has `{}`", self.what, key.text);
                    let finding = Diagnostic::error(Code("missing-key"), message, key.span, "nearly it");
                    finding.helped(Some(Advice::write(name)))
                }
                None => {
                    let message = format!("{} needs the key `{name}`", self.what);
                    Diagnostic::error(Code("missing-key"), message, self.span, "missing in this map")
                }
            });
        }
        node
    }

    /// The single text of a key, as findings call it.
    pub fn text(&self, name: &str, what: &str, found: &mut Found) -> Option<&'a Scalar> {
        self.get(name, found).and_then(|node| text(node, what, found))
    }

    /// The elements of a key's list, as findings call it.
    pub fn list(&self, name: &str, what: &str, found: &mut Found) -> Vec<&'a Node> {
        self.get(name, found).map(|node| list(node, what, found)).unwrap_or_default()
    }

    fn node(&self, name: &str) -> Option<&'a Node> {
        self.entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node)
    }
}

/// Keeps a result, or its finding.
pub fn keep<T>(result: Result<T, Diagnostic>, found: &mut Found) -> Option<T> {
    result.map_err(|finding| found.push(finding)).ok()
}

/// The expression that a text is.
pub fn expression(scalar: &Scalar, found: &mut Found) -> Option<Expression> {
    keep(rule_line::expression(scalar), found)
}

/// The names that a list holds.
pub fn names(nodes: Vec<&Node>, what: &str, found: &mut Found) -> Vec<Name> {
    nodes.into_iter().filter_map(|node| text(node, what, found)).map(Scalar::name).collect()
}

/// The finding for what is no map.
pub fn no_map(what: &str, span: Span, is: &str) -> Diagnostic {
    Diagnostic::error(Code("type-shape"), format!("{what} is a map of `key: value` lines"), span, is)
}

/// The single text of a node; anything else is a finding.
pub fn text<'a>(node: &'a Node, what: &str, found: &mut Found) -> Option<&'a Scalar> {
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
pub fn list<'a>(node: &'a Node, what: &str, found: &mut Found) -> Vec<&'a Node> {
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

fn describe(node: &Node) -> &'static str {
    match &node.kind {
        NodeKind::Null => "nothing stands here",
        NodeKind::Scalar(_) => "this is a single text",
        NodeKind::Sequence(_) => "this is a list",
        NodeKind::Mapping(_) => "this is a map",
    }
}
