//! `oauth2:` of `auth`: how a token is asked for that opens the account.

use super::templates::Templates;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::syntax::expression::Name;
use crate::language::syntax::field_spec::OAUTH2;
use crate::language::syntax::mapping::{Found, Mapping, keep};
use crate::language::syntax::template::{Hole, Template, TemplatePart};
use crate::language::syntax::yaml::{Node, Scalar};

/// The hole that the token fills.
pub const TOKEN: &str = "token";

/// `oauth2:`
#[derive(Clone, Debug)]
pub struct Oauth2Tree {
    /// Where the map begins.
    pub span: Span,
    /// `token:`, with its holes.
    pub token: (Template, Name, Vec<Hole>),
    /// `grant:`
    pub grant: Name,
    /// `client:`, a secret's name.
    pub client: Name,
    /// `secret:`, a secret's name.
    pub secret: Name,
    /// `refresh:`, a secret's name.
    pub refresh: Option<Name>,
    /// `credentials:`
    pub credentials: Option<Name>,
    /// `scope:`
    pub scope: Option<String>,
    /// `body:`
    pub body: Templates,
    /// `header:`, with its place.
    pub header: Option<(String, Template, Span)>,
}

impl Oauth2Tree {
    /// Reads `oauth2:`; without one of the keys that must be there it is none.
    pub(super) fn of(node: &Node, found: &mut Found) -> Option<Self> {
        let map = Mapping::of(node, &OAUTH2, found)?;
        let line = map.text("token", "`token`", found);
        let token = line.and_then(|line| {
            let template = keep(Template::parse(line.text.trim(), line.span), found)?;
            Some((template, line.name(), Hole::all(line)))
        });
        let grant = map.text("grant", "`grant`", found).map(Scalar::name);
        let (client, secret) = (secret_of(&map, "client", found), secret_of(&map, "secret", found));
        let body = map.get("body", found).map(|node| Templates::of(node, found));
        let header = map.text("header", "`header`", found).and_then(|line| header(line, found));
        Some(Self {
            span: map.span,
            token: token?,
            grant: grant?,
            client: client?,
            secret: secret?,
            refresh: map.has("refresh").then(|| secret_of(&map, "refresh", found)).flatten(),
            credentials: map.text("credentials", "`credentials`", found).map(Scalar::name),
            scope: map.text("scope", "`scope`", found).map(|scope| scope.text.trim().to_owned()),
            body: body.unwrap_or_default(),
            header,
        })
    }
}

/// The name of a secret of the account.
fn secret_of(map: &Mapping<'_>, key: &str, found: &mut Found) -> Option<Name> {
    let told = found.len();
    let said = map.text(key, &format!("`{key}`"), found);
    let help = format!("write the name that the secret has in the account: `{key}: NAME`");
    if let Some(finding) = found.get_mut(told).filter(|finding| finding.code.0 == "type-shape") {
        finding.advise(help.as_str());
    }
    let name = said?.name();
    if name.text.contains(['{', '}', '$']) {
        let message = format!("`{key}` names a secret and is not filled in");
        found.push(Diagnostic::error(Code("syntax-system"), message, name.span, "not a name").help(help));
        return None;
    }
    Some(name)
}

/// `NAME = VALUE` with the token in it and nothing else to fill in.
fn header(line: &Scalar, found: &mut Found) -> Option<(String, Template, Span)> {
    let pair = line.text.split_once(" = ").filter(|(name, _)| !name.trim().contains(char::is_whitespace));
    let template = pair.and_then(|(name, value)| Some((name.trim(), Template::parse(value.trim(), line.span).ok()?)));
    let is_token = |part: &TemplatePart| matches!(part, TemplatePart::Hole(name) if name == TOKEN);
    let is_other = |part: &TemplatePart| matches!(part, TemplatePart::Hole(name) if name != TOKEN);
    match template {
        Some((name, template))
            if template.0.iter().filter(|part| is_token(part)).count() == 1 && !template.0.iter().any(is_other) =>
        {
            Some((name.to_owned(), template, line.span))
        }
        _ => {
            let message = "`header` says how the token is sent";
            let finding = Diagnostic::error(Code("syntax-system"), message, line.span, "not a header with the token");
            found.push(finding.help("write `NAME = {token}`, such as `Authorization = Bearer {token}`"));
            None
        }
    }
}
