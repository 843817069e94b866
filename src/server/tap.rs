//! `GET /api/v1/tap`: what happens, asked for again and again: each answer says where the next one goes on, and how
//! much was left out in between. One that has nothing to say waits a while.

use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::answers::fail;
use super::query::pairs;
use super::shared::Shared;
use crate::diagnostic::suggest;
use crate::language::plan::Plan;
use crate::runtime::memory::tap::Wanted;

/// How long an answer waits for something to say.
const WAIT: Duration = Duration::from_secs(20);

/// How long something that happened waits for more of it.
const TOGETHER: Duration = Duration::from_millis(50);

/// The route.
pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/tap", get(tap))
}

/// What is wanted, and the number that the last answer said; none: from now on. `None`: the query is no such thing.
fn asked(query: &str) -> Option<(Wanted, Option<u64>)> {
    let (mut wanted, mut since) = (Wanted::default(), None);
    for (name, text) in pairs(query) {
        match name.as_str() {
            "since" => since = Some(text.parse().ok()?),
            "account" => wanted.account = Some(text),
            "record" => wanted.record = Some(text),
            "pipeline" => wanted.pipeline = Some(text),
            _ => return None,
        }
    }
    Some((wanted, since))
}

/// Why nothing could ever be heard of what is wanted, if so.
fn unknown(plan: &Plan, wanted: &Wanted) -> Option<String> {
    let of = |what: &str, written: &str, known: Vec<&str>| {
        let near = suggest::help(written, known.iter().copied()).map(|help| format!("; {help}")).unwrap_or_default();
        (!known.contains(&written)).then(|| format!("no {what} is called `{written}`{near}"))
    };
    let accounts = || plan.accounts.keys().map(String::as_str).collect();
    let of_record = |record: &String| {
        let (account, rest) = record.split_once('.').unwrap_or((record, ""));
        of("account", account, accounts()).or_else(|| {
            let system = plan.accounts.get(account).and_then(|account| plan.systems.get(&account.system))?;
            let kind = rest.split('/').next().unwrap_or_default();
            of("record", kind, system.records.keys().map(String::as_str).collect())
        })
    };
    let account = wanted.account.as_ref().and_then(|account| of("account", account, accounts()));
    let of_pipeline = |name: &String| of("pipeline", name, plan.pipelines.keys().map(String::as_str).collect());
    account
        .or_else(|| wanted.record.as_ref().and_then(of_record))
        .or_else(|| wanted.pipeline.as_ref().and_then(of_pipeline))
}

async fn tap(State(shared): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let runtime = &shared.runtime;
    let Some((wanted, mut since)) = asked(query.as_deref().unwrap_or_default()) else {
        return fail(StatusCode::BAD_REQUEST, "it takes since, account, record and pipeline");
    };
    if let Some(unknown) = unknown(&runtime.live.load().plan, &wanted).filter(|_| since.is_none()) {
        return fail(StatusCode::NOT_FOUND, &unknown);
    }
    let mut stopping = runtime.stopping();
    let until = runtime.world.clock.sleep(WAIT);
    tokio::pin!(until);
    let heard = loop {
        // Made before the look, so that nothing is missed between look and wait.
        let news = runtime.tap.news();
        let heard = runtime.tap.since(since, &wanted, runtime.world.clock.now());
        if since.is_none() || !heard.events.is_empty() || heard.left_out > 0 {
            break heard;
        }
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stops| *stops) => break heard,
            () = &mut until => break heard,
            () = news => {}
        }
        // What comes together is looked through together, and none of it twice.
        since = Some(heard.next);
        runtime.world.clock.sleep(TOGETHER).await;
    };
    Json(json!({ "events": heard.events, "next": heard.next, "left_out": heard.left_out })).into_response()
}
