//! `/inbox`: what is stuck, and what a person does about it: a card for each cause, not a row for each record.
//!
//! Tabs for what is tried again by itself, and for what a person has wait. What the buttons do is another file's.

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value as Json;

use super::frame::{self, Place, Visit};
use super::parts::{command, record, record_path, rule_path, shown, time, value};
use crate::engine::COUNTERPART_GONE;
use crate::server::query;
use crate::server::shared::Shared;
use crate::store::{Park, PutOff, Standing, StoreError};
use crate::value::timestamp;
use crate::view::causes::{Cause, by_reason, causes, without_values};
use crate::view::park::item;
use crate::view::shown::plain;
use crate::view::told::{counted, list, word};

/// Entries of a cause that are shown beside others.
const ENTRIES_SHOWN: usize = 3;

/// Entries of one cause on a page.
const ENTRIES_OF_ONE: usize = 50;

/// Causes on a page.
const CAUSES_SHOWN: usize = 40;

/// Records of those that were put off that are shown.
const PUT_OFF_SHOWN: usize = 100;

/// Dropped records that are shown.
const DROPPED_SHOWN: usize = 100;

/// The lines of rules that are shown with a cause.
type Lines = BTreeMap<String, Vec<String>>;

pub(super) async fn show(
    State(shared): State<Shared>,
    Extension(visit): Extension<Visit>,
    RawQuery(query): RawQuery,
) -> Response {
    let asked = query::pairs(&query.unwrap_or_default());
    let tab = asked.get("tab").map(String::as_str).unwrap_or_default();
    let body = match tab {
        "retrying" => retrying(&shared, &visit).await,
        "held" => held(&shared, &visit).await,
        "dropped" => dropped(&shared).await,
        _ => person(&shared, &visit, &asked).await,
    };
    match body {
        Ok(body) => {
            let whole = html! { h1 { "Inbox" } (tabs(tab)) (body) };
            frame::page(&shared, &visit, ("Inbox", Place::Inbox), whole).await
        }
        Err(error) => frame::store_failed(&error),
    }
}

fn tabs(current: &str) -> Markup {
    let tabs = [("", "Needs a person"), ("retrying", "Tried again"), ("held", "Held"), ("dropped", "Dropped")];
    let is_current = |tab: &str| (tab == current || tab.is_empty() && current == "person").then_some("page");
    html! {
        ul.tabs { @for (tab, name) in tabs {
            li { a href={ "/inbox" @if !tab.is_empty() { "?tab=" (tab) } } aria-current=[is_current(tab)] { (name) } }
        } }
    }
}

/// What is at hand to show causes with.
struct Hand<'a> {
    /// The lines of the rules that serve.
    lines: Lines,
    /// The entries that are shown, by number.
    parks: BTreeMap<i64, Park>,
    visit: &'a Visit,
    /// The first entry of each cause that is shown, and how many.
    from: usize,
    most: usize,
}

/// What needs a person, by cause.
async fn person(shared: &Shared, visit: &Visit, asked: &BTreeMap<String, String>) -> Result<Markup, StoreError> {
    let store = shared.runtime.store.as_ref();
    let heads = store.park_heads().await?;
    let pipeline = asked.get("pipeline").filter(|name| !name.is_empty());
    let mut causes = causes(heads.iter().filter(|head| pipeline.is_none_or(|name| head.pipeline == *name)));
    let only = asked.get("cause");
    causes.retain(|cause| only.is_none_or(|key| cause.key == *key));
    let from = asked.get("from").and_then(|from| from.parse().ok()).unwrap_or_default();
    let most = if only.is_some() { ENTRIES_OF_ONE } else { ENTRIES_SHOWN };
    let entries = causes.iter().take(CAUSES_SHOWN).flat_map(|cause| cause.parks.iter().skip(from).take(most));
    let numbers: Vec<i64> = entries.map(|head| head.number).collect();
    let parks = store.parks_numbered(&numbers).await?.into_iter().map(|park| (park.number, park)).collect();
    let kept = store.last_good().await?.map(|(_, texts)| texts).unwrap_or_default();
    let lines = kept.into_iter().map(|text| (text.name, text.text.lines().map(str::to_owned).collect())).collect();
    let hand = Hand { lines, parks, visit, from, most };
    Ok(html! {
        @if let Some(pipeline) = pipeline {
            p { "Of the pipeline " b { (plain(pipeline)) } ". " a href="/inbox" { "All" } }
        }
        @if causes.is_empty() { section.card { p { "Nothing waits for a person." } (command("petiole inbox list")) } }
        @for cause in causes.iter().take(CAUSES_SHOWN) { (card(cause, &hand)) }
        @if causes.len() > CAUSES_SHOWN {
            p.dim { "And " (causes.len() - CAUSES_SHOWN) " causes more, which show once some of these are gone." }
        }
    })
}

/// A cause: what it is, how much, the rule line, the entries, and what is to be done with all of them.
fn card(cause: &Cause<'_>, hand: &Hand<'_>) -> Markup {
    let Some(first) = cause.parks.first() else { return html! {} };
    let all = u64::try_from(cause.parks.len()).unwrap_or(u64::MAX);
    let to = format!("/inbox?cause={}", cause.key);
    let shown_of_it = cause.parks.iter().skip(hand.from).take(hand.most);
    let entries: Vec<&Park> = shown_of_it.filter_map(|head| hand.parks.get(&head.number)).collect();
    html! {
        section.card.cause #(cause.key) {
            h2 { (shown(&first.reason)) @if let Some(group) = &first.group { ": " (shown(group)) } }
            p {
                a href=(to) { (counted(all, "record")) } " in " (plain(&first.pipeline))
                ", the oldest " (time(&timestamp::text(first.since), hand.visit.now)) " "
                span.dim { "[" (plain(&first.code)) "]" }
            }
            (rule_line(&first.rule, &hand.lines))
            ul.entries { @for park in &entries { (entry(park, hand.visit, &to)) } }
            (pages(cause, &to, (hand.from, hand.most)))
            (for_all(cause, all))
            (command(&commands(&entries, all)))
        }
    }
}

fn commands(entries: &[&Park], all: u64) -> String {
    match entries {
        [one] if all == 1 => word(&item(one), "/mend").to_owned(),
        _ => "petiole inbox list".to_owned(),
    }
}

/// The rule line as it is served, with its place.
fn rule_line((file, line): &(String, usize), lines: &Lines) -> Markup {
    let text = lines.get(file).and_then(|lines| lines.get(line.checked_sub(1)?));
    html! {
        @if !file.is_empty() {
            pre {
                "  --> " a href=(rule_path(file, &line.to_string())) { (plain(file)) ":" (line) } "\n"
                @if let Some(text) = text { (line) " | " (plain(text)) }
            }
        }
    }
}

fn pages(cause: &Cause<'_>, to: &str, (from, most): (usize, usize)) -> Markup {
    let all = cause.parks.len();
    let until = from.saturating_add(most).min(all);
    html! {
        @if all > most {
            p.dim {
                (from.saturating_add(1)) "–" (until) " of " (all) " "
                @if most < ENTRIES_OF_ONE { a href=(to) { "Show all" } }
                @else {
                    @if from > 0 { a href={ (to) "&from=" (from.saturating_sub(most)) } { "Newer page" } " " }
                    @if until < all { a href={ (to) "&from=" (until) } { "Next page" } }
                }
            }
        }
    }
}

/// An entry: the record, what happened, both values, what it may have meant, and what is to be done with it.
fn entry(park: &Park, visit: &Visit, back: &str) -> Markup {
    let told = item(park);
    let draft = &park.draft;
    let relinks = draft.code == COUNTERPART_GONE;
    html! {
        li {
            div {
                (record(&draft.target.to_string())) " " span.dim {
                    (time(&timestamp::text(park.since), visit.now)) ", tried " (counted(park.attempts.into(), "time"))
                }
            }
            p { (shown(&draft.message)) }
            @let values: Vec<&Json> = list(&told, "values").collect();
            @if !values.is_empty() {
                dl { @for one in values {
                    dt { (shown(word(one, "/of"))) } dd { (value(one.get("value").unwrap_or(&Json::Null))) }
                } }
            }
            @if draft.unpaired.is_some() && !draft.candidates.is_empty() {
                ul.plain { @for near in &draft.candidates {
                    li {
                        form.acts method="post" action="/inbox" {
                            (hidden(park, back))
                            input type="hidden" name="do" value=(if relinks { "relink" } else { "match" });
                            input type="hidden" name="target" value=(format!("{}/{}", near.record, near.id));
                            button.main type="submit" { "This is meant" }
                            span {
                                (record(&format!("{}/{}", near.record, near.id))) " " (shown(&near.label))
                                " " span.dim { (shown(&near.why)) }
                            }
                        }
                    }
                } }
            }
            div.acts {
                form method="post" action="/inbox" {
                    (hidden(park, back))
                    button type="submit" name="do" value="retry" { "Try again" }
                    button type="submit" name="do" value="drop" title="Until the record changes again" { "Drop" }
                    button type="submit" name="do" value="hold" { "Hold the record" }
                }
                @if draft.unpaired.is_some() { (another(park, back, relinks)) }
            }
        }
    }
}

fn another(park: &Park, back: &str, relinks: bool) -> Markup {
    html! {
        details {
            summary { "Another one is meant" }
            form method="post" action="/inbox" {
                (hidden(park, back))
                input type="hidden" name="do" value=(if relinks { "relink" } else { "match" });
                input type="text" name="target" required aria-label="The record that is meant"
                    placeholder="account.record/ID";
                button type="submit" { "Match" }
            }
        }
    }
}

fn hidden(park: &Park, back: &str) -> Markup {
    html! {
        input type="hidden" name="id" value=(park.number);
        input type="hidden" name="back" value=(back);
    }
}

/// What is to be done with all entries of a cause; how many that is, is said before.
fn for_all(cause: &Cause<'_>, all: u64) -> Markup {
    // What came since the page was made was seen by nobody.
    let seen = cause.parks.iter().map(|head| head.number).max().unwrap_or_default();
    html! {
        @if all > 1 {
            div.acts {
                form method="post" action="/inbox" {
                    input type="hidden" name="cause" value=(cause.key);
                    input type="hidden" name="seen" value=(seen);
                    button type="submit" name="do" value="retry" { "Try all " (all) " again" }
                }
                details {
                    summary { "Drop all " (all) }
                    form method="post" action="/inbox" {
                        input type="hidden" name="cause" value=(cause.key);
                    input type="hidden" name="seen" value=(seen);
                        button type="submit" name="do" value="drop" {
                            "Yes, drop " (all) " until their records change again"
                        }
                    }
                }
            }
        }
    }
}

/// What is tried again by itself, by why.
async fn retrying(shared: &Shared, visit: &Visit) -> Result<Markup, StoreError> {
    let store = shared.runtime.store.as_ref();
    let put_off = store.put_off(PUT_OFF_SHOWN).await?;
    let counts = store.counts().await?;
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for (reason, records) in store.deferred().await? {
        let all = reasons.entry(without_values(&reason)).or_default();
        *all = all.saturating_add(records);
    }
    let by_reason = by_reason(&put_off);
    Ok(html! {
        section.card {
            p {
                (counted(counts.retrying, "record")) " " (if counts.retrying == 1 { "was" } else { "were" })
                " put off and " (if counts.retrying == 1 { "goes" } else { "go" }) " on by themselves; "
                (counts.pending.saturating_sub(counts.retrying)) " wait their turn and "
                (counts.in_flight) " are being worked on."
            }
            @if counts.retrying > 0 {
                form method="post" action="/inbox" {
                    button type="submit" name="do" value="hasten" { "Try all " (counts.retrying) " now" }
                }
            }
            (command("petiole retry --all"))
        }
        @for (reason, records) in &by_reason {
            section.card.cause {
                h2 { (shown(records.first().map_or(reason.as_str(), |one| one.reason.as_str()))) }
                p { (counted(reasons.get(reason).copied().unwrap_or_default(), "record")) }
                (tried(records, visit))
            }
        }
    })
}

fn tried(records: &[&PutOff], visit: &Visit) -> Markup {
    let next = |one: &PutOff| visit.now.checked_add(one.due_in).unwrap_or(visit.now);
    html! {
        div.scroll tabindex="0" role="region" aria-label="Records that are tried again" {
            table {
                thead { tr {
                    th scope="col" { "Record" } th scope="col" { "Since" } th scope="col" { "Tried" }
                    th scope="col" { "Next try" } th scope="col" { }
                } }
                tbody { @for one in records {
                    tr {
                        td { (record(&one.target.to_string())) }
                        td { (time(&timestamp::text(one.since), visit.now)) }
                        td { (counted(one.attempts.into(), "time")) }
                        td { (time(&timestamp::text(next(one)), visit.now)) }
                        td {
                            form method="post" action="/inbox" {
                                input type="hidden" name="target" value=(one.target.to_string());
                                button type="submit" name="do" value="hasten" { "Now" }
                            }
                        }
                    }
                } }
            }
        }
    }
}

/// What a person has wait, and how to have something wait.
async fn held(shared: &Shared, visit: &Visit) -> Result<Markup, StoreError> {
    let standing = shared.runtime.store.halts().await?;
    Ok(html! {
        section.card {
            h2 { "Held" }
            @if standing.is_empty() { p { "Nothing is held." } }
            @else {
                table {
                    thead { tr {
                        th scope="col" { "What" } th scope="col" { "Why" } th scope="col" { "Since" }
                        th scope="col" { "Until" } th scope="col" { "Waiting" } th scope="col" { }
                    } }
                    tbody { @for one in &standing { (standing_line(&one.to_json(), one, visit)) } }
                }
            }
            (command("petiole status"))
        }
        section.card {
            h2 { "Hold something" }
            p.dim {
                "A record, a pipeline or an account. What is told of it meanwhile is kept, and done when it goes on."
            }
            form.acts method="post" action="/inbox" {
                div { label for="hold-target" { "What" }
                    input #hold-target type="text" name="target" required placeholder="orders"; }
                div { label for="hold-until" { "Until" }
                    input #hold-until type="text" name="until" placeholder="2h, or empty"; }
                div { label for="hold-because" { "Because" } input #hold-because type="text" name="because"; }
                button type="submit" name="do" value="hold" { "Hold" }
            }
            (command("petiole hold orders --until 2h --because \"stock is counted\""))
        }
    })
}

/// What a person dropped: nothing is done about it until the record changes again, or somebody asks.
async fn dropped(shared: &Shared) -> Result<Markup, StoreError> {
    let dropped = shared.runtime.store.dropped().await?;
    let all = u64::try_from(dropped.len()).unwrap_or(u64::MAX);
    Ok(html! {
        section.card {
            h2 { "Dropped" }
            @if dropped.is_empty() { p { "Nothing is dropped." } }
            @else {
                p { (counted(all, "record")) " of which nothing is written until they change again." }
                table {
                    thead { tr { th scope="col" { "Record" } th scope="col" { "Pipeline" } th scope="col" { } } }
                    tbody { @for (target, pipeline) in dropped.iter().take(DROPPED_SHOWN) {
                        tr {
                            td { (record(&target.to_string())) }
                            td { (plain(pipeline)) }
                            td {
                                form method="post" action=(record_path(&target.to_string())) {
                                    button type="submit" name="do" value="sync" { "Look at it again" }
                                }
                            }
                        }
                    } }
                }
                @if dropped.len() > DROPPED_SHOWN { p.dim { "The first " (DROPPED_SHOWN) " of " (all) "." } }
            }
            (command("petiole sync --only ACCOUNT.RECORD/ID"))
        }
    })
}

fn standing_line(told: &Json, one: &Standing, visit: &Visit) -> Markup {
    let name = one.halt.reach.name();
    html! {
        tr {
            td { (word(told, "/kind")) " " (shown(&name)) }
            td { (shown(word(told, "/because"))) }
            td { (time(word(told, "/since"), visit.now)) }
            td { @match word(told, "/until") { "" => "a word", until => (time(until, visit.now)) } }
            td { (one.waiting) }
            td {
                form method="post" action="/inbox" {
                    input type="hidden" name="target" value=(name);
                    button type="submit" name="do" value="release" { "Let it go on" }
                }
            }
        }
    }
}
