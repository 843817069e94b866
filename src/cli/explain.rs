//! `petiole explain`: why a record holds what it holds, over the service or else from the store.

use serde_json::{Value as Json, json};

use super::arguments::{Arguments, ExplainArguments, Format};
use super::exit_code;
use super::kept_rules::KeptRules;
use super::service::{Unanswered, ask};
use crate::connector::request::percent_encode as query;
use crate::runtime::meant::meant;
use crate::store::open;
use crate::view::explain::{self as view, Asked, Unexplained, text};
use crate::world::Method;

/// Prints why.
pub(super) async fn explain(arguments: &Arguments, asked: &ExplainArguments) -> u8 {
    let field = asked.field.as_ref().map(|field| format!("&field={}", query(field))).unwrap_or_default();
    let form = if asked.as_test { "&as=test" } else { "" };
    let path = format!("/api/v1/explain?record={}{field}{form}", query(&asked.record));
    let told = match ask(&arguments.service_url(), Method::Get, &path, None).await {
        Err(Unanswered::Unreached(reason) | Unanswered::Foreign(reason)) => from_store(arguments, asked, &reason).await,
        other => other.map_err(|unanswered| unanswered.to_string()),
    };
    match told {
        Ok(told) => {
            if asked.as_test {
                print!("{}", told.get("test").and_then(Json::as_str).unwrap_or_default());
                return exit_code::OK;
            }
            match asked.service.format {
                Format::Json => println!("{told:#}"),
                Format::Text => print!("{}", text::text(&told, asked.calls)),
            }
            exit_code::OK
        }
        Err(message) => {
            eprintln!("petiole: {message}");
            exit_code::FAILED
        }
    }
}

async fn from_store(arguments: &Arguments, asked: &ExplainArguments, unreached: &str) -> Result<Json, String> {
    let store = open::open_reader(&arguments.store).await.map_err(|error| format!("{unreached}, and {error}"))?;
    let kept = KeptRules::of(store.as_ref(), &arguments.rules).await?;
    let target = meant(&kept.plan, store.as_ref(), &asked.record).await.map_err(|error| error.to_string())?;
    let failed = |error| match error {
        Unexplained::Unknown(words) => words,
        Unexplained::Store(error) => error.to_string(),
    };
    if asked.as_test {
        let test = view::as_test(store.as_ref(), &kept.plan, &target).await.map_err(failed)?;
        return Ok(json!({ "test": test }));
    }
    let told = Asked { target: &target, field: asked.field.as_deref() };
    view::explain(store.as_ref(), &kept.rules(), &told).await.map_err(failed)
}
