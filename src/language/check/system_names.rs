//! The names that a system file uses of itself: holes of calls, fields sent again, conditions, references.
//!
//! Knows which values stand ready when a call is made. A hole that nothing fills would only fail
//! when the call is made, so it is found here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::check::Checker;
use super::names::{self, Meaning, Names};
use super::operand;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::RecordType;
use crate::language::syntax::expression::{Expression, ExpressionKind, PathExpression};
use crate::language::syntax::rule_line;
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};
use crate::value::{Kind, Path, Segment};

/// What an account must have, because a call or a webhook of its system asks for it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The system.
    pub system: String,
    /// `secrets.NAME` or `account.NAME`.
    pub name: String,
    /// Where it is named.
    pub span: Span,
}

/// What fills the holes of a call.
#[derive(Clone, Copy, Debug)]
pub enum Ready<'a> {
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
pub fn call(checker: &mut Checker<'_>, record: &RecordType, node: &Node, ready: Ready<'_>) {
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
        holes(checker, &record.system, line, &known);
    }
    for line in ["resend", "never"].into_iter().filter_map(entry).flat_map(scalars) {
        if Path::parse(&line.text).is_none_or(|path| !has(record, &path)) {
            names::unknown_field(checker, record, &Path::default(), (&line.text, line.span));
        }
    }
    if let Some(tree) = entry("allowed when").and_then(scalar).and_then(|line| rule_line::expression(line).ok()) {
        condition(checker, record, &tree);
        tree.visit(&mut |part| {
            if let Some(target) = reference(record, part) {
                let message =
                    format!("`allowed when` reads the record's own fields, and this is a field of a `{target}`");
                checker.error("syntax-system", message, part.span, "not read before the call");
            }
        });
    }
}

/// A condition over the record's own fields, which stand there by their bare names.
pub fn condition(checker: &mut Checker<'_>, record: &RecordType, tree: &Expression) {
    let shared = Arc::new(record.clone());
    let mut names = Names::default();
    for field in &record.fields {
        let Some(Segment::Field(first)) = field.path.0.first() else { continue };
        let own = || Meaning::Record(Arc::clone(&shared), Path::field(first.as_str()));
        let meaning = match &field.kind {
            Kind::Reference(target) if field.path.0.len() == 1 => referred(checker, record, target),
            Kind::Reference(_) | Kind::Record(_) | Kind::Any => Meaning::Any,
            _ => own(),
        };
        names.heads.insert(first.clone(), meaning);
    }
    let kind = names::check(checker, &names, tree);
    operand::condition(checker, (&kind, tree.span), "decides nothing here");
}

/// What stands behind a reference, where the system is known already.
fn referred(checker: &Checker<'_>, record: &RecordType, target: &str) -> Meaning {
    let target = checker.systems.get(&record.system).and_then(|system| system.records.get(target));
    target.map_or(Meaning::Any, |kind| Meaning::Record(Arc::clone(kind), Path::default()))
}

/// When a field is required: over the record's own fields, and what these refer to.
pub fn required_when(checker: &mut Checker<'_>, (system, record): (&str, &str), tree: &Expression) {
    let Some(system) = checker.systems.get(system).cloned() else { return };
    let Some(record) = system.records.get(record) else { return };
    condition(checker, record, tree);
    let mut through = Vec::new();
    tree.visit(&mut |part| through.extend(reference(record, part).map(|target| (target, part.span))));
    for (target, span) in through {
        let readable = |kind: &Arc<RecordType>| kind.read.is_some() || kind.list.is_some();
        if system.records.get(&target).is_some_and(|kind| !readable(kind)) {
            let message = format!("system `{}` has no call that reads a `{target}`", system.name);
            checker.error("unknown-record", message, span, "cannot be followed");
        }
    }
}

/// The record that a path goes through from a field of this one.
fn reference(record: &RecordType, part: &Expression) -> Option<String> {
    let ExpressionKind::Path(PathExpression { head: Some(head), steps, .. }) = &part.kind else { return None };
    match record.field(&Path::field(head.text.as_str())).map(|field| &field.kind) {
        Some(Kind::Reference(target)) if !steps.is_empty() => Some(target.to_string()),
        _ => None,
    }
}

/// Checks the holes of a line that is no call of a record: only what the account has fills them.
pub fn account_holes(checker: &mut Checker<'_>, system: &str, node: &Node) {
    for line in scalars(node) {
        holes(checker, system, line, &[]);
    }
}

fn holes(checker: &mut Checker<'_>, system: &str, line: &Scalar, known: &[String]) {
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
            checker.found.push(
                finding.help("make it a secret or a property of the account: `{secrets.NAME}`, `{account.NAME}`"),
            );
        } else {
            hole(checker, system, (written.trim(), span), known);
        }
        at = open + length + 1;
    }
}

fn hole(checker: &mut Checker<'_>, system: &str, (name, span): (&str, Span), known: &[String]) {
    if name.starts_with("secrets.") || name.starts_with("account.") {
        checker.wanted.push(Wanted { system: system.to_owned(), name: name.to_owned(), span });
        return;
    }
    let inside =
        |one: &String| name.strip_prefix(one.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    if !known.iter().any(inside) {
        let ready = known.iter().map(String::as_str).chain(["secrets.NAME", "account.NAME"]);
        checker.unknown("unknown-field", format!("nothing fills `{{{name}}}` in this call"), (name, span), ready);
    }
}

/// Every account has what the calls of its system ask of it.
pub fn accounts(checker: &mut Checker<'_>) {
    for Wanted { system, name, span } in checker.wanted.clone() {
        let (code, what) =
            if name.starts_with("secrets.") { ("unknown-secret", "secret") } else { ("unknown-property", "property") };
        let (_, own) = name.split_once('.').unwrap_or_default();
        let accounts: Vec<_> = checker.accounts.values().filter(|account| account.system == system).cloned().collect();
        for account in accounts {
            let values = if what == "secret" { &account.secrets } else { &account.properties };
            if !values.contains_key(own) {
                let message = format!("account `{}` has no {what} `{own}`", account.name);
                checker.unknown(code, message, (own, span), values.keys().map(String::as_str));
            }
        }
    }
}

/// Every `-> RECORD` of a field names a record of the same system.
pub fn references(checker: &mut Checker<'_>, node: &Node, records: &BTreeMap<String, Arc<RecordType>>) {
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
                checker.unknown("unknown-record", message, (name, span), records.keys().map(String::as_str));
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
