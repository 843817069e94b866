//! `/changes`: what waits for a yes, and what a comparison of everything would write: counts, calls, minutes of budget,
//! and each value old → new with its rule line. What is confirmed is exactly the plan that is shown, by its name.
//!
//! Making a plan asks every system, so it is made on demand and beside other work; the page looks again by itself.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::REFRESH;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value as Json;

use super::frame::{self, Place, Visit};
use super::inbox_acts::{Form, NotDone, answered};
use super::parts::{Light, command, light, record, rule_path, shown, time, value};
use crate::runtime::service::carry_out::carry_out;
use crate::runtime::service::plan::{Wish, plan};
use crate::runtime::service::sweep_marks::LastSweep;
use crate::server::board::{Draft, Drafted};
use crate::server::plan::as_served;
use crate::server::shared::Shared;
use crate::value::{digest, timestamp};
use crate::view::shown::plain;
use crate::view::told::{self, counted, list, word};

/// Changes of a plan that are shown.
const CHANGES_SHOWN: usize = 200;

/// Digits of a plan's name.
const NAME_LENGTH: usize = 16;

/// How soon a page that waits for a plan looks again, in seconds.
const LOOK_AGAIN: &str = "1";

pub(super) async fn show(State(shared): State<Shared>, Extension(visit): Extension<Visit>) -> Response {
    let last = match LastSweep::of(shared.runtime.store.as_ref()).await {
        Ok(last) => last,
        Err(error) => return frame::store_failed(&error),
    };
    let drafted = shared.board.drafted();
    let waits = matches!(drafted, Drafted::Making | Drafted::CarryingOut(_));
    let body = html! {
        h1 { "Changes" }
        (held(&shared, last, &visit))
        (drafted_card(&drafted, &shared.runtime.live.load().plan.rules_hash, &visit))
    };
    let mut page = frame::page(&shared, &visit, ("Changes", Place::Changes), body).await;
    if waits {
        page.headers_mut().insert(REFRESH, HeaderValue::from_static(LOOK_AGAIN));
    }
    page
}

/// What the brake holds.
fn held(shared: &Shared, last: Option<LastSweep>, visit: &Visit) -> Markup {
    let stopped = shared.runtime.brake.stopped();
    html! {
        section.card {
            h2 { "What waits for a yes" }
            @match &stopped {
                Some(why) => {
                    p { (light(Light::Look, "held back")) " The last comparison stopped before it changed too much." }
                    pre.wrap tabindex="0" { (lines(why)) }
                    p { "Make the plan to see each change; it is then confirmed as a whole." }
                }
                None => p {
                    (light(Light::Good, "nothing"))
                    @if let Some(last) = last {
                        " The last comparison of everything began " (time(&timestamp::text(last.at), visit.now)) ": "
                        (last.state) "."
                    }
                }
            }
            form method="post" action="/changes" {
                button type="submit" name="do" value="plan" { "Make a plan of everything" }
            }
            p.dim { "It asks every system, and writes nothing." }
            (command("petiole plan --full --out plan.json"))
        }
    }
}

fn lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

fn drafted_card(drafted: &Drafted, serving: &str, visit: &Visit) -> Markup {
    html! {
        @match drafted {
            Drafted::None => {}
            Drafted::Making => section.card { p role="status" { "The plan is being made: both sides are looked at." } },
            Drafted::Failed(why) => section.card {
                h2 { (light(Light::Bad, "")) "There is no plan" }
                pre.wrap tabindex="0" { (lines(why)) }
            },
            Drafted::Made(draft) => (draft_card(draft, word(&draft.plan, "/rules/hash") == serving, visit)),
            Drafted::CarryingOut(draft) => section.card {
                p role="status" { "Plan " code { (draft.hash) } " is being carried out." }
            },
            Drafted::Done(report) => section.card {
                h2 { "What came of the plan" }
                pre.wrap tabindex="0" { (lines(report)) }
            },
        }
    }
}

fn draft_card(draft: &Draft, is_current: bool, visit: &Visit) -> Markup {
    let plan = &draft.plan;
    let changes: Vec<&Json> = list(plan, "changes").collect();
    let all = u64::try_from(changes.len()).unwrap_or_default();
    html! {
        section.card {
            h2 {
                "The plan " code { (draft.hash) } " "
                span.dim { "made " (time(&timestamp::text(draft.at), visit.now)) }
            }
            (counts(plan))
            (budget(plan))
            @for parked in list(plan, "parked") {
                p {
                    (light(Light::Look, "would need a person")) " " (record(word(parked, "/record"))) ": "
                    (shown(word(parked, "/message")))
                }
            }
            @if all == 0 { p { (light(Light::Good, "")) "Nothing would be written." } }
            @else if !is_current {
                p { (light(Light::Look, "of other rules")) " The rules have changed since: make the plan anew." }
                (rows(&changes, all))
            }
            @else {
                form.acts method="post" action="/changes" {
                    input type="hidden" name="plan" value=(draft.hash);
                    button.main type="submit" name="do" value="confirm" {
                        "Yes: make exactly " (if all == 1 { "this " } else { "these " }) (counted(all, "change"))
                    }
                }
                p.dim { "Nothing is written where world or rules have moved since." }
                (rows(&changes, all))
            }
            (command("petiole sync --plan plan.json"))
        }
    }
}

fn counts(plan: &Json) -> Markup {
    let columns = ["create", "update", "move", "remove", "park", "link"];
    html! {
        @if list(plan, "pipelines").next().is_some() { table.numbers {
            thead { tr { th scope="col" { "Pipeline" } @for column in columns { th scope="col" { (column) } } } }
            tbody { @for line in list(plan, "pipelines") {
                tr {
                    th scope="row" { (shown(word(line, "/pipeline"))) }
                    @for column in columns { td { (told::count(line, &format!("/{column}"))) } }
                }
            } }
        } }
    }
}

/// How much of each account's budget it takes.
fn budget(plan: &Json) -> Markup {
    html! {
        @for calls in list(plan, "calls") {
            p {
                (shown(word(calls, "/account"))) ": " (counted(told::count(calls, "/calls"), "call")) ", "
                (told::count(calls, "/writes")) " of them writes"
                @let minutes = told::count(calls, "/minutes");
                @if minutes > 0 { "; " (counted(minutes, "minute")) " of its budget" }
            }
        }
    }
}

fn rows(changes: &[&Json], all: u64) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Changes" {
            table {
                thead { tr {
                    th scope="col" { "Record" } th scope="col" { "Does" } th scope="col" { "Old → new" }
                    th scope="col" { "By" }
                } }
                tbody { @for change in changes.iter().take(CHANGES_SHOWN) { (row(change)) } }
            }
        }
        @if changes.len() > CHANGES_SHOWN { p.dim { "The first " (CHANGES_SHOWN) " of " (all) "." } }
    }
}

fn row(change: &Json) -> Markup {
    let is_new = change.get("new") == Some(&Json::Bool(true));
    let (target, cause) = (word(change, "/record"), word(change, "/cause"));
    html! {
        tr {
            td {
                @if is_new { (shown(target.split('/').next().unwrap_or(target))) ", new" } @else { (record(target)) }
                @if cause != target { div.dim { "for " (record(cause)) } }
            }
            td { (shown(word(change, "/pipeline"))) " " (shown(word(change, "/action"))) }
            td { @for one in list(change, "values") { (old_new(one, word(change, "/action") == "create")) } }
            td { @for place in list(change, "rules").filter_map(Json::as_str).take(4) { (place_of(place)) } }
        }
    }
}

fn old_new(one: &Json, made: bool) -> Markup {
    let of = |key: &str| value(one.get(key).unwrap_or(&Json::Null));
    html! {
        div {
            span.dim { (shown(word(one, "/field"))) } " "
            @if !made { span.old { (of("old")) } " → " }
            (of("new"))
        }
    }
}

fn place_of(place: &str) -> Markup {
    let (file, line) = place.rsplit_once(':').unwrap_or((place, ""));
    html! { div { a href=(rule_path(file, line)) { (plain(place)) } } }
}

pub(super) async fn act(State(shared): State<Shared>, Extension(visit): Extension<Visit>, body: Bytes) -> Response {
    let form = Form::of(&body);
    let done = match form.needed("do") {
        Ok("plan") => make(&shared),
        Ok("confirm") => form.needed("plan").and_then(|hash| confirm(&shared, hash)),
        Ok(other) => Err(NotDone::new(StatusCode::BAD_REQUEST, format!("nothing is done that is called `{other}`"))),
        Err(not_done) => Err(not_done),
    };
    answered(&shared, &visit, ("/changes", done)).await
}

/// Begins to make a plan of everything.
fn make(shared: &Shared) -> Result<String, NotDone> {
    if !shared.board.begins() {
        return Err(NotDone::new(StatusCode::CONFLICT, "a plan is being made or carried out already"));
    }
    let own = shared.clone();
    let work = async move {
        let made = match as_served(&own).await {
            Ok((ground, rules)) => {
                let wish = Wish { full: true, only: None, patience: Duration::ZERO };
                plan(&ground, rules, &wish, |_| ()).await.map_err(|error| error.to_string())
            }
            Err((_, why)) => Err(why),
        };
        own.board.set(match made {
            Ok(planned) => {
                let (plan, at) = (planned.to_json(), own.runtime.world.clock.now());
                let hash = digest::of_bytes(format!("{}\n{plan}", timestamp::text(at)).as_bytes());
                let hash = hash.chars().take(NAME_LENGTH).collect();
                Drafted::Made(Arc::new(Draft { hash, at, plan }))
            }
            Err(why) => Drafted::Failed(why),
        });
    };
    begin(shared, work);
    Ok("The plan is being made.".to_owned())
}

/// Begins to carry out the plan of this name.
fn confirm(shared: &Shared, hash: &str) -> Result<String, NotDone> {
    let why = "this is not the plan that waits here: it was carried out, or another was made since; make it anew";
    let draft = shared.board.confirmed(hash).ok_or_else(|| NotDone::new(StatusCode::CONFLICT, why))?;
    let own = shared.clone();
    let work = async move {
        own.board.set(match carry_out(&own.runtime, &draft.plan, Duration::ZERO).await {
            Ok(done) => Drafted::Done(done.to_string()),
            Err(why) => Drafted::Failed(why.to_string()),
        });
    };
    begin(shared, work);
    Ok(format!("Plan {hash} is being carried out."))
}

/// Begins work on the plan; where it breaks off, there is none.
fn begin(shared: &Shared, work: impl Future<Output = ()> + Send + 'static) {
    let own = shared.clone();
    let task = shared.runtime.world.spawner.start(work);
    let watched = async move {
        if let Err(error) = task.await {
            tracing::error!(%error, "work on a plan broke off");
            own.board.set(Drafted::Failed("this broke off; the log of the service says more".to_owned()));
        }
    };
    drop(shared.runtime.world.spawner.start(watched));
}
