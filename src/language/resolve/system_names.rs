//! The names that a system file uses of itself: holes of calls, fields sent again, conditions, references.
//!
//! Knows which values stand ready when a call is made. A hole that nothing fills would only fail
//! when the call is made, so it is found here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fields::unknown_field;
use super::resolver::{Resolver, SystemCondition, Wanted};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::RecordType;
use crate::language::syntax::rule_line;
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};
use crate::value::{Path, Segment};

/// What fills the holes of a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ready<'a> {
    /// Nothing but what the account has.
    Account,
    /// The record's key.
    Key,
    /// The instant since which changes are asked for.
    Since,
    /// This field.
    Field(&'a str),
    /// All of the record's fields.
    Fields,
}

/// Checks the names in a call: holes, `resend`, `never`, `allowed when`.
pub(super) fn call(resolver: &mut Resolver<'_>, record: &RecordType, node: &Node, ready: Ready<'_>) {
    let mut known: Vec<String> = match ready {
        Ready::Account => Vec::new(),
        Ready::Key => vec![record.key.clone()],
        Ready::Since => vec!["since".to_owned()],
        Ready::Field(name) => vec![name.to_owned()],
        Ready::Fields => plain_fields(record),
    };
    let entry = |name: &str| match &node.kind {
        NodeKind::Mapping(entries) => entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node),
        _ => None,
    };
    known.extend(
        entry("each")
            .and_then(scalar)
            .and_then(|line| line.text.split_once(" in "))
            .map(|(name, _)| name.trim().to_owned()),
    );
    let lines = scalar(node).into_iter().chain(entry("request").and_then(scalar));
    for line in lines.chain(entry("headers").into_iter().flat_map(scalars)) {
        holes(resolver, &record.system, line, &known);
    }
    for line in ["resend", "never"].into_iter().filter_map(entry).flat_map(scalars) {
        if Path::parse(&line.text).is_none_or(|path| !has(record, &path)) {
            unknown_field(&mut resolver.sink, record, &Path::default(), (&line.text, line.span));
        }
    }
    if let Some(tree) = entry("allowed when").and_then(scalar).and_then(|line| rule_line::expression(line).ok()) {
        let (system, record) = (record.system.clone(), record.name.clone());
        resolver.conditions.push(SystemCondition { system, record, tree, reads_on: false });
    }
}

/// Checks the holes of a line that is no call of a record: only what the account has fills them.
pub(super) fn account_holes(resolver: &mut Resolver<'_>, system: &str, node: &Node) {
    for line in scalars(node) {
        holes(resolver, system, line, &[]);
    }
}

fn holes(resolver: &mut Resolver<'_>, system: &str, line: &Scalar, known: &[String]) {
    let mut at = 0;
    while let Some((open, length)) = line.text.get(at..).and_then(|rest| {
        let open = rest.find('{')?;
        Some((at + open, rest.get(open..)?.find('}')?))
    }) {
        let written = line.text.get(open + 1..open + length).unwrap_or_default();
        let span = line.part(open + 1, open + length);
        if line.text.get(..open).is_some_and(|before| before.ends_with('$')) {
            let message = format!("`${{{written}}}` stands only in `accounts:` and `settings:`");
            let finding = Diagnostic::error(Code("syntax-reference"), message, span, "not filled here");
            resolver.sink.found.push(
                finding.help("make it a secret or a property of the account: `{secrets.NAME}`, `{account.NAME}`"),
            );
        } else {
            hole(resolver, system, (written.trim(), span), known);
        }
        at = open + length + 1;
    }
}

fn hole(resolver: &mut Resolver<'_>, system: &str, (name, span): (&str, Span), known: &[String]) {
    if name.starts_with("secrets.") || name.starts_with("account.") {
        resolver.wanted.push(Wanted { system: system.to_owned(), name: name.to_owned(), span });
        return;
    }
    let inside =
        |one: &String| name.strip_prefix(one.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    if !known.iter().any(inside) {
        let ready = known.iter().map(String::as_str).chain(["secrets.NAME", "account.NAME"]);
        resolver.sink.unknown("unknown-field", format!("nothing fills `{{{name}}}` in this call"), (name, span), ready);
    }
}

/// Every account has what the calls of its system ask of it.
pub(super) fn accounts(resolver: &mut Resolver<'_>) {
    for Wanted { system, name, span } in resolver.wanted.clone() {
        let (code, what) =
            if name.starts_with("secrets.") { ("unknown-secret", "secret") } else { ("unknown-property", "property") };
        let (_, own) = name.split_once('.').unwrap_or_default();
        let accounts: Vec<_> =
            resolver.names.accounts.values().filter(|account| account.system == system).cloned().collect();
        for account in accounts {
            let values = if what == "secret" { &account.secrets } else { &account.properties };
            if !values.contains_key(own) {
                let message = format!("account `{}` has no {what} `{own}`", account.name);
                resolver.sink.unknown(code, message, (own, span), values.keys().map(String::as_str));
            }
        }
    }
}

/// Every `-> RECORD` of a field names a record of the same system.
pub(super) fn references(resolver: &mut Resolver<'_>, node: &Node, records: &BTreeMap<String, Arc<RecordType>>) {
    for record in values(node) {
        let NodeKind::Mapping(entries) = &record.kind else { continue };
        for line in entries.iter().filter(|(key, _)| key.text == "fields").flat_map(|(_, node)| values(node)) {
            let Some(line) = scalar(line) else { continue };
            let Some(rest) = line.text.strip_prefix("->") else { continue };
            let name = rest.trim_start().split([' ', ',']).next().unwrap_or_default();
            if !name.is_empty() && !records.contains_key(name) {
                let from = line.text.find(name).unwrap_or_default();
                let message = format!("there is no record `{name}`");
                let span = line.part(from, from + name.len());
                resolver.sink.unknown("unknown-record", message, (name, span), records.keys().map(String::as_str));
            }
        }
    }
}

/// Whether a field stands there, or holds it.
fn has(record: &RecordType, path: &Path) -> bool {
    record.fields.iter().any(|field| field.path.0.starts_with(&path.0) || path.0.starts_with(&field.path.0))
}

fn plain_fields(record: &RecordType) -> Vec<String> {
    let plain = record.fields.iter().filter(|field| !field.path.0.contains(&Segment::Each));
    plain.map(|field| field.path.to_string()).collect()
}

fn values(node: &Node) -> Vec<&Node> {
    match &node.kind {
        NodeKind::Mapping(entries) => entries.iter().map(|(_, node)| node).collect(),
        _ => Vec::new(),
    }
}

fn scalar(node: &Node) -> Option<&Scalar> {
    match &node.kind {
        NodeKind::Scalar(scalar) => Some(scalar),
        _ => None,
    }
}

/// The texts of a list; a single text is a list of one.
fn scalars(node: &Node) -> Vec<&Scalar> {
    match &node.kind {
        NodeKind::Sequence(items) => items.iter().filter_map(scalar).collect(),
        _ => scalar(node).into_iter().collect(),
    }
}
