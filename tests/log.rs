//! The place of the log fails, and the service goes on.

use std::process::Command;

use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, at_rest, get, http, own, until};
use petiole::world::Method;

/// The service, its standard error where the shell says.
fn run_with_log_at(trade: &Trade, place: &str, level: &str) -> Process {
    let inner = trade.command(&["--log-format", "json", "run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]);
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{place}; exec \"$0\" \"$@\" 2>&3")).arg(inner.get_program()).args(inner.get_args());
    shell.current_dir(inner.get_current_dir().unwrap());
    for (name, value) in inner.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    Process::start(shell.env("PETIOLE_LOG", level), "listening")
}

#[track_caller]
fn orders_cross(trade: &Trade, service: &Process) {
    trade.people(&trade.leaflink, "submit", &json!({ "count": 5 }));
    until("every order has crossed", || trade.orders().len() == 5 && at_rest(&service.url));
    let ready = http(Method::Get, &format!("{}/readyz", service.url), &[], b"");
    assert_eq!(ready.status, 200);
}

/// Log lines that were dropped, by the service's own count.
fn dropped(service: &Process) -> u64 {
    let text = http(Method::Get, &format!("{}/metrics", service.url), &[], b"").body;
    let text = String::from_utf8(text).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("petiole_log_lines_dropped_total "));
    line.unwrap().parse().unwrap()
}

#[test]
fn a_full_disk_under_the_log_stops_nothing() {
    let trade = Trade::start();
    let service = run_with_log_at(&trade, "exec 3>/dev/full", "trace");
    orders_cross(&trade, &service);
    assert!(dropped(&service) > 0, "what is lost is counted");
}

#[test]
fn a_collector_that_reads_nothing_stops_nothing() {
    let trade = Trade::start();
    let pipe = trade.folder.0.join("log");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Open for reading and writing, so that it never ends; nobody reads, and it is full after 64 KiB.
    let service = run_with_log_at(&trade, &format!("exec 3<>{}", pipe.display()), "trace");
    orders_cross(&trade, &service);
}

#[test]
fn a_collector_that_is_gone_stops_nothing() {
    let trade = Trade::start();
    let pipe = trade.folder.0.join("log");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let place = format!("cat {0} > /dev/null & reader=$!; exec 3>{0}; kill $reader", pipe.display());
    let service = run_with_log_at(&trade, &place, "trace");
    orders_cross(&trade, &service);
    assert!(dropped(&service) > 0, "what is lost is counted");
}

/// The lines of a log so far, as JSON.
fn lines(file: &std::path::Path) -> Vec<Json> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn said<'a>(lines: &'a [Json], message: &str) -> Vec<&'a Json> {
    lines
        .iter()
        .filter(|line| line["fields"]["message"].as_str().is_some_and(|text| text.starts_with(message)))
        .collect()
}

#[test]
fn a_write_is_told_with_what_stood_there_and_what_stands_there_now() {
    let trade = Trade::start();
    own(&trade.rules, "inventory", "flourish");
    let file = trade.folder.0.join("log");
    let service = run_with_log_at(&trade, &format!("exec 3>{}", file.display()), "info");
    let product = get(&format!("{}/_control/state", trade.leaflink.url))["products"][0].clone();
    until("the first sweep is over", || at_rest(&service.url));
    for quantity in [40, 12] {
        trade.people(&trade.flourish, "stock", &json!({ "sku": product["sku"], "qty": quantity }));
        let told = format!("→ {quantity}");
        let is_told = |line: &Json| line["fields"]["message"].as_str().unwrap_or_default().ends_with(&told);
        until("it is written", || lines(&file).iter().any(is_told));
    }
    let told = lines(&file);
    let last = said(&told, "wrote ").last().unwrap()["fields"]["message"].as_str().unwrap().to_owned();
    assert!(last.ends_with(": available_inventory: 40 → 12"), "{last}");
}

#[test]
fn the_log_says_what_is_served_each_write_once_and_nothing_of_what_is_left_alone() {
    let trade = Trade::start();
    let file = trade.folder.0.join("log");
    let service = run_with_log_at(&trade, &format!("exec 3>{}", file.display()), "info");
    orders_cross(&trade, &service);
    let told = lines(&file);
    let serving = said(&told, "serving");
    assert_eq!(serving.len(), 1, "{told:?}");
    assert_eq!(serving[0]["fields"]["mode"], "live");
    assert_eq!(serving[0]["fields"]["poll_interval"], "300ms");
    let accounts = said(&told, "account");
    assert_eq!(accounts.len(), 2, "{told:?}");
    for (account, side) in accounts.iter().zip([&trade.flourish, &trade.leaflink]) {
        let name = account["fields"]["account"].as_str().unwrap();
        assert_eq!(account["fields"]["webhooks"], format!("{}/webhooks/{name}", service.url));
        assert!(account["fields"]["base_url"].as_str().unwrap().starts_with(&side.url), "{account}");
    }
    let writes: usize = [&trade.leaflink, &trade.flourish]
        .iter()
        .map(|side| {
            let log = get(&format!("{}/_control/requests", side.url));
            log["log"].as_array().unwrap().iter().filter(|call| call["method"] != "GET").count()
        })
        .sum();
    assert_eq!(said(&told, "wrote ").len(), writes, "{told:?}");
    assert!(said(&told, "left alone").is_empty(), "{told:?}");
    assert!(!std::fs::read_to_string(&file).unwrap().contains("key-for-tests"), "no secret is logged");
}

#[test]
fn webhooks_that_are_refused_are_counted_and_told_once_in_a_while() {
    let trade = Trade::start();
    let file = trade.folder.0.join("log");
    let service = run_with_log_at(&trade, &format!("exec 3>{}", file.display()), "info");
    for (account, status) in
        [("leaflink", 401), ("leaflink", 401), ("flourish", 401), ("nobody\"}", 404), ("other", 404)]
    {
        let url = format!("{}/webhooks/{}", service.url, account.replace('"', "%22").replace('}', "%7D"));
        assert_eq!(http(Method::Post, &url, &[], b"{}").status, status);
    }
    let text = http(Method::Get, &format!("{}/metrics", service.url), &[], b"").body;
    let text = String::from_utf8(text).unwrap();
    for line in [
        "account=\"leaflink\",status=\"401\"} 2",
        "account=\"flourish\",status=\"401\"} 1",
        "account=\"unknown\",status=\"404\"} 2",
    ] {
        assert!(text.contains(&format!("petiole_webhooks_refused_total{{{line}\n")), "{line}: {text}");
    }
    until("each sort is told", || said(&lines(&file), "webhooks refused").len() == 3);
    assert!(said(&lines(&file), "webhooks refused")[0]["fields"]["message"].as_str().unwrap().contains("signature"));
}
