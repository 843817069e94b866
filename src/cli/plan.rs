//! `petiole plan`: what a sync would do, on live data, writing nothing. A service that has the store makes the plan.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::arguments::{Arguments, Format, PlanArguments};
use super::exit_code;
use super::progress::Progress;
use super::service::{PUT_OFF, Unanswered, WHOLE_PASS, ask_for, by_which};
use crate::language;
use crate::language::source;
use crate::runtime::planned::Verdict;
use crate::runtime::service::plan::{Ground, PlanError, Wish, plan as planned};
use crate::runtime::{Planned, ReloadError};
use crate::store::memory::MemoryStore;
use crate::store::{Store, StoreError, open};
use crate::world::{Files as _, Method, SystemFiles, World};

/// An exit code and what to say.
pub(super) type Failed = (u8, String);

/// A plan as it is shown.
struct Shown {
    json: Json,
    text: String,
}

/// Tells what a sync would do.
pub(super) async fn plan(arguments: &Arguments, wish: &PlanArguments) -> u8 {
    let shown = match made(arguments, wish).await {
        Ok(shown) => shown,
        Err((code, message)) => {
            eprintln!("{}", message.trim_end());
            return code;
        }
    };
    if let Some(file) = &wish.out {
        if let Err(error) = SystemFiles.write(file, format!("{:#}\n", shown.json).as_bytes()) {
            eprintln!("petiole: the plan cannot be kept in {}: {error}", file.display());
            return exit_code::FAILED;
        }
        if !arguments.quiet {
            eprintln!("petiole: kept in {}: `petiole sync --plan {0}` does exactly this", file.display());
        }
    }
    match wish.format {
        Format::Json => println!("{:#}", shown.json),
        Format::Text => print!("{}", shown.text),
    }
    code_of(&shown.json)
}

fn code_of(plan: &Json) -> u8 {
    let verdict = plan.get("verdict").and_then(Json::as_str).unwrap_or_default();
    match verdict {
        verdict if verdict == Verdict::Nothing.as_str() => exit_code::OK,
        verdict if verdict == Verdict::Pending.as_str() => exit_code::PENDING,
        _ => exit_code::FAILED,
    }
}

/// The plan, by the service that is named or has the store, else here.
async fn made(arguments: &Arguments, wish: &PlanArguments) -> Result<Shown, Failed> {
    if let Some(service) = arguments.service() {
        match service.found().await {
            Ok(None) => {}
            Err(Unanswered::Unreached(_)) if arguments.quiet => {}
            Err(Unanswered::Unreached(text)) => eprintln!("petiole: {text}; the plan is made here"),
            Err(unanswered) => return Err(failed(&unanswered.to_string())),
            Ok(Some(status)) => return by_service(arguments, wish, (&service.url, &status)).await,
        }
    }
    let world = World::real().map_err(|error| failed(&error.to_string()))?;
    let store = store(arguments, &world).await?;
    let ground = Ground { store, world };
    let planned = here(arguments, wish, &ground).await?;
    Ok(Shown { json: planned.to_json(), text: planned.to_text(arguments.color.on()) })
}

pub(super) fn failed(message: &str) -> Failed {
    (exit_code::FAILED, format!("petiole: {message}"))
}

/// The store, to be read only. One that is not there yet is empty.
pub(super) async fn store(arguments: &Arguments, world: &World) -> Result<Arc<dyn Store>, Failed> {
    match open::open_reader(&arguments.store).await {
        Ok(store) => {
            let nodes = store.nodes().await.map_err(|error| failed(&error.to_string()))?;
            match nodes.len() {
                0 => Ok(store),
                count => Err(failed(&format!(
                    "{count} running services share this store and its budgets: name one of them with --url"
                ))),
            }
        }
        Err(StoreError::Missing(place)) => {
            if !arguments.quiet {
                eprintln!(
                    "petiole: there is no store {} yet: this is what a first start would do",
                    open::named(&place)
                );
            }
            Ok(Arc::new(MemoryStore::new(Arc::clone(&world.clock))))
        }
        Err(error) => Err(failed(&error.to_string())),
    }
}

async fn here(arguments: &Arguments, wish: &PlanArguments, ground: &Ground) -> Result<Planned, Failed> {
    let compiled = language::compile(ground.world.files.as_ref(), std::slice::from_ref(&arguments.rules));
    let refused = |error: PlanError| match error {
        PlanError::Rules(ReloadError::Invalid { text, .. }) => (exit_code::INVALID, text),
        other => failed(&other.to_string()),
    };
    let rules = ground.candidate(compiled, None).await.map_err(refused)?;
    let wish = Wish { full: wish.full, only: wish.only.clone(), patience: PUT_OFF };
    let mut showing = None;
    let begins = |runtime: &_| showing = Some(Progress::start(runtime, arguments.quiet));
    let planned = planned(ground, rules, &wish, begins).await;
    if let Some(showing) = showing {
        showing.end();
    }
    planned.map_err(refused)
}

/// By a service, whose status says by which rules.
async fn by_service(
    arguments: &Arguments,
    wish: &PlanArguments,
    (url, status): (&str, &Json),
) -> Result<Shown, Failed> {
    let by = by_which(arguments.names_rules, status);
    if !arguments.quiet {
        eprintln!("petiole: the service at {url} makes the plan, {by}");
    }
    let mut body = json!({
        "full": wish.full, "only": wish.only, "wait": PUT_OFF.as_secs(), "text": true, "color": arguments.color.on(),
    });
    if let (true, Some(body)) = (arguments.names_rules, body.as_object_mut()) {
        body.insert("rules".to_owned(), texts(arguments)?);
    }
    let showing = Progress::of_service(url, "the service makes the plan", arguments.quiet);
    let answer = ask_for(url, (Method::Post, "/api/v1/plan"), Some(&body), WHOLE_PASS).await;
    showing.end();
    let mut json = answer.map_err(|unanswered| failed(&unanswered.to_string()))?;
    let text = json.as_object_mut().and_then(|plan| plan.remove("text"));
    let text = text.as_ref().and_then(Json::as_str).unwrap_or_default().to_owned();
    Ok(Shown { json, text })
}

/// The rule files that are named, as a service takes them.
pub(super) fn texts(arguments: &Arguments) -> Result<Json, Failed> {
    let (sources, found) = source::load(&SystemFiles, std::slice::from_ref(&arguments.rules));
    if let Some(first) = found.first() {
        return Err((exit_code::INVALID, format!("petiole: {}", first.message)));
    }
    Ok(sources.files().map(|(_, file)| json!({ "name": file.name, "text": file.text })).collect())
}
