//! Talks to the running service.

use std::fmt;
use std::time::Duration;

use serde_json::Value as Json;

use crate::world::{Environment as _, HttpTransport, Method, ProcessEnvironment, Request, Transport as _};

/// How long the service may take to answer.
const TIMEOUT: Duration = Duration::from_mins(1);

/// How long put-off work is waited for before it counts as left, in a pass and in a plan of one: a little more than the
/// minute after which a record that is not shown counts as gone.
pub const PUT_OFF: Duration = Duration::from_secs(75);

/// How long the service may take for a whole pass, or a plan of one.
pub const WHOLE_PASS: Duration = Duration::from_hours(24);

/// The variable with the token that administration wants.
pub const ADMIN_TOKEN: &str = "PETIOLE_ADMIN_TOKEN";

/// A service that may be there.
pub struct Service {
    /// Where.
    pub url: String,
    /// Whether somebody said that it is, or has the store open there; else it is only looked for.
    pub is_expected: bool,
}

impl Service {
    /// Whether it answers, with its status. Who only looked for one is told nothing of others at that address.
    ///
    /// # Errors
    /// [`Unanswered`] but where it was only looked for and is not there.
    pub async fn found(&self) -> Result<Option<Json>, Unanswered> {
        match ask(&self.url, Method::Get, "/api/v1/status", None).await {
            Ok(status) => Ok(Some(status)),
            Err(Unanswered::Unreached(_) | Unanswered::Foreign(_)) if !self.is_expected => Ok(None),
            Err(unanswered) => Err(unanswered),
        }
    }
}

/// Why the service gave no answer that can be used.
#[derive(Debug)]
pub enum Unanswered {
    /// Nobody answers there.
    Unreached(String),
    /// Somebody does who is no petiole.
    Foreign(String),
    /// It does, and refuses.
    Refused(String),
}

impl fmt::Display for Unanswered {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Unreached(text) | Self::Foreign(text) | Self::Refused(text)) = self;
        out.write_str(text)
    }
}

/// One request to the service's API; the body where it answered 2xx.
///
/// # Errors
/// [`Unanswered`], with the service's own words where it has some.
pub async fn ask(url: &str, method: Method, path: &str, body: Option<&Json>) -> Result<Json, Unanswered> {
    ask_for(url, (method, path), body, TIMEOUT).await
}

/// The same, where the answer may take longer.
///
/// # Errors
/// As [`ask`].
pub async fn ask_for(
    url: &str,
    (method, path): (Method, &str),
    body: Option<&Json>,
    timeout: Duration,
) -> Result<Json, Unanswered> {
    // A proxy has no business with the administrator's token.
    let transport = HttpTransport::direct().map_err(|error| Unanswered::Unreached(error.to_string()))?;
    let base = url.trim_end_matches('/');
    let mut headers = Vec::new();
    if let Some(token) = ProcessEnvironment.variable(ADMIN_TOKEN) {
        headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
    }
    if body.is_some() {
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    }
    let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    let request = Request { method, url: format!("{base}{path}"), headers, body, timeout };
    let answer = transport
        .send(request)
        .await
        .map_err(|error| Unanswered::Unreached(format!("no service answers at {base}: {error}")))?;
    let body: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
    let foreign = || {
        Unanswered::Foreign(format!("what answers at {base} is no petiole (it answered {} to {path})", answer.status))
    };
    if (200..300).contains(&answer.status) {
        if !body.is_object() {
            return Err(foreign());
        }
        return Ok(body);
    }
    // A refusal is told as such even where something between says it without a reason.
    let words = match (body.get("error").and_then(Json::as_str), answer.status) {
        (Some(words), _) => words,
        (None, 401 | 403) => "no reason given",
        (None, _) => return Err(foreign()),
    };
    let help = match answer.status {
        401 | 403 => "; PETIOLE_ADMIN_TOKEN is the token that it wants",
        _ => "",
    };
    Err(Unanswered::Refused(format!("the service at {base} answered {}: {words}{help}", answer.status)))
}

/// By which rules a service does what it is asked, for people: by those that come with the question, or by its own.
pub fn by_which(with_rules: bool, status: &Json) -> &'static str {
    let is_behind = status.get("rules_state").and_then(Json::as_str) == Some("last-good");
    match (with_rules, is_behind) {
        (true, _) => "by these rules",
        (false, false) => "by the rules that it serves",
        (false, true) => "by the last good rules, for its rule files have errors (see `petiole status`)",
    }
}
