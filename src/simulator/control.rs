//! The part of `/_control/` that is the same for every simulated system.
//!
//! Webhook address, faults, counts of requests, and whether all is quiet. What people do in one
//! system is that simulator's own; requests for it pass through.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::act::Act;
use super::fault::Faults;
use super::request_log::RequestLog;
use super::server::{Shell, lock};
use crate::world::{Method, Request, Response};

/// The path under which nothing is faulted or counted.
pub(super) const PREFIX: &str = "/_control/";

/// What is the same for every system.
const ACTS: &[Act] = &[
    Act::new(
        "PUT webhook",
        "says where webhooks go from now on",
        &[
            ("url", "the address, such as http://127.0.0.1:8787/webhooks/ACCOUNT"),
            ("key", "what signs them, where it is to be another"),
            ("company", "only this company's, where the system serves several"),
        ],
    ),
    Act::new("DELETE webhook", "webhooks go nowhere", &[]),
    Act::new("GET faults", "shows what goes wrong", &[]),
    Act::new(
        "PUT faults",
        "says what goes wrong from now on; what is left out does not",
        &[
            ("error_before_every", "every Nth request is answered 503 and not handled"),
            ("throttle_every", "every Nth request is answered 429 and not handled"),
            ("error_after_commit_every", "every Nth create is answered 502 although it was done"),
            ("cut_after_commit_every", "every Nth create is cut off without an answer although it was done"),
            ("delay_ms", "milliseconds that each request waits"),
            ("webhook_copies", "how often each webhook is delivered"),
            ("webhook_shuffle", "true: waiting webhooks leave in random order"),
            ("webhook_drop_every", "every Nth webhook is never delivered"),
            ("page_shift", "true: the first later page of a list comes shifted by a row"),
            ("ignore_changes", "how many changes to come are answered as if they were done, and are not"),
            ("keeps", "what is kept otherwise than it was sent; GET shows its fields"),
            ("edits", "a list of {url, fields}: what somebody else writes right after a change"),
            (
                "rewrite",
                "a list of {url, find, with}: texts that answers to reads show otherwise; `writes: true`: to writes",
            ),
            ("absent_once", "a list of texts: the first read of each address that holds one finds nothing there"),
            ("date_ahead_seconds", "by how many seconds the clock of the `Date` header is ahead; below zero: behind"),
            ("list_rows_max", "how many rows lists show at most, as if there were no more"),
        ],
    ),
    Act::new("GET requests", "shows and counts the requests", &[]),
    Act::new("DELETE requests", "forgets the requests", &[]),
    Act::new("GET quiet", "shows whether every webhook was delivered", &[]),
];

/// The body of `PUT /_control/webhook`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookInput {
    url: String,
    key: Option<String>,
    /// Only this company's messages; without it, those of every company that has no subscription of its own.
    company: Option<i64>,
}

/// Answers what is the shell's own; `None` for the rest.
pub(super) fn answer(shell: &Shell, request: &Request) -> Option<Response> {
    let path = request.url.split('?').next().unwrap_or_default();
    let result = match (request.method, path.strip_prefix(PREFIX)?) {
        (Method::Get, "") => Ok(acts(shell)),
        (Method::Put, "webhook") => subscribe(shell, &request.body),
        (Method::Delete, "webhook") => {
            shell.courier.unsubscribe();
            Ok(json!({}))
        }
        (Method::Put, "faults") => set_faults(shell, &request.body),
        (Method::Get, "faults") => Ok(json!(lock(&shell.faults).faults())),
        (Method::Get, "requests") => Ok(lock(&shell.log).to_json()),
        (Method::Delete, "requests") => {
            *lock(&shell.log) = RequestLog::default();
            Ok(json!({}))
        }
        (Method::Get, "quiet") => Ok(json!({ "quiet": shell.courier.is_quiet() })),
        (_, "webhook" | "faults" | "requests" | "quiet") => return Some(respond(405, &json!({ "message": "method" }))),
        _ => return None,
    };
    Some(match result {
        Ok(body) => respond(200, &body),
        Err(message) => respond(400, &json!({ "message": message })),
    })
}

/// What can be done here, by people and by whoever plays with the simulator.
fn acts(shell: &Shell) -> Json {
    let own = lock(&shell.simulator).acts();
    json!({ "acts": own.iter().chain(ACTS).map(|act| act.to_json()).collect::<Vec<_>>() })
}

fn subscribe(shell: &Shell, body: &[u8]) -> Result<Json, String> {
    let input: WebhookInput = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let mut simulator = lock(&shell.simulator);
    match (input.company, input.key) {
        (Some(company), key) if !simulator.subscribe_company(company, key.clone()) => {
            return Err(format!("there is no company {company}"));
        }
        (None, Some(key)) => simulator.set_webhook_key(key),
        _ => {}
    }
    shell.courier.subscribe(input.company, input.url);
    Ok(json!({}))
}

fn set_faults(shell: &Shell, body: &[u8]) -> Result<Json, String> {
    let faults: Faults = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let shown = json!(faults);
    lock(&shell.faults).set(faults);
    Ok(shown)
}

fn respond(status: u16, body: &Json) -> Response {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Response { status, headers, body: body.to_string().into_bytes() }
}
