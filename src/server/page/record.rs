//! `/r/ACCOUNT.RECORD/ID`: why a record stands as it does: its state first, then every value with the rule line, who
//! told of the change and when; what rules that said nothing were kept from; what happened, and the calls.
//!
//! Shows what `explain` tells. `?as=test` shows the same as a rule test.

use std::collections::BTreeSet;

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value as Json;

use super::frame::{self, Place, Visit};
use super::parts::{Light, command, light, record, record_path, rule, shown, time, value};
use super::record_values::pair_values;
use crate::server::explain::{Form, explained};
use crate::server::query;
use crate::server::shared::Shared;
use crate::view::shown::plain;
use crate::view::told::{self, counted, list, word};

pub(super) async fn show(
    State(shared): State<Shared>,
    Extension(visit): Extension<Visit>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let as_test = query::pairs(&query.unwrap_or_default()).get("as").is_some_and(|form| form == "test");
    let form = if as_test { Form::Test } else { Form::Whole };
    let told = match explained(&shared, &name, form).await {
        Ok(told) => told,
        Err((status, words)) => return frame::failed(&shared, &visit, status, &words).await,
    };
    let body = if as_test { test(&name, &told) } else { body(&shared, &visit, &told) };
    frame::page(&shared, &visit, (&name, Place::Elsewhere), body).await
}

/// What happened to it, as a test that rules must hold from then on.
fn test(name: &str, told: &Json) -> Markup {
    html! {
        h1 { "A rule test from " (record(name)) }
        section.card {
            p {
                "What was last written or parked for this record, as it goes beside the rules: copy it into a file "
                "under " code { "rules/" } "."
            }
            pre tabindex="0" { (plain_lines(word(told, "/test"))) }
            (command(&format!("petiole explain {name} --as-test > rules/kept.yaml")))
        }
    }
}

fn plain_lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

fn body(shared: &Shared, visit: &Visit, told: &Json) -> Markup {
    let name = word(told, "/record");
    html! {
        (head(told, name, visit))
        (acts(shared, told, name))
        @for park in list(told, "parks") { (parked(park, visit)) }
        @for pair in list(told, "pairs") { (pair_card(told, pair, visit)) }
        (open(told, visit))
        (timeline(told, visit))
        (calls(told, visit))
        (command(&format!("petiole explain {name} --calls")))
    }
}

fn head(told: &Json, name: &str, visit: &Visit) -> Markup {
    let (kind, id) = name.split_once('/').unwrap_or((name, ""));
    let parked = list(told, "parks").count();
    let linked = list(told, "pairs").any(|pair| !word(pair, "/linked").is_empty());
    html! {
        h1 { span.dim { (plain(kind)) "/" } (shown(id)) }
        p {
            @if parked > 0 { (light(Light::Look, "needs a person")) }
            @else if let Some(one) = list(told, "standing").next() { (light(Light::Look, word(one, "/state"))) }
            @else if list(told, "open").next().is_some() { (light(Light::Look, "a call's end is not known yet")) }
            @else if linked { (light(Light::Good, "linked")) }
            @else { (light(Light::Unknown, "no counterpart")) }
            @for other in counterparts(told, name) { " · " (record(&other)) }
        }
        @for one in list(told, "standing") {
            p {
                "It " (shown(word(one, "/text"))) " "
                @if !word(one, "/since").is_empty() { span.dim { "since " (time(word(one, "/since"), visit.now)) } }
            }
        }
    }
}

/// The records that belong to it.
fn counterparts(told: &Json, name: &str) -> BTreeSet<String> {
    let ends = list(told, "pairs").flat_map(|pair| [word(pair, "/left"), word(pair, "/right")]);
    ends.filter(|end| !end.is_empty() && *end != name).map(str::to_owned).collect()
}

fn acts(shared: &Shared, told: &Json, name: &str) -> Markup {
    let live = shared.runtime.live.load();
    let observed = live.mode() != "live";
    let to = record_path(name);
    let lost: BTreeSet<&str> = list(told, "timeline").filter_map(lost_group).collect();
    html! {
        div.acts {
            form method="post" action=(to) {
                button.main type="submit" name="do" value="sync" {
                    @if observed { "Look at it now" } @else { "Sync it now" }
                }
                button type="submit" name="do" value="hold" { "Hold" }
                button type="submit" name="do" value="release" { "Let it go on" }
            }
            @for group in lost {
                form method="post" action=(to) {
                    input type="hidden" name="group" value=(group);
                    button type="submit" name="do" value="take" { "Take the other side's " (plain(group)) }
                }
            }
            @if told.get("testable") == Some(&Json::Bool(true)) { a href={ (to) "?as=test" } { "As a rule test" } }
        }
        br;
    }
}

/// The group of fields that both sides had changed, where a line of what happened says so.
fn lost_group(line: &Json) -> Option<&str> {
    word(line, "/what").strip_prefix("both sides changed `")?.split_once('`').map(|(group, _)| group)
}

fn parked(park: &Json, visit: &Visit) -> Markup {
    html! {
        section.card {
            h2 { (light(Light::Look, "")) (shown(word(park, "/reason"))) }
            p { (shown(word(park, "/message"))) }
            p { (rule(park.get("rule").unwrap_or(&Json::Null))) " " (time(word(park, "/since"), visit.now)) }
            p { a href="/inbox" { "Mend it in the inbox" } }
            (command(word(park, "/mend")))
        }
    }
}

fn pair_card(told: &Json, pair: &Json, visit: &Visit) -> Markup {
    let pipeline = word(pair, "/pipeline");
    html! {
        section.card {
            h2 {
                (plain(pipeline)) ": "
                @if word(pair, "/linked").is_empty() { "no counterpart" }
                @else {
                    (record(word(pair, "/left"))) " = " (record(word(pair, "/right")))
                    " " span.dim { "since " (time(word(pair, "/linked"), visit.now)) }
                    @if pair.get("by_hand") == Some(&Json::Bool(true)) { ", by hand" }
                }
            }
            (stood(pair, visit))
            (pair_values(told, pair, visit))
        }
    }
}

/// What the last decision came to, where that is no write.
fn stood(pair: &Json, visit: &Visit) -> Markup {
    let decided = pair.get("decided").filter(|decided| decided.is_object());
    let unlinked = word(pair, "/linked").is_empty();
    html! {
        @match decided {
            None => {
                p.dim {
                    "No decision about it is kept: nothing was to be done whenever it was looked at, or it is older "
                    "than the journal."
                }
                @if let Some(creates) = pair.get("creates").filter(|creates| creates.is_object()) {
                    p { "A counterpart is created where this holds: " (rule(creates)) }
                }
            }
            Some(decided) => {
                @if unlinked {
                    p {
                        "Last decided " (time(word(decided, "/at"), visit.now)) " by generation "
                        (told::count(decided, "/generation")) ": " (shown(word(decided, "/told/text")))
                    }
                    @if !word(decided, "/unmatched").is_empty() { p { (shown(word(decided, "/unmatched"))) } }
                    @for create in list(pair, "create") {
                        p { (shown(word(create, "/about"))) ": " (shown(word(create, "/text"))) " "
                            (rule(create.get("rule").unwrap_or(&Json::Null))) }
                    }
                }
                @for stop in list(decided, "stops") {
                    p {
                        (light(Light::Look, "stopped")) " " (time(word(decided, "/at"), visit.now)) ": "
                        (shown(word(stop, "/message"))) " " (rule(stop.get("rule").unwrap_or(&Json::Null)))
                    }
                }
            }
        }
    }
}

fn open(told: &Json, visit: &Visit) -> Markup {
    html! {
        @for open in list(told, "open") {
            section.card { p {
                (light(Light::Look, "begun")) " " (time(word(open, "/at"), visit.now))
                " and not known to have ended: " (shown(word(open, "/action"))) " of "
                (shown(&format!("{}.{} {}", word(open, "/account"), word(open, "/record"), word(open, "/id"))))
            } }
        }
    }
}

/// What happened to it and its counterparts, the newest first.
fn timeline(told: &Json, visit: &Visit) -> Markup {
    let lines: Vec<&Json> = list(told, "timeline").collect();
    html! {
        section.card {
            h2 { "What happened" }
            @if lines.is_empty() { p { "Nothing is kept." } }
            ol.line { @for line in lines.into_iter().rev() { (happened(line, visit)) } }
        }
    }
}

fn happened(line: &Json, visit: &Visit) -> Markup {
    let detail = line.get("detail").and_then(Json::as_object).filter(|detail| !detail.is_empty());
    let told_of = word(line, "/decision/told/text");
    html! {
        li {
            (time(word(line, "/at"), visit.now))
            div {
                (shown(word(line, "/what")))
                @if !told_of.is_empty() { " " span.dim { "· " (shown(told_of)) } }
                @for stop in list(line.get("decision").unwrap_or(&Json::Null), "stops") {
                    p { (shown(word(stop, "/message"))) }
                }
                @if let Some(detail) = detail {
                    details {
                        summary { (counted(u64::try_from(detail.len()).unwrap_or_default(), "value")) }
                        dl { @for (name, held) in detail { dt { (shown(name)) } dd { (value(held)) } } }
                        @let places: Vec<&str> = list(line, "lines").filter_map(Json::as_str).collect();
                        @if !places.is_empty() { p.dim { "by " (shown(&places.join(", "))) } }
                    }
                }
            }
        }
    }
}

/// The calls that were made for it, each as a line for a shell that makes it again.
fn calls(told: &Json, visit: &Visit) -> Markup {
    let calls: Vec<&Json> = list(told, "calls").collect();
    html! {
        section.card {
            h2 { "Calls that wrote or failed" }
            @if calls.is_empty() { p { "None is kept." } }
            ol.line { @for call in calls.into_iter().rev() {
                li {
                    (time(word(call, "/at"), visit.now))
                    details {
                        summary { (ended(call)) " " (word(call, "/method")) " " (shown(word(call, "/url"))) }
                        pre.wrap tabindex="0" { (plain(word(call, "/curl"))) (plain(word(call, "/done"))) }
                        @if !word(call, "/answer").is_empty() {
                            h3 { "Answer in " (told::count(call, "/took_ms")) " ms" }
                            pre.wrap tabindex="0" { (plain_lines(word(call, "/answer"))) }
                        }
                    }
                }
            } }
        }
    }
}

fn ended(call: &Json) -> Markup {
    match told::count(call, "/status") {
        0 => light(Light::Bad, word(call, "/failure")),
        status if status < 400 => light(Light::Good, &status.to_string()),
        status => light(Light::Bad, &status.to_string()),
    }
}
