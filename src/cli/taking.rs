//! `petiole take`: over the service, or else on the store.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::arguments::{Arguments, Format, TakeArguments, WhoArguments};
use super::exit_code;
use super::service::{Unanswered, ask};
use crate::language;
use crate::runtime::meant::meant;
use crate::runtime::service::holding::Unheard;
use crate::runtime::service::taking::{self, Word};
use crate::store::open;
use crate::view::shown::plain;
use crate::world::{Clock as _, Method, SystemClock, SystemFiles};

/// Takes a lost conflict the other way.
pub(super) async fn take(arguments: &Arguments, asked: &TakeArguments) -> u8 {
    let TakeArguments { record, group, who: WhoArguments { by, because }, .. } = asked;
    let body = json!({ "record": record, "group": group, "by": by, "because": because });
    let (answer, is_served) = match ask(&arguments.service_url(), Method::Post, "/api/v1/take", Some(&body)).await {
        Err(Unanswered::Unreached(text) | Unanswered::Foreign(text)) => {
            (on_store(arguments, asked, &text).await, false)
        }
        other => (other.map_err(|unanswered| unanswered.to_string()), true),
    };
    match answer {
        Ok(answer) if asked.service.format == Format::Json => println!("{answer:#}"),
        Ok(answer) => print!("{}", in_words(&answer, is_served)),
        Err(message) => {
            eprintln!("petiole: {message}");
            return exit_code::FAILED;
        }
    }
    exit_code::OK
}

async fn on_store(arguments: &Arguments, asked: &TakeArguments, unreached: &str) -> Result<Json, String> {
    let store = open::open_existing(&arguments.store, Arc::new(SystemClock)).await;
    let store = store.map_err(|error| format!("{unreached}, and {error}"))?;
    let plan = language::compile(&SystemFiles, std::slice::from_ref(&arguments.rules)).plan;
    let plan = plan.ok_or("the rules have errors; run `petiole lint`")?;
    let target = meant(&plan, store.as_ref(), &asked.record).await.map_err(|unmeant| unmeant.to_string())?;
    let word = Word { group: &asked.group, by: &asked.who.by, because: &asked.who.because };
    let taken = taking::take(&plan, store.as_ref(), (&target, word), SystemClock.now()).await;
    taken.map_err(|unheard: Unheard| unheard.to_string())
}

fn in_words(answer: &Json, is_served: bool) -> String {
    let word = |of: &Json, key: &str| of.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let is_already = answer.get("already") == Some(&Json::Bool(true));
    let when = match (is_already, is_served) {
        (true, _) => " already",
        (false, true) => " now",
        (false, false) => ", by the next `sync` or `run`: no service runs",
    };
    let pair = format!("{} and {}", word(answer, "left"), word(answer, "right"));
    let mut told = format!("taken the other way{when}: `{}` of {pair}\n", word(answer, "taken"));
    for field in answer.get("fields").and_then(Json::as_array).into_iter().flatten() {
        let value = |key: &str| match field.get(key) {
            Some(Json::String(text)) => plain(text),
            other => other.unwrap_or(&Json::Null).to_string(),
        };
        let system = word(field, "system");
        _ = write!(told, "  {system}'s {} is to stand in the place of {}", value("value"), value("instead_of"));
        _ = writeln!(told, "  ({})", plain(&word(field, "rule")));
    }
    told
}
