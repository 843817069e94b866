//! `petiole inbox`: parked work, over the service or else from the store.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::arguments::{Arguments, Format, InboxAction, InboxArguments};
use super::exit_code;
use super::service::{Unanswered, ask};
use crate::language;
use crate::runtime::pairing::crosswalk::{self, Word};
use crate::store::{Store, open};
use crate::value::timestamp;
use crate::view::park::{item, matched};
use crate::world::{Clock as _, Method, SystemClock, SystemFiles};

/// Lists, shows, retries or drops parked work.
pub async fn inbox(arguments: &Arguments, inbox: &InboxArguments) -> u8 {
    let url = &arguments.service_url();
    let (method, path) = match &inbox.action {
        InboxAction::List | InboxAction::Show { .. } => (Method::Get, "/api/v1/inbox".to_owned()),
        InboxAction::Retry { id: Some(id), .. } => (Method::Post, format!("/api/v1/inbox/{id}/retry")),
        InboxAction::Retry { id: None, .. } => (Method::Post, "/api/v1/inbox/all/retry".to_owned()),
        InboxAction::Drop { id } => (Method::Post, format!("/api/v1/inbox/{id}/drop")),
        InboxAction::Match { id, .. } => (Method::Post, format!("/api/v1/inbox/{id}/match")),
        InboxAction::Relink { id, .. } => (Method::Post, format!("/api/v1/inbox/{id}/relink")),
    };
    let body = match &inbox.action {
        InboxAction::Match { target, .. } | InboxAction::Relink { target, .. } => Some(json!({ "target": target })),
        _ => None,
    };
    let answer = match ask(url, method, &path, body.as_ref()).await {
        Err(Unanswered::Unreached(text)) => from_store(arguments, &inbox.action, &text).await,
        other => other.map_err(|unanswered| unanswered.to_string()),
    };
    match answer {
        Ok(answer) => show(&answer, inbox),
        Err(message) => {
            eprintln!("petiole: {message}");
            exit_code::FAILED
        }
    }
}

async fn from_store(arguments: &Arguments, action: &InboxAction, unreached: &str) -> Result<Json, String> {
    let store = open::open_existing(&arguments.store, Arc::new(SystemClock)).await;
    let store = store.map_err(|error| format!("{unreached}, and {error}"))?;
    act(store.as_ref(), action, arguments).await
}

async fn act(store: &dyn Store, action: &InboxAction, arguments: &Arguments) -> Result<Json, String> {
    let words = |error: crate::store::StoreError| error.to_string();
    match action {
        InboxAction::List | InboxAction::Show { .. } => {
            let parks = store.parks().await.map_err(words)?;
            Ok(json!({ "items": parks.iter().map(item).collect::<Vec<_>>() }))
        }
        InboxAction::Retry { id, .. } => match store.retry(*id).await.map_err(words)? {
            0 if id.is_some() => Err("no such entry".to_owned()),
            count => Ok(json!({ "retried": count, "by": "the next `sync` or `run`" })),
        },
        InboxAction::Drop { id } => {
            let dropped = store.drop_park(*id).await.map_err(words)?;
            if dropped { Ok(json!({ "dropped": id.to_string() })) } else { Err("no such entry".to_owned()) }
        }
        InboxAction::Match { id, target } | InboxAction::Relink { id, target } => {
            let relink = matches!(action, InboxAction::Relink { .. });
            let word = Word { number: *id, target, relink };
            let compiled = language::compile(&SystemFiles, std::slice::from_ref(&arguments.rules));
            let plan = compiled.plan.ok_or("the rules have errors; run `petiole lint`")?;
            let made = crosswalk::match_by_hand(&plan, store, word, SystemClock.now()).await;
            made.map(|link| matched(&link)).map_err(|error| error.to_string())
        }
    }
}

/// A value that does not go with another; lists of records row by row.
fn shown(value: &Json) {
    let of = value.get("of").and_then(Json::as_str).unwrap_or_default();
    match value.get("value") {
        Some(Json::Array(rows)) if rows.iter().any(Json::is_object) => {
            println!("   {of}:");
            for row in rows {
                let parts = row.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
                let parts: Vec<String> = parts.map(|(name, value)| format!("{name} {}", plain(value))).collect();
                println!("     {}", parts.join(", "));
            }
        }
        other => println!("   {of}: {}", plain(other.unwrap_or(&Json::Null))),
    }
}

/// Text without its quotes.
fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn show(answer: &Json, inbox: &InboxArguments) -> u8 {
    let mut items: Vec<&Json> = answer.get("items").and_then(Json::as_array).into_iter().flatten().collect();
    if let InboxAction::Show { id } = &inbox.action {
        items.retain(|item| item.get("id").and_then(Json::as_str) == Some(id.to_string().as_str()));
        if items.is_empty() {
            eprintln!("petiole: no entry {id}");
            return exit_code::FAILED;
        }
    }
    if inbox.service.format == Format::Json {
        match &inbox.action {
            InboxAction::Show { .. } => items.iter().for_each(|item| println!("{item:#}")),
            _ => println!("{answer:#}"),
        }
        return exit_code::OK;
    }
    let word = |item: &Json, path: &str| item.pointer(path).and_then(Json::as_str).unwrap_or_default().to_owned();
    match &inbox.action {
        InboxAction::Retry { .. } => {
            let count = answer.get("retried").unwrap_or(&Json::Null);
            match answer.get("by").and_then(Json::as_str) {
                Some(by) => println!("{count} to be tried again by {by}: no service runs"),
                None => println!("retried {count}"),
            }
        }
        InboxAction::Drop { id } => println!("dropped {id}; it stays out until its record changes"),
        InboxAction::Match { id, target } => println!("matched {id} with {target}; it is tried again"),
        InboxAction::Relink { id, target } => println!("relinked {id} with {target}; it is tried again"),
        _ if items.is_empty() => println!("nothing is parked"),
        _ => {}
    }
    for item in items {
        println!(
            "{}  {}.{}/{}",
            word(item, "/id"),
            word(item, "/account"),
            word(item, "/record"),
            word(item, "/record_id")
        );
        println!("   {}", word(item, "/message"));
        let line = item.pointer("/rule/line").map(ToString::to_string).unwrap_or_default();
        let since = timestamp::parse(&word(item, "/since")).map(timestamp::text_to_second).unwrap_or_default();
        let again = match item.get("attempts").and_then(Json::as_u64).unwrap_or_default() {
            0 => String::new(),
            1 => ", tried once again".to_owned(),
            count => format!(", tried {count} times again"),
        };
        println!("   rule {}:{line}, since {since}{again}", word(item, "/rule/file"));
        for value in item.get("values").and_then(Json::as_array).into_iter().flatten() {
            shown(value);
        }
        for candidate in item.get("candidates").and_then(Json::as_array).into_iter().flatten() {
            println!(
                "   near: {} ({}), {}",
                word(candidate, "/label"),
                word(candidate, "/id"),
                word(candidate, "/why")
            );
        }
        println!("   when mended: {}", word(item, "/mend"));
    }
    exit_code::OK
}
