//! `/`: is it healthy? One sentence, then where every record stands, how each account is, and what was done last.
//!
//! Shows the body of `status`, whose counts the store keeps; lists nothing but the last calls.

use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value as Json;

use super::crossing::crossing;
use super::frame::{self, Place, Visit};
use super::parts::{Light, command, count, length, light, record, shown, time};
use crate::runtime::service::look::Look;
use crate::runtime::service::pass::{Pass, Scope, pass};
use crate::server::shared::Shared;
use crate::server::status;
use crate::store::{Ages, Bucket, CallEntry, StoreError};
use crate::value::timestamp;
use crate::view::health::waits_its_turn;
use crate::view::told::{self, list, word};

/// The last calls that are shown.
const CALLS_SHOWN: usize = 12;

pub(super) async fn show(State(shared): State<Shared>, Extension(visit): Extension<Visit>) -> Response {
    match body(&shared, &visit).await {
        Ok(body) => frame::page(&shared, &visit, ("Now", Place::Now), body).await,
        Err(error) => frame::store_failed(&error),
    }
}

async fn body(shared: &Shared, visit: &Visit) -> Result<Markup, StoreError> {
    let runtime = &shared.runtime;
    let status = status::status(runtime, &shared.refused).await?;
    let ages = runtime.store.ages().await?;
    let calls = runtime.store.calls(None, CALLS_SHOWN).await?;
    Ok(html! {
        // What stands in it is looked at again when something happens.
        div #live hx-get="/" hx-select="#live" hx-swap="outerHTML focus-scroll:false" hx-trigger="changed" {
            (health(&status))
            div.cards {
                (ledger(&status, visit))
                (accounts(&status, visit))
                (queue(&status, &ages))
                (crossing(&runtime.meter, visit))
                (service(&status, visit))
                (happened(&calls, visit))
            }
        }
    })
}

/// The worst of what is, in one sentence, and what else there is.
fn health(status: &Json) -> Markup {
    let state = Light::of(word(status, "/health/state"));
    let others = list(status.get("health").unwrap_or(&Json::Null), "reasons").skip(1);
    html! {
        section.health {
            h1 {
                (light(state, ""))
                @match leads_to(word(status, "/health/about")) {
                    Some(to) => a href=(to) { (shown(word(status, "/health/text"))) },
                    None => (shown(word(status, "/health/text"))),
                }
            }
            @let others: Vec<&Json> = others.collect();
            @if !others.is_empty() {
                ul.reasons {
                    @for reason in others {
                        li {
                            (light(Light::of(word(reason, "/state")), ""))
                            @match leads_to(word(reason, "/about")) {
                                Some(to) => a href=(to) { (shown(word(reason, "/text"))) },
                                None => (shown(word(reason, "/text"))),
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Where one goes to look into what a reason is about.
fn leads_to(about: &str) -> Option<String> {
    match about {
        "inbox" => Some("/inbox".to_owned()),
        "retrying" | "waiting" => Some("/inbox?tab=retrying".to_owned()),
        "held" => Some("/inbox?tab=held".to_owned()),
        "changes" => Some("/changes".to_owned()),
        "rules" => Some("/rules".to_owned()),
        other => other.strip_prefix("account:").map(|name| format!("/accounts/{name}")),
    }
}

/// Where the records of a bucket are listed.
fn listed(pipeline: &str, bucket: Bucket) -> Option<String> {
    match bucket {
        Bucket::Parked | Bucket::PassedBy => Some(format!("/inbox?pipeline={pipeline}")),
        Bucket::Retrying | Bucket::Waiting => Some("/inbox?tab=retrying".to_owned()),
        Bucket::Held => Some("/changes".to_owned()),
        Bucket::InStep | Bucket::LeftAlone | Bucket::OutOfScope => None,
    }
}

fn ledger(status: &Json, visit: &Visit) -> Markup {
    let lines: Vec<&Json> = list(status, "ledger").filter(|line| told::count(line, "/total") > 0).collect();
    html! {
        section.card.wide {
            h2 { "Where every record stood" }
            @if lines.is_empty() {
                p { "Nothing was counted yet: a comparison of everything counts." }
            } @else {
                div.scroll tabindex="0" role="region" aria-label="Where every record stood" {
                    table.numbers {
                        thead { tr {
                            th scope="col" { "Pipeline" } th.left scope="col" { "Records" } th scope="col" { "All" }
                            @for bucket in Bucket::ALL { th scope="col" { (bucket.key().replace('_', " ")) } }
                        } }
                        tbody { @for line in &lines { (ledger_line(line)) } }
                    }
                }
                p.dim { "As the last comparison of everything found it, which began "
                    (time(word(status, "/ledger_at"), visit.now))
                    "; the parts of a line sum up to what the account itself lists. What came since is under Queue." }
            }
            (command("petiole status"))
        }
    }
}

fn ledger_line(line: &Json) -> Markup {
    let pipeline = word(line, "/pipeline");
    html! {
        tr {
            th scope="row" { (pipeline) }
            td.left { (shown(&format!("{}.{}", word(line, "/account"), word(line, "/record")))) }
            td.all { (told::count(line, "/total")) }
            @for bucket in Bucket::ALL {
                @let number = told::count(line, &format!("/{}", bucket.key()));
                td {
                    @match listed(pipeline, bucket) {
                        Some(to) => (count(number, &to)),
                        None if number == 0 => span.none { "0" },
                        None => (number),
                    }
                }
            }
        }
    }
}

fn accounts(status: &Json, visit: &Visit) -> Markup {
    let accounts = status.get("accounts").and_then(Json::as_object);
    html! {
        section.card {
            h2 { "Accounts" }
            table {
                thead { tr {
                    th scope="col" { "Account" } th scope="col" { "When last compared" }
                    th scope="col" { "Able to work" } th scope="col" { "Last looked" }
                } }
                tbody { @for (name, account) in accounts.into_iter().flatten() {
                    tr {
                        th scope="row" { a href={ "/accounts/" (name) } { (shown(name)) } }
                        td { (in_step(status, name)) }
                        td { (able(account)) }
                        td { (time(word(account, "/last_poll"), visit.now)) }
                    }
                } }
            }
            (command("petiole doctor"))
        }
    }
}

/// Whether what an account lists is where it should be.
pub(super) fn in_step(status: &Json, account: &str) -> Markup {
    let lines: Vec<&Json> = list(status, "ledger").filter(|line| word(line, "/account") == account).collect();
    let settled = [Bucket::InStep, Bucket::LeftAlone, Bucket::OutOfScope];
    let of = |line: &Json, bucket: Bucket| told::count(line, &format!("/{}", bucket.key()));
    let open = |line: &&Json| -> u64 {
        Bucket::ALL.into_iter().filter(|bucket| !settled.contains(bucket)).map(|bucket| of(line, bucket)).sum()
    };
    match lines.iter().map(open).sum::<u64>() {
        _ if lines.is_empty() => light(Light::Unknown, "not counted"),
        0 => light(Light::Good, "in step"),
        1 => light(Light::Look, "1 is not"),
        open => light(Light::Look, &format!("{open} are not")),
    }
}

/// Whether calls to an account go through.
pub(super) fn able(account: &Json) -> Markup {
    match word(account, "/state") {
        "held back" => light(Light::Bad, "held back"),
        "on trial" => light(Light::Look, "on trial"),
        "alarm" => light(Light::Bad, "alarm"),
        _ if !word(account, "/paused_until").is_empty() => light(Light::Look, "paused"),
        "ok" => light(Light::Good, "able"),
        _ => light(Light::Unknown, "not called yet"),
    }
}

fn queue(status: &Json, ages: &Ages) -> Markup {
    let of = |path: &str| told::count(status, path);
    let line = |name: &str, number: u64, to: &str, oldest: Option<Duration>| {
        html! {
            tr {
                th scope="row" { (name) }
                td { (count(number, to)) }
                td { @if let Some(oldest) = oldest.filter(|_| number > 0) { (length(oldest)) } }
            }
        }
    };
    html! {
        section.card {
            h2 { "Queue" }
            table.numbers {
                thead { tr { th scope="col" { "Work" } th scope="col" { "Records" } th scope="col" { "Oldest" } } }
                tbody {
                    (line("waits its turn", waits_its_turn(status), "/inbox?tab=retrying", ages.waiting))
                    (line("is being done", of("/queue/in_flight"), "/inbox?tab=retrying", ages.in_flight))
                    (line("is tried again", of("/waiting/retrying"), "/inbox?tab=retrying", ages.retrying))
                    (line("needs a person", of("/queue/parked"), "/inbox", ages.parked))
                    (line("is held", of("/waiting/held"), "/inbox?tab=held", ages.held))
                }
            }
            (command("petiole retry --all"))
        }
    }
}

fn service(status: &Json, visit: &Visit) -> Markup {
    let reloaded = status.pointer("/last_reload/ok") != Some(&Json::Bool(false));
    let sweeping = status.get("sweeping") == Some(&Json::Bool(true));
    html! {
        section.card {
            h2 { "Service" }
            dl {
                dt { "Rules" }
                dd {
                    a href="/rules" { "generation " (told::count(status, "/generation")) } ", read "
                    (time(word(status, "/last_reload/at"), visit.now)) " "
                    @if reloaded { (light(Light::Good, "taken")) } @else { (light(Light::Bad, "not taken")) }
                }
                dt { "Mode" } dd { (word(status, "/mode")) }
                dt { "Compared" }
                dd { (time(word(status, "/last_sweep/at"), visit.now)) " " (word(status, "/last_sweep/state")) }
                dt { "Links" } dd { (told::count(status, "/links")) }
                dt { "Version" } dd { (word(status, "/version")) }
            }
            form method="post" action="/sweep" {
                button #sweep-now type="submit" disabled[sweeping] {
                    @if sweeping { "Comparing…" } @else { "Compare everything now" }
                }
            }
            (command("petiole sync --full"))
        }
    }
}

fn happened(calls: &[CallEntry], visit: &Visit) -> Markup {
    html! {
        section.card.wide {
            h2 { "Last calls that wrote or failed" }
            @if calls.is_empty() { p { "None is kept." } }
            @else {
                div.scroll tabindex="0" role="region" aria-label="Last calls" {
                    table.happened { tbody { @for call in calls.iter().rev() { (happening(call, visit)) } } }
                }
            }
            (command("petiole tap"))
        }
    }
}

pub(super) fn happening(call: &CallEntry, visit: &Visit) -> Markup {
    let told: Json = serde_json::from_str(&call.told).unwrap_or_default();
    let status = told::count(&told, "/status");
    let failed = !(200..400).contains(&status);
    html! {
        tr {
            td.nowrap { (time(&timestamp::text(call.at), visit.now)) }
            td {
                @if status == 0 { (light(Light::Bad, "no answer")) }
                @else if failed { (light(Light::Bad, &status.to_string())) }
                @else { (light(Light::Good, &status.to_string())) }
            }
            td { (word(&told, "/method")) " " (shown(path_of(word(&told, "/url")))) }
            td { @if let Some(target) = &call.target { (record(&target.to_string())) } }
        }
    }
}

/// An address without the host, which stands with its account.
fn path_of(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, rest)| rest);
    behind.find('/').and_then(|at| behind.get(at..)).unwrap_or(url)
}

/// Begins a comparison of everything; what comes of it the page shows.
pub(super) async fn sweep(State(shared): State<Shared>, Extension(visit): Extension<Visit>) -> Response {
    if shared.runtime.sweeping() {
        return frame::done(&visit, "/", "Everything is being compared already.");
    }
    let runtime = shared.runtime.clone();
    let work = async move {
        let whole = Pass { scope: Scope::Look(Look::Everything), confirmed: false, patience: Duration::ZERO };
        if let Err(trouble) = pass(&runtime, &whole).await {
            tracing::warn!(%trouble, "the comparison that a page asked for came to no end");
        }
    };
    drop(shared.runtime.world.spawner.start(work));
    frame::done(&visit, "/", "Everything is compared now; what would change too much waits for a yes.")
}
