//! Secrets are references: none stands in what is sent, in an address or in a property.
//!
//! A finding points at a place and hides what stands there, so that no secret is printed.

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic, Span};
pub(super) use crate::language::source::bare_secrets::is_secret;
use crate::language::syntax::expression::Name;

/// What opens a system comes from the account's secrets.
pub(super) fn auth(resolver: &mut Resolver<'_>, lines: &[Name]) {
    for line in lines.iter().filter(|line| !line.text.contains('{') && line.text.contains('=')) {
        let (name, _) = line.text.split_once('=').unwrap_or_default();
        told(resolver, name.trim(), line.span);
    }
}

/// A header `NAME = VALUE`, or the query of a call, holds no secret as it is.
pub(super) fn sent(resolver: &mut Resolver<'_>, lines: &[Name]) {
    for line in lines {
        let pairs: Vec<(&str, &str)> = match line.text.split_once('?') {
            Some((_, query)) => query.split('&').filter_map(|pair| pair.split_once('=')).collect(),
            None => line.text.split_once(" = ").into_iter().collect(),
        };
        let open = |(name, value): &&(&str, &str)| is_secret(name) && !value.contains('{') && !value.trim().is_empty();
        if let Some((name, _)) = pairs.iter().find(open) {
            told(resolver, name.trim(), line.span);
        }
    }
}

/// An address names no user with a password and no secret in its query.
pub(super) fn address(resolver: &mut Resolver<'_>, address: &str, span: Span) {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let named = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| is_secret(name));
    if host.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) {
        told(resolver, "password", span);
    } else if let Some((name, _)) = named {
        told(resolver, name, span);
    }
}

pub(super) fn told(resolver: &mut Resolver<'_>, name: &str, span: Span) {
    resolver.names.hidden.push(span);
    let message = format!("`{name}` is a secret by its name, and stands in the file itself");
    let finding = Diagnostic::error(Code("secret-in-file"), message, span, "what stands here is not shown");
    let known = resolver.names.accounts.values().flat_map(|account| account.secrets.keys());
    let key = known.map(String::as_str).find(|name| name.contains("api") || name.contains("token")).unwrap_or("NAME");
    let help = format!(
        "put it under `secrets:` of the account as `${{NAME}}`, and write `{{secrets.{key}}}` where it is sent"
    );
    resolver.sink.found.push(finding.help(help));
}
