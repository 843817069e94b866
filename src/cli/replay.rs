//! `petiole replay`: what was decided, made again by other rules, and where it comes out otherwise.
//!
//! Asks no system, and wants nothing of the environment that the rules of then had. The store is only read; where a
//! service answers, that reads its own.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use super::arguments::{Arguments, Format, ReplayArguments};
use super::exit_code;
use super::plan::{Failed, failed, texts};
use super::service::{Unanswered, ask_for, by_which};
use crate::language;
use crate::language::plan::Plan;
use crate::runtime::ReloadError;
use crate::runtime::replayed::{Candidate, Replayed, Verdict, journalled, replay as replayed};
use crate::runtime::service::reload::sound;
use crate::store::open;
use crate::value::duration;
use crate::world::{Clock as _, Method, ProcessEnvironment, SystemClock, SystemFiles};

/// How long a service may take.
const SERVICE_PATIENCE: Duration = Duration::from_mins(30);

/// What came of it, as it is shown.
struct Shown {
    json: Json,
    text: String,
}

/// Tells where decisions come out otherwise.
pub(super) async fn replay(arguments: &Arguments, wish: &ReplayArguments) -> u8 {
    let since = match wish.since.as_deref().map(|text| since(text, SystemClock.now())).transpose() {
        Ok(since) => since,
        Err(message) => {
            eprintln!("petiole: {message}");
            return exit_code::USAGE;
        }
    };
    match made(arguments, since).await {
        Ok(shown) => {
            match wish.format {
                Format::Json => println!("{:#}", shown.json),
                Format::Text => print!("{}", shown.text),
            }
            code_of(&shown.json)
        }
        Err((code, message)) => {
            eprintln!("{}", message.trim_end());
            code
        }
    }
}

fn code_of(replayed: &Json) -> u8 {
    match replayed.get("verdict").and_then(Json::as_str).unwrap_or_default() {
        verdict if verdict == Verdict::Same.as_str() => exit_code::OK,
        verdict if verdict == Verdict::Differs.as_str() => exit_code::PENDING,
        _ => exit_code::FAILED,
    }
}

/// A day, an instant, or so long before now.
fn since(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let ago = |length: Duration| now.checked_sub(SignedDuration::try_from(length).ok()?).ok();
    let instant = || text.trim().parse::<Timestamp>().ok();
    // A day begins at midnight, UTC like all that is shown.
    let day = || TimeZone::UTC.to_timestamp(text.trim().parse::<DateTime>().ok()?).ok();
    let found = duration::parse(text).and_then(ago).or_else(instant).or_else(day);
    let forms = "a day, an instant or a length of time, such as 2026-03-01, 2026-03-01T12:00:00Z or 12h";
    found.ok_or_else(|| format!("--since is {forms}, not `{text}`"))
}

/// By the service that is named or has the store, else here.
async fn made(arguments: &Arguments, since: Option<Timestamp>) -> Result<Shown, Failed> {
    let Some(service) = arguments.service() else {
        return here(arguments, since).await;
    };
    if arguments.names_rules {
        // Findings are shown as lint shows them, wherever the decisions are.
        candidate(arguments)?;
    }
    match service.found().await {
        Ok(None) => here(arguments, since).await,
        Err(Unanswered::Unreached(text)) => {
            say(arguments, &format!("{text}; the store is read here"));
            here(arguments, since).await
        }
        Err(unanswered) => Err(failed(&unanswered.to_string())),
        Ok(Some(status)) => by_service(arguments, (&service.url, &status), since).await,
    }
}

fn say(arguments: &Arguments, text: &str) {
    if !arguments.quiet {
        eprintln!("petiole: {text}");
    }
}

/// The rules that are named, or lie in the folder.
fn candidate(arguments: &Arguments) -> Result<std::sync::Arc<Plan>, Failed> {
    let compiled = language::compile(&SystemFiles, std::slice::from_ref(&arguments.rules));
    sound(compiled).map_err(|error| match error {
        ReloadError::Invalid { text, .. } => (exit_code::INVALID, text),
        ReloadError::Store(error) => failed(&error.to_string()),
    })
}

async fn here(arguments: &Arguments, since: Option<Timestamp>) -> Result<Shown, Failed> {
    let plan = candidate(arguments)?;
    let store = open::open_reader(&arguments.store).await.map_err(|error| failed(&error.to_string()))?;
    let journalled = journalled(store.as_ref(), since).await.map_err(|error| failed(&error.to_string()))?;
    let candidate = Candidate { plan: &plan, environment: &ProcessEnvironment };
    Ok(Shown::from(replayed(&journalled, candidate)))
}

impl From<Replayed> for Shown {
    fn from(done: Replayed) -> Self {
        Self { json: done.to_json(), text: done.to_string() }
    }
}

async fn by_service(
    arguments: &Arguments,
    (url, status): (&str, &Json),
    since: Option<Timestamp>,
) -> Result<Shown, Failed> {
    let by = by_which(arguments.names_rules, status);
    say(arguments, &format!("the service at {url} makes its decisions again, {by}"));
    let mut body = json!({ "since": since.map(|since| since.to_string()), "text": true });
    if let (true, Some(body)) = (arguments.names_rules, body.as_object_mut()) {
        body.insert("rules".to_owned(), texts(arguments)?);
    }
    let answer = ask_for(url, (Method::Post, "/api/v1/replay"), Some(&body), SERVICE_PATIENCE).await;
    let mut json = answer.map_err(|unanswered| failed(&unanswered.to_string()))?;
    let text = json.as_object_mut().and_then(|done| done.remove("text"));
    let text = text.as_ref().and_then(Json::as_str).unwrap_or_default().to_owned();
    Ok(Shown { json, text })
}
