//! Tokens that a peer grants to whoever asks as the system file says, and those that it still takes.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::json;

use super::respond::respond;
use super::route;
use crate::connector::request::form_decode;
use crate::language::plan::{Template, TemplatePart, TokenRules};
use crate::world::{Method, Request, Response};

/// How long a token is taken.
const LASTS: Duration = Duration::from_hours(1);

/// Tokens granted so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens {
    granted: u64,
    /// Those that are taken, and until when.
    taken: BTreeMap<String, Timestamp>,
    /// The refresh token that is taken, and no other: it changes with each use. At first any is.
    refresh: Option<String>,
}

impl Tokens {
    /// Takes none of those granted so far any more.
    pub(super) fn revoke(&mut self) {
        self.taken.clear();
    }

    /// How many were granted.
    pub(super) fn granted(&self) -> u64 {
        self.granted
    }

    /// The answer to a request for a token; `None`: it is none.
    pub(super) fn answer(&mut self, rules: &TokenRules, now: Timestamp, request: &Request) -> Option<Response> {
        let path = request.url.split('?').next().unwrap_or_default();
        let own = rules.path();
        // What the account says of the address is not known here.
        let is_it = own.contains('{') || path.ends_with(own.as_str());
        let is_form = request.header("Content-Type") == Some("application/x-www-form-urlencoded");
        if request.method != Method::Post || !is_it || !is_form {
            return None;
        }
        Some(match self.grant(rules, now, &form(&request.body), request) {
            Ok(token) => {
                let seconds = LASTS.as_secs();
                let mut body = json!({ "access_token": token, "token_type": "Bearer", "expires_in": seconds });
                if let (Some(refresh), Some(body)) = (&self.refresh, body.as_object_mut()) {
                    body.insert("refresh_token".to_owned(), json!(refresh));
                }
                respond(200, &body)
            }
            Err((status, error)) => respond(status, &json!({ "error": error })),
        })
    }

    fn grant(
        &mut self,
        rules: &TokenRules,
        now: Timestamp,
        form: &[(String, String)],
        request: &Request,
    ) -> Result<String, (u16, &'static str)> {
        let said = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let in_body = said("client_id").is_some_and(|client| !client.is_empty())
            && said("client_secret").is_some_and(|secret| !secret.is_empty());
        let in_header = request.header("Authorization").is_some_and(is_basic);
        if in_body != rules.in_body || in_header == rules.in_body {
            return Err((401, "invalid_client"));
        }
        if said("grant_type") != Some(rules.grant.as_str()) {
            return Err((400, "unsupported_grant_type"));
        }
        if said("scope") != rules.scope.as_deref() {
            return Err((400, "invalid_scope"));
        }
        let fits = |(name, template): &(String, Template)| {
            said(name).is_some_and(|value| route::is_made_from(template, value))
        };
        if !rules.body.iter().all(fits) {
            return Err((400, "invalid_request"));
        }
        if rules.refresh().is_some() {
            let sent = said("refresh_token").filter(|sent| !sent.is_empty());
            let is_taken = |sent: &&str| self.refresh.as_deref().is_none_or(|known| known == *sent);
            sent.filter(is_taken).ok_or((400, "invalid_grant"))?;
            self.refresh = Some(format!("refresh-{}", self.granted.saturating_add(1)));
        }
        self.granted = self.granted.saturating_add(1);
        let token = format!("granted-{}", self.granted);
        self.taken.insert(token.clone(), now.checked_add(LASTS).unwrap_or(Timestamp::MAX));
        Ok(token)
    }

    /// Whether a request shows a token that is taken.
    pub(super) fn open(&self, rules: &TokenRules, now: Timestamp, request: &Request) -> bool {
        let (name, template) = &rules.header;
        let Some(value) = request.header(name) else { return false };
        let text = |part: &TemplatePart| if let TemplatePart::Text(text) = part { Some(text.clone()) } else { None };
        let hole = template.0.iter().position(|part| matches!(part, TemplatePart::Hole(_))).unwrap_or_default();
        let around = |parts: &[TemplatePart]| parts.iter().filter_map(text).collect::<String>();
        let (before, behind) = template.0.split_at(hole);
        let token = value.strip_prefix(&around(before)).and_then(|rest| rest.strip_suffix(&around(behind)));
        token.and_then(|token| self.taken.get(token)).is_some_and(|until| *until > now)
    }
}

fn is_basic(value: &str) -> bool {
    let sent = value.strip_prefix("Basic ").and_then(|text| STANDARD.decode(text).ok());
    let sent = sent.and_then(|bytes| String::from_utf8(bytes).ok());
    sent.as_deref()
        .and_then(|text| text.split_once(':'))
        .is_some_and(|(user, word)| !user.is_empty() && !word.is_empty())
}

fn form(body: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(body);
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (form_decode(name), form_decode(value))).collect()
}
