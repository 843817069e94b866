//! Webhooks: verified on their raw bytes, durable before they are answered.

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::server::{BODY_BYTES_MAX, Shared};
use crate::connector::signature;
use crate::connector::webhook::{self, Named};
use crate::runtime::Live;
use crate::store::{Hint, HintSource, RecordRef};
use crate::value::key;

/// A refusal: the status and why.
type Refusal = (StatusCode, &'static str);

/// Where the rules lost an account a moment ago.
const PUT_OFF: Refusal = (StatusCode::SERVICE_UNAVAILABLE, "this account is not in the rules at this moment");

/// After how many seconds to try again.
const RETRY_AFTER: &str = "5";

/// `POST /webhooks/{account}`
pub async fn accept(
    State(shared): State<Shared>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let live = shared.runtime.live.load_full();
    let read = to_bytes(body, BODY_BYTES_MAX).await;
    let read = read.map_err(|_| (StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 1 MiB"));
    match read.and_then(|bytes| verified(&live, &account, &headers, &bytes)) {
        Err((status, why)) => {
            let now = shared.runtime.world.clock.now();
            let may_open = status == StatusCode::NOT_FOUND && shared.runtime.departed.may_open(&account, now);
            let (status, why) = if may_open { PUT_OFF } else { (status, why) };
            let known = may_open || live.plan.accounts.contains_key(&account);
            shared.refused.note(known.then_some(&account), status, why, now);
            if may_open { later(status, why) } else { answer(status, why) }
        }
        Ok(Named::Nothing) => answer(StatusCode::ACCEPTED, "accepted; it names no record, so the next poll will look"),
        Ok(Named::Impossible(key)) => {
            let why = format!("{} is no key that a record can have; the next poll will look", key::shown(&key));
            shared.refused.note(Some(&account), StatusCode::ACCEPTED, &why, shared.runtime.world.clock.now());
            answer(
                StatusCode::ACCEPTED,
                "accepted; no record can have the key that it names, so the next poll will look",
            )
        }
        Ok(Named::Record(record, id)) => {
            let first = live
                .plan
                .accounts
                .get(&account)
                .and_then(|account| live.plan.record(&account.system, &record))
                .is_some_and(|kind| kind.first);
            let hint = Hint {
                at: shared.runtime.world.clock.now(),
                source: HintSource::Webhook,
                target: RecordRef { account, record, id },
                version: None,
                first,
            };
            match shared.runtime.accept(vec![hint]).await {
                Ok(_) => answer(StatusCode::ACCEPTED, "accepted"),
                Err(trouble) => {
                    tracing::error!(%trouble, "a webhook could not be kept");
                    later(StatusCode::SERVICE_UNAVAILABLE, "the store cannot take it now")
                }
            }
        }
    }
}

/// The record that a webhook names, once account, signature and form are right.
fn verified(live: &Live, account: &str, headers: &HeaderMap, body: &[u8]) -> Result<Named, Refusal> {
    let system = live.plan.accounts.get(account).and_then(|account| live.plan.systems.get(&account.system));
    let Some(rules) = system.and_then(|system| system.webhook.as_ref()) else {
        return Err((StatusCode::NOT_FOUND, "no account of this name takes webhooks"));
    };
    let secret = live.secret(account, &rules.secret).unwrap_or_default();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if signature::verify(rules, secret, header, body).is_err() {
        return Err((StatusCode::UNAUTHORIZED, "the signature is missing or wrong"));
    }
    let Ok(parsed) = serde_json::from_slice(body) else {
        return Err((StatusCode::BAD_REQUEST, "the body is no JSON"));
    };
    Ok(webhook::named_record(rules, &parsed))
}

/// An answer that asks for the same again.
fn later(status: StatusCode, text: &str) -> Response {
    ([("Retry-After", RETRY_AFTER)], answer(status, text)).into_response()
}

fn answer(status: StatusCode, text: &str) -> Response {
    (status, format!("{text}\n")).into_response()
}
