//! `/accounts/NAME`: how one account is: what it lets through, what was called, which webhooks came.

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value as Json;

use super::frame::{self, Place, Visit};
use super::now::{able, in_step};
use super::parts::{Light, command, light, shown, time};
use crate::connector::Connector;
use crate::language::plan::Plan;
use crate::server::shared::Shared;
use crate::server::status;
use crate::view::told::{self, list, word};

pub(super) async fn show(
    State(shared): State<Shared>,
    Extension(visit): Extension<Visit>,
    Path(name): Path<String>,
) -> Response {
    let runtime = &shared.runtime;
    let live = runtime.live.load_full();
    if !live.plan.accounts.contains_key(&name) {
        let why = format!("The rules have no account {name}.");
        return frame::failed(&shared, &visit, StatusCode::NOT_FOUND, &why).await;
    }
    let status = match status::status(runtime, &shared.refused).await {
        Ok(status) => status,
        Err(error) => return frame::store_failed(&error),
    };
    let account = status.pointer("/accounts").and_then(|all| all.get(&name)).cloned().unwrap_or_default();
    let heard = runtime.meter.heard().get(&name).cloned().unwrap_or_default();
    let peer = live.peers.get(&name);
    let body = html! {
        h1 { "Account " (shown(&name)) }
        div.cards {
            section.card {
                h2 { "Now" }
                dl {
                    dt { "System" } dd { (word(&account, "/system")) }
                    @if let Some(peer) = peer { dt { "Address" } dd { (shown(&peer.base_url())) } }
                    dt { "When last compared" } dd { (in_step(&status, &name)) }
                    dt { "Able to work" } dd { (able(&account)) }
                    dt { "Last looked" } dd { (time(word(&account, "/last_poll"), visit.now)) }
                    dt { "Paused until" }
                    dd { @match word(&account, "/paused_until") { "" => "not paused", at => (time(at, visit.now)) } }
                    @if let Some(peer) = peer {
                        dt { "Calls left" }
                        dd { (peer.calls_left()) " at once, " (peer.system().limits.per_minute) " a minute" }
                    }
                }
                @for alarm in list(&account, "alarms") { (alarmed(alarm)) }
                (command(&format!("petiole retry {name}")))
            }
            @if let Some(peer) = peer { (calls(peer)) }
            section.card {
                h2 { "Webhooks" }
                dl {
                    dt { "Taken" } dd { (heard.webhooks) }
                    dt { "Missed since" } dd { (heard.missed) }
                    dt { "Refused" } dd { (told::count(&account, "/webhooks_refused")) }
                }
                p.dim { "Since the service began. Missed are changes that only a look for changes showed." }
                (command("petiole doctor"))
            }
            (assumed(&live.plan, word(&account, "/system")))
        }
    };
    frame::page(&shared, &visit, (&format!("Account {name}"), Place::Elsewhere), body).await
}

fn alarmed(alarm: &Json) -> Markup {
    let text = alarm.as_str().unwrap_or_else(|| word(alarm, "/text"));
    html! { p { (light(Light::Bad, "")) (shown(text)) } }
}

/// What was called since the service began, by what for and how it was answered.
fn calls(peer: &Connector) -> Markup {
    let mut by_kind: BTreeMap<&str, Vec<(String, u64)>> = BTreeMap::new();
    for ((kind, status), count) in peer.answers() {
        let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        by_kind.entry(kind).or_default().push((status, count));
    }
    html! {
        section.card {
            h2 { "Calls" }
            @if by_kind.is_empty() { p { "None since the service began." } }
            @else {
                table.numbers {
                    thead { tr {
                        th scope="col" { "For" } th.left scope="col" { "Answer" } th scope="col" { "Calls" }
                    } }
                    tbody { @for (kind, answers) in &by_kind { @for (status, count) in answers {
                        tr { th scope="row" { (kind) } td.left { (status) } td { (count) } }
                    } } }
                }
            }
            (command("petiole tap"))
        }
    }
}

/// What the system file takes for true though no reference says it.
fn assumed(plan: &Plan, system: &str) -> Markup {
    let records = plan.systems.get(system).into_iter().flat_map(|system| system.records.values());
    let fields: Vec<(String, Vec<String>)> = records
        .map(|record| {
            let assumed = record.fields.iter().filter(|field| field.assumed);
            (record.name.clone(), assumed.map(|field| field.path.to_string()).collect::<Vec<_>>())
        })
        .filter(|(_, fields)| !fields.is_empty())
        .collect();
    html! {
        section.card {
            h2 { "What the system file assumes" }
            @if fields.is_empty() { p { "Nothing." } }
            @else { dl { @for (record, fields) in &fields { dt { (record) } dd { (fields.join(", ")) } } } }
            (command("petiole lint --summary"))
        }
    }
}
