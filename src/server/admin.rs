//! Administration under `/api/v1`: status, reload, records, sweep; inbox, plan and holds have files of their own.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value as Body, json};

use super::answers::{fail, store_failed};
use super::guard::guard;
use super::shared::Shared;
use super::{explain, holding, inbox, plan, replay, status, tap};
use crate::runtime::ReloadError;
use crate::runtime::service::look::Look;
use crate::runtime::service::pass::{Pass, Scope, pass_as_far};
use crate::store::{LinkEnd, RecordRef};
use crate::value::json::to_json;
use crate::value::timestamp;

/// Entries of a record's history that are shown.
const HISTORY_MAX: usize = 200;

/// The longest that a sweep on demand waits for put-off work before it counts as left; it waits only where it is asked
/// to.
const SWEEP_PATIENCE_MAX: Duration = Duration::from_mins(10);

/// The routes, behind the token.
pub fn routes(shared: &Shared) -> Router<Shared> {
    Router::new()
        .route("/status", get(show_status))
        .route("/reload", post(reload))
        .route("/records/{record}/{id}", get(record))
        .merge(explain::routes())
        .merge(inbox::routes())
        .merge(holding::routes())
        .merge(tap::routes())
        .route("/sweep", post(sweep).layer(DefaultBodyLimit::max(plan::PLAN_BYTES_MAX)))
        .route("/replay", post(replay::make).layer(DefaultBodyLimit::max(plan::PLAN_BYTES_MAX)))
        .route("/plan", post(plan::make).layer(DefaultBodyLimit::max(plan::PLAN_BYTES_MAX)))
        .layer(from_fn_with_state(shared.clone(), guard))
        .layer(from_fn_with_state(shared.clone(), to_its_end))
}

/// What was asked for is done to its end, also where whoever asked hangs up meanwhile: the work is the service's, and
/// a request's future goes with its connection.
pub(super) async fn to_its_end(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    match shared.runtime.world.spawner.start(next.run(request)).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!(%error, "a request broke off");
            fail(StatusCode::INTERNAL_SERVER_ERROR, "this broke off; the log of the service says more")
        }
    }
}

async fn show_status(State(shared): State<Shared>) -> Response {
    match status::status(&shared.runtime, &shared.refused).await {
        Ok(body) => Json(body).into_response(),
        Err(error) => store_failed(&error),
    }
}

async fn reload(State(shared): State<Shared>) -> Response {
    match shared.runtime.reload().await {
        Ok(generation) => Json(json!({ "generation": generation })).into_response(),
        Err(ReloadError::Invalid { json, .. }) => (StatusCode::UNPROCESSABLE_ENTITY, Json(json)).into_response(),
        Err(ReloadError::Store(error)) => store_failed(&error),
    }
}

async fn record(State(shared): State<Shared>, Path((record, id)): Path<(String, String)>) -> Response {
    let Some((account, kind)) = record.split_once('.') else {
        return fail(StatusCode::NOT_FOUND, "a record is named ACCOUNT.RECORD/ID");
    };
    let live = shared.runtime.live.load_full();
    let known = live.plan.account_called(account);
    let account = known.map_or(account, |known| &known.name);
    let system = known.map(|known| known.system.clone()).unwrap_or_default();
    let target = RecordRef { account: account.to_owned(), record: kind.to_owned(), id: id.clone() };
    let end = LinkEnd { account: account.to_owned(), id };
    let mut links = Vec::new();
    for (pipeline, side) in live.plan.pipelines_of(&system, kind) {
        let left = side == crate::language::plan::Side::Left;
        for link in shared.runtime.store.links(&pipeline.name, left, &end).await.unwrap_or_default() {
            let base: serde_json::Map<String, Body> = link
                .base
                .iter()
                .map(|(rule, values)| {
                    (rule.clone(), json!({ "left": to_json(&values.left), "right": to_json(&values.right) }))
                })
                .collect();
            links.push(json!({
                "pipeline": link.pipeline, "since": timestamp::text(link.since), "base": base,
                "left": { "account": link.left.account, "id": link.left.id },
                "right": { "account": link.right.account, "id": link.right.id },
            }));
        }
    }
    let history: Vec<Body> = shared
        .runtime
        .store
        .history(&target, HISTORY_MAX)
        .await
        .unwrap_or_default()
        .into_iter()
        .map(|entry| {
            let detail = to_json(&entry.detail);
            json!({ "at": timestamp::text(entry.at), "what": entry.what, "detail": detail, "lines": entry.lines })
        })
        .collect();
    if links.is_empty() && history.is_empty() {
        return fail(StatusCode::NOT_FOUND, "nothing is known of this record");
    }
    Json(json!({ "record": target.to_string(), "links": links, "history": history })).into_response()
}

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SweepAsked {
    /// Whether it may change more than the brake lets through.
    confirm: bool,
    /// Only what changed since the last look, instead of everything.
    changes: bool,
    /// Only this record with its counterparts.
    only: Option<String>,
    /// How long put-off work is waited for, in seconds; at most [`SWEEP_PATIENCE_MAX`].
    wait: u64,
    /// Exactly this plan, and nothing where world or rules have moved since it was made.
    plan: Option<Body>,
    /// Whether the report is wanted as text beside, under `text`.
    text: bool,
}

async fn sweep(State(shared): State<Shared>, body: axum::body::Bytes) -> Response {
    let asked = match body.as_ref() {
        [] => Ok(SweepAsked::default()),
        body => serde_json::from_slice::<SweepAsked>(body),
    };
    let asked = match asked {
        Ok(asked) => asked,
        Err(error) => {
            return fail(StatusCode::BAD_REQUEST, &format!("the body is not as in {{\"confirm\":true}}: {error}"));
        }
    };
    let patience = Duration::from_secs(asked.wait).min(SWEEP_PATIENCE_MAX);
    if let Some(plan) = &asked.plan {
        return plan::carried_out(&shared, (plan, asked.text), patience).await;
    }
    let scope = match &asked.only {
        Some(name) => match shared.runtime.named(name).await {
            Ok(record) => Scope::Only(record),
            Err(words) => return fail(StatusCode::NOT_FOUND, &words),
        },
        None => Scope::Look(if asked.changes { Look::Changes } else { Look::Everything }),
    };
    match pass_as_far(&shared.runtime, &Pass { scope, confirmed: asked.confirm, patience }).await {
        Ok(report) => {
            let mut body = report.to_json();
            if let Some(body) = body.as_object_mut().filter(|_| asked.text) {
                body.insert("text".to_owned(), report.to_string().into());
            }
            Json(body).into_response()
        }
        Err(trouble) => fail(StatusCode::BAD_GATEWAY, &trouble.to_string()),
    }
}
