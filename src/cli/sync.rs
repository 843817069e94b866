//! `petiole sync`: one pass, then the reconcile report. A service that has the store makes the pass itself.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::arguments::{Arguments, Format, SyncArguments};
use super::exit_code;
use super::progress::Progress;
use super::service::{PUT_OFF, Unanswered, WHOLE_PASS, ask_for};
use crate::language;
use crate::runtime::limits::POLL_INTERVAL;
use crate::runtime::planned::permit::Permit;
use crate::runtime::service::carry_out::{CarriedOut, carry_out};
use crate::runtime::service::look::Look;
use crate::runtime::service::pass::{Pass, Scope, pass_as_far};
use crate::runtime::service::reload::ready;
use crate::runtime::{ReloadError, Report, RuleState, Runtime};
use crate::store::{Store, StoreError, open};
use crate::world::{Files as _, Method, SystemFiles, World};

/// An exit code and what to say.
type Failed = (u8, String);

/// What a pass came to.
struct Outcome {
    converged: bool,
    json: Json,
    text: String,
}

impl From<CarriedOut> for Outcome {
    fn from(done: CarriedOut) -> Self {
        Self { converged: done.converged(), json: done.to_json(), text: done.to_string() }
    }
}

impl From<Report> for Outcome {
    fn from(report: Report) -> Self {
        Self { converged: report.converged(), json: report.to_json(), text: report.to_string() }
    }
}

/// Brings both sides together once.
pub async fn sync(arguments: &Arguments, sync: &SyncArguments) -> u8 {
    match made(arguments, sync).await {
        Ok(outcome) => {
            match sync.format {
                Format::Json => println!("{:#}", outcome.json),
                Format::Text => print!("{}", outcome.text),
            }
            if outcome.converged { exit_code::OK } else { exit_code::FAILED }
        }
        Err((code, message)) => {
            eprintln!("{}", message.trim_end());
            code
        }
    }
}

async fn made(arguments: &Arguments, sync: &SyncArguments) -> Result<Outcome, Failed> {
    if let Some(service) = arguments.service() {
        match service.found().await {
            Ok(None) => {}
            Err(Unanswered::Unreached(text)) if arguments.url.is_some() => {
                if !arguments.quiet {
                    eprintln!("petiole: {text}; the pass is made here");
                }
            }
            // It is stopping or starting: whether the store can be had shows when it is opened.
            Err(Unanswered::Unreached(_)) => {}
            Err(unanswered) => return Err(failed(&unanswered.to_string())),
            Ok(Some(_)) => {
                let done = by_service(arguments, sync, &service.url).await;
                return done.map_err(|unanswered| failed(&unanswered.to_string()));
            }
        }
    }
    let world = World::real().map_err(|error| failed(&error.to_string()))?;
    // What is no plan is said before a store is opened for it.
    planned(sync)?;
    match open::open(&arguments.store, Arc::clone(&world.clock)).await {
        Ok(store) => here(arguments, sync, (store, world)).await,
        Err(error @ StoreError::InUse(_)) => match open::served_at(&arguments.store) {
            Some(url) => by_service(arguments, sync, &url).await.map_err(|unanswered| failed(&unanswered.to_string())),
            None => Err(failed(&error.to_string())),
        },
        Err(error) => Err(failed(&error.to_string())),
    }
}

fn failed(message: &str) -> Failed {
    (exit_code::FAILED, format!("petiole: {message}"))
}

/// The plan that is to be carried out, if one is.
fn planned(sync: &SyncArguments) -> Result<Option<Json>, Failed> {
    let Some(file) = &sync.plan else { return Ok(None) };
    let unfit = |why: String| failed(&format!("{}: {why}", file.display()));
    let no_plan = |error: serde_json::Error| unfit(format!("this is no plan that `petiole plan --out` wrote: {error}"));
    let bytes = SystemFiles.read(file).map_err(|error| unfit(error.to_string()))?;
    let plan: Json = serde_json::from_slice(&bytes).map_err(no_plan)?;
    Permit::of(&plan).map_err(unfit)?;
    Ok(Some(plan))
}

async fn by_service(arguments: &Arguments, sync: &SyncArguments, url: &str) -> Result<Outcome, Unanswered> {
    let mut body = json!({
        "confirm": sync.yes, "changes": !sync.full && sync.only.is_none(), "only": sync.only,
        "wait": PUT_OFF.as_secs(), "text": true,
    });
    if let Some(plan) =
        planned(sync).map_err(|(_, words)| Unanswered::Refused(words.trim_start_matches("petiole: ").to_owned()))?
    {
        body = json!({ "plan": plan, "wait": PUT_OFF.as_secs(), "text": true });
    }
    if !arguments.quiet {
        eprintln!("petiole: the service at {url} makes the pass, by the rules that it serves");
    }
    let showing = Progress::of_service(url, "the service makes the pass", arguments.quiet);
    let answer = ask_for(url, (Method::Post, "/api/v1/sweep"), Some(&body), WHOLE_PASS).await;
    showing.end();
    let mut json = answer?;
    let text = json.as_object_mut().and_then(|report| report.remove("text"));
    let text = text.as_ref().and_then(Json::as_str).unwrap_or_default().to_owned();
    Ok(Outcome { converged: json.get("converged") == Some(&Json::Bool(true)), json, text })
}

async fn here(
    arguments: &Arguments,
    sync: &SyncArguments,
    (store, world): (Arc<dyn Store>, World),
) -> Result<Outcome, Failed> {
    let compiled = language::compile(world.files.as_ref(), std::slice::from_ref(&arguments.rules));
    let live = ready(compiled, store.as_ref(), &world, None).await.map_err(|error| match error {
        ReloadError::Invalid { text, .. } => (exit_code::INVALID, text),
        ReloadError::Store(error) => failed(&error.to_string()),
    })?;
    let state = RuleState::new(arguments.rules.clone(), world.clock.now(), true, json!([]));
    let runtime = Runtime::new(store, world, live, state, POLL_INTERVAL);
    if let Some(plan) = planned(sync)? {
        let showing = Progress::start(&runtime, arguments.quiet);
        let done = carry_out(&runtime, &plan, PUT_OFF).await;
        showing.end();
        return done.map(Outcome::from).map_err(|error| failed(&error.to_string()));
    }
    let scope = match &sync.only {
        Some(name) => Scope::Only(runtime.named(name).await.map_err(|words| failed(&words))?),
        None => Scope::Look(if sync.full { Look::Everything } else { Look::Changes }),
    };
    let showing = Progress::start(&runtime, arguments.quiet);
    let report = pass_as_far(&runtime, &Pass { scope, confirmed: sync.yes, patience: PUT_OFF }).await;
    showing.end();
    report.map(Outcome::from).map_err(|trouble| failed(&trouble.to_string()))
}
