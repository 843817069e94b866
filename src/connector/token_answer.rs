//! What comes back where a token was asked for: the token, or what is wrong with the answer. Pure.
//!
//! The answer holds secrets: of one that is not understood nothing is told but what it is.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::failure::{Failure, MESSAGE_CHARS_MAX, bounded};
use super::{rate_limit, response};
use crate::language::plan::ErrorRules;
use crate::world::Response;

/// The longest token, in bytes: more fits into no header.
const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// How long before its end a token is used no more, at most.
const MARGIN: Duration = Duration::from_mins(1);

/// A token is never used longer than this, whatever the answer says.
const LASTS_LONGEST: Duration = Duration::from_hours(24 * 30);

/// A token.
pub(super) struct Granted {
    pub(super) token: String,
    /// For how long it is used; none: until it is refused.
    pub(super) lasts: Option<Duration>,
    /// The token by which the next one is asked for, where the peer gave another.
    pub(super) refresh: Option<String>,
}

/// Reads the answer to a request for a token.
///
/// # Errors
/// [`Failure::Unauthorised`] where the peer says that it gives none, [`Failure::Transient`] where it may do so later or
/// where its answer is none.
pub(super) fn read(rules: &ErrorRules, answer: &Response, now: Timestamp) -> Result<Granted, Failure> {
    let status = answer.status;
    let unusable = |message: String| Failure::unusable(message, Some(status), false);
    let body = response::parse(&answer.body).ok().flatten().filter(Json::is_object);
    let word = |name: &str| body.as_ref().and_then(|body| body.get(name)).and_then(Json::as_str);
    let words = [word("error"), word("error_description")].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let words = if words.is_empty() { "no reason given".to_owned() } else { plain(&words) };
    if rules.later.contains(&status) {
        let retry_after = rate_limit::retry_after(answer, now);
        let message = format!("no token was granted: {words}");
        return Err(Failure::Transient { message, status: Some(status), retry_after, maybe_done: false });
    }
    if (300..400).contains(&status) {
        let message =
            "no token was granted: the peer sends us elsewhere; correct `token` in the system file".to_owned();
        return Err(Failure::Unauthorised { status, message });
    }
    if status >= 400 || word("error").is_some() {
        return Err(Failure::Unauthorised { status, message: format!("no token was granted: {words}") });
    }
    let Some(body) = &body else {
        return Err(unusable(format!("the answer is {} where a token should be", what_it_is(answer))));
    };
    let token = word("access_token").map(str::trim).filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| unusable("the answer has no `access_token`".to_owned()))?;
    let can_be = |token: &str| token.len() <= TOKEN_BYTES_MAX && token.bytes().all(|letter| letter.is_ascii_graphic());
    if !can_be(token) {
        return Err(unusable("the answer's `access_token` cannot be sent in a header".to_owned()));
    }
    let refresh = word("refresh_token").map(str::trim).filter(|token| !token.is_empty());
    if refresh.is_some_and(|token| !can_be(token)) {
        return Err(unusable("the answer's `refresh_token` is none".to_owned()));
    }
    if let Some(kind) = word("token_type").filter(|kind| !kind.trim().eq_ignore_ascii_case("bearer")) {
        let kind = plain(kind);
        return Err(unusable(format!("the token is of type `{kind}`, and only `Bearer` is understood")));
    }
    let lasts = match body.get("expires_in") {
        None | Some(Json::Null) => None,
        Some(said) => Some(seconds(said).ok_or_else(|| {
            unusable(format!("the answer's `expires_in` is no number of seconds: {}", plain(&said.to_string())))
        })?),
    };
    Ok(Granted { token: token.to_owned(), lasts: lasts.map(used_for), refresh: refresh.map(str::to_owned) })
}

/// A little less than a token lasts: what is sent last must arrive in time.
fn used_for(lasts: Duration) -> Duration {
    let lasts = lasts.min(LASTS_LONGEST);
    lasts.saturating_sub(MARGIN.min(lasts / 10))
}

/// Seconds, as a number or as the text of one; parts of a second are left out.
fn seconds(said: &Json) -> Option<Duration> {
    let text = match said {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        return None;
    }
    Some(whole.parse().map_or(LASTS_LONGEST, Duration::from_secs))
}

fn what_it_is(answer: &Response) -> &'static str {
    let kind = answer.header("Content-Type").unwrap_or_default().to_ascii_lowercase();
    let begins = answer.body.iter().find(|byte| !byte.is_ascii_whitespace());
    match begins {
        None => "empty",
        Some(b'<') => "a web page",
        Some(_) if kind.contains("html") => "a web page",
        Some(_) => "no JSON object",
    }
}

fn plain(text: &str) -> String {
    let text: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    bounded(text.trim(), MESSAGE_CHARS_MAX)
}
