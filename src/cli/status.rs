//! `petiole status`: health and queues, of the service or else of the store.

use serde_json::{Value as Json, json};

use super::arguments::{Arguments, Format, ServiceArguments};
use super::exit_code;
use super::service::{Unanswered, ask};
use crate::runtime::service::sweep_marks::LastSweep;
use crate::server::nodes;
use crate::server::waiting::{Waiting, waiting};
use crate::store::{Ledger, open};
use crate::value::timestamp;
use crate::view::park::matched;
use crate::world::{Clock as _, Method, SystemClock};

/// Records that are named of those that were put off, and of those that rules have wait.
const NAMED_SHOWN: usize = 5;

/// Prints the status.
pub async fn status(arguments: &Arguments, at: &ServiceArguments) -> u8 {
    let (found, code) = match ask(&arguments.service_url(), Method::Get, "/api/v1/status", None).await {
        Ok(found) => (Ok(found), exit_code::OK),
        // What a store holds is worth reading, but no service serves it.
        Err(Unanswered::Unreached(text) | Unanswered::Foreign(text)) => {
            (from_store(arguments, &text).await, exit_code::FAILED)
        }
        Err(refused) => (Err(refused.to_string()), exit_code::FAILED),
    };
    match found {
        Ok(found) => {
            print(&found, at.format);
            code
        }
        Err(message) => {
            eprintln!("petiole: {message}");
            exit_code::FAILED
        }
    }
}

async fn from_store(arguments: &Arguments, unreached: &str) -> Result<Json, String> {
    let store = open::open_reader(&arguments.store).await.map_err(|error| format!("{unreached}, and {error}"))?;
    let counts = store.counts().await.map_err(|error| error.to_string())?;
    let generation = store.last_good().await.ok().flatten().map(|(generation, _)| generation.number);
    let by_hand = store.links_by_hand().await.map_err(|error| error.to_string())?;
    let by_hand: Vec<Json> = by_hand.iter().map(matched).collect();
    let now = SystemClock.now();
    let Waiting { queue, waiting, retrying, holds } =
        waiting(store.as_ref(), counts, now).await.map_err(|error| error.to_string())?;
    let living = store.nodes().await.map_err(|error| error.to_string())?;
    let ledger = store.ledger().await.map_err(|error| error.to_string())?;
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "service": if living.is_empty() { "not running" } else { "not running here" },
        "generation": generation,
        "queue": queue,
        "waiting": waiting,
        "retrying": retrying,
        "holds": holds,
        "last_sweep": LastSweep::of(store.as_ref()).await.map_err(|error| error.to_string())?.map(LastSweep::to_json),
        "ledger": ledger.as_ref().map_or_else(|| json!([]), Ledger::to_json),
        "ledger_at": ledger.map(|ledger| timestamp::text(ledger.at)),
        "links": counts.links,
        "crosswalk": by_hand,
        "nodes": nodes::nodes(&living, None),
    }))
}

fn print(found: &Json, format: Format) {
    if format == Format::Json {
        return println!("{found:#}");
    }
    let number = |path: &str| found.pointer(path).map(ToString::to_string).unwrap_or_default();
    let word = |path: &str| found.pointer(path).and_then(Json::as_str).unwrap_or_default().to_owned();
    println!("petiole {}", word("/version"));
    if !word("/service").is_empty() {
        println!("the service is {}", word("/service"));
    }
    match found.get("generation").and_then(Json::as_i64) {
        Some(generation) => {
            println!("{}", format!("rules: generation {generation} {}", word("/rules_state")).trim_end());
        }
        None => println!("rules: none served yet"),
    }
    match word("/mode").as_str() {
        "" => {}
        mode @ "live" => println!("mode: {mode}"),
        mode => println!("mode: {mode} (what is decided is told and not written)"),
    }
    if word("/rules_state") == "last-good" {
        print_findings(found);
    }
    for gone in found.pointer("/last_reload/gone").and_then(Json::as_array).into_iter().flatten() {
        let word = |key: &str| gone.get(key).and_then(Json::as_str).unwrap_or_default();
        println!("not in the rules any more: {} (since {})", word("what"), word("since"));
    }
    if found.pointer("/last_reload/changed/links").and_then(Json::as_u64) > Some(0) {
        println!("rules: {}", word("/last_reload/changed/text"));
    }
    print_queue(found);
    print_last_sweep(found);
    print_nodes(found);
    println!("links: {}", number("/links"));
    for link in found.pointer("/crosswalk").and_then(Json::as_array).into_iter().flatten() {
        let word = |path: &str| link.pointer(path).and_then(Json::as_str).unwrap_or_default();
        let [left, right] = ["left", "right"]
            .map(|side| format!("{} {}", word(&format!("/{side}/account")), word(&format!("/{side}/id"))));
        println!("matched by hand ({}): {left} = {right}", word("/pipeline"));
    }
    print_accounts(found);
    for alarm in found.get("alarms").and_then(Json::as_array).into_iter().flatten() {
        println!("alarm: {}", alarm.get("text").and_then(Json::as_str).unwrap_or_default());
    }
    for trouble in found.pointer("/troubles").and_then(Json::as_array).into_iter().flatten() {
        let records = trouble.get("records").map(ToString::to_string).unwrap_or_default();
        println!("put off ({records}): {}", trouble.get("reason").and_then(Json::as_str).unwrap_or_default());
    }
    print_retrying(found);
}

/// How much waits, and what of it a person has wait.
fn print_queue(found: &Json) {
    let of = |name: &str| ["queue", "waiting"].into_iter().find_map(|key| found.get(key)?.get(name)?.as_u64());
    let count = |name: &str| of(name).unwrap_or_default();
    let retrying = match count("retrying") {
        0 => String::new(),
        count => format!(" ({count} retrying)"),
    };
    let held = match count("held") {
        0 => String::new(),
        count => format!(", {count} held"),
    };
    let held = match count("held_by_rule") {
        0 => held,
        count => format!("{held}, {count} held by rule"),
    };
    let (pending, in_flight, parked) = (count("pending"), count("in_flight"), count("parked"));
    println!("queue: {pending} pending{retrying}, {in_flight} in flight, {parked} parked{held}");
    for one in found.get("holds").and_then(Json::as_array).into_iter().flatten() {
        let word = |key: &str| one.get(key).and_then(Json::as_str).unwrap_or_default();
        let at = |key: &str| timestamp::parse(word(key)).map(timestamp::text_to_second);
        let until = at("until").map(|until| format!(" until {until}")).unwrap_or_default();
        let because = if word("because").is_empty() { String::new() } else { format!(": {}", word("because")) };
        let waiting = match one.get("waiting").and_then(Json::as_u64).unwrap_or_default() {
            0 => String::new(),
            1 => "; 1 record waits".to_owned(),
            count => format!("; {count} records wait"),
        };
        let (kind, name, since) = (word("kind"), word("name"), at("since").unwrap_or_default());
        println!("held since {since}{until}: {kind} {name}{because}{waiting} (petiole release {name})");
    }
    print_held_by_rule(found);
}

/// What rules have wait.
fn print_held_by_rule(found: &Json) {
    let all: Vec<&Json> = found.get("held_by_rule").and_then(Json::as_array).into_iter().flatten().collect();
    for one in all.iter().take(NAMED_SHOWN) {
        let word = |key: &str| one.get(key).and_then(Json::as_str).unwrap_or_default();
        println!("held by the rule {}: {}", word("line"), word("record"));
    }
    let total = found.pointer("/waiting/held_by_rule").and_then(Json::as_u64).unwrap_or_default();
    let more = total.saturating_sub(u64::try_from(all.len().min(NAMED_SHOWN)).unwrap_or_default());
    if more > 0 {
        println!("held by rules: {more} more; `petiole sync --full` names them all");
    }
}

/// What was put off, each with its next try.
fn print_retrying(found: &Json) {
    let all: Vec<&Json> = found.get("retrying").and_then(Json::as_array).into_iter().flatten().collect();
    for one in all.iter().take(NAMED_SHOWN) {
        let word = |key: &str| one.get(key).and_then(Json::as_str).unwrap_or_default();
        let tried = match one.get("attempts").and_then(Json::as_u64).unwrap_or_default() {
            1 => "tried once".to_owned(),
            count => format!("tried {count} times"),
        };
        let next = timestamp::parse(word("next_try")).map(timestamp::text_to_second).unwrap_or_default();
        println!("retrying {}: {tried}, next try at {next}: {}", word("record"), word("reason"));
    }
    let total = found.pointer("/waiting/retrying").and_then(Json::as_u64).unwrap_or_default();
    let more = total.saturating_sub(u64::try_from(all.len().min(NAMED_SHOWN)).unwrap_or_default());
    if more > 0 {
        println!("retrying: {more} more; `petiole retry --all` tries them now");
    }
}

/// When everything was compared last, and whether that came to its end.
fn print_last_sweep(found: &Json) {
    let word = |path: &str| found.pointer(path).and_then(Json::as_str).unwrap_or_default();
    let sweeping = found.get("sweeping") == Some(&Json::Bool(true));
    match (word("/last_sweep/state"), timestamp::parse(word("/last_sweep/at"))) {
        ("not ended", Some(_)) if sweeping => println!("a sweep is under way"),
        ("held back", Some(at)) => {
            let held = if word("/held").is_empty() { "it would change too much" } else { word("/held") };
            println!("last sweep: {}, held back: {held}", timestamp::text_to_second(at));
            println!("  `petiole sync --full` shows what is held, and --yes confirms it");
        }
        (state, Some(at)) => println!("last sweep: {}, {state}", timestamp::text_to_second(at)),
        _ if sweeping => println!("a sweep is under way"),
        _ => println!("last sweep: none yet"),
    }
    print_ledger(found);
}

/// What each account let through, and what is wrong with it.
fn print_accounts(found: &Json) {
    for (name, account) in found.pointer("/accounts").and_then(Json::as_object).into_iter().flatten() {
        let word = |key: &str| account.get(key).and_then(Json::as_str).unwrap_or_default();
        let calls: u64 = account
            .get("calls")
            .and_then(Json::as_object)
            .into_iter()
            .flat_map(|calls| calls.values().filter_map(Json::as_u64))
            .sum();
        let pause = if word("paused_until").is_empty() {
            String::new()
        } else {
            format!(", silent until {}", word("paused_until"))
        };
        let refused = match account.get("webhooks_refused").and_then(Json::as_u64).unwrap_or_default() {
            0 => String::new(),
            1 => ", 1 webhook refused".to_owned(),
            count => format!(", {count} webhooks refused"),
        };
        println!("{name}: {}, {calls} calls{pause}{refused}", word("state"));
        for alarm in account.get("alarms").and_then(Json::as_array).into_iter().flatten() {
            let word = |key: &str| alarm.get(key).and_then(Json::as_str).unwrap_or_default();
            println!("  {}: {}", word("code"), word("message"));
        }
    }
}

/// Who shares the store.
fn print_nodes(found: &Json) {
    for node in found.get("nodes").and_then(Json::as_array).into_iter().flatten() {
        let word = |key: &str| node.get(key).and_then(Json::as_str).unwrap_or_default();
        let number = |key: &str| node.get(key).and_then(Json::as_i64).unwrap_or_default();
        let host = if word("host").is_empty() { String::new() } else { format!(" on {}", word("host")) };
        let roles: Vec<&str> =
            node.get("roles").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
        let roles = if roles.is_empty() { String::new() } else { format!(", has {}", roles.join(", ")) };
        let pairs = match number("pairs") {
            0 => String::new(),
            1 => ", works on 1 pair".to_owned(),
            count => format!(", works on {count} pairs"),
        };
        let here = if node.get("here") == Some(&Json::Bool(true)) { " (this one)" } else { "" };
        let silent = if node.get("silent") == Some(&Json::Bool(true)) { ", silent for too long" } else { "" };
        let (number, generation) = (number("node"), number("generation"));
        println!("node {number}{here}: {}{host}, generation {generation}{roles}{pairs}{silent}", word("url"));
    }
}

/// Where every record was when everything was compared last: what happened since is in the lines around it.
fn print_ledger(found: &Json) {
    let at = found.get("ledger_at").and_then(Json::as_str).and_then(timestamp::parse);
    let Some((at, told)) = at.zip(found.get("ledger")) else { return };
    let ledger = Ledger::from_json(at, told);
    if ledger.has_any() {
        print!("where every record was at the sweep of {}:\n{ledger}", timestamp::text_to_second(at));
    }
}

/// Why the last good rules serve and not the files.
fn print_findings(found: &Json) {
    println!("the rule files have errors, so the last good rules serve:");
    for finding in found.pointer("/last_reload/findings").and_then(Json::as_array).into_iter().flatten() {
        let word = |key: &str| finding.get(key).and_then(Json::as_str).unwrap_or_default();
        let line = finding.get("line").map(ToString::to_string).unwrap_or_default();
        println!("  {}[{}]: {} ({}:{line})", word("severity"), word("code"), word("message"), word("file"));
    }
}
