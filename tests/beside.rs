//! What commands do beside a running service: it does the work, and what it did comes back.

use std::process::Command;

use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, get, has_looked, until};

/// A service that has swept, and some orders that it will only see when it is asked to look.
fn service(trade: &Trade) -> Process {
    let service = trade.run("1h");
    until("the first sweep is over", || status(&service)["last_sweep"]["state"] == "done" && has_looked(&service.url));
    trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
    service
}

fn status(service: &Process) -> Json {
    get(&format!("{}/api/v1/status", service.url))
}

/// Exit code, standard output, standard error.
fn ran(trade: &Trade, arguments: &[&str]) -> (i32, String, String) {
    came(&mut trade.command(arguments))
}

fn came(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_sync_is_made_by_the_service_that_has_the_store() {
    let trade = Trade::start();
    let service = service(&trade);
    let (code, out, err) = ran(&trade, &["sync"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(err.contains(&format!("the service at {} makes the pass", service.url)), "{err}");
    assert!(out.contains("both sides are in step in what changed since"), "{out}");
    trade.assert_exactly_once();
}

#[test]
fn a_sync_of_one_record_and_a_full_one_are_made_by_the_service_at_the_address() {
    let trade = Trade::start();
    let service = service(&trade);
    let orders = get(&format!("{}/_control/state", trade.leaflink.url));
    let number = orders["orders"][0]["number"].as_str().unwrap().to_owned();
    let only = format!("leaflink.order/{number}");
    // Another store, so that only the address can have led there.
    let elsewhere = format!("sqlite:{}", trade.folder.0.join("elsewhere.db").display());
    let at = ["--url", &service.url, "--store", &elsewhere];
    let run = |more: &[&str]| ran(&trade, &[at.as_slice(), more].concat());
    let (code, out, err) = run(&["--quiet", "sync", "--only", &only, "--format", "json"]);
    let report: Json = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["looked_at"]), (0, &json!(only)), "{out}{err}");
    assert_eq!(err, "");
    assert_eq!(trade.orders().len(), 1);
    assert_eq!(report["text"], Json::Null);
    let (code, out, err) = run(&["sync", "--only", "leaflink.order/nobody"]);
    assert!(code == 3 && out.is_empty() && err.contains("nobody"), "{code} {out}{err}");
    let (code, out, err) = run(&["sync", "--full"]);
    assert!(code == 0 && out.ends_with("both sides are in step\n"), "{code} {out}{err}");
    assert!(!trade.folder.0.join("elsewhere.db").exists(), "no store was made");
    trade.assert_exactly_once();
}

#[test]
fn what_a_service_holds_is_shown_and_confirmed_through_it() {
    let trade = Trade::start();
    trade.people(&trade.leaflink, "submit", &json!({ "count": 60 }));
    let service = trade.run("1h");
    until("the first sweep is held", || status(&service)["last_sweep"]["state"] == "held back");
    let (code, out, _) = ran(&trade, &["status"]);
    assert!(code == 0 && out.contains("held back: 60 flourish.outbound_order would be created"), "{code} {out}");
    let (code, out, _) = ran(&trade, &["sync", "--full"]);
    assert!(code == 3 && out.contains("stopped: 60 flourish.outbound_order would be created"), "{code} {out}");
    let (code, out, err) = ran(&trade, &["sync", "--full", "--yes"]);
    assert!(code == 0 && out.contains("60 × create"), "{code} {out}{err}");
    assert_eq!(trade.orders().len(), 60);
    let (_, out, _) = ran(&trade, &["status"]);
    assert!(out.contains("last sweep: ") && out.contains(", done"), "{out}");
}

#[test]
fn status_and_inbox_find_the_service_by_the_store_and_say_when_it_is_gone() {
    let trade = Trade::start();
    let mut service = service(&trade);
    let (code, out, err) = ran(&trade, &["status"]);
    assert!(code == 0 && out.contains("mode: live") && out.contains("flourish: ok"), "{code} {out}{err}");
    let (code, out, err) = ran(&trade, &["inbox", "list"]);
    assert!(code == 0 && out.contains("nothing is parked"), "{code} {out}{err}");
    service.kill();
    let (code, out, err) = ran(&trade, &["status"]);
    assert!(code == 3 && out.contains("not running") && out.contains("last sweep: "), "{code} {out}{err}");
    // A service that was killed leaves its address behind, and nobody goes by it.
    let (code, out, err) = ran(&trade, &["sync"]);
    assert!(code == 0 && !err.contains("makes the pass"), "{code} {out}{err}");
    trade.assert_exactly_once();
}

#[test]
fn a_service_is_asked_past_every_proxy() {
    let trade = Trade::start();
    let service = service(&trade);
    for proxy in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let mut asked = trade.command(&["status", "--url", &service.url]);
        let done = asked.env(proxy, "http://127.0.0.1:9").output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{proxy}: {done:?}");
    }
}

/// A command in a folder of its own that names no store, where the environment says where services listen.
fn ran_unnamed(trade: &Trade, listen: &str, arguments: &[&str]) -> (i32, String, String) {
    let folder = trade.folder.0.join("beside");
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = trade.command(arguments);
    command.env_remove("PETIOLE_STORE").env("PETIOLE_LISTEN", listen.trim_start_matches("http://"));
    came(command.current_dir(folder))
}

#[test]
fn where_no_store_is_named_the_service_at_the_listen_address_does_it() {
    let trade = Trade::start();
    let service = service(&trade);
    for command in [["plan", "--full"].as_slice(), &["sync"], &["replay"], &["status"], &["inbox", "list"]] {
        let (code, out, err) = ran_unnamed(&trade, &service.url, command);
        let wanted = if command == ["plan", "--full"] { 5 } else { 0 };
        assert_eq!(code, wanted, "{command:?}: {out}{err}");
        let is_told = matches!(command, ["plan" | "sync" | "replay", ..]);
        assert_eq!(err.contains(&format!("the service at {} makes", service.url)), is_told, "{command:?}: {err}");
    }
    assert!(!trade.folder.0.join("beside/petiole.db").exists(), "no store was made");
    trade.assert_exactly_once();
}

#[test]
fn a_stranger_at_the_listen_address_is_none_of_the_services() {
    let trade = Trade::start();
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    let there = &trade.flourish.url;
    let (code, out, err) = ran_unnamed(&trade, there, &["sync", "--full"]);
    assert!(code == 0 && err.is_empty(), "{code} {out}{err}");
    let (code, out, err) = ran_unnamed(&trade, there, &["status"]);
    assert!(code == 3 && out.contains("the service is not running"), "{code} {out}{err}");
    let (code, out, err) = ran_unnamed(&trade, there, &["inbox", "list"]);
    assert!(code == 0 && out.contains("nothing is parked"), "{code} {out}{err}");
    // Who names a stranger is told so.
    for command in ["sync", "plan", "replay"] {
        let (code, out, err) = ran_unnamed(&trade, there, &[command, "--url", there]);
        assert!(code == 3 && out.is_empty() && err.contains("is no petiole"), "{command}: {code} {out}{err}");
    }
    trade.assert_exactly_once();
}
