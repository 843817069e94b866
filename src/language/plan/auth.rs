//! What opens an account beside the headers of its calls: templates, whose secrets whoever calls fills in.

use super::sign::SignRules;
use crate::diagnostic::Span;
use crate::language::syntax::template::Template;

/// What is put on every call just before it goes out.
#[derive(Clone, Debug, Default)]
pub struct Auth {
    /// User and password, sent as basic authentication.
    pub basic: Option<Basic>,
    /// Parameters of every address, in order.
    pub query: Vec<(String, Template)>,
    /// A token that is asked for.
    pub token: Option<TokenRules>,
    /// How calls are signed.
    pub sign: Option<SignRules>,
}

/// A user and a password.
#[derive(Clone, Debug)]
pub struct Basic {
    /// The user.
    pub user: Template,
    /// The password; without parts where there is none.
    pub password: Template,
}

impl Auth {
    /// The templates in it.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        let basic = self.basic.iter().flat_map(|basic| [&basic.user, &basic.password]);
        let token = self.token.iter().flat_map(|token| token.body.iter().map(|(_, value)| value).chain([&token.url]));
        self.query.iter().map(|(_, template)| template).chain(basic).chain(token).chain(self.signed())
    }

    fn signed(&self) -> impl Iterator<Item = &Template> {
        self.sign.iter().flat_map(|sign| sign.headers.iter().map(|(_, value)| value).chain([&sign.over]))
    }

    /// The secrets that it names beside those in its templates.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let token = self.token.iter().flat_map(TokenRules::secrets);
        token.chain(self.sign.iter().map(|sign| sign.secret.as_str()))
    }
}

/// How a token is asked for that opens the account.
#[derive(Clone, Debug)]
pub struct TokenRules {
    /// Where: an address, or a path below the account's own.
    pub url: Template,
    /// By what right.
    pub grant: Grant,
    /// The account's secret that is the client's name.
    pub client: String,
    /// The account's secret that is the client's own.
    pub secret: String,
    /// Whether the two are sent in the body, not as basic authentication.
    pub in_body: bool,
    /// What is asked for.
    pub scope: Option<String>,
    /// What else the request says.
    pub body: Vec<(String, Template)>,
    /// The header that the token is sent in; `token` is the hole for it.
    pub header: (String, Template),
    /// Where the system file says by what right.
    pub span: Span,
}

/// By what right a token is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// The client's own.
    ClientCredentials,
    /// That of whoever authorised it: the account's secret that is the refresh token which came of that.
    RefreshToken(String),
}

impl Grant {
    /// Its name in requests.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::RefreshToken(_) => "refresh_token",
        }
    }
}

impl TokenRules {
    /// The secrets that it names.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        [self.client.as_str(), self.secret.as_str()].into_iter().chain(self.refresh())
    }

    /// The secret that is the first refresh token, where such renew the token.
    pub fn refresh(&self) -> Option<&str> {
        match &self.grant {
            Grant::ClientCredentials => None,
            Grant::RefreshToken(secret) => Some(secret),
        }
    }

    /// The path of the address, as far as it stands in the file.
    pub fn path(&self) -> String {
        let written = self.url.to_string();
        let rest = written.split_once("://").map_or(written.as_str(), |(_, rest)| rest);
        let path = match rest.find('/') {
            Some(at) => rest.get(at..).unwrap_or_default(),
            None => "/",
        };
        path.split('?').next().unwrap_or_default().to_owned()
    }
}

/// Whether nobody on the way to an address can read what is sent there: it is encrypted, or never leaves the machine.
pub fn is_private(url: &str) -> bool {
    let host = |rest: &str| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let end = if authority.starts_with('[') { authority.find(']').map(|at| at + 1) } else { authority.find(':') };
        authority.get(..end.unwrap_or(authority.len())).unwrap_or_default().to_owned()
    };
    let is_here = |rest: &str| ["localhost", "127.0.0.1", "[::1]"].contains(&host(rest).as_str());
    match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => !host(rest).is_empty(),
        (None, Some(rest)) => is_here(rest),
        (None, None) => false,
    }
}
