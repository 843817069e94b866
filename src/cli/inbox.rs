//! `petiole inbox`: parked work, over the service or else from the store.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::arguments::{Arguments, Format, InboxAction, InboxArguments, WhoArguments};
use super::exit_code;
use super::kept_rules::KeptRules;
use super::service::{Unanswered, ask};
use crate::connector::request::percent_encode;
use crate::language;
use crate::runtime::pairing::crosswalk::{self, Word};
use crate::runtime::pairing::unlinking::{self, Said};
use crate::store::{Store, open};
use crate::value::timestamp;
use crate::view::park::{item, matched, of_record};
use crate::view::shown::plain as printed;
use crate::world::{Clock as _, Method, SystemClock, SystemFiles};

/// What is asked for, once it is known which entries are meant.
enum Asked<'a> {
    All,
    Of(Vec<i64>),
    Retry(Option<i64>),
    Drop(i64),
    Match(Word<'a>),
    Relink(Said<'a>),
    Unlink(Said<'a>),
}

/// Lists, shows, retries or drops parked work.
pub async fn inbox(arguments: &Arguments, inbox: &InboxArguments) -> u8 {
    let asked = match all_asked(arguments, &inbox.action).await {
        Ok(asked) => asked,
        Err(message) => {
            eprintln!("petiole: {message}");
            return exit_code::FAILED;
        }
    };
    for one in &asked {
        match done(arguments, one).await {
            Ok(answer) => match show(&answer, one, inbox) {
                exit_code::OK => {}
                code => return code,
            },
            Err(message) => {
                eprintln!("petiole: {message}");
                return exit_code::FAILED;
            }
        }
    }
    exit_code::OK
}

/// What is asked for; of a record what is to be done with each of its entries.
async fn all_asked<'a>(arguments: &Arguments, action: &'a InboxAction) -> Result<Vec<Asked<'a>>, String> {
    Ok(match action {
        InboxAction::List => vec![Asked::All],
        InboxAction::Show { id } => vec![Asked::Of(numbers(arguments, id).await?)],
        InboxAction::Retry { id: None, .. } => vec![Asked::Retry(None)],
        InboxAction::Retry { id: Some(id), .. } => {
            numbers(arguments, id).await?.into_iter().map(|number| Asked::Retry(Some(number))).collect()
        }
        InboxAction::Drop { id } => numbers(arguments, id).await?.into_iter().map(Asked::Drop).collect(),
        InboxAction::Match { id, target } => {
            vec![Asked::Match(Word { number: unpaired(arguments, id).await?, target, relink: false })]
        }
        InboxAction::Relink { id, target, who } => match id.parse() {
            Ok(number) => vec![Asked::Match(Word { number, target, relink: true })],
            Err(_) => vec![Asked::Relink(said(id, Some(target), who))],
        },
        InboxAction::Unlink { record, other, who } => vec![Asked::Unlink(said(record, other.as_ref(), who))],
    })
}

fn said<'a>(record: &'a str, other: Option<&'a String>, who: &'a WhoArguments) -> Said<'a> {
    Said { record, other: other.map(String::as_str), by: &who.by, because: &who.because }
}

/// The numbers of the entries that are meant: one that is said, or those of a record and its counterparts.
async fn numbers(arguments: &Arguments, named: &str) -> Result<Vec<i64>, String> {
    match named.parse() {
        Ok(number) => Ok(vec![number]),
        Err(_) => Ok(entries(arguments, named).await?.iter().filter_map(number_of).collect()),
    }
}

/// The number of the one entry that is meant, which is there for want of a counterpart.
async fn unpaired(arguments: &Arguments, named: &str) -> Result<i64, String> {
    if let Ok(number) = named.parse() {
        return Ok(number);
    }
    let mut found = entries(arguments, named).await?;
    found.retain(|item| item.get("unpaired").is_some_and(Json::is_string));
    let of = |item: &Json| item.get("unpaired").and_then(Json::as_str).map(printed).unwrap_or_default();
    match found.as_slice() {
        [one] => number_of(one).ok_or_else(|| "an entry without a number".to_owned()),
        [] => Err(format!("nothing of `{named}` is parked for want of a counterpart")),
        several => {
            let all = several.iter().filter_map(|item| Some(format!("{} for {}", number_of(item)?, of(item))));
            let all = all.collect::<Vec<_>>().join(", ");
            Err(format!("several entries of `{named}` want a counterpart, name one: {all}"))
        }
    }
}

fn number_of(item: &Json) -> Option<i64> {
    item.get("id")?.as_str()?.parse().ok()
}

/// The entries of a record and its counterparts.
async fn entries(arguments: &Arguments, named: &str) -> Result<Vec<Json>, String> {
    let path = format!("/api/v1/inbox?record={}", percent_encode(named));
    let found: Vec<Json> = match ask(&arguments.service_url(), Method::Get, &path, None).await {
        Ok(answer) => answer.get("items").and_then(Json::as_array).cloned().unwrap_or_default(),
        Err(Unanswered::Unreached(reason) | Unanswered::Foreign(reason)) => {
            let store = open::open_reader(&arguments.store).await.map_err(|error| format!("{reason}, and {error}"))?;
            let kept = KeptRules::of(store.as_ref(), &arguments.rules).await?;
            let parks = of_record(&kept.plan, store.as_ref(), named).await.map_err(|error| error.to_string())?;
            parks.iter().map(item).collect()
        }
        Err(refused) => return Err(refused.to_string()),
    };
    if found.is_empty() { Err(format!("nothing of `{named}` is parked")) } else { Ok(found) }
}

/// Has it done by the service, or does it with the store.
async fn done(arguments: &Arguments, asked: &Asked<'_>) -> Result<Json, String> {
    let (method, path) = match asked {
        Asked::All | Asked::Of(_) => (Method::Get, "/api/v1/inbox".to_owned()),
        Asked::Retry(Some(id)) => (Method::Post, format!("/api/v1/inbox/{id}/retry")),
        Asked::Retry(None) => (Method::Post, "/api/v1/inbox/all/retry".to_owned()),
        Asked::Drop(id) => (Method::Post, format!("/api/v1/inbox/{id}/drop")),
        Asked::Match(Word { number, relink: false, .. }) => (Method::Post, format!("/api/v1/inbox/{number}/match")),
        Asked::Match(Word { number, .. }) => (Method::Post, format!("/api/v1/inbox/{number}/relink")),
        Asked::Relink(_) => (Method::Post, "/api/v1/relink".to_owned()),
        Asked::Unlink(_) => (Method::Post, "/api/v1/unlink".to_owned()),
    };
    let body = match asked {
        Asked::Match(word) => Some(json!({ "target": word.target })),
        Asked::Relink(Said { record, other, by, because }) | Asked::Unlink(Said { record, other, by, because }) => {
            Some(json!({ "record": record, "target": other, "by": by, "because": because }))
        }
        Asked::All | Asked::Of(_) | Asked::Retry(_) | Asked::Drop(_) => None,
    };
    match ask(&arguments.service_url(), method, &path, body.as_ref()).await {
        Err(Unanswered::Unreached(text) | Unanswered::Foreign(text)) => from_store(arguments, asked, &text).await,
        other => other.map_err(|unanswered| unanswered.to_string()),
    }
}

async fn from_store(arguments: &Arguments, asked: &Asked<'_>, unreached: &str) -> Result<Json, String> {
    let store = open::open_existing(&arguments.store, Arc::new(SystemClock)).await;
    let store = store.map_err(|error| format!("{unreached}, and {error}"))?;
    act(store.as_ref(), asked, arguments).await
}

async fn act(store: &dyn Store, asked: &Asked<'_>, arguments: &Arguments) -> Result<Json, String> {
    let words = |error: crate::store::StoreError| error.to_string();
    match asked {
        Asked::All | Asked::Of(_) => {
            let parks = store.parks().await.map_err(words)?;
            Ok(json!({ "items": parks.iter().map(item).collect::<Vec<_>>() }))
        }
        Asked::Retry(id) => match store.retry(*id).await.map_err(words)? {
            0 if id.is_some() => Err("no such entry".to_owned()),
            count => Ok(json!({ "retried": count, "by": "the next `sync` or `run`" })),
        },
        Asked::Drop(id) => {
            let dropped = store.drop_park(*id).await.map_err(words)?;
            if dropped { Ok(json!({ "dropped": id.to_string() })) } else { Err("no such entry".to_owned()) }
        }
        Asked::Match(_) | Asked::Relink(_) | Asked::Unlink(_) => {
            let compiled = language::compile(&SystemFiles, std::slice::from_ref(&arguments.rules));
            let plan = compiled.plan.ok_or("the rules have errors; run `petiole lint`")?;
            let now = SystemClock.now();
            let made = match asked {
                Asked::Match(word) => crosswalk::match_by_hand(&plan, store, *word, now).await,
                Asked::Relink(said) => unlinking::relink(&plan, store, *said, now).await,
                Asked::Unlink(said) => unlinking::unlink(&plan, store, *said, now).await,
                Asked::All | Asked::Of(_) | Asked::Retry(_) | Asked::Drop(_) => return Ok(Json::Null),
            };
            made.map(|link| matched(&link)).map_err(|error| error.to_string())
        }
    }
}

/// The two records of a link.
fn pair(link: &Json) -> String {
    let end = |side: &str| {
        let word = |key: &str| link.pointer(&format!("/{side}/{key}")).and_then(Json::as_str).map(printed);
        format!("{} {}", word("account").unwrap_or_default(), word("id").unwrap_or_default())
    };
    format!("{} and {}", end("left"), end("right"))
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

fn show(answer: &Json, asked: &Asked<'_>, inbox: &InboxArguments) -> u8 {
    let mut items: Vec<&Json> = answer.get("items").and_then(Json::as_array).into_iter().flatten().collect();
    if let Asked::Of(numbers) = asked {
        let number = |item: &Json| item.get("id").and_then(Json::as_str).and_then(|id| id.parse().ok());
        items.retain(|item| number(item).is_some_and(|number| numbers.contains(&number)));
        if items.is_empty() {
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            eprintln!("petiole: no entry {}", numbers.join(", "));
            return exit_code::FAILED;
        }
    }
    if inbox.service.format == Format::Json {
        match asked {
            Asked::Of(_) => items.iter().for_each(|item| println!("{item:#}")),
            _ => println!("{answer:#}"),
        }
        return exit_code::OK;
    }
    let word = |item: &Json, path: &str| item.pointer(path).and_then(Json::as_str).unwrap_or_default().to_owned();
    match asked {
        Asked::Retry(_) => {
            let count = answer.get("retried").unwrap_or(&Json::Null);
            match answer.get("by").and_then(Json::as_str) {
                Some(by) => println!("{count} to be tried again by {by}: no service runs"),
                None => println!("retried {count}"),
            }
        }
        Asked::Drop(id) => println!("dropped {id}; it stays out until its record changes"),
        Asked::Match(Word { number, target, relink }) => {
            let done = if *relink { "relinked" } else { "matched" };
            println!("{done} {number} with {target}; it is tried again");
        }
        Asked::Relink(_) => println!("linked {}; both are decided on afresh", pair(answer)),
        Asked::Unlink(_) => println!("no longer linked: {}; both are decided on afresh", pair(answer)),
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
