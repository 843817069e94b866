//! Plays the Markdown pages of `tests/scenario`; their README tells the words.

use std::collections::BTreeMap;
use std::path::Path;

use petiole::world::Method;
use serde_json::Value as Json;

use crate::decisions::decided_again;
use crate::support::{Process, Trade, at_rest, get, http, signed, until};

struct Stage {
    trade: Trade,
    service: Option<Process>,
    kept: BTreeMap<String, Json>,
}

impl Stage {
    fn side(&self, name: &str) -> &Process {
        match name {
            "leaflink" => &self.trade.leaflink,
            "flourish" => &self.trade.flourish,
            other => panic!("no side {other}"),
        }
    }

    fn service(&self) -> &str {
        &self.service.as_ref().expect("the service was started").url
    }

    fn filled(&self, text: &str) -> String {
        self.kept.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("${name}"), value.as_str().map_or_else(|| value.to_string(), str::to_owned).as_str())
        })
    }

    fn json(&self, text: &str) -> Json {
        let text = self.filled(text);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn state(&self, side: &str) -> Json {
        match side {
            "status" => get(&format!("{}/api/v1/status", self.service())),
            "inbox" => get(&format!("{}/api/v1/inbox", self.service())),
            path if path.starts_with('/') => get(&format!("{}{}", self.service(), self.filled(path))),
            side => get(&format!("{}/_control/state", self.side(side).url)),
        }
    }

    fn play(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "rule" => self.change(rest),
            "start" => {
                let hooks = rest == "with webhooks";
                // The store of a service that runs is free only once it is gone.
                self.service = None;
                let service = self.trade.run(if hooks { "60s" } else { "300ms" });
                if hooks {
                    self.trade.subscribe(&service);
                }
                self.service = Some(service);
            }
            "stop" => self.service = None,
            "petiole" => self.petiole(line, rest),
            "people" => {
                let mut parts = rest.splitn(3, ' ');
                let (side, act, body) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap_or("{}"));
                self.trade.people(self.side(side), act, &self.json(body));
            }
            "faults" => {
                let (side, body) = rest.split_once(' ').unwrap();
                self.trade.faults(self.side(side), &self.json(body));
            }
            "keep" => {
                let parts: Vec<&str> = rest.splitn(3, ' ').collect();
                let value = self.state(parts[1]).pointer(parts[2]).cloned().unwrap_or_default();
                self.kept.insert(parts[0].to_owned(), value);
            }
            "see" => self.see(line, rest),
            "rest" => until(line, || at_rest(self.service())),
            "agents" => {
                let (side, wanted) = rest.split_once(" are ").unwrap();
                let found = get(&format!("{}/_control/requests", self.side(side).url))["agents"].clone();
                assert_eq!(found, self.json(wanted), "{line}");
            }
            "calls" => self.calls(line, rest),
            "writes" => self.writes(line, rest),
            "post" => self.post(line, rest),
            other => panic!("no word {other}"),
        }
    }

    /// A command, over the service where one runs: how it ends and what it says.
    fn petiole(&self, line: &str, rest: &str) {
        let (arguments, wanted) = rest.split_once(" => ").unwrap();
        let (code, text) = wanted.split_once(' ').unwrap_or((wanted, ""));
        let arguments = self.filled(arguments);
        let mut command = self.trade.command(&arguments.split(' ').collect::<Vec<_>>());
        let url = self.service.as_ref().map_or("http://127.0.0.1:1", |service| &service.url);
        let done = command.env("PETIOLE_URL", url).output().unwrap();
        let told = [&done.stdout, &done.stderr].map(|told| String::from_utf8_lossy(told).into_owned()).concat();
        assert_eq!(done.status.code().map(|code| code.to_string()).as_deref(), Some(code), "{line}: {told}");
        assert!(told.contains(&self.filled(text)), "{line}: {told}");
    }

    fn change(&self, rest: &str) {
        let (file, change) = rest.split_once(": ").unwrap();
        let (old, new) = change.split_once(" => ").unwrap();
        let path = self.trade.rules.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{file} has no {old}");
        std::fs::write(path, text.replacen(old, new, 1)).unwrap();
    }

    fn see(&self, line: &str, rest: &str) {
        let (side, wanted) = rest.split_once(' ').unwrap();
        if let Some((pointer, value)) = wanted.split_once(" is ") {
            let value = self.json(value);
            let pointer = self.filled(pointer);
            until(line, || self.state(side).pointer(&pointer) == Some(&value));
        } else if let Some((pointer, count)) = wanted.split_once(" count ") {
            let count: usize = count.parse().unwrap();
            let pointer = self.filled(pointer);
            until(line, || self.state(side).pointer(&pointer).and_then(Json::as_array).map(Vec::len) == Some(count));
        } else if let ("inbox", Some(count)) = (side, wanted.strip_prefix("count ")) {
            let count: usize = count.parse().unwrap();
            until(line, || self.state("inbox")["items"].as_array().map(Vec::len) == Some(count));
        } else {
            until(line, || self.state(side).to_string().contains(&self.filled(wanted)));
        }
    }

    /// A webhook by hand, unsigned or with a signature of somebody else's.
    fn post(&self, line: &str, rest: &str) {
        let parts: Vec<&str> = rest.splitn(3, ' ').collect();
        let body = self.json(parts[2]).to_string();
        let url = format!("{}/webhooks/{}", self.service(), parts[0]);
        let forged = signed(body.as_bytes(), "not the key");
        for headers in [&[][..], &[("LL-Signature", forged.as_str())]] {
            let answer = http(Method::Post, &url, headers, body.as_bytes());
            assert_eq!(answer.status.to_string(), parts[1], "{line}");
        }
    }

    /// All writes that a side saw, in order, with ids blanked and what each was answered.
    fn writes(&self, line: &str, rest: &str) {
        until("the service is at rest", || at_rest(self.service()));
        let (side, wanted) = rest.split_once(": ").unwrap();
        let log = get(&format!("{}/_control/requests", self.side(side).url))["log"].clone();
        let told = |one: &Json| {
            let path = one["path"].as_str().unwrap();
            let path: Vec<&str> = path.split('/').map(|part| if is_id(part) { "{id}" } else { part }).collect();
            let answered = one["answered"].as_u64().map_or("cut".to_owned(), |status| status.to_string());
            format!("{} {} {answered}", one["method"].as_str().unwrap(), path.join("/"))
        };
        let found: Vec<String> = log.as_array().unwrap().iter().map(told).collect();
        let wanted: Vec<&str> = wanted.split(", ").filter(|one| *one != "none").collect();
        assert_eq!(found, wanted, "{line}");
    }

    fn calls(&self, line: &str, rest: &str) {
        until("the service is at rest", || at_rest(self.service()));
        let (call, count) = rest.rsplit_once(" count ").unwrap();
        let parts: Vec<&str> = call.splitn(3, ' ').collect();
        let log = get(&format!("{}/_control/requests", self.side(parts[0]).url))["log"].clone();
        let ending = self.filled(parts[2]);
        let fits = |one: &&Json| {
            one["method"] == parts[1] && one["path"].as_str().is_some_and(|path| path.ends_with(ending.as_str()))
        };
        let found = log.as_array().unwrap().iter().filter(fits).count();
        assert_eq!(found.to_string(), count, "{line}: {log}");
    }
}

fn is_id(part: &str) -> bool {
    let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits || part.len() >= 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn play(page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenario").join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut stage = Stage { trade: Trade::start(), service: None, kept: BTreeMap::new() };
    let mut inside = false;
    let mut acts = 0;
    for line in text.lines() {
        match line {
            "```scenario" => inside = true,
            "```" => inside = false,
            line if inside && !line.trim().is_empty() => {
                acts += 1;
                stage.play(line);
            }
            _ => {}
        }
    }
    assert!(acts > 2, "{page} plays nothing");
    // The store of a service that runs is free only once it is gone.
    stage.service = None;
    decided_again(&stage.trade);
}

/// Every page has its test, so that a page that nobody plays is noticed.
macro_rules! pages {
    ($($name:ident),* $(,)?) => {
        $(#[test] fn $name() { play(concat!(stringify!($name), ".md")); })*

        #[test]
        fn every_page_is_played() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenario");
            let known = [$(concat!(stringify!($name), ".md")),*];
            for entry in std::fs::read_dir(folder).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                assert!(name == "README.md" || known.contains(&name.as_str()), "nobody plays {name}");
            }
        }
    };
}

pages![
    a_lot_that_comes_later,
    an_order_crosses,
    a_customer_without_a_license,
    a_sales_rep_without_a_match,
    a_facility_that_asks_for_a_sales_rep,
    an_edit_before_allocation,
    a_peer_that_is_throttled,
    a_peer_that_is_down,
    a_slow_peer,
    a_peer_slower_than_the_limit,
    a_peer_that_recovers,
    a_lost_answer,
    an_unknown_sku,
    an_edit_before_it_crosses,
    an_unsigned_webhook,
    a_setting_changes_while_it_runs,
    a_sku_that_is_nearly_right,
    a_day_that_comes_too_late,
    a_status_that_goes_nowhere,
    an_order_that_nobody_saw_submitted,
    two_items_of_one_sku,
    two_items_that_nobody_looked_at,
    an_edit_after_allocation,
    a_split_backorder,
    leaflink_best_practices,
    a_term_is_set_on_either_side,
    our_id_on_their_order,
    combined_orders,
    a_peer_that_keeps_values_otherwise,
];
