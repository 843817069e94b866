//! `/rules`: which rules serve: their files with what was found in place, who owns what, every status table, and what
//! the last reload said.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value as Json;

use super::frame::{self, Place, Visit};
use super::inbox_acts::{NotDone, answered};
use super::parts::{Light, command, light, rule_path, shown, time};
use super::rules_then::{then, told_of};
use crate::connector::request::percent_encode;
use crate::diagnostic::json;
use crate::language::compile_texts;
use crate::language::source::{SourceFile, SourceMap};
use crate::runtime::ReloadError;
use crate::server::board::Checked;
use crate::server::query;
use crate::server::shared::Shared;
use crate::store::{ParkHead, RuleText};
use crate::view::shown::plain;
use crate::view::told::{self, counted, list, word};

/// Findings that are shown in full; a first mistake may have thousands behind it.
const FINDINGS_SHOWN: usize = 50;

pub(super) async fn show(
    State(shared): State<Shared>,
    Extension(visit): Extension<Visit>,
    RawQuery(query): RawQuery,
) -> Response {
    let asked = query::pairs(&query.unwrap_or_default());
    let store = shared.runtime.store.as_ref();
    let texts = match store.last_good().await {
        Ok(kept) => kept.map(|(_, texts)| texts).unwrap_or_default(),
        Err(error) => return frame::store_failed(&error),
    };
    if let Some(number) = asked.get("generation").and_then(|number| number.parse().ok()) {
        return then(&shared, &visit, number).await;
    }
    let checked = checked(&shared, &texts).await;
    let body = match asked.get("file") {
        None => overview(&shared, &visit, (&texts, &checked)),
        Some(name) => {
            let parks = match store.park_heads().await {
                Ok(parks) => parks,
                Err(error) => return frame::store_failed(&error),
            };
            let Some(text) = texts.iter().find(|text| text.name == *name) else {
                let why = format!("The rules that serve have no file {name}.");
                return frame::failed(&shared, &visit, StatusCode::NOT_FOUND, &why).await;
            };
            let line = asked.get("line").and_then(|line| line.parse().ok());
            file(text, &checked, &parked_by_line(&parks, name), line)
        }
    };
    frame::page(&shared, &visit, ("Rules", Place::Rules), body).await
}

/// What checking the served rules shows: worked out once for each of them, beside other work.
async fn checked(shared: &Shared, texts: &[RuleText]) -> Arc<Checked> {
    let hash = shared.runtime.live.load().plan.rules_hash.clone();
    let known = shared.board.checked();
    if known.hash == hash {
        return known;
    }
    let files = texts.iter().map(|text| SourceFile { name: text.name.clone(), text: text.text.clone() }).collect();
    let work = move || {
        let compiled = compile_texts(SourceMap::new(files));
        let findings = compiled.findings.iter().map(|one| json::finding(one, &compiled.sources)).collect();
        Arc::new(Checked { hash, summary: compiled.summary(), findings })
    };
    match shared.runtime.world.spawner.start_heavy(work).await {
        Ok(checked) => {
            shared.board.set_checked(Arc::clone(&checked));
            checked
        }
        Err(_) => Arc::default(),
    }
}

/// How many entries of the inbox each line of a file caused.
fn parked_by_line(parks: &[ParkHead], file: &str) -> BTreeMap<usize, u64> {
    let mut by_line = BTreeMap::new();
    for park in parks.iter().filter(|park| park.rule.0 == file) {
        *by_line.entry(park.rule.1).or_default() += 1;
    }
    by_line
}

fn overview(shared: &Shared, visit: &Visit, (texts, checked): (&[RuleText], &Checked)) -> Markup {
    let (state, last) = shared.runtime.rules.to_json();
    let generation = shared.runtime.live.load().generation;
    let changed = shared.runtime.rule_change.load();
    let taken = last.get("ok") == Some(&Json::Bool(true));
    html! {
        h1 { "Rules" }
        section.card {
            p {
                @if state == "current" { (light(Light::Good, "current")) } @else { (light(Light::Bad, "last good")) }
                " Generation " (generation) " serves. The files were read last "
                (time(word(&last, "/at"), visit.now)) ": "
                @if taken { "taken." } @else { "not taken, the rules before go on." }
            }
            @if let Some(change) = changed.as_ref() { p { (shown(word(&change.to_json(), "/text"))) } }
            @let findings: Vec<&Json> = list(&last, "findings").collect();
            @if !findings.is_empty() { (findings_list(&findings)) }
            form method="post" action="/rules" { button type="submit" { "Read the files again" } }
            @if generation > 1 {
                p { "What changed with generation: " @for number in told_of(generation) {
                    a href=(format!("/rules?generation={number}")) { (number) } " "
                } }
            }
            (command("petiole lint"))
        }
        div.cards {
            section.card.wide {
                h2 { "Files" }
                ul.plain.files { @for text in texts { (file_line(text, checked)) } }
                (command("petiole test"))
            }
            section.card.wide {
                h2 { "Who owns what, and every status table" }
                pre tabindex="0" { (checked.summary.lines().map(plain).collect::<Vec<_>>().join("\n")) }
                (command("petiole lint --summary"))
            }
        }
    }
}

fn file_line(text: &RuleText, checked: &Checked) -> Markup {
    let of = |severity: &str| {
        let is_it = |one: &&Json| word(one, "/file") == text.name && word(one, "/severity") == severity;
        u64::try_from(checked.findings.iter().filter(is_it).count()).unwrap_or_default()
    };
    let (warnings, notes) = (of("warning"), of("info"));
    html! {
        li {
            a href=(format!("/rules?file={}", percent_encode(&text.name))) { (plain(&text.name)) }
            @if warnings > 0 { " " (light(Light::Look, &counted(warnings, "warning"))) }
            @if notes > 0 { " " span.dim { (counted(notes, "note")) } }
        }
    }
}

fn findings_list(findings: &[&Json]) -> Markup {
    html! {
        @for one in findings.iter().take(FINDINGS_SHOWN) { (finding(one)) }
        @if findings.len() > FINDINGS_SHOWN { p.dim { "And " (findings.len() - FINDINGS_SHOWN) " more." } }
    }
}

/// A finding, in the words of lint.
fn finding(one: &Json) -> Markup {
    let severity = word(one, "/severity");
    let light_of = match severity {
        "error" => Light::Bad,
        "warning" => Light::Look,
        _ => Light::Unknown,
    };
    let line = told::count(one, "/line");
    html! {
        div {
            p {
                (light(light_of, &format!("{severity}[{}]", word(one, "/code")))) " " (shown(word(one, "/message"))) " "
                @if !word(one, "/file").is_empty() {
                    a href=(rule_path(word(one, "/file"), &line.to_string())) {
                        (plain(word(one, "/file"))) ":" (line) ":" (told::count(one, "/column"))
                    }
                }
            }
            @if !word(one, "/help").is_empty() { p.dim { "help: " (shown(word(one, "/help"))) } }
        }
    }
}

/// A file as it serves, with what was found and what was parked at its lines.
fn file(text: &RuleText, checked: &Checked, parked: &BTreeMap<usize, u64>, marked: Option<usize>) -> Markup {
    let mut notes: BTreeMap<usize, Vec<&Json>> = BTreeMap::new();
    for one in checked.findings.iter().filter(|one| word(one, "/file") == text.name) {
        let line = usize::try_from(told::count(one, "/line")).unwrap_or_default();
        notes.entry(line).or_default().push(one);
    }
    html! {
        h1 { (shown(&text.name)) }
        p { a href="/rules" { "All files" } }
        section.card {
            div.scroll tabindex="0" role="region" aria-label="The file" {
                table.source { tbody {
                    @for (at, line) in text.text.lines().enumerate() {
                        @let number = at + 1;
                        tr #(format!("L{number}")) .marked[marked == Some(number)] {
                            td.number { (number) }
                            td { code { (plain(line)) } }
                            td.note {
                                @if let Some(count) = parked.get(&number) {
                                    a href="/inbox" { (counted(*count, "record")) " parked" }
                                }
                            }
                        }
                        @for note in notes.get(&number).into_iter().flatten() {
                            tr { td.number {} td.note colspan="2" { (finding(note)) } }
                        }
                    }
                } }
            }
            (command("petiole lint"))
        }
    }
}

pub(super) async fn reload(State(shared): State<Shared>, Extension(visit): Extension<Visit>) -> Response {
    let done = match shared.runtime.reload().await {
        Ok(generation) => Ok(format!("The files are taken: generation {generation} serves.")),
        // The page shows the findings themselves.
        Err(ReloadError::Invalid { .. }) => Ok("The files have errors; the rules before go on.".to_owned()),
        Err(ReloadError::Store(error)) => Err(NotDone::from(error)),
    };
    answered(&shared, &visit, ("/rules", done)).await
}
