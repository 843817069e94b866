//! What a person says of work over HTTP: hold, release, retry, take.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value as Body, json};

use super::answers::fail;
use super::shared::Shared;
use crate::runtime::service::holding::{Unheard, Word};
use crate::runtime::service::taking;
use crate::store::{Halt, Lifted};
use crate::value::timestamp;

/// The routes.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/hold", post(hold))
        .route("/release", post(release))
        .route("/retry", post(retry))
        .route("/take", post(take))
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct HoldAsked {
    /// A record, a pipeline or an account.
    target: String,
    /// Until when.
    #[serde(default)]
    until: Option<String>,
    /// Why.
    #[serde(default)]
    because: String,
}

async fn hold(State(shared): State<Shared>, body: axum::body::Bytes) -> Response {
    let asked: HoldAsked = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => return not_as("{\"target\":\"orders\",\"until\":\"2h\",\"because\":\"\"}", &error),
    };
    let word = Word { until: asked.until.as_deref(), because: &asked.because };
    answer(shared.runtime.halt_named(&asked.target, word).await.map(|halt| held(&halt)))
}

/// That something is held.
pub fn held(halt: &Halt) -> Body {
    let until = halt.until.map(timestamp::text);
    json!({ "held": halt.reach.name(), "kind": halt.reach.kind(), "until": until, "because": halt.because })
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ReleaseAsked {
    /// What is held.
    target: String,
}

async fn release(State(shared): State<Shared>, body: axum::body::Bytes) -> Response {
    match serde_json::from_slice::<ReleaseAsked>(&body) {
        Ok(asked) => answer(shared.runtime.lift_named(&asked.target).await.map(|lifted| released(&lifted))),
        Err(error) => not_as("{\"target\":\"orders\"}", &error),
    }
}

/// That something goes on.
pub fn released(lifted: &Lifted) -> Body {
    json!({
        "released": lifted.reach.name(), "kind": lifted.reach.kind(), "records": lifted.records,
        "sweep": lifted.owes_sweep,
    })
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RetryAsked {
    /// A record, a pipeline or an account.
    #[serde(default)]
    target: Option<String>,
    /// Whether all is meant.
    #[serde(default)]
    all: bool,
}

async fn retry(State(shared): State<Shared>, body: axum::body::Bytes) -> Response {
    match serde_json::from_slice::<RetryAsked>(&body) {
        Ok(asked) if asked.all != asked.target.is_some() => {
            let retried = shared.runtime.retry_now(asked.target.as_deref()).await;
            answer(retried.map(|records| json!({ "retried": records })))
        }
        Ok(_) => fail(StatusCode::BAD_REQUEST, "name what is to be retried as `target`, or `all`"),
        Err(error) => not_as("{\"target\":\"orders\"} or {\"all\":true}", &error),
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct TakeAsked {
    /// The record, or what people call it.
    record: String,
    /// The group of fields.
    group: String,
    /// Who says so.
    #[serde(default)]
    by: String,
    /// Why.
    #[serde(default)]
    because: String,
}

async fn take(State(shared): State<Shared>, body: axum::body::Bytes) -> Response {
    match serde_json::from_slice::<TakeAsked>(&body) {
        Ok(TakeAsked { record, group, by, because }) => {
            let by = if by.is_empty() { "a person" } else { &by };
            let word = taking::Word { group: &group, by, because: &because };
            answer(shared.runtime.take_named(&record, word).await)
        }
        Err(error) => not_as("{\"record\":\"ACCOUNT.RECORD/ID\",\"group\":\"status\"}", &error),
    }
}

fn not_as(form: &str, error: &serde_json::Error) -> Response {
    fail(StatusCode::BAD_REQUEST, &format!("the body is not as in {form}: {error}"))
}

fn answer(done: Result<Body, Unheard>) -> Response {
    match done {
        Ok(body) => Json(body).into_response(),
        Err(unheard) => fail(status_of(&unheard), &unheard.to_string()),
    }
}

/// The status that says why a word leads to nothing.
pub(super) fn status_of(unheard: &Unheard) -> StatusCode {
    match unheard {
        Unheard::NotFound(_) => StatusCode::NOT_FOUND,
        Unheard::Wrong(_) => StatusCode::BAD_REQUEST,
        Unheard::Refused(_) => StatusCode::CONFLICT,
        Unheard::Later(_) | Unheard::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
