//! Webhooks over HTTP: what comes is handed to [`receive`](fn@receive), and its answer given back.

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::receive::{Answer, Delivery, Desk, receive};
use super::shared::Shared;

/// `POST /webhooks/{account}`
pub async fn accept(
    State(shared): State<Shared>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    // The connection has read it already, and no more of it than shows that it is too large.
    let Ok(body) = to_bytes(body, usize::MAX).await else { return StatusCode::BAD_REQUEST.into_response() };
    let readable = headers.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    let headers: Vec<(String, String)> = readable.collect();
    let runtime = &shared.runtime;
    let live = runtime.live.load_full();
    let desk = Desk { live: &live, departed: &runtime.departed, world: &runtime.world, store: runtime.store.as_ref() };
    let answer = receive(&desk, &Delivery { account: &account, headers: &headers, body: &body }).await;
    if answer.status == 202 {
        runtime.meter.webhook(&account);
    }
    if answer.brings_work {
        runtime.nudge();
    }
    if let Some(refused) = &answer.refused {
        shared.refused.note(refused.known.then_some(&account), answer.status, (&refused.why, refused.at));
    }
    given_back(&answer)
}

fn given_back(answer: &Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(text) = &answer.given_back {
        let kind = [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")];
        return (status, kind, text.clone()).into_response();
    }
    let said = (status, format!("{}\n", answer.text));
    match answer.retry_after {
        Some(seconds) => ([("Retry-After", seconds.to_string())], said).into_response(),
        None => said.into_response(),
    }
}
