//! Why a record stands as it does, and which records a text leads to, over HTTP:
//! `GET /api/v1/explain?record=…&field=…`, with `as=test` as a rule test, and `GET /api/v1/find?text=…`.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::answers::{fail, store_failed};
use super::query;
use super::shared::Shared;
use crate::runtime::meant::{Unmeant, meant};
use crate::view::explain::{Asked, Rules, Unexplained, as_test, explain};
use crate::view::find::find;

/// The routes.
pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/explain", get(explained)).route("/find", get(found))
}

async fn explained(State(shared): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let asked = query::pairs(&query.unwrap_or_default());
    let (Some(record), field) = (asked.get("record"), asked.get("field")) else {
        return fail(StatusCode::BAD_REQUEST, "say which: ?record=ACCOUNT.RECORD/ID, and &field=NAME for one field");
    };
    let live = shared.runtime.live.load_full();
    let store = shared.runtime.store.as_ref();
    let texts = match store.last_good().await {
        Ok(kept) => kept.filter(|(served, _)| served.number == live.generation).map(|(_, texts)| texts),
        Err(error) => return store_failed(&error),
    };
    let texts = texts.unwrap_or_default();
    let rules = Rules::new(&live.plan, live.generation, &texts);
    let target = match meant(&live.plan, store, record).await {
        Ok(target) => target,
        Err(Unmeant::Nobody(words) | Unmeant::Several(words)) => return fail(StatusCode::NOT_FOUND, &words),
        Err(Unmeant::Store(error)) => return store_failed(&error),
    };
    let told = if asked.get("as").is_some_and(|form| form == "test") {
        as_test(store, &live.plan, &target).await.map(|test| json!({ "test": test }))
    } else {
        explain(store, &rules, &Asked { target: &target, field: field.map(String::as_str) }).await
    };
    match told {
        Ok(told) => Json(told).into_response(),
        Err(Unexplained::Unknown(words)) => fail(StatusCode::NOT_FOUND, &words),
        Err(Unexplained::Store(error)) => store_failed(&error),
    }
}

async fn found(State(shared): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let asked = query::pairs(&query.unwrap_or_default());
    let Some(text) = asked.get("text") else { return fail(StatusCode::BAD_REQUEST, "say what: ?text=TEXT") };
    let live = shared.runtime.live.load_full();
    match find(shared.runtime.store.as_ref(), &live.plan, text).await {
        Ok(found) => Json(found).into_response(),
        Err(error) => store_failed(&error),
    }
}
