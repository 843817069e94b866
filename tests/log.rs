//! The place of the log fails, and the service goes on.

use std::process::Command;

use serde_json::json;

use crate::support::{Process, Trade, at_rest, http, until};
use petiole::world::Method;

/// The service, its standard error where the shell says.
fn run_with_log_at(trade: &Trade, place: &str) -> Process {
    let inner = trade.command(&["--log-format", "json", "run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]);
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{place}; exec \"$0\" \"$@\" 2>&3")).arg(inner.get_program()).args(inner.get_args());
    shell.current_dir(inner.get_current_dir().unwrap());
    for (name, value) in inner.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    Process::start(shell.env("PETIOLE_LOG", "trace"), "listening")
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
    let service = run_with_log_at(&trade, "exec 3>/dev/full");
    orders_cross(&trade, &service);
    assert!(dropped(&service) > 0, "what is lost is counted");
}

#[test]
fn a_collector_that_reads_nothing_stops_nothing() {
    let trade = Trade::start();
    let pipe = trade.folder.0.join("log");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Open for reading and writing, so that it never ends; nobody reads, and it is full after 64 KiB.
    let service = run_with_log_at(&trade, &format!("exec 3<>{}", pipe.display()));
    orders_cross(&trade, &service);
}

#[test]
fn a_collector_that_is_gone_stops_nothing() {
    let trade = Trade::start();
    let pipe = trade.folder.0.join("log");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let service =
        run_with_log_at(&trade, &format!("cat {0} > /dev/null & reader=$!; exec 3>{0}; kill $reader", pipe.display()));
    orders_cross(&trade, &service);
    assert!(dropped(&service) > 0, "what is lost is counted");
}
