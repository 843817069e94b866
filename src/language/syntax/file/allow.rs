//! `allow:` of a file: which warnings it takes on itself, where in it, and why.

use crate::diagnostic::{Advice, Code, Diagnostic, Span, suggest};
use crate::language::syntax::expression::Name;
use crate::language::syntax::mapping::{Found, list, text};
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};

/// One line of `allow:`.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// The lint's name.
    pub lint: Name,
    /// What it speaks of: a key of the file with all below it, or the whole file.
    pub place: Option<Span>,
    /// The reason; missing ones are a finding.
    pub reason: Option<String>,
}

/// Reads the `allow:` of a file, `LINT in KEY because REASON` in each line; without `in KEY` it is the whole file.
pub(super) fn parse(file: &Node, found: &mut Found) -> Vec<Allowed> {
    let NodeKind::Mapping(entries) = &file.kind else { return Vec::new() };
    let Some((_, node)) = entries.iter().find(|(key, _)| key.text == "allow") else { return Vec::new() };
    let mut allowed = Vec::new();
    for node in list(node, "`allow`", found) {
        let Some(scalar) = text(node, "a line of `allow`", found) else { continue };
        match line(file, scalar) {
            Ok(line) => allowed.push(line),
            Err(unknown) => found.push(unknown),
        }
    }
    allowed
}

fn line(file: &Node, scalar: &Scalar) -> Result<Allowed, Diagnostic> {
    let (said, reason) = match scalar.text.split_once(" because ") {
        Some((said, reason)) => (said.trim_end(), Some(reason.trim().to_owned())),
        None => (scalar.text.trim_end(), None),
    };
    let (lint, key) = match said.split_once(" in ") {
        Some((lint, key)) => (lint.trim_end(), Some(key.trim())),
        None => (said, None),
    };
    let key = key.map(|key| Name { text: key.to_owned(), span: scalar.part(said.len() - key.len(), said.len()) });
    Ok(Allowed {
        lint: scalar.named(0, lint.len()),
        place: key.map(|key| below(file, &key)).transpose()?,
        reason: reason.filter(|reason| !reason.is_empty()),
    })
}

fn has_key(node: &Node, name: &str) -> bool {
    matches!(&node.kind, NodeKind::Mapping(entries) if entries.iter().any(|(key, _)| key.text == name))
}

/// Where a key with all below it stands: `fields.status`, `settings.orders.route_by`; keys may have dots of their own.
fn below(file: &Node, key: &Name) -> Result<Span, Diagnostic> {
    let (mut node, mut rest) = (file, key.text.as_str());
    let mut place = Span::new(key.span.file, 0, usize::MAX);
    while !rest.is_empty() {
        let entries = if let NodeKind::Mapping(entries) = &node.kind { entries.as_slice() } else { &[] };
        let behind = |known: &str| {
            let behind = rest.strip_prefix(known)?;
            if behind.is_empty() { Some(behind) } else { behind.strip_prefix('.') }
        };
        let known = entries.iter().enumerate().filter_map(|(at, (known, node))| Some((at, node, behind(&known.text)?)));
        let Some((at, found, behind)) = known.min_by_key(|(_, _, behind)| behind.len()) else {
            let first = rest.split('.').next().unwrap_or(rest);
            let message = format!("this file has no key `{}`: there is no `{first}`", key.text);
            let finding = Diagnostic::error(Code("unknown-key"), message, key.span, "unknown");
            let help = suggest::help(first, entries.iter().map(|(known, _)| known.text.as_str()));
            let (before, behind) = (key.text.strip_suffix(rest).unwrap_or_default(), rest.strip_prefix(first));
            let whole = |near: String| format!("{before}{near}{}", behind.unwrap_or_default());
            let help = help.map(|help| Advice { answer: help.answer.map(whole), ..help });
            let inside = entries.iter().find(|(_, node)| has_key(node, first)).map(|(known, _)| known.text.as_str());
            return Err(finding.helped(match inside {
                Some(outer) => Some(Advice::write(format!("{outer}.{}", key.text))),
                None => help,
            }));
        };
        let start = entries.get(at).map_or(place.start, |(known, _)| known.span.start);
        let end = entries.get(at + 1).map_or(place.end, |(next, _)| next.span.start);
        place = Span::new(key.span.file, start, end);
        (node, rest) = (found, behind);
    }
    Ok(place)
}
