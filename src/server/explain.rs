//! Why a record stands as it does, and which records a text leads to, over HTTP:
//! `GET /api/v1/explain?record=…&field=…`, with `as=test` as a rule test, and `GET /api/v1/find?text=…`.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value as Body, json};

use super::answers::{fail, store_failed};
use super::query;
use super::shared::Shared;
use crate::runtime::meant::{Unmeant, meant};
use crate::store::StoreError;
use crate::view::explain::{Asked, Rules, Unexplained, as_test, explain};
use crate::view::find::find;

/// The routes.
pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/explain", get(asked_for)).route("/find", get(found))
}

async fn asked_for(State(shared): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let asked = query::pairs(&query.unwrap_or_default());
    let Some(record) = asked.get("record") else {
        return fail(StatusCode::BAD_REQUEST, "say which: ?record=ACCOUNT.RECORD/ID, and &field=NAME for one field");
    };
    let form = match (asked.get("as"), asked.get("field")) {
        (Some(form), _) if form == "test" => Form::Test,
        (_, Some(field)) => Form::Field(field),
        (_, None) => Form::Whole,
    };
    match explained(&shared, record, form).await {
        Ok(told) => Json(told).into_response(),
        Err((status, words)) => fail(status, &words),
    }
}

/// What is to be explained of a record.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form<'a> {
    /// All that rules carry.
    Whole,
    /// One field.
    Field(&'a str),
    /// What happened to it, as a rule test under `test`.
    Test,
}

/// Why a record that a person means stands as it does; else the status that says why that is not told, and a sentence.
pub(super) async fn explained(shared: &Shared, name: &str, form: Form<'_>) -> Result<Body, (StatusCode, String)> {
    let live = shared.runtime.live.load_full();
    let store = shared.runtime.store.as_ref();
    let unread = |error: StoreError| (StatusCode::SERVICE_UNAVAILABLE, error.to_string());
    let texts = store.last_good().await.map_err(unread)?;
    let texts = texts.filter(|(served, _)| served.number == live.generation).map(|(_, texts)| texts);
    let texts = texts.unwrap_or_default();
    let rules = Rules::new(&live.plan, live.generation, &texts);
    let target = meant(&live.plan, store, name).await.map_err(|unmeant| match unmeant {
        Unmeant::Nobody(words) | Unmeant::Several(words) => (StatusCode::NOT_FOUND, words),
        Unmeant::Store(error) => unread(error),
    })?;
    let told = match form {
        Form::Test => as_test(store, &live.plan, &target).await.map(|test| json!({ "test": test })),
        Form::Whole => explain(store, &rules, &Asked { target: &target, field: None }).await,
        Form::Field(field) => explain(store, &rules, &Asked { target: &target, field: Some(field) }).await,
    };
    let by_rule = shared.runtime.tally.by_rule().get(&target).cloned();
    let told = told.map(|mut told| {
        let standing = told.get_mut("standing").and_then(Body::as_array_mut);
        if let (Some(standing), Some(line)) = (standing, by_rule) {
            let text = format!("waits as the `hold when` of {line} says");
            standing.push(json!({ "state": "held by rule", "text": text }));
        }
        told
    });
    told.map_err(|unexplained| match unexplained {
        Unexplained::Unknown(words) => (StatusCode::NOT_FOUND, words),
        Unexplained::Store(error) => unread(error),
    })
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
