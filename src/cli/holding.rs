//! `petiole hold`, `release` and `retry`: over the service, or else on the store.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::arguments::{Arguments, Format, HoldArguments, ReleaseArguments, RetryArguments};
use super::exit_code;
use super::service::{Unanswered, ask};
use crate::language;
use crate::language::plan::Plan;
use crate::runtime::service::holding::{self, Unheard, Word};
use crate::server::holding::{held, released};
use crate::store::{Reach, Store, open};
use crate::value::timestamp;
use crate::world::{Clock as _, Method, SystemClock, SystemFiles};

/// What a person says.
enum Said<'a> {
    Hold(&'a HoldArguments),
    Release(&'a ReleaseArguments),
    Retry(&'a RetryArguments),
}

/// Has a record, a pipeline or an account wait.
pub(super) async fn hold(arguments: &Arguments, hold: &HoldArguments) -> u8 {
    say(arguments, &Said::Hold(hold), hold.service.format).await
}

/// Lets it go on.
pub(super) async fn release(arguments: &Arguments, release: &ReleaseArguments) -> u8 {
    say(arguments, &Said::Release(release), release.service.format).await
}

/// Tries put-off work now.
pub(super) async fn retry(arguments: &Arguments, retry: &RetryArguments) -> u8 {
    say(arguments, &Said::Retry(retry), retry.service.format).await
}

async fn say(arguments: &Arguments, said: &Said<'_>, format: Format) -> u8 {
    let (path, body) = match said {
        Said::Hold(hold) => {
            let because = hold.because.as_deref().unwrap_or_default();
            ("/api/v1/hold", json!({ "target": hold.target, "until": hold.until, "because": because }))
        }
        Said::Release(release) => ("/api/v1/release", json!({ "target": release.target })),
        Said::Retry(retry) => ("/api/v1/retry", json!({ "target": retry.target, "all": retry.all })),
    };
    let (answer, is_served) = match ask(&arguments.service_url(), Method::Post, path, Some(&body)).await {
        Err(Unanswered::Unreached(text) | Unanswered::Foreign(text)) => (on_store(arguments, said, &text).await, false),
        other => (other.map_err(|unanswered| unanswered.to_string()), true),
    };
    match answer {
        Ok(answer) if format == Format::Json => println!("{answer:#}"),
        Ok(answer) => println!("{}", in_words(&answer, said, is_served)),
        Err(message) => {
            eprintln!("petiole: {message}");
            return exit_code::FAILED;
        }
    }
    exit_code::OK
}

async fn on_store(arguments: &Arguments, said: &Said<'_>, unreached: &str) -> Result<Json, String> {
    let store = open::open_existing(&arguments.store, Arc::new(SystemClock)).await;
    let store = store.map_err(|error| format!("{unreached}, and {error}"))?;
    let plan = language::compile(&SystemFiles, std::slice::from_ref(&arguments.rules)).plan;
    act(store.as_ref(), plan.as_ref(), said).await.map_err(|unheard| unheard.to_string())
}

async fn act(store: &dyn Store, plan: Option<&Plan>, said: &Said<'_>) -> Result<Json, Unheard> {
    let now = SystemClock.now();
    match said {
        Said::Hold(asked) => {
            let word = Word { until: asked.until.as_deref(), because: asked.because.as_deref().unwrap_or_default() };
            let reach = named(plan, store, &asked.target).await?;
            Ok(held(&holding::hold(store, reach, word, now).await?))
        }
        Said::Release(asked) => {
            let reach = match holding::held_as(store, &asked.target).await? {
                Some(reach) => reach,
                None => named(plan, store, &asked.target).await?,
            };
            Ok(released(&holding::release(store, &reach, now).await?))
        }
        Said::Retry(asked) => {
            let reach = match asked.target.as_deref() {
                Some(target) => Some(named(plan, store, target).await?),
                None => None,
            };
            Ok(json!({ "retried": holding::retry(store, plan, reach.as_ref()).await? }))
        }
    }
}

/// What is meant, as far as rules and store can tell.
async fn named(plan: Option<&Plan>, store: &dyn Store, target: &str) -> Result<Reach, Unheard> {
    let plan = plan.ok_or_else(|| Unheard::Wrong("the rules have errors; run `petiole lint`".to_owned()))?;
    holding::named_in(plan, store, target).await
}

fn in_words(answer: &Json, said: &Said<'_>, is_served: bool) -> String {
    let word = |key: &str| answer.get(key).and_then(Json::as_str).unwrap_or_default();
    let later = if is_served { "" } else { ", by the next `sync` or `run`: no service runs" };
    match said {
        Said::Hold(_) => {
            let until = timestamp::parse(word("until")).map(timestamp::text_to_second);
            let until = until.unwrap_or_else(|| format!("`petiole release {}`", word("held")));
            format!("held until {until}: {} {}; nothing of it is lost", word("kind"), word("held"))
        }
        Said::Release(_) => {
            let sweep =
                if answer.get("sweep") == Some(&Json::Bool(true)) { "; everything is compared, too" } else { "" };
            let records = records(answer.get("records"));
            format!("released {} {}: {records} on{later}{sweep}", word("kind"), word("released"))
        }
        Said::Retry(_) => match answer.get("retried").and_then(Json::as_u64) {
            Some(0) => "nothing of it is put off".to_owned(),
            _ => format!("{} now{later}", records(answer.get("retried"))),
        },
    }
}

fn records(count: Option<&Json>) -> String {
    match count.and_then(Json::as_u64).unwrap_or_default() {
        1 => "1 record goes".to_owned(),
        count => format!("{count} records go"),
    }
}
