//! `/rules?generation=N`: what that generation of rules says otherwise than the one before it, file by file.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::frame::{self, Place, Visit};
use super::parts::{command, shown};
use crate::server::shared::Shared;
use crate::store::{RuleText, StoreError};
use crate::view::shown::plain;

/// Generations that are offered.
const OFFERED: usize = 10;

/// Lines that are shown of each side of a change.
const LINES_SHOWN: usize = 60;

/// Lines around a change.
const AROUND: usize = 2;

/// The generations that are offered, the newest first: each has one before it.
pub(super) fn told_of(generation: i64) -> impl Iterator<Item = i64> {
    (2..=generation).rev().take(OFFERED)
}

/// The page.
pub(super) async fn then(shared: &Shared, visit: &Visit, number: i64) -> Response {
    let pair = match both(shared, number).await {
        Ok(pair) => pair,
        Err(error) => return frame::store_failed(&error),
    };
    let Some((before, after)) = pair else {
        let why = format!("Generation {number} and the one before it can not both be told any more.");
        return frame::failed(shared, visit, StatusCode::NOT_FOUND, &why).await;
    };
    let texts = |texts: Vec<RuleText>| -> BTreeMap<String, String> {
        texts.into_iter().map(|text| (text.name, text.text)).collect()
    };
    let (before, after) = (texts(before), texts(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let body = html! {
        h1 { "What changed with generation " (number) }
        p { a href="/rules" { "The rules that serve" } }
        @for name in changed {
            (one_file(name, before.get(name).map_or("", String::as_str), after.get(name).map_or("", String::as_str)))
        }
        (command("petiole replay"))
    };
    frame::page(shared, visit, ("Rules", Place::Rules), body).await
}

/// The texts of a generation and of the one before it.
async fn both(shared: &Shared, number: i64) -> Result<Option<(Vec<RuleText>, Vec<RuleText>)>, StoreError> {
    let store = shared.runtime.store.as_ref();
    let before = store.served(number.saturating_sub(1)).await?;
    let after = match store.last_good().await? {
        Some((served, texts)) if served.number == number => Some(texts),
        _ => store.served(number).await?,
    };
    Ok(before.zip(after))
}

/// From the first line that differs to the last, with a little around.
fn one_file(name: &str, before: &str, after: &str) -> Markup {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same = |(one, other): &(&&str, &&str)| one == other;
    let head = old.iter().zip(&new).take_while(same).count();
    let most = old.len().min(new.len()).saturating_sub(head);
    let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(same).count();
    let part = |lines: &[&str]| -> Vec<String> {
        let end = lines.len().saturating_sub(tail);
        lines.get(head..end).unwrap_or_default().iter().take(LINES_SHOWN).map(|line| plain(line)).collect()
    };
    let around = |lines: &[&str], from: usize| -> Vec<String> {
        lines.iter().skip(from).take(AROUND).map(|line| plain(line)).collect()
    };
    let (removed, added) = (part(&old), part(&new));
    let lead = head.saturating_sub(AROUND);
    html! {
        section.card {
            h2 { (shown(name)) " " span.dim { "from line " (head.saturating_add(1)) } }
            pre tabindex="0" {
                @for line in around(&old, lead).iter().take(head.saturating_sub(lead)) { "  " (line) "\n" }
                @for line in &removed { span.removed { "- " (line) } "\n" }
                @for line in &added { span.added { "+ " (line) } "\n" }
                @for line in around(&old, old.len().saturating_sub(tail)) { "  " (line) "\n" }
            }
        }
    }
}
