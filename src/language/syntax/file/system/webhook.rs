//! `webhook:` of a system file.

use crate::language::syntax::expression::Name;
use crate::language::syntax::field_spec::WEBHOOK;
use crate::language::syntax::mapping::{Found, Mapping, names, text};
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};
use crate::value::Path;

/// How a system tells of changes by itself.
#[derive(Clone, Debug)]
pub struct WebhookTree {
    /// The header that holds the signature.
    pub header: String,
    /// The account's secret.
    pub secret: Name,
    /// How the signature is written.
    pub encoding: Option<Name>,
    /// How the body is signed.
    pub algorithm: Option<Name>,
    /// Where the body says what happened.
    pub kind: Option<Path>,
    /// The records that it tells of.
    pub records: Vec<(Name, Option<WebhookLine>)>,
}

/// `PATH, PATH when KIND`
#[derive(Clone, Debug)]
pub struct WebhookLine {
    /// Where the record's key stands.
    pub keys: Vec<Path>,
    /// What must have happened.
    pub when_kind: Option<String>,
}

impl WebhookTree {
    /// Reads `webhook:`; without header and secret there is none.
    pub(super) fn of(node: &Node, found: &mut Found) -> Option<Self> {
        let map = Mapping::of(node, &WEBHOOK, found)?;
        let header = map.text("header", "`header`", found)?.text.clone();
        let secret = map.text("secret", "`secret`", found)?.name();
        let encoding = map.text("encoding", "encoding", found).map(Scalar::name);
        let algorithm = map.text("algorithm", "algorithm", found).map(Scalar::name);
        let mut records = Vec::new();
        for node in map.list("records", "`records`", found) {
            let NodeKind::Mapping(entries) = &node.kind else { continue };
            let line = |node, found: &mut Found| text(node, "where the key stands", found).map(WebhookLine::of);
            records.extend(entries.iter().map(|(key, node)| (key.name(), line(node, found))));
        }
        let kind = names(map.list("kind", "kind", found), "kind", found).into_iter().next();
        let kind = kind.and_then(|path| Path::parse(&path.text));
        Some(Self { header, secret, encoding, algorithm, kind, records })
    }
}

impl WebhookLine {
    fn of(line: &Scalar) -> Self {
        let (keys, when_kind) = match line.text.split_once(" when ") {
            Some((keys, kind)) => (keys, Some(kind.trim().to_owned())),
            None => (line.text.as_str(), None),
        };
        Self { keys: keys.split(',').filter_map(|path| Path::parse(path.trim())).collect(), when_kind }
    }
}
