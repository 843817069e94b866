//! `petiole tap` shows what the service does as it happens, by account, record and pipeline, ends with Ctrl-C, and says
//! how much a slow listener missed; the service waits for nobody.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use petiole::runtime::Happening;
use petiole::runtime::memory::tap::{Tap, Wanted};
use petiole::store::RecordRef;
use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, at_rest, until};

/// A `tap` that runs, and what it has said.
struct Tapped {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Tapped {
    fn start(trade: &Trade, more: &[&str]) -> Self {
        let mut command = trade.command(&[&["tap"], more].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let said = Arc::clone(&lines);
        let out = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            BufReader::new(out).lines().map_while(Result::ok).for_each(|line| said.lock().unwrap().push(line));
        });
        Self { child, lines }
    }

    fn events(&self) -> Vec<Json> {
        self.lines.lock().unwrap().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Ctrl-C; the code that it ends with.
    fn ends(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

#[test]
fn what_happens_is_shown_as_it_does_and_ctrl_c_ends_it() {
    let trade = Trade::start();
    let service = trade.run("300ms");
    trade.subscribe(&service);
    until("the service is at rest", || at_rest(&service.url));
    let all = Tapped::start(&trade, &["--format", "json"]);
    let orders = Tapped::start(&trade, &["--format", "json", "--pipeline", "orders", "--account", "flourish"]);
    let other = Tapped::start(&trade, &["--format", "json", "--record", "leaflink.order/none"]);
    let shown = Tapped::start(&trade, &[]);
    let written = |tapped: &Tapped, pipeline: &str| {
        let is_it = |one: &&Json| one["event"] == "written" && one["pipeline"] == pipeline;
        tapped.events().iter().filter(is_it).count()
    };
    // Each has begun to listen once it sees one.
    until("all of them hear", || {
        trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
        until("it crossed", || at_rest(&service.url));
        written(&all, "orders") > 0 && written(&orders, "orders") > 0 && shown.lines.lock().unwrap().len() > 2
    });
    let events = all.events();
    let of =
        |word: &str| events.iter().find(|one| one["event"] == word).unwrap_or_else(|| panic!("{word}: {events:?}"));
    assert!(of("looked_at")["record"].as_str().unwrap().contains('/'));
    let one = of("written");
    assert!(one["rules"][0].as_str().unwrap().contains(".yaml:") && one["at"].is_string(), "{one}");
    assert!(orders.events().iter().all(|one| one["pipeline"] == "orders"));
    assert!(other.events().is_empty());
    let text = shown.lines.lock().unwrap().join("\n");
    assert!(text.contains("  written ") && text.contains("(orders)"), "{text}");
    for tapped in [all, orders, other, shown] {
        assert_eq!(tapped.ends(), Some(0));
    }
    let mut alone = Tapped::start(&trade, &["--url", "http://127.0.0.1:9"]);
    assert_eq!(alone.child.wait().unwrap().code(), Some(3));
}

#[test]
fn what_nobody_can_hear_of_is_told_at_once() {
    let trade = Trade::start();
    let _service = trade.run("300ms");
    for (arguments, told) in [
        (["--pipeline", "ordres"], "write `orders`"),
        (["--account", "leaflnk"], "write `leaflink`"),
        (["--record", "leaflink.ordr/1"], "write `order`"),
        (["--record", "nobody"], "no account is called `nobody`"),
    ] {
        let done = trade.command(&[&["tap"], &arguments[..]].concat()).output().unwrap();
        let err = String::from_utf8(done.stderr).unwrap();
        assert!(done.status.code() == Some(3) && err.contains(told), "{arguments:?}: {err}");
    }
}

#[test]
fn a_service_that_goes_away_is_waited_for() {
    let trade = Trade::start();
    let run = |listen: &str| {
        let arguments = ["run", "--listen", listen, "--poll-interval", "300ms"];
        Process::start(&mut trade.command(&arguments), "listening")
    };
    let service = run("127.0.0.1:0");
    let url = service.url.clone();
    let tapped = Tapped::start(&trade, &["--format", "json", "--url", &url]);
    let hears = || {
        let before = tapped.events().len();
        until("it hears", || {
            trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
            until("it crossed", || at_rest(&url));
            tapped.events().len() > before
        });
    };
    hears();
    drop(service);
    let _again = run(url.strip_prefix("http://").unwrap());
    hears();
    assert_eq!(tapped.ends(), Some(0));
}

#[test]
fn a_slow_listener_learns_how_much_was_left_out() {
    let (tap, now) = (Tap::default(), Timestamp::UNIX_EPOCH);
    let target = RecordRef { account: "shop".into(), record: "order".into(), id: "1".into() };
    let all = Wanted::default();
    let looked = Happening::Compared { target };
    let note = |times: u64| (0..times).for_each(|_| tap.note(&looked, now));
    note(5);
    let start = tap.since(None, &all, now);
    assert_eq!((start.events.len(), start.next, start.left_out), (0, 0, 0), "nothing is kept while nobody listens");
    note(10_000);
    let heard = tap.since(Some(start.next), &all, now);
    assert_eq!(heard.next, 10_000);
    assert_eq!(heard.left_out + heard.events.len() as u64, 10_000);
    assert!(heard.left_out > 0 && !heard.events.is_empty());
    assert_eq!(tap.since(Some(heard.next), &all, now).left_out, 0);
    let elsewhere = Wanted { account: Some("depot".into()), ..Wanted::default() };
    assert!(tap.since(Some(9_000), &elsewhere, now).events.is_empty());
}
