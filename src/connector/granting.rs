//! How a token comes to be: asked for when it is first needed, shortly before it ends, and once more when it is
//! refused.
//!
//! The request goes within the account's limits and through its transport, as every call does; nothing of it or of its
//! answer is told but the peer's own words of a refusal.

use std::time::Duration;

use super::connector::Connector;
use super::failure::{Failure, held_back};
use super::opening;
use super::request::{Holes, expand, percent_encode};
use super::token::{Asked, Held, Refused};
use super::token_answer::{self, Granted};
use crate::language::plan::{TokenRules, is_private};
use crate::world::{Method, Request};

/// How long nobody asks again after the peer said that it gives no token.
const REFUSAL_STANDS: Duration = Duration::from_mins(1);

impl Connector {
    /// The token that opens the account, other than the one that was refused; `None` where none is wanted.
    ///
    /// # Errors
    /// Any [`Failure`]; the call that needs it was not made.
    pub(super) async fn token(&self, refused: Option<&str>) -> Result<Option<String>, Failure> {
        let Some(rules) = &self.system.auth.token else { return Ok(None) };
        let first =
            rules.refresh().map(|name| Holes::of(&self.account).text(&format!("secrets.{name}"))).transpose()?;
        let request = asking(rules, self, first.as_deref())?;
        let asked = Asked::by(&request);
        let mut known = self.tokens.turn().await;
        let now = self.clock.steady();
        if let Some(held) = known.held.as_ref().filter(|held| held.is_good(&asked, refused, now)) {
            return Ok(Some(held.token.clone()));
        }
        known.held = None;
        if let Some(refused) = known.refused.as_ref().filter(|refused| refused.stands(&asked, now)) {
            return Err(refused.why.clone());
        }
        let place = format!("POST {}", self.account.shown_of(request.url.split('?').next().unwrap_or_default()));
        let granted = match &first {
            Some(first) => self.renewed_token(rules, first, refused).await,
            None => self.ask_for_token(request).await,
        };
        let granted = granted.map_err(|found| found.at(&place).map_texts(|text| self.account.redact(text)));
        if let Err(why @ Failure::Unauthorised { .. }) = &granted {
            let until = now.checked_add(REFUSAL_STANDS).unwrap_or(now);
            known.refused = Some(Refused { asked: asked.clone(), why: why.clone(), until });
        }
        let granted = granted?;
        let until = granted.lasts.and_then(|lasts| now.checked_add(lasts).ok());
        let lasts_seconds = granted.lasts.map(|lasts| lasts.as_secs());
        tracing::info!(account = %self.account.name, lasts_seconds, "a token is there for the calls");
        known.held = Some(Held { token: granted.token.clone(), asked, until });
        Ok(Some(granted.token))
    }

    pub(super) async fn ask_for_token(&self, request: Request) -> Result<Granted, Failure> {
        let turn = self.rate_limit.turn(self.clock.as_ref()).await;
        let permit = turn.map_err(|wait| held_back("the peer asked for a pause", wait))?;
        self.note_call(Method::Post);
        let answer = self.tokens.transport.send(request).await;
        drop(permit);
        self.note_answer("token", answer.as_ref().ok().map(|answer| answer.status));
        let answer = answer.map_err(|error| Failure::unusable(error.to_string(), None, false))?;
        let now = self.clock.now();
        let times = (now, self.clock.steady());
        self.rate_limit.heed(&answer, &self.system.allowance, times).await;
        let granted = token_answer::read(&self.system.errors, &answer, now)?;
        for secret in std::iter::once(&granted.token).chain(&granted.refresh) {
            self.account.issued.add(secret);
        }
        Ok(granted)
    }
}

/// The request for a token.
pub(super) fn asking(rules: &TokenRules, peer: &Connector, refresh: Option<&str>) -> Result<Request, Failure> {
    let (account, holes) = (&peer.account, Holes::of(&peer.account));
    let own = expand(&rules.url, &holes, str::to_owned)?;
    let url = if own.starts_with('/') { format!("{}{own}", account.base_url.trim_end_matches('/')) } else { own };
    // The account's own calls go there as they are.
    if !is_private(&url) && !is_beside(&account.base_url, &url) {
        let shown = account.shown_of(&url);
        let message = format!("account {}: no token is asked for at {shown}: it must be https://", account.name);
        return Err(Failure::unsupported(message));
    }
    let secret = |name: &str| holes.text(&format!("secrets.{name}"));
    let (client, secret) = (secret(&rules.client)?, secret(&rules.secret)?);
    let mut pairs = vec![("grant_type".to_owned(), rules.grant.as_str().to_owned())];
    pairs.extend(refresh.map(|refresh| ("refresh_token".to_owned(), refresh.to_owned())));
    pairs.extend(rules.scope.iter().map(|scope| ("scope".to_owned(), scope.clone())));
    for (name, value) in &rules.body {
        pairs.push((name.clone(), expand(value, &holes, str::to_owned)?));
    }
    let mut headers = vec![
        ("Accept".to_owned(), "application/json".to_owned()),
        ("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
    ];
    if rules.in_body {
        pairs.extend([("client_id".to_owned(), client), ("client_secret".to_owned(), secret)]);
    } else {
        // Both as in a form, so that a colon in either parts nothing.
        headers.push(opening::basic_header(&percent_encode(&client), &percent_encode(&secret)));
    }
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value)));
    let body = pairs.collect::<Vec<_>>().join("&").into_bytes();
    Ok(Request { method: Method::Post, url, headers, body, timeout: peer.system.timeout })
}

/// Whether an address is at the place of another.
fn is_beside(one: &str, other: &str) -> bool {
    let origin = |url: &str| {
        url.find("://").map(|at| at.saturating_add(3)).and_then(|start| {
            let rest = url.get(start..)?;
            url.get(..start.saturating_add(rest.find(['/', '?', '#']).unwrap_or(rest.len())))
                .map(str::to_ascii_lowercase)
        })
    };
    origin(one).is_some_and(|origin_of_one| origin(other) == Some(origin_of_one))
}
