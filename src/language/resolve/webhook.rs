//! `webhook:` of a system file: why it is believed, said in one way, and which records it tells of.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::resolver::{Resolver, Wanted};
use super::{auth, system_names};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::{
    Algorithm, Encoding, RecordType, SignatureRules, Template, TemplatePart, Told, Trust, WebhookRecord, WebhookRules,
};
use crate::language::syntax::file::system::{ToldTree, WebhookLine, WebhookTree};

/// How far the time of a message may be from ours, where the file does not say.
const TOLERANCE: Duration = Duration::from_mins(5);

/// The ways in which a webhook is believed.
const WAYS: &str = "write `header` and `secret` where it is signed, `auth` where it shows a user or a token, or \
                    `unsigned: REASON`";

/// How webhooks of a system are believed and read.
pub(super) fn resolve(
    resolver: &mut Resolver<'_>,
    system: &str,
    tree: &WebhookTree,
    records: &BTreeMap<String, Arc<RecordType>>,
) -> Option<WebhookRules> {
    let trust = trust(resolver, system, tree);
    let mut named = Vec::new();
    for (key, line) in &tree.records {
        if !records.contains_key(&key.text) {
            let message = format!("there is no record `{}`", key.text);
            let known = records.keys().map(String::as_str);
            resolver.sink.unknown("unknown-record", message, (&key.text, key.span), known);
        }
        let Some(WebhookLine { keys, when_kind, span }) = line.clone() else { continue };
        if when_kind.is_some() && !tree.is_kind_said {
            let help = "add `kind: PATH`, where the message says it";
            wrong(resolver, "nothing says what happened, for `when`".to_owned(), span, help);
        }
        named.push(WebhookRecord { record: key.text.clone(), keys: keys.into_iter().map(told).collect(), when_kind });
    }
    let (kind, challenge, events) = (tree.kind.clone().map(told), tree.challenge.clone(), tree.events.clone());
    Some(WebhookRules { trust: trust?, kind, challenge, events, records: named })
}

fn told(tree: ToldTree) -> Told {
    match tree {
        ToldTree::Body(path) => Told::Body(path),
        ToldTree::Header(name) => Told::Header(name),
    }
}

fn trust(resolver: &mut Resolver<'_>, system: &str, tree: &WebhookTree) -> Option<Trust> {
    if tree.is_header_odd {
        return None;
    }
    let signed = tree.header.is_some() || tree.secret.is_some();
    match (signed, &tree.auth, &tree.unsigned) {
        (true, None, None) => signature(resolver, system, tree).map(Trust::Signed),
        (false, Some((shown, span)), None) => {
            let shown = auth::shown(resolver, system, (shown, *span));
            Some(Trust::Shown { headers: shown.0, basic: shown.1 })
        }
        (false, None, Some(reason)) => {
            if reason.text.trim().is_empty() {
                let message = "`unsigned` says why everybody who knows the address is believed";
                wrong(resolver, message.to_owned(), reason.span, "write the reason");
            }
            Some(Trust::Nothing)
        }
        (false, None, None) => {
            let message = "`webhook` does not say why it is believed".to_owned();
            resolver
                .sink
                .found
                .push(Diagnostic::error(Code("missing-key"), message, tree.span, "missing in this map").help(WAYS));
            None
        }
        _ => {
            let own = tree.unsigned.as_ref().map(|name| name.span).or(tree.auth.as_ref().map(|(_, span)| *span));
            let message = "`webhook` says in two ways why it is believed".to_owned();
            wrong(resolver, message, own.unwrap_or(tree.span), WAYS);
            None
        }
    }
}

fn signature(resolver: &mut Resolver<'_>, system: &str, tree: &WebhookTree) -> Option<SignatureRules> {
    let algorithm = resolver.sink.one_of("algorithm", tree.algorithm.as_ref(), &Algorithm::NAMES);
    let encoding = resolver.sink.one_of("encoding", tree.encoding.as_ref(), &["hex", "base64"]);
    let missing = |key: &str| {
        let finding = Diagnostic::error(
            Code("missing-key"),
            format!("`webhook` needs the key `{key}`"),
            tree.span,
            "missing in this map",
        );
        finding.help(WAYS)
    };
    let Some((header, form, _)) = &tree.header else {
        resolver.sink.found.push(missing("header"));
        return None;
    };
    let Some(secret) = &tree.secret else {
        resolver.sink.found.push(missing("secret"));
        return None;
    };
    let name = format!("secrets.{}", secret.text);
    resolver.wanted.push(Wanted { system: system.to_owned(), name, span: secret.span });
    let body = Template(vec![TemplatePart::Hole("body".to_owned())]);
    let over = tree.over.as_ref().map_or(body, |(over, _, _)| over.clone());
    if let Some((over, written, holes)) = &tree.over {
        system_names::holes(resolver, system, holes, &["body".to_owned(), "time".to_owned()]);
        if !over.holes().any(|hole| hole == "body") {
            let help = "write what the system signs, such as `{time}.{body}`";
            wrong(resolver, "the signature says nothing of the body".to_owned(), written.span, help);
        }
    }
    let (signs, in_form) = (over.holes().any(|hole| hole == "time"), form.holes().any(|hole| hole == "time"));
    let says = in_form || tree.time.is_some();
    if let (true, false, Some((_, written, _))) = (signs, says, &tree.over) {
        let help = "add `time: NAME`, the header that says it, or `{time}` in `header`";
        wrong(resolver, "the time is signed, and nothing says where it stands".to_owned(), written.span, help);
    }
    if let (true, Some(time)) = (in_form, &tree.time) {
        wrong(resolver, "the time stands in `header` already".to_owned(), time.span, "take `time` out");
    }
    if let (true, false, Some(time)) = (says, signs, tree.time.as_ref()) {
        let help = "write it into what is signed, such as `over: \"{time}.{body}\"`";
        wrong(resolver, "a time that is not signed may be anybody's".to_owned(), time.span, help);
    }
    if let (false, Some((_, span))) = (signs, tree.tolerance) {
        let help = "take `tolerance` out, or say what is signed with `over`";
        wrong(resolver, "no time is signed that could be too old".to_owned(), span, help);
    }
    Some(SignatureRules {
        header: header.clone(),
        form: form.clone(),
        time: tree.time.as_ref().map(|name| name.text.clone()),
        over,
        tolerance: tree.tolerance.map_or(TOLERANCE, |(length, _)| length),
        algorithm: algorithm.and_then(Algorithm::parse).unwrap_or_default(),
        encoding: if encoding == Some("base64") { Encoding::Base64 } else { Encoding::Hex },
        secret: secret.text.clone(),
    })
}

fn wrong(resolver: &mut Resolver<'_>, message: String, span: Span, help: &str) {
    resolver.sink.found.push(Diagnostic::error(Code("syntax-system"), message, span, "this does not fit").help(help));
}
