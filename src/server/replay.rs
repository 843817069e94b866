//! `POST /api/v1/replay`: what was decided, made again by the rules that serve or by others that come as texts.
//!
//! Asks no system and writes nothing.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value as Body;

use super::answers::{fail, store_failed};
use super::plan::{Text, compiled_here, refused};
use super::shared::Shared;
use crate::runtime::replayed::{Candidate, journalled, replay};
use crate::runtime::service::plan::PlanError;
use crate::runtime::service::reload::sound;
use crate::value::timestamp;

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    /// Only decisions made since this instant.
    since: Option<String>,
    /// Other rules than those that serve.
    rules: Option<Vec<Text>>,
    /// Whether it is wanted as text beside, under `text`.
    text: bool,
}

pub(super) async fn make(State(shared): State<Shared>, body: Bytes) -> Response {
    match serde_json::from_slice::<Asked>(if body.is_empty() { b"{}" } else { &body }) {
        Ok(asked) => made(&shared, asked).await.unwrap_or_else(|refusal| refusal),
        Err(error) => fail(StatusCode::BAD_REQUEST, &format!("the body is not as in {{\"rules\":[…]}}: {error}")),
    }
}

async fn made(shared: &Shared, asked: Asked) -> Result<Response, Response> {
    let runtime = &shared.runtime;
    let since = match asked.since.as_deref().map(|text| timestamp::parse(text).ok_or(text)).transpose() {
        Ok(since) => since,
        Err(text) => return Err(fail(StatusCode::BAD_REQUEST, &format!("`since` is an instant, not `{text}`"))),
    };
    let plan = match asked.rules {
        None => Arc::clone(&runtime.live.load().plan),
        Some(texts) => {
            let compiled = compiled_here(shared, texts, false).await?;
            sound(compiled).map_err(|error| refused(PlanError::Rules(error)))?
        }
    };
    let journalled = journalled(runtime.store.as_ref(), since).await.map_err(|error| store_failed(&error))?;
    let environment = Arc::clone(&runtime.world.environment);
    let replayed = move || replay(&journalled, Candidate { plan: &plan, environment: environment.as_ref() });
    let done = runtime.world.spawner.start_heavy(replayed).await.map_err(|_| {
        fail(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the decisions could not be made again; the log of the service says more",
        )
    })?;
    let mut body: Body = done.to_json();
    if let Some(body) = body.as_object_mut().filter(|_| asked.text) {
        body.insert("text".to_owned(), done.to_string().into());
    }
    Ok(Json(body).into_response())
}
