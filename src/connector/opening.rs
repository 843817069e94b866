//! What opens an account, put on a request just before it goes out: parameters of the address, user
//! and password, a token, a signature over all of it.
//!
//! Whatever address a request came to by then, that of a next page too, it has them once. What people are told of a
//! call is made from names alone, so that no spelling of a secret can be overlooked in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use jiff::Timestamp;

use super::account::ResolvedAccount;
use super::failure::Failure;
use super::request::{Holes, expand, percent_encode, set_header, with_query};
use super::signing;
use crate::language::plan::{Auth, Template, TemplatePart};
use crate::world::Request;

/// What stands for a token, which comes from no variable.
const TOKEN_VARIABLE: &str = "ACCESS_TOKEN";

/// What opens an account, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    /// The header of the token, and that of the signature.
    pub(super) headers: Vec<(String, String)>,
    /// Whether a token is sent.
    has_token: bool,
    /// Parameters of the address.
    query: Vec<(String, String)>,
    /// `USER:PASSWORD`
    pub(super) user: Option<String>,
}

/// The request as it goes out, with the token where one is wanted.
pub(super) fn open(
    auth: &Auth,
    (account, token): (&ResolvedAccount, Option<&str>),
    (request, now): (Request, Timestamp),
) -> Result<Request, Failure> {
    let mut request = request;
    let holes = Holes::of(account);
    for (name, value) in &auth.query {
        let value = expand(value, &holes, percent_encode)?;
        request.url = with_query(&without(&request.url, name), name, &value);
    }
    if let Some(basic) = &auth.basic {
        let (user, password) =
            (expand(&basic.user, &holes, str::to_owned)?, expand(&basic.password, &holes, str::to_owned)?);
        if user.contains(':') {
            let message = format!("account {}: the user has a colon, which no user can have here", account.name);
            return Err(Failure::unsupported(message));
        }
        let (name, value) = basic_header(&user, &password);
        set_header(&mut request.headers, &name, value)?;
    }
    if let (Some(rules), Some(token)) = (&auth.token, token) {
        set_header(&mut request.headers, &rules.header.0, with_token(&rules.header.1, token))?;
    }
    match &auth.sign {
        Some(rules) => signing::sign(rules, account, (request, now)),
        None => Ok(request),
    }
}

/// The header of a user and a password.
pub(super) fn basic_header(user: &str, password: &str) -> (String, String) {
    ("Authorization".to_owned(), format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
}

fn with_token(template: &Template, token: &str) -> String {
    let part = |part: &TemplatePart| match part {
        TemplatePart::Text(literal) => literal.clone(),
        TemplatePart::Hole(_) => token.to_owned(),
    };
    template.0.iter().map(part).collect()
}

/// What opens an account as people are told of it.
pub(super) fn named(auth: &Auth, account: &ResolvedAccount) -> Named {
    let text = |template: &Template| by_name(template, account);
    let token = auth.token.as_ref().map(|rules| {
        let (name, template) = &rules.header;
        (name.clone(), with_token(template, &format!("${{{TOKEN_VARIABLE}}}")))
    });
    let signed = auth.sign.as_ref().map(|rules| (rules.header.0.clone(), "(signature)".to_owned()));
    Named {
        has_token: token.is_some(),
        headers: token.into_iter().chain(signed).collect(),
        query: auth.query.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        user: auth.basic.as_ref().map(|basic| format!("{}:{}", text(&basic.user), text(&basic.password))),
    }
}

impl Named {
    /// The variables that stand for what comes from none.
    pub(super) fn variables(&self) -> impl Iterator<Item = String> {
        self.has_token.then(|| TOKEN_VARIABLE.to_owned()).into_iter()
    }

    /// An address with them. What looks like a variable in the address itself is none.
    pub(super) fn address(&self, shown: &str) -> String {
        let own = shown.replace("${", "%24%7B");
        self.query.iter().fold(own, |url, (name, value)| with_query(&without(&url, name), name, value))
    }
}

/// A template with secrets by their variables' names.
fn by_name(template: &Template, account: &ResolvedAccount) -> String {
    let mut text = String::new();
    for part in &template.0 {
        match part {
            TemplatePart::Text(literal) => text.push_str(literal),
            TemplatePart::Hole(name) => match (name.strip_prefix("secrets."), name.strip_prefix("account.")) {
                (Some(secret), _) => text.push_str(&account.name_of(secret)),
                (None, Some(property)) => {
                    text.push_str(account.properties.get(property).map_or("", String::as_str));
                }
                (None, None) => {}
            },
        }
    }
    text
}

/// An address without a parameter, which a peer may have put into that of the next page.
fn without(url: &str, name: &str) -> String {
    let Some((path, query)) = url.split_once('?') else { return url.to_owned() };
    let is_other = |pair: &&str| pair.split('=').next() != Some(name);
    let rest: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).filter(is_other).collect();
    if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) }
}
