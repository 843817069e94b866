//! The names that a system file uses of itself: holes of calls, fields sent again, conditions, references.
//!
//! Knows which values stand ready when a call is made. A hole that nothing fills would only fail
//! when the call is made, so it is found here.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::fields::unknown_field;
use super::resolver::{Resolver, SystemCondition, Wanted};
use super::secrets;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::language::plan::RecordType;
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::system::{CallNames, RecordTree};
use crate::language::syntax::template::Hole;
use crate::value::{Path, Segment, notation};

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
pub(super) fn call(resolver: &mut Resolver<'_>, record: &RecordType, names: &CallNames, ready: Ready<'_>) {
    let mut known: Vec<String> = match ready {
        Ready::Account => Vec::new(),
        Ready::Key => vec![record.key.clone()],
        Ready::Since => vec!["since".to_owned()],
        Ready::Field(name) => vec![name.to_owned()],
        Ready::Fields => plain_fields(record),
    };
    known.extend(names.each.iter().map(|name| name.text.clone()));
    holes(resolver, &record.system, &names.holes, &known);
    secrets::sent(resolver, &names.written);
    for field in &names.fields {
        if Path::parse(&field.text).is_none_or(|path| !has(record, &path)) {
            unknown_field(&mut resolver.sink, record, &Path::default(), (&field.text, field.span));
        }
    }
    if let Some(tree) = names.allowed_when.clone() {
        let (system, record) = (record.system.clone(), record.name.clone());
        resolver.conditions.push(SystemCondition { system, record, tree, reads_on: false });
    }
}

/// Checks holes; what is `known`, and what the account has, fills them.
pub(super) fn holes(resolver: &mut Resolver<'_>, system: &str, holes: &[Hole], known: &[String]) {
    for Hole { name, written, is_reference } in holes {
        if *is_reference {
            let message = format!("`${{{written}}}` stands only in `accounts:` and `settings:`");
            let finding = Diagnostic::error(Code("syntax-reference"), message, name.span, "not filled here");
            resolver.sink.found.push(
                finding.help("make it a secret or a property of the account: `{secrets.NAME}`, `{account.NAME}`"),
            );
        } else {
            hole(resolver, system, name, known);
        }
    }
}

fn hole(resolver: &mut Resolver<'_>, system: &str, hole: &Name, known: &[String]) {
    let (name, span) = (hole.text.as_str(), hole.span);
    if name.starts_with("secrets.") || name.starts_with("account.") {
        resolver.wanted.push(Wanted { system: system.to_owned(), name: name.to_owned(), span });
        return;
    }
    if let Some(form) = name.strip_prefix("since:").filter(|_| known.iter().any(|one| one == "since")) {
        if notation::instant_as(form, Timestamp::UNIX_EPOCH).is_none() {
            let zones = notation::zones();
            let known = ["seconds", "milliseconds", "date"].into_iter().chain(zones.iter().map(String::as_str));
            let message = format!("no instant is written as `{form}`");
            let help = suggest::nearest(form, known).first().map(|near| format!("write `{{since:{near}}}`"));
            let forms = "write `{since:seconds}`, `{since:milliseconds}`, `{since:date}`, a time zone as in \
                         `{since:America/Denver}`, or a pattern as in `{since:%Y-%m-%d}`";
            let finding = Diagnostic::error(Code("unknown-value"), message, span, "unknown");
            resolver.sink.found.push(finding.help(help.unwrap_or_else(|| forms.to_owned())));
        }
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
    let wanted = resolver.wanted.clone();
    let asks = |system: &str, key: &str| {
        wanted.iter().any(|one| one.system == system && one.name.strip_prefix("account.") == Some(key))
    };
    for Wanted { system, name, span } in wanted.clone() {
        let (code, what) =
            if name.starts_with("secrets.") { ("unknown-secret", "secret") } else { ("unknown-property", "property") };
        let (_, own) = name.split_once('.').unwrap_or_default();
        let accounts: Vec<_> =
            resolver.names.accounts.values().filter(|account| account.system == system).cloned().collect();
        for account in accounts {
            let values = if what == "secret" { &account.secrets } else { &account.properties };
            // A property that no call asks for and that is nearly called so is told of where it stands.
            let misspelt = |key: &String| what == "property" && suggest::is_near(key, own) && !asks(&system, key);
            if !values.contains_key(own) && !values.keys().any(misspelt) {
                let message = format!("account `{}` has no {what} `{own}`", account.name);
                resolver.sink.unknown(code, message, (own, span), values.keys().map(String::as_str));
            }
        }
    }
}

/// Every `-> RECORD` of a field names a record of the same system.
pub(super) fn references(
    resolver: &mut Resolver<'_>,
    trees: &[(Name, RecordTree)],
    records: &BTreeMap<String, Arc<RecordType>>,
) {
    let named = trees.iter().flat_map(|(_, record)| &record.fields).filter_map(|field| field.refers.as_ref());
    for name in named.filter(|name| !records.contains_key(&name.text)) {
        let message = format!("there is no record `{}`", name.text);
        let known = records.keys().map(String::as_str);
        resolver.sink.unknown("unknown-record", message, (&name.text, name.span), known);
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
