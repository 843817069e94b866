//! Nothing that a page of somebody else makes a browser send does anything, and no name of its own reads anything.

use petiole::world::Method;
use serde_json::Value as Json;

use crate::support::{Process, Trade, http};

fn status(service: &Process, headers: &[(&str, &str)]) -> u16 {
    http(Method::Get, &format!("{}/api/v1/status", service.url), headers, b"").status
}

fn reload(service: &Process, headers: &[(&str, &str)], body: &[u8]) -> u16 {
    http(Method::Post, &format!("{}/api/v1/reload", service.url), headers, body).status
}

#[test]
fn a_name_that_leads_here_reads_nothing() {
    let trade = Trade::start();
    let mut command =
        trade.command(&["run", "--listen", "127.0.0.1:0", "--allowed-host", "sync.example,other.example"]);
    let service = Process::start(&mut command, "listening");
    for host in ["evil.example", "evil.example:8787", "localhost.evil.example", "127.0.0.1.evil.example", ""] {
        assert_eq!(status(&service, &[("Host", host)]), 421, "{host:?}");
    }
    let port = service.url.rsplit(':').next().unwrap().to_owned();
    let own = format!("LocalHost:{port}");
    for host in [own.as_str(), "127.0.0.1", "[::1]:8787", "10.1.2.3:80", "sync.example:443", "Other.Example"] {
        assert_eq!(status(&service, &[("Host", host)]), 200, "{host:?}");
    }
    let health = http(Method::Get, &format!("{}/healthz", service.url), &[("Host", "probe.example")], b"");
    assert_eq!(health.status, 200, "probes ask by any name");
}

#[test]
fn a_page_of_somebody_else_does_nothing() {
    let trade = Trade::start();
    let service = trade.run("30s");
    let json = ("Content-Type", "application/json");
    for foreign in [
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://127.0.0.1:1"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        assert_eq!(reload(&service, &[foreign, json], b"{}"), 403, "{foreign:?}");
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        assert_eq!(reload(&service, &[("Content-Type", kind)], b"{}"), 415, "{kind}");
    }
    let origin = service.url.clone();
    assert_eq!(reload(&service, &[("Origin", &origin), ("Sec-Fetch-Site", "same-origin"), json], b"{}"), 200);
    assert_eq!(
        reload(&service, &[("Sec-Fetch-Site", "none"), ("Content-Type", "application/json; charset=utf-8")], b"{}"),
        200
    );
    assert_eq!(reload(&service, &[], b""), 200, "programs say nothing of pages");
    assert_eq!(
        status(&service, &[("Origin", "https://evil.example")]),
        200,
        "without leave to read, a GET is harmless"
    );
}

#[test]
fn status_tells_a_refusal_from_a_service_that_is_not_there() {
    let trade = Trade::start();
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0"]);
    let mut service = Process::start(command.env("PETIOLE_ADMIN_TOKEN", "right"), "listening");
    let ask = |token: &str| {
        let mut command = trade.command(&["status", "--format", "json", "--url", &service.url]);
        command.env("PETIOLE_ADMIN_TOKEN", token).output().unwrap()
    };
    assert_eq!(ask("right").status.code(), Some(0));
    let refused = ask("wrong");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!((refused.status.code(), refused.stdout.is_empty()), (Some(3), true), "{said}");
    assert!(said.contains("401") && said.contains("PETIOLE_ADMIN_TOKEN"), "{said}");
    service.kill();
    let mut command = trade.command(&["status", "--format", "json", "--url", &service.url]);
    let gone = command.env("PETIOLE_ADMIN_TOKEN", "right").output().unwrap();
    let told: Json = serde_json::from_slice(&gone.stdout).unwrap();
    assert_eq!((gone.status.code(), &told["service"]), (Some(3), &Json::from("not running")), "{told:#}");
}
