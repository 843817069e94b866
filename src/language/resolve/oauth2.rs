//! `oauth2:` of `auth`: what it says fits together, and nothing of it is readable on the way.

use super::resolver::{Resolver, Wanted};
use super::{secrets, system_names};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::{Grant, Template, TemplatePart, TokenRules, is_private};
use crate::language::syntax::file::system::{Oauth2Tree, TOKEN};

/// What `oauth2` itself puts into the request.
const OWN: [&str; 5] = ["grant_type", "client_id", "client_secret", "scope", "refresh_token"];

/// How the token of a system is asked for.
pub(super) fn resolve(resolver: &mut Resolver<'_>, system: &str, tree: &Oauth2Tree) -> Option<TokenRules> {
    let (url, written, holes) = &tree.token;
    system_names::holes(resolver, system, holes, &[]);
    system_names::holes(resolver, system, &tree.body.holes, &[]);
    secrets::sent(resolver, &tree.body.written);
    address(resolver, &written.text, written.span);
    for name in [&tree.client, &tree.secret].into_iter().chain(&tree.refresh) {
        let wanted = Wanted { system: system.to_owned(), name: format!("secrets.{}", name.text), span: name.span };
        resolver.wanted.push(wanted);
    }
    if tree.client.text == tree.secret.text {
        let message = format!("`{}` is the client's name and its secret at once", tree.secret.text);
        wrong(resolver, message, tree.secret.span, "name the two secrets that the account has");
    }
    let grant = resolver.sink.one_of("grant", Some(&tree.grant), &["client_credentials", "refresh_token"]);
    let in_body = resolver.sink.one_of("credentials", tree.credentials.as_ref(), &["header", "body"]);
    for (line, (name, _)) in tree.body.written.iter().zip(&tree.body.lines) {
        if OWN.contains(&name.as_str()) {
            let message = format!("`{name}` is said by another key of `oauth2`");
            wrong(resolver, message, line.span, "take it out of `body`");
        }
    }
    let grant = match (grant, &tree.refresh) {
        (Some("client_credentials"), None) => Grant::ClientCredentials,
        (Some("refresh_token"), Some(first)) => Grant::RefreshToken(first.text.clone()),
        (Some("refresh_token"), None) => {
            let help = "add `refresh: NAME`, the account's secret that is the token which came of authorising";
            wrong(resolver, "a refresh token is needed to begin with".to_owned(), tree.grant.span, help);
            return None;
        }
        (Some("client_credentials"), Some(first)) => {
            let message = "`client_credentials` has no refresh token".to_owned();
            wrong(resolver, message, first.span, "take it out, or write `grant: refresh_token`");
            return None;
        }
        _ => return None,
    };
    let bearer = Template(vec![TemplatePart::Text("Bearer ".to_owned()), TemplatePart::Hole(TOKEN.to_owned())]);
    let header = tree.header.as_ref().map(|(name, template, _)| (name.clone(), template.clone()));
    Some(TokenRules {
        url: url.clone(),
        grant,
        client: tree.client.text.clone(),
        secret: tree.secret.text.clone(),
        in_body: in_body == Some("body"),
        scope: tree.scope.clone(),
        body: tree.body.lines.clone(),
        span: tree.grant.span,
        header: header.unwrap_or_else(|| ("Authorization".to_owned(), bearer)),
    })
}

/// A token is asked for with a secret: nobody on the way may read it.
fn address(resolver: &mut Resolver<'_>, written: &str, span: Span) {
    let below = written.starts_with('/') && !written.starts_with("//");
    // What the account says of it is looked at where it is filled in.
    if below || is_private(written) || written.starts_with("{account.") {
        return secrets::address(resolver, written, span);
    }
    let message = match written.strip_prefix("http://") {
        Some(_) => "the client's secret could be read on the way to this address".to_owned(),
        None => format!("`{written}` is no address"),
    };
    wrong(resolver, message, span, "write `https://HOST/PATH`, or `/PATH` below the account's `base_url`");
}

fn wrong(resolver: &mut Resolver<'_>, message: String, span: Span, help: &str) {
    resolver.sink.found.push(Diagnostic::error(Code("syntax-system"), message, span, "this does not fit").help(help));
}
