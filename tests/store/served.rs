//! The real binary on a server: the service, the commands that look into its store, and what they say where they cannot.

use std::net::TcpListener;
use std::process::Output;

use petiole::world::Method;
use serde_json::json;

use crate::support::postgres::{OWNER, server};
use crate::support::{Process, Trade, at_rest, get, http, petiole, until};

fn said(done: &Output) -> String {
    String::from_utf8_lossy(&done.stderr).into_owned()
}

/// Two processes take the webhooks in turn; each order is made once, whoever made it.
#[test]
fn two_services_on_one_server_bring_every_order_over_once() {
    let Some(server) = server() else { return };
    let (trade, database) = (Trade::start(), server.database());
    let run = || {
        let arguments = ["run", "--listen", "127.0.0.1:0", "--poll-interval", "5s", "--store", &database.url()];
        Process::start(&mut trade.command(&arguments), "listening")
    };
    let services = [run(), run()];
    for service in services.iter().cycle().take(6) {
        trade.subscribe(service);
        trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
    }
    let state = || get(&format!("{}/_control/state", trade.leaflink.url));
    let wanted = state()["orders"].as_array().unwrap().len();
    until("every order is over", || trade.orders().len() >= wanted);
    until("both are at rest", || services.iter().all(|service| at_rest(&service.url)));
    trade.assert_exactly_once();
    for service in &services {
        assert_eq!(http(Method::Get, &format!("{}/readyz", service.url), &[], b"").status, 200);
    }
    let links = get(&format!("{}/api/v1/status", services[0].url))["links"].clone();
    assert!(links.as_u64().unwrap() >= u64::try_from(wanted).unwrap(), "{links}");
    drop(services);
    // With nobody there, the commands look into the store themselves.
    let at = ["--store", &database.url(), "--url", "http://127.0.0.1:9"];
    let status = petiole().args(["status", "--format", "json"]).args(at).output().unwrap();
    let shown: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(shown["links"], links, "{}", said(&status));
    let inbox = petiole().args(["inbox", "list"]).args(at).output().unwrap();
    assert_eq!(inbox.status.code(), Some(0), "{}", said(&inbox));
    let synced = trade.command(&["sync", "--store", &database.url()]).output().unwrap();
    assert_eq!(synced.status.code(), Some(0), "{}", said(&synced));
}

#[test]
fn a_server_that_is_not_to_be_had_is_told_in_a_line_without_the_password() {
    let Some(server) = server() else { return };
    let (trade, database) = (Trade::start(), server.database());
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = format!("postgres://{OWNER}:secret@{free}/db");
    let elsewhere = server.url(&format!("{OWNER}:secret"), "elsewhere");
    let nothing = server.url(&format!("{OWNER}:secret"), &database.name);
    let cases = [
        (vec!["run", "--listen", "127.0.0.1:0"], &nowhere, "the server cannot be reached"),
        (vec!["run", "--listen", "127.0.0.1:0"], &elsewhere, "there is no such database"),
        (vec!["sync"], &nowhere, "the server cannot be reached"),
        (vec!["inbox", "list", "--url", "http://127.0.0.1:9"], &elsewhere, "there is no such database"),
        (vec!["status", "--url", "http://127.0.0.1:9"], &nothing, "there is no store"),
    ];
    for (arguments, store, expected) in cases {
        let done = trade.command(&arguments).env("PETIOLE_STORE", store).output().unwrap();
        let told = said(&done);
        assert_eq!(done.status.code(), Some(3), "{arguments:?}: {told}");
        assert!(told.contains(expected) && !told.contains("secret"), "{arguments:?}: {told}");
        assert_eq!(told.lines().filter(|line| line.starts_with("petiole: ")).count(), 1, "{told}");
    }
    let help = petiole().arg("--help").env("PETIOLE_STORE", &nowhere).output().unwrap();
    assert!(!String::from_utf8_lossy(&help.stdout).contains("secret"), "nor does the help");
}
