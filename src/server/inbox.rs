//! The inbox over HTTP: entries as the contract names their fields; retry, drop, match and relink.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value as Body, json};

use super::answers::{fail, store_failed};
use super::shared::Shared;
use crate::engine::COUNTERPART_GONE;
use crate::runtime::pairing::crosswalk::{MatchError, Word};
use crate::store::{Link, Park};
use crate::value::Value;
use crate::value::json::to_json;
use crate::value::timestamp;

/// The routes.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/inbox", get(inbox))
        .route("/inbox/{id}/retry", post(retry))
        .route("/inbox/{id}/drop", post(drop_one))
        .route("/inbox/{id}/match", post(match_one))
        .route("/inbox/{id}/relink", post(relink_one))
}

async fn inbox(State(shared): State<Shared>) -> Response {
    match shared.runtime.store.parks().await {
        Ok(parks) => Json(json!({ "items": parks.iter().map(item).collect::<Vec<_>>() })).into_response(),
        Err(error) => store_failed(&error),
    }
}

/// An entry of the inbox, as the contract names its fields.
pub fn item(park: &Park) -> Body {
    let draft = &park.draft;
    let candidates: Vec<Body> = draft
        .candidates
        .iter()
        .map(|one| json!({ "record": one.record, "id": one.id, "label": one.label, "why": one.why }))
        .collect();
    let values: Vec<Body> =
        draft.shown.iter().map(|(of, value)| json!({ "of": of, "value": to_json(&shortest(value)) })).collect();
    let looked_for: Vec<Body> = draft
        .waits
        .iter()
        .map(|wait| {
            let record = format!("{}.{}", wait.account, wait.record);
            json!({ "record": record, "field": wait.field, "value": wait.value })
        })
        .collect();
    json!({
        "id": park.number.to_string(),
        "account": draft.target.account,
        "record": draft.target.record,
        "record_id": draft.target.id,
        "group": draft.group,
        "reason": draft.reason,
        "code": draft.code,
        "message": draft.message,
        "since": timestamp::text(park.since),
        "attempts": park.attempts,
        "rule": { "file": draft.rule.0, "line": draft.rule.1 },
        "values": values,
        "looked_for": looked_for,
        "candidates": candidates,
        "mend": mend(park),
    })
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

/// The one command that mends it, once its cause is mended where a person must do that.
fn mend(park: &Park) -> String {
    let word = if park.draft.code == COUNTERPART_GONE { "relink" } else { "match" };
    match (park.draft.candidates.first(), &park.draft.unpaired) {
        (Some(near), Some(_)) => format!("petiole inbox {word} {} {}/{}", park.number, near.record, near.id),
        _ => format!("petiole inbox retry {}", park.number),
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
        Err(error) => {
            let message = format!("the body is not as in {{\"target\":\"ACCOUNT.RECORD/ID\"}}: {error}");
            return fail(StatusCode::BAD_REQUEST, &message);
        }
    };
    match shared.runtime.match_by_hand(Word { number, target: &asked.target, relink }).await {
        Ok(link) => Json(matched(&link)).into_response(),
        Err(error) => {
            let status = match error {
                MatchError::NotFound(_) => StatusCode::NOT_FOUND,
                MatchError::Conflict(_) => StatusCode::CONFLICT,
                MatchError::Later(_) => StatusCode::SERVICE_UNAVAILABLE,
            };
            fail(status, &error.to_string())
        }
    }
}

/// A link that a person made.
pub fn matched(link: &Link) -> Body {
    json!({
        "pipeline": link.pipeline, "since": timestamp::text(link.since),
        "left": { "account": link.left.account, "id": link.left.id },
        "right": { "account": link.right.account, "id": link.right.id },
    })
}

/// The same value with no zeros behind a decimal's last digit.
fn shortest(value: &Value) -> Value {
    match value {
        Value::Decimal(number) => Value::Decimal(number.normalize()),
        Value::List(items) => Value::List(items.iter().map(shortest).collect()),
        Value::Record(fields) => {
            Value::Record(fields.iter().map(|(name, value)| (name.clone(), shortest(value))).collect())
        }
        other => other.clone(),
    }
}
