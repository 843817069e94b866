//! `webhook:` of a system file.

use std::time::Duration;

use super::auth::AuthTree;
use super::place::{path, single};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::syntax::expression::Name;
use crate::language::syntax::field_spec::WEBHOOK;
use crate::language::syntax::mapping::{Found, Mapping, keep, text};
use crate::language::syntax::template::{Hole, Template};
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};
use crate::value::{Path, duration};

/// How a system tells of changes by itself.
#[derive(Clone, Debug)]
pub struct WebhookTree {
    /// Where the map begins.
    pub span: Span,
    /// The header that holds the signature, and how it stands there.
    pub header: Option<(String, Template, Span)>,
    /// Whether there is one that could not be read.
    pub is_header_odd: bool,
    /// The account's secret.
    pub secret: Option<Name>,
    /// How the signature is written.
    pub encoding: Option<Name>,
    /// How it is made.
    pub algorithm: Option<Name>,
    /// What is signed.
    pub over: Option<(Template, Name, Vec<Hole>)>,
    /// The header of the time.
    pub time: Option<Name>,
    /// How far that may be from ours.
    pub tolerance: Option<(Duration, Span)>,
    /// What it shows in the place of a signature.
    pub auth: Option<(AuthTree, Span)>,
    /// Why it is believed without either.
    pub unsigned: Option<Name>,
    /// Where it is said what happened.
    pub kind: Option<ToldTree>,
    /// Whether something is said of that, be it understood or not.
    pub is_kind_said: bool,
    /// What is given back.
    pub challenge: Option<Path>,
    /// Where the events stand.
    pub events: Option<Path>,
    /// The records that it tells of.
    pub records: Vec<(Name, Option<WebhookLine>)>,
}

/// `PATH` or `header NAME`
#[derive(Clone, Debug)]
pub enum ToldTree {
    /// In the body.
    Body(Path),
    /// In a header.
    Header(String),
}

/// `PATH, PATH when KIND`
#[derive(Clone, Debug)]
pub struct WebhookLine {
    /// Where the record's key stands.
    pub keys: Vec<ToldTree>,
    /// What must have happened.
    pub when_kind: Option<String>,
    /// The whole line.
    pub span: Span,
}

impl WebhookTree {
    /// Reads `webhook:`.
    pub(super) fn of(node: &Node, found: &mut Found) -> Option<Self> {
        let map = Mapping::of(node, &WEBHOOK, found)?;
        let name = |key: &str, found: &mut Found| map.text(key, &format!("`{key}`"), found).map(Scalar::name);
        let header = map.text("header", "`header`", found).and_then(|line| header(line, found));
        let over = map.text("over", "`over`", found).and_then(|line| {
            let template = keep(Template::parse(&line.text, line.span), found)?;
            Some((template, line.name(), Hole::all(line)))
        });
        let auth = map.get("auth", found).map(|node| (AuthTree::lines(node, found), node.span));
        let (secret, encoding, algorithm) = (name("secret", found), name("encoding", found), name("algorithm", found));
        let (time, unsigned) = (name("time", found), name("unsigned", found));
        let mut records = Vec::new();
        for node in map.list("records", "`records`", found) {
            let NodeKind::Mapping(entries) = &node.kind else { continue };
            for (key, node) in entries {
                let line = text(node, "where the key stands", found);
                records.push((key.name(), line.map(|line| WebhookLine::of(line, found))));
            }
        }
        Some(Self {
            span: map.span,
            is_header_odd: map.has("header") && header.is_none(),
            header,
            secret,
            encoding,
            algorithm,
            over,
            time,
            tolerance: map.text("tolerance", "`tolerance`", found).and_then(|line| tolerance(line, found)),
            auth,
            unsigned,
            kind: name("kind", found).and_then(|kind| ToldTree::of("`kind`", &kind, found)),
            is_kind_said: map.has("kind"),
            challenge: name("challenge", found).and_then(|place| keep(single("`challenge`", &place), found)),
            events: name("events", found).and_then(|place| keep(path(&place), found)),
            records,
        })
    }
}

impl ToldTree {
    fn of(key: &str, written: &Name, found: &mut Found) -> Option<Self> {
        match written.text.strip_prefix("header ") {
            Some(name) => Some(Self::Header(name.trim().to_owned())),
            None => keep(single(key, written), found).map(Self::Body),
        }
    }
}

impl WebhookLine {
    fn of(line: &Scalar, found: &mut Found) -> Self {
        let (keys, when_kind) = match line.text.split_once(" when ") {
            Some((keys, kind)) => (keys, Some(kind.trim().to_owned())),
            None => (line.text.as_str(), None),
        };
        let mut at = 0;
        let mut places = Vec::new();
        for part in keys.split(',') {
            let start = at + part.len() - part.trim_start().len();
            let place = line.named(start, start + part.trim().len());
            at += part.len() + 1;
            if !place.text.is_empty() {
                places.extend(Self::place(&place, found));
            }
        }
        Self { keys: places, when_kind, span: line.span }
    }

    /// Where a key stands: in one place of the message, or of each event.
    fn place(written: &Name, found: &mut Found) -> Option<ToldTree> {
        let mut odd = Found::new();
        let told = ToldTree::of("a key", written, &mut odd);
        let (list, own) = written.text.rsplit_once("[].").unwrap_or_default();
        for finding in odd {
            let help =
                format!("say where the events stand, `events: {list}[]`, and here where the key is in each: `{own}`");
            found.push(if list.is_empty() { finding } else { finding.help(help) });
        }
        told
    }
}

/// `NAME`, or `NAME = VALUE` with the signature in it.
fn header(line: &Scalar, found: &mut Found) -> Option<(String, Template, Span)> {
    let (name, value) = line.text.split_once(" = ").unwrap_or((&line.text, "{signature}"));
    let template = Template::parse(value.trim(), line.span).ok();
    let fits = |template: &Template| {
        let holes: Vec<&str> = template.holes().collect();
        holes.iter().filter(|hole| **hole == "signature").count() == 1
            && holes.iter().filter(|hole| **hole == "time").count() <= 1
            && holes.iter().all(|hole| ["signature", "time"].contains(hole))
            // Of two holes in one part nobody could tell where the first ends.
            && value.split(',').all(|part| part.matches('{').count() <= 1)
    };
    match template.filter(fits).filter(|_| !name.trim().contains(char::is_whitespace)) {
        Some(template) => Some((name.trim().to_owned(), template, line.span)),
        None => {
            let message = "`header` says where the signature stands";
            let finding = Diagnostic::error(Code("syntax-system"), message, line.span, "not a header with a signature");
            found.push(finding.help("write `NAME`, `NAME = sha256={signature}` or `NAME = t={time},v1={signature}`"));
            None
        }
    }
}

fn tolerance(line: &Scalar, found: &mut Found) -> Option<(Duration, Span)> {
    let length = duration::parse(&line.text).filter(|length| !length.is_zero());
    if length.is_none() {
        let message = format!("`{}` is no tolerance", line.text);
        let finding = Diagnostic::error(Code("type-duration"), message, line.span, "no length of time");
        found.push(finding.help("write a whole number with its unit and no blank: `5m`"));
    }
    Some((length?, line.span))
}
