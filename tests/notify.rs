//! The address in `settings.notify.webhook` is told of parks, held back accounts and failed reloads, once each.

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};

use crate::support::{Trade, get, heard, until};

/// Somebody who listens: refuses the first notice, then takes every one.
pub(crate) struct Listener {
    pub(crate) url: String,
    told: Arc<Mutex<Vec<Json>>>,
}

impl Listener {
    pub(crate) fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", socket.local_addr().unwrap());
        let told = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&told);
        std::thread::spawn(move || {
            for (count, stream) in socket.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let (_, body) = heard(&stream);
                let status = if count == 0 { "503 Service Unavailable" } else { "200 OK" };
                if count > 0 {
                    notes.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
                }
                write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            }
        });
        Self { url, told }
    }

    pub(crate) fn told(&self, event: &str) -> Vec<Json> {
        self.told.lock().unwrap().iter().filter(|one| one["event"] == event).cloned().collect()
    }
}

#[test]
fn each_cause_is_told_once() {
    let listener = Listener::start();
    let trade = Trade::start();
    let settings = trade.rules.join("settings.yaml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace("webhook: \"\"", &format!("webhook: {}", listener.url))).unwrap();
    let service = trade.run("300ms");

    trade.people(&trade.leaflink, "product", &json!({ "sku": "NEW-1", "name": "Something New" }));
    let submit = || {
        let line = json!({ "lines": [{ "sku": "NEW-1", "quantity": 3 }] });
        let made = trade.people(&trade.leaflink, "submit", &line);
        made["orders"][0]["number"].as_str().unwrap().to_owned()
    };
    let first = submit();
    until("the first order is told", || listener.told("parked").len() == 1);
    let told = listener.told("parked").remove(0);
    assert_eq!((&told["record_id"], &told["code"]), (&json!(first), &json!("missing-counterpart")), "{told:#}");
    assert!(told["text"].as_str().unwrap().contains("petiole inbox show 1"), "{told:#}");
    // The first one is tried again and stays; only the second is news.
    let retried = trade.command(&["inbox", "--url", &service.url, "retry", "1"]).output().unwrap();
    assert!(retried.status.success());
    submit();
    until("the second order is told", || listener.told("parked").len() == 2);

    let good = std::fs::read_to_string(trade.rules.join("ownership.yaml")).unwrap();
    std::fs::write(trade.rules.join("ownership.yaml"), good.replace("orders:", "ordrs:")).unwrap();
    until("the failed reload is told", || listener.told("reload_failed").len() == 1);
    let told = listener.told("reload_failed").remove(0);
    assert_eq!(told["findings"][0]["code"], "unknown-owner", "{told:#}");
    std::fs::write(trade.rules.join("ownership.yaml"), good).unwrap();
    until("their end is told", || listener.told("reload_taken").len() == 1);
    until("the good rules serve", || get(&format!("{}/api/v1/status", service.url))["last_reload"]["ok"] == true);

    trade.faults(&trade.flourish, &json!({ "error_before_every": 1 }));
    until("the silent account is told", || listener.told("breaker_open").len() == 1);
    assert_eq!(listener.told("breaker_open").remove(0)["account"], "flourish");
    trade.faults(&trade.flourish, &json!({}));
    until("its end is told", || listener.told("breaker_closed").len() == 1);
    let dropped = trade.command(&["inbox", "--url", &service.url, "drop", "1"]).output().unwrap();
    assert!(dropped.status.success());
    until("it is told that it is gone", || listener.told("unparked").iter().any(|one| one["id"] == "1"));
    assert_eq!((listener.told("parked").len(), listener.told("reload_failed").len()), (2, 1));
}
