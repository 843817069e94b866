//! `petiole tap`: what a running service does, as it happens, until Ctrl-C.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::arguments::{Arguments, Format, TapArguments};
use super::exit_code;
use super::service::{Unanswered, ask_for};
use crate::connector::request::percent_encode;
use crate::value::timestamp;
use crate::world::{Clock as _, Method, SystemClock};

/// How long an answer may take: one that has nothing to say waits 20 s.
const PATIENCE: Duration = Duration::from_mins(1);

/// Prints what happens.
pub(super) async fn tap(arguments: &Arguments, tap: &TapArguments) -> u8 {
    let listening = listen(arguments, tap);
    tokio::select! {
        biased;
        _ = tokio::signal::ctrl_c() => exit_code::OK,
        ended = listening => {
            eprintln!("petiole: {ended}");
            exit_code::FAILED
        }
    }
}

/// Listens until the service refuses, or never answered. One that goes away after that is waited for.
async fn listen(arguments: &Arguments, tap: &TapArguments) -> Unanswered {
    let url = arguments.service_url();
    let format = tap.service.format;
    let says = |text: &str| {
        if !arguments.quiet {
            eprintln!("{text}");
        }
    };
    let (mut since, mut is_there) = (None, false);
    loop {
        let path = format!("/api/v1/tap?{}", query(tap, since));
        let answer = match ask_for(&url, (Method::Get, &path), None, PATIENCE).await {
            Ok(answer) => answer,
            Err(Unanswered::Unreached(_)) if since.is_some() => {
                if std::mem::take(&mut is_there) {
                    says(&format!("the service at {url} went away; waiting for it"));
                }
                SystemClock.sleep(AGAIN).await;
                continue;
            }
            Err(unanswered) => return unanswered,
        };
        if !std::mem::replace(&mut is_there, true) {
            says(&format!("listening at {url}; Ctrl-C ends it"));
        }
        let count = |name: &str| answer.get(name).and_then(Json::as_u64);
        let left_out = count("left_out").unwrap_or_default();
        if left_out > 0 {
            show(&json!({ "event": "left_out", "count": left_out }), format);
        }
        for event in answer.get("events").and_then(Json::as_array).into_iter().flatten() {
            show(event, format);
        }
        since = count("next").or(since);
    }
}

/// How long a service that went away is left alone before it is asked again.
const AGAIN: Duration = Duration::from_secs(1);

fn query(tap: &TapArguments, since: Option<u64>) -> String {
    let texts = [("account", &tap.account), ("record", &tap.record), ("pipeline", &tap.pipeline)];
    let named = texts.iter().filter_map(|(name, text)| Some(format!("{name}={}", percent_encode(text.as_deref()?))));
    named.chain(since.map(|since| format!("since={since}"))).collect::<Vec<_>>().join("&")
}

fn show(event: &Json, format: Format) {
    if format == Format::Json {
        return println!("{event}");
    }
    let word = |name: &str| event.get(name).and_then(Json::as_str).unwrap_or_default();
    if word("event") == "left_out" {
        let count = event.get("count").and_then(Json::as_u64).unwrap_or_default();
        return println!("({count} left out: more happened than could be shown)");
    }
    let at = timestamp::parse(word("at")).map(|at| at.strftime("%H:%M:%S%.3f").to_string()).unwrap_or_default();
    let names = ["fields", "rules"].map(|name| {
        let all = event.get(name).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        all.collect::<Vec<_>>().join(", ")
    });
    let more = ["action", "group", "name", "with", "message", "text", "because", "reason", "by", "rule"];
    let more = more.iter().map(|name| word(name)).chain(names.iter().map(String::as_str));
    let pipeline = if word("pipeline").is_empty() { String::new() } else { format!(" ({})", word("pipeline")) };
    let more: Vec<&str> = more.filter(|text| !text.is_empty()).collect();
    println!("{at}  {:<14} {}{pipeline}  {}", word("event").replace('_', " "), word("record"), more.join("; "));
}
