//! `allow:` of a file: which warnings it takes on itself, and why.

use super::check::Checker;
use crate::language::syntax::expression::Name;
use crate::language::syntax::mapping::{list, text};
use crate::language::syntax::yaml::{Node, NodeKind};

/// One line of `allow:`.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// The lint's name.
    pub lint: Name,
    /// The reason; missing ones are a finding.
    pub reason: Option<String>,
}

/// Reads the `allow:` of a file, `LINT because REASON` in each line.
pub fn check(checker: &mut Checker<'_>, file: &Node) -> Vec<Allowed> {
    let NodeKind::Mapping(entries) = &file.kind else { return Vec::new() };
    let Some((_, node)) = entries.iter().find(|(key, _)| key.text == "allow") else { return Vec::new() };
    let mut found = Vec::new();
    for node in list(node, "`allow`", &mut checker.found) {
        let Some(scalar) = text(node, "a line of `allow`", &mut checker.found) else { continue };
        let (lint, reason) = match scalar.text.split_once(" because ") {
            Some((lint, reason)) => (lint.trim_end(), Some(reason.trim().to_owned())),
            None => (scalar.text.trim_end(), None),
        };
        let name = Name { text: lint.to_owned(), span: scalar.part(0, lint.len()) };
        found.push(Allowed { lint: name, reason: reason.filter(|reason| !reason.is_empty()) });
    }
    found
}
