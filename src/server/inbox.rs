//! The inbox over HTTP: entries as the contract names their fields; retry, drop, match, relink and unlink.

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

use super::answers::{fail, store_failed};
use super::query;
use super::shared::Shared;
use crate::runtime::meant::Unmeant;
use crate::runtime::pairing::crosswalk::{MatchError, Word};
use crate::runtime::pairing::unlinking::Said;
use crate::store::Link;
use crate::view::park::{item, matched, of_record};

/// The routes.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/inbox", get(inbox))
        .route("/inbox/{id}/retry", post(retry))
        .route("/inbox/{id}/drop", post(drop_one))
        .route("/inbox/{id}/match", post(match_one))
        .route("/inbox/{id}/relink", post(relink_one))
        .route("/relink", post(relink))
        .route("/unlink", post(unlink))
}

async fn inbox(State(shared): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let store = shared.runtime.store.as_ref();
    let parks = match query::pairs(&query.unwrap_or_default()).get("record") {
        Some(name) => match of_record(&shared.runtime.live.load_full().plan, store, name).await {
            Ok(parks) => Ok(parks),
            Err(Unmeant::Nobody(words) | Unmeant::Several(words)) => return fail(StatusCode::NOT_FOUND, &words),
            Err(Unmeant::Store(error)) => Err(error),
        },
        None => store.parks().await,
    };
    match parks {
        Ok(parks) => Json(json!({ "items": parks.iter().map(item).collect::<Vec<_>>() })).into_response(),
        Err(error) => store_failed(&error),
    }
}

async fn retry(State(shared): State<Shared>, Path(id): Path<String>) -> Response {
    let number = match id.as_str() {
        "all" => None,
        other => match other.parse() {
            Ok(number) => Some(number),
            Err(_) => return fail(StatusCode::NOT_FOUND, "no such entry"),
        },
    };
    match shared.runtime.store.retry(number).await {
        Ok(0) if number.is_some() => fail(StatusCode::NOT_FOUND, "no such entry"),
        Ok(count) => {
            shared.runtime.nudge();
            Json(json!({ "retried": count })).into_response()
        }
        Err(error) => store_failed(&error),
    }
}

async fn drop_one(State(shared): State<Shared>, Path(id): Path<String>) -> Response {
    let Ok(number) = id.parse() else { return fail(StatusCode::NOT_FOUND, "no such entry") };
    match shared.runtime.store.drop_park(number).await {
        Ok(true) => Json(json!({ "dropped": id })).into_response(),
        Ok(false) => fail(StatusCode::NOT_FOUND, "no such entry"),
        Err(error) => store_failed(&error),
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct MatchAsked {
    /// The counterpart: `ACCOUNT.RECORD/ID`, or its id alone.
    target: String,
}

async fn match_one(State(shared): State<Shared>, Path(id): Path<String>, body: axum::body::Bytes) -> Response {
    link(&shared, &id, &body, false).await
}

async fn relink_one(State(shared): State<Shared>, Path(id): Path<String>, body: axum::body::Bytes) -> Response {
    link(&shared, &id, &body, true).await
}

async fn link(shared: &Shared, id: &str, body: &[u8], relink: bool) -> Response {
    let Ok(number) = id.parse() else { return fail(StatusCode::NOT_FOUND, "no such entry") };
    let asked: MatchAsked = match serde_json::from_slice(body) {
        Ok(asked) => asked,
        Err(error) => return not_as("{\"target\":\"ACCOUNT.RECORD/ID\"}", &error),
    };
    linked(shared.runtime.match_by_hand(Word { number, target: &asked.target, relink }).await)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkAsked {
    /// The record, or what people call it.
    record: String,
    /// Its counterpart, alike.
    #[serde(default)]
    target: Option<String>,
    /// Who says so.
    #[serde(default)]
    by: String,
    /// Why.
    #[serde(default)]
    because: String,
}

impl LinkAsked {
    fn said(&self) -> Said<'_> {
        let by = if self.by.is_empty() { "a person" } else { &self.by };
        Said { record: &self.record, other: self.target.as_deref(), by, because: &self.because }
    }
}

async fn relink(State(shared): State<Shared>, body: axum::body::Bytes) -> Response {
    match serde_json::from_slice::<LinkAsked>(&body) {
        Ok(asked) if asked.target.is_some() => linked(shared.runtime.relink_named(asked.said()).await),
        Ok(_) => fail(StatusCode::BAD_REQUEST, "name the right counterpart as `target`"),
        Err(error) => not_as("{\"record\":\"ACCOUNT.RECORD/ID\",\"target\":\"ACCOUNT.RECORD/ID\"}", &error),
    }
}

async fn unlink(State(shared): State<Shared>, body: axum::body::Bytes) -> Response {
    match serde_json::from_slice::<LinkAsked>(&body) {
        Ok(asked) => linked(shared.runtime.unlink_named(asked.said()).await),
        Err(error) => not_as("{\"record\":\"ACCOUNT.RECORD/ID\"}", &error),
    }
}

fn not_as(form: &str, error: &serde_json::Error) -> Response {
    fail(StatusCode::BAD_REQUEST, &format!("the body is not as in {form}: {error}"))
}

fn linked(done: Result<Link, MatchError>) -> Response {
    match done {
        Ok(link) => Json(matched(&link)).into_response(),
        Err(error) => fail(status_of_match(&error), &error.to_string()),
    }
}

/// The status that says why two records were not linked.
pub(super) fn status_of_match(error: &MatchError) -> StatusCode {
    match error {
        MatchError::NotFound(_) => StatusCode::NOT_FOUND,
        MatchError::Conflict(_) => StatusCode::CONFLICT,
        MatchError::Later(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
