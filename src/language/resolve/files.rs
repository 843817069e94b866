//! Rule files by kind: the first key of each says what it is.

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::syntax::yaml::{self, Node, NodeKind};

/// The first keys that a rule file may begin with.
pub const FILE_KINDS: [&str; 7] = ["system", "accounts", "settings", "ownership", "table", "pipeline", "tests"];

/// Parses every YAML file; its first key says what it is.
pub(super) fn by_kind(resolver: &mut Resolver<'_>) -> Vec<(&'static str, Node)> {
    let mut files = Vec::new();
    for (id, file) in resolver.names.sources.files() {
        if !(file.name.ends_with(".yaml") || file.name.ends_with(".yml")) {
            continue;
        }
        let (node, found) = yaml::parse(id, &file.text);
        let broken = !found.is_empty();
        resolver.sink.found.extend(found);
        let first = match &node.kind {
            NodeKind::Mapping(entries) => entries.first().map(|(key, _)| (key.text.clone(), key.span)),
            _ => None,
        };
        match first {
            Some((name, span)) => match FILE_KINDS.iter().find(|kind| **kind == name) {
                Some(kind) => files.push((*kind, node)),
                None => {
                    let message = format!("a rule file cannot begin with `{name}`");
                    resolver.sink.unknown("unknown-file-kind", message, (&name, span), FILE_KINDS);
                }
            },
            None if broken => {}
            None => {
                let help = format!("begin it with one of: {}", FILE_KINDS.join(", "));
                let finding =
                    Diagnostic::error(Code("unknown-file-kind"), "this file says nothing", Span::new(id, 0, 0), "here");
                resolver.sink.found.push(finding.help(help));
            }
        }
    }
    files
}
