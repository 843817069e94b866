//! Talks to the running service.

use std::time::Duration;

use serde_json::Value as Json;

use super::run::real_world;
use crate::world::{Method, Request};

/// How long the service may take to answer.
const TIMEOUT: Duration = Duration::from_mins(1);

/// One request to the service's API; the body where it answered 2xx.
///
/// # Errors
/// A sentence: not reached, or the service's own words.
pub async fn ask(url: &str, method: Method, path: &str, body: Option<&Json>) -> Result<Json, String> {
    let world = real_world()?;
    let base = url.trim_end_matches('/');
    let mut headers = Vec::new();
    if let Ok(token) = std::env::var("PETIOLE_ADMIN_TOKEN") {
        headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
    }
    let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    let request = Request { method, url: format!("{base}{path}"), headers, body, timeout: TIMEOUT };
    let answer =
        world.transport.send(request).await.map_err(|error| format!("no service answers at {base}: {error}"))?;
    let body: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
    if (200..300).contains(&answer.status) {
        return Ok(body);
    }
    let words = body.get("error").and_then(Json::as_str).unwrap_or("no reason given");
    Err(format!("the service answered {}: {words}", answer.status))
}
