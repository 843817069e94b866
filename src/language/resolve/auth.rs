//! `auth:` of a system file: what opens the account, each way once and none against another.

use super::resolver::Resolver;
use super::{oauth2, secrets, sign, system_names};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::{Auth, Basic, RecordType, Template};
use crate::language::syntax::file::system::{AuthTree, HttpTree};

/// The header in which a user and a password are sent.
const AUTHORIZATION: &str = "Authorization";

/// What opens the accounts of a system, beside headers.
pub(super) fn resolve(resolver: &mut Resolver<'_>, system: &str, http: &HttpTree) -> Auth {
    let tree = &http.auth;
    system_names::holes(resolver, system, &tree.headers.holes, &[]);
    secrets::auth(resolver, &tree.headers.written);
    for line in tree.basic.iter().filter(|line| line.is_open) {
        secrets::told(resolver, "the password", line.span);
    }
    let token = tree.oauth2.as_ref().and_then(|tree| oauth2::resolve(resolver, system, tree));
    let taken = http.headers.lines.iter().chain(&tree.headers.lines);
    let taken = taken.map(|(name, _)| name).find(|name| name.eq_ignore_ascii_case(AUTHORIZATION));
    if let (Some(line), Some(name)) = (tree.basic.first(), taken) {
        let message = format!("`basic` is sent as `{AUTHORIZATION}`, and so is the header `{name}`");
        twice(resolver, message, line.span, "keep the one that the system asks for");
    }
    let sent = token.as_ref().map(|token| token.header.0.clone());
    let sent = sent.filter(|sent| http.headers.lines.iter().any(|(name, _)| name.eq_ignore_ascii_case(sent)));
    if let (Some(sent), Some(tree)) = (sent, &tree.oauth2) {
        let span = tree.header.as_ref().map_or(tree.token.1.span, |(_, _, span)| *span);
        let message = format!("the token is sent as `{sent}`, and `headers` has another");
        twice(resolver, message, span, "take it out of `headers`");
    }
    if let Some(again) = tree.basic.get(1) {
        twice(resolver, "there is one user and one password".to_owned(), again.span, "take the other `basic` out");
    }
    for (at, (name, _)) in tree.query.iter().enumerate() {
        if tree.query.iter().take(at).any(|(known, _)| known.text == name.text) {
            let message = format!("the parameter `{}` is said before", name.text);
            twice(resolver, message, name.span, "take one of the two out");
        }
    }
    let basic = tree.basic.first().map(|line| Basic { user: line.user.clone(), password: line.password.clone() });
    let query = tree.query.iter().map(|(name, value)| (name.text.clone(), value.clone())).collect();
    let sign = http.sign.as_ref().map(|tree| sign::resolve(resolver, system, tree));
    Auth { basic, query, token, sign }
}

/// What a webhook shows to be believed: headers, or a user.
pub(super) fn shown(
    resolver: &mut Resolver<'_>,
    system: &str,
    (tree, span): (&AuthTree, Span),
) -> (Vec<(String, Template)>, Option<Basic>) {
    system_names::holes(resolver, system, &tree.headers.holes, &[]);
    secrets::auth(resolver, &tree.headers.written);
    for line in tree.basic.iter().filter(|line| line.is_open) {
        secrets::told(resolver, "the password", line.span);
    }
    let filled = tree.headers.holes.iter().any(|hole| hole.name.text.starts_with("secrets."));
    let help = "write a header, as `X-Token = {secrets.NAME}`, or `basic {secrets.USER} {secrets.PASSWORD}`";
    let message = match tree.query.first() {
        Some((name, _)) => Some((format!("the address of a webhook is not looked at for `{}`", name.text), name.span)),
        None if !filled => Some(("this shows no secret, so anybody could send it".to_owned(), span)),
        None => None,
    };
    if let Some((message, span)) = message {
        let finding = Diagnostic::error(Code("syntax-system"), message, span, "this proves nothing");
        resolver.sink.found.push(finding.help(help));
    }
    let basic = tree.basic.first().map(|line| Basic { user: line.user.clone(), password: line.password.clone() });
    (tree.headers.lines.clone(), basic)
}

/// A call has no parameter of its own under a name that opens the account.
pub(super) fn calls<'r>(resolver: &mut Resolver<'_>, auth: &Auth, records: impl Iterator<Item = &'r RecordType>) {
    for call in records.flat_map(RecordType::calls) {
        if let Some((name, _)) = call.query.iter().find(|(name, _)| auth.query.iter().any(|(known, _)| known == name)) {
            let message = format!("every call has the parameter `{name}` by `auth`, and this one has another");
            twice(resolver, message, call.span, "take it out of the call");
        }
    }
}

fn twice(resolver: &mut Resolver<'_>, message: String, span: Span, help: &str) {
    resolver.sink.found.push(Diagnostic::error(Code("syntax-system"), message, span, "said twice").help(help));
}
