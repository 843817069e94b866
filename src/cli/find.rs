//! `petiole find`: records by anything that a person holds, over the service or else from the store.

use serde_json::Value as Json;

use super::arguments::{Arguments, FindArguments, Format};
use super::exit_code;
use super::kept_rules::KeptRules;
use super::service::{Unanswered, ask};
use crate::connector::request::percent_encode as query;
use crate::store::open;
use crate::view::find as view;
use crate::view::shown::plain;
use crate::world::Method;

/// Prints what the text leads to.
pub(super) async fn find(arguments: &Arguments, asked: &FindArguments) -> u8 {
    let path = format!("/api/v1/find?text={}", query(&asked.text));
    let told = match ask(&arguments.service_url(), Method::Get, &path, None).await {
        Err(Unanswered::Unreached(reason) | Unanswered::Foreign(reason)) => from_store(arguments, asked, &reason).await,
        other => other.map_err(|unanswered| unanswered.to_string()),
    };
    let told = match told {
        Ok(told) => told,
        Err(message) => {
            eprintln!("petiole: {message}");
            return exit_code::FAILED;
        }
    };
    let list = |key: &str| told.get(key).and_then(Json::as_array).cloned().unwrap_or_default();
    if asked.service.format == Format::Json {
        println!("{told:#}");
    } else {
        print!("{}", view::text(&told));
    }
    if list("found").is_empty() {
        let near: Vec<String> = list("near").iter().filter_map(Json::as_str).map(plain).collect();
        let near = if near.is_empty() { String::new() } else { format!("; near: {}", near.join(", ")) };
        eprintln!("petiole: nobody is called `{}`, as far as petiole has seen{near}", asked.text);
        return exit_code::FAILED;
    }
    exit_code::OK
}

async fn from_store(arguments: &Arguments, asked: &FindArguments, unreached: &str) -> Result<Json, String> {
    let store = open::open_reader(&arguments.store).await.map_err(|error| format!("{unreached}, and {error}"))?;
    let kept = KeptRules::of(store.as_ref(), &arguments.rules).await?;
    view::find(store.as_ref(), &kept.plan, &asked.text).await.map_err(|error| error.to_string())
}
