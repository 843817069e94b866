//! What `petiole doctor` says of accounts: what works, what is missing, and that it only reads.

use std::process::Command;
use std::sync::Arc;

use petiole::world::{Method, Request, Response};
use serde_json::{Value as Json, json};

use crate::support::{Change, GoBetween, Look, Trade, WEBHOOK_KEY, at_rest, get, has_looked, send, until};

/// What it said: the exit code and the document.
struct Said {
    code: i32,
    told: Json,
}

#[track_caller]
fn asked(trade: &Trade, change: impl Fn(&mut Command)) -> Said {
    let mut command = trade.command(&["doctor", "--format", "json"]);
    change(&mut command);
    let done = command.output().unwrap();
    let [out, err] = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    for secret in ["key-for-tests", WEBHOOK_KEY] {
        assert!(!out.contains(secret) && !err.contains(secret), "a secret is shown: {out}{err}");
    }
    let told = serde_json::from_str(&out).unwrap_or_else(|_| panic!("no document: {out}{err}"));
    Said { code: done.status.code().unwrap(), told }
}

impl Said {
    /// Health and words of what was looked at under this name, of an account.
    #[track_caller]
    fn of(&self, account: &str, what: &str) -> Vec<(&str, String)> {
        let accounts = self.told["accounts"].as_array().unwrap();
        let found = accounts.iter().find(|one| one["name"] == account).unwrap_or_else(|| panic!("{}", self.told));
        let all = found["checked"].as_array().unwrap().iter().filter(|one| one["what"] == what);
        all.map(|one| {
            let word = |key: &str| one[key].as_str().unwrap_or_default();
            assert!(one["health"] == "ok" || !word("mend").is_empty(), "{one} does not say what to mend");
            (word("health"), format!("{} / {}", word("seen"), word("mend")))
        })
        .collect()
    }

    /// That one line of this health says all of this.
    #[track_caller]
    fn says(&self, (account, what): (&str, &str), health: &str, words: &[&str]) {
        let found = self.of(account, what);
        let fits = |(own, text): &(&str, String)| *own == health && words.iter().all(|word| text.contains(word));
        assert!(found.iter().any(fits), "{account} {what} should be {health} and say {words:?}: {:#}", self.told);
    }

    #[track_caller]
    fn health(&self, account: &str) -> &str {
        let accounts = self.told["accounts"].as_array().unwrap();
        accounts.iter().find(|one| one["name"] == account).and_then(|one| one["health"].as_str()).unwrap()
    }
}

/// Requests that a peer has seen, by method and path.
fn seen(url: &str) -> Vec<String> {
    let counts = get(&format!("{url}/_control/requests"))["counts"].as_object().unwrap().clone();
    counts.keys().cloned().collect()
}

fn nothing(_: &mut Command) {}

#[test]
fn accounts_that_are_well_are_said_to_be_and_see_nothing_but_reads() {
    let trade = Trade::start();
    trade.people(&trade.leaflink, "submit", &json!({ "count": 2 }));
    let said = asked(&trade, nothing);
    assert_eq!((said.code, said.health("flourish"), said.health("leaflink")), (0, "ok", "ok"), "{:#}", said.told);
    for account in ["flourish", "leaflink"] {
        for what in ["environment", "reach", "credentials", "clock", "budget", "webhook key"] {
            said.says((account, what), "ok", &[]);
        }
        assert!(said.of(account, "webhooks").is_empty(), "without a store nobody knows: {:#}", said.told);
    }
    said.says(("leaflink", "order"), "ok", &["listed (1 of 2), and one read by its key"]);
    said.says(("leaflink", "customer"), "ok", &["listed (1 of"]);
    said.says(("flourish", "facility"), "ok", &["listed (1 of"]);
    said.says(("flourish", "outbound_order"), "ok", &["empty"]);
    assert_eq!(said.told["checked"][0]["health"], "look", "there is no store yet: {:#}", said.told);
    for side in [&trade.leaflink, &trade.flourish] {
        let routes = seen(&side.url);
        assert!(routes.len() > 3 && routes.iter().all(|route| route.starts_with("GET ")), "{routes:?}");
        assert_eq!(get(&format!("{}/_control/requests", side.url))["writes"], 0);
    }
    assert!(!trade.folder.0.join("petiole.db").exists(), "it makes no store");
    // People read the same.
    let page = trade.command(&["doctor"]).output().unwrap();
    let page = String::from_utf8_lossy(&page.stdout).into_owned();
    for line in ["account flourish (flourish)", "account leaflink (leaflink)", "  ok     credentials  "] {
        assert!(page.lines().any(|found| found.starts_with(line)), "{line}: {page}");
    }
}

#[test]
fn a_list_that_is_asked_for_by_another_method_is_not_asked_for() {
    let trade = Trade::start();
    let path = trade.rules.join("systems/leaflink.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("list: GET /customers/", "list: POST /customers/")).unwrap();
    let said = asked(&trade, nothing);
    said.says(("leaflink", "customer"), "wrong", &["only GET surely changes nothing"]);
    said.says(("leaflink", "order"), "ok", &["listed"]);
    assert!(seen(&trade.leaflink.url).iter().all(|route| route.starts_with("GET ")));
}

#[test]
fn a_key_that_is_not_accepted_is_named_and_the_other_account_is_asked_all_the_same() {
    let trade = Trade::start();
    send(Method::Post, &format!("{}/_control/world", trade.leaflink.url), &json!({ "keys": ["another-key"] }));
    let said = asked(&trade, nothing);
    assert_eq!((said.code, said.health("flourish")), (3, "ok"), "{:#}", said.told);
    said.says(("leaflink", "credentials"), "wrong", &["status 403", "set LEAFLINK_API_KEY to what is valid"]);
    said.says(("leaflink", "reach"), "ok", &["answers"]);
    said.says(("leaflink", "records"), "look", &["order"]);
    assert!(said.of("leaflink", "order").is_empty(), "told once: {:#}", said.told);
}

#[test]
fn a_web_page_in_the_place_of_an_answer_is_told_as_one() {
    let trade = Trade::start();
    let page = json!({ "rewrite": [{ "find": "{", "with": "<html><body>Log in</body></html>", "cut": true }] });
    trade.faults(&trade.leaflink, &page);
    let said = asked(&trade, nothing);
    assert_eq!((said.code, said.health("flourish")), (3, "ok"), "{:#}", said.told);
    said.says(("leaflink", "reach"), "wrong", &["a web page (HTML)", "`base_url` of the account (LEAFLINK_BASE_URL)"]);
}

#[test]
fn a_clock_that_is_apart_is_told_and_wrong_where_what_rests_on_it_goes_wrong() {
    let trade = Trade::start();
    trade.faults(&trade.leaflink, &json!({ "date_ahead_seconds": 100 }));
    trade.faults(&trade.flourish, &json!({ "date_ahead_seconds": -900 }));
    let said = asked(&trade, nothing);
    said.says(("leaflink", "clock"), "look", &["ahead of this machine's", "NTP"]);
    said.says(("flourish", "clock"), "wrong", &["behind this machine's", "NTP"]);
    assert_eq!(said.code, 3);
    trade.faults(&trade.flourish, &json!({}));
    let said = asked(&trade, nothing);
    assert_eq!((said.code, said.health("leaflink")), (0, "look"), "what somebody should look at is not wrong");
    said.says(("flourish", "clock"), "ok", &[]);
}

#[test]
fn an_account_that_is_dead_hides_no_other() {
    let trade = Trade::start();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let said = asked(&trade, |command| {
        command.env("LEAFLINK_BASE_URL", format!("http://{free}/api/v2"));
    });
    assert_eq!((said.code, said.health("flourish")), (3, "ok"), "{:#}", said.told);
    said.says(("leaflink", "reach"), "wrong", &[&free.to_string(), "refused", "nothing listens there"]);
    said.says(("leaflink", "records"), "look", &["order", "customer"]);
    // Nobody there speaks TLS.
    let said = asked(&trade, |command| {
        command.env("FLOURISH_BASE_URL", format!("{}/external/api", trade.flourish.url.replace("http:", "https:")));
    });
    assert_eq!((said.code, said.health("leaflink")), (3, "ok"), "{:#}", said.told);
    said.says(("flourish", "reach"), "wrong", &["could not connect", "does not prove who it is", "FLOURISH_BASE_URL"]);
}

#[test]
fn a_peer_that_does_not_answer_in_time_is_told_with_the_time() {
    let trade = Trade::start();
    let path = trade.rules.join("systems/leaflink.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("timeout: 30s", "timeout: 500ms")).unwrap();
    trade.faults(&trade.leaflink, &json!({ "delay_ms": 60_000 }));
    let said = asked(&trade, nothing);
    assert_eq!((said.code, said.health("flourish")), (3, "ok"), "{:#}", said.told);
    said.says(("leaflink", "reach"), "wrong", &["no answer came in 500ms", "`timeout` under `http`"]);
}

#[test]
fn variables_and_files_that_are_missing_are_named_and_nothing_is_sent_without_them() {
    let trade = Trade::start();
    let said = asked(&trade, |command| {
        command.env_remove("LEAFLINK_API_KEY").env_remove("FLOURISH_WEBHOOK_KEY");
    });
    assert_eq!(said.code, 3);
    said.says(("leaflink", "environment"), "wrong", &["LEAFLINK_API_KEY is not set", "LEAFLINK_API_KEY_FILE"]);
    said.says(("leaflink", "reach"), "look", &["nothing was asked", "api_key"]);
    assert!(seen(&trade.leaflink.url).is_empty(), "nothing is sent without a key");
    said.says(("flourish", "environment"), "wrong", &["FLOURISH_WEBHOOK_KEY is not set"]);
    said.says(("flourish", "webhook key"), "wrong", &["every webhook is refused"]);
    said.says(("flourish", "credentials"), "ok", &["accepted"]);
    let nowhere = trade.folder.0.join("no-such-key").display().to_string();
    let said = asked(&trade, |command| {
        command.env_remove("LEAFLINK_API_KEY").env("LEAFLINK_API_KEY_FILE", &nowhere);
        command.env("FLOURISH_BASE_URL", "nowhere at all").env_remove("FLOURISH_FACILITY_ID");
    });
    said.says(("leaflink", "environment"), "wrong", &[&nowhere, "LEAFLINK_API_KEY_FILE", "readable"]);
    said.says(("flourish", "reach"), "wrong", &["not asked"]);
    let settings = said.told["settings"].to_string();
    assert!(settings.contains("FLOURISH_FACILITY_ID is not set"), "{settings}");
}

#[test]
fn fields_that_are_missing_and_values_that_nobody_documented_are_named() {
    let trade = Trade::start();
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    let renamed = json!({ "url": "orders-received", "find": "\"status\"", "with": "\"state_of_it\"" });
    let unheard = json!({ "url": "/products/", "find": "\"Available\"", "with": "\"Glowing\"" });
    trade.faults(&trade.leaflink, &json!({ "rewrite": [renamed, unheard] }));
    let said = asked(&trade, nothing);
    assert_eq!(said.code, 3);
    said.says(("leaflink", "order"), "wrong", &["`status` is missing", "at NEW.NAME"]);
    said.says(("leaflink", "order"), "ok", &["listed (1 of 1)"]);
    said.says(("leaflink", "product"), "look", &["Glowing", "never documented"]);
    assert_eq!(said.health("flourish"), "ok");
}

/// What a go-between answers in the place of what was asked under an address.
fn answers(trade: &Trade, part: &'static str, status: u16, body: &'static str) -> GoBetween {
    let look: Arc<Look> = Arc::new(|_, _: &Request| true);
    let change: Arc<Change> = Arc::new(move |request: &Request, answer: Response| {
        if !request.url.contains(part) {
            return answer;
        }
        Response {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.into(),
        }
    });
    GoBetween::changing(trade, &look, &change)
}

#[test]
fn one_kind_that_cannot_be_had_hides_no_other() {
    let trade = Trade::start();
    let said = |status, body| {
        let between = answers(&trade, "/customers/", status, body);
        asked(&trade, |command| {
            command.envs(between.environment.iter().cloned());
        })
    };
    for (status, body, words) in [
        (403, r#"{"detail":"No right."}"#, ["status 403", "may read this"]),
        (404, r#"{"detail":"Not found."}"#, ["status 404", "the path of the call"]),
        (400, r#"{"detail":"Bad."}"#, ["status 400", "correct the call"]),
        (500, r#"{"detail":"Oh."}"#, ["status 500", "unwell"]),
        (301, "", ["elsewhere", "`base_url` of the account"]),
        (200, r#"{"rows":[]}"#, ["no list", "`paging`"]),
    ] {
        let said = said(status, body);
        assert_eq!(said.code, 3, "{status}: {:#}", said.told);
        said.says(("leaflink", "customer"), "wrong", &words);
        said.says(("leaflink", "product"), "ok", &["listed"]);
        said.says(("leaflink", "credentials"), "ok", &[]);
        assert_eq!(said.health("flourish"), "ok", "{status}");
    }
}

#[test]
fn a_peer_that_wants_silence_gets_it() {
    let trade = Trade::start();
    trade.faults(&trade.leaflink, &json!({ "throttle_every": 1 }));
    let said = asked(&trade, nothing);
    said.says(("leaflink", "budget"), "look", &["Retry-After 1"]);
    said.says(("leaflink", "records"), "look", &["order"]);
    let total = get(&format!("{}/_control/requests", trade.leaflink.url))["total"].as_u64().unwrap();
    assert!((2..10).contains(&total), "{total} calls");
}

#[test]
fn the_store_tells_when_anything_was_heard_last() {
    let trade = Trade::start();
    let mut service = trade.run("300ms");
    until("it has looked", || has_looked(&service.url));
    let said = asked(&trade, nothing);
    said.says(("leaflink", "webhooks"), "look", &["never seen", "/webhooks/leaflink"]);
    said.says(("leaflink", "polls"), "ok", &["the last one ended at"]);
    trade.subscribe(&service);
    trade.people(&trade.leaflink, "submit", &json!({ "count": 2 }));
    until("the orders crossed", || trade.orders().len() == 2 && at_rest(&service.url));
    let said = asked(&trade, nothing);
    said.says(("leaflink", "webhooks"), "ok", &["the last one was taken at"]);
    service.kill();
    let said = asked(&trade, nothing);
    assert_eq!(said.code, 0, "{:#}", said.told);
    said.says(("leaflink", "webhooks"), "ok", &["the last one was taken at"]);
    assert_eq!(said.of("leaflink", "polls").iter().map(|(health, _)| *health).collect::<Vec<_>>(), ["ok"]);
}

#[test]
fn a_store_that_cannot_be_opened_is_one_finding_among_others() {
    let trade = Trade::start();
    let said = asked(&trade, |command| {
        command.env("PETIOLE_STORE", "redis:6379");
    });
    assert_eq!((said.code, said.health("flourish"), said.health("leaflink")), (3, "ok", "ok"), "{:#}", said.told);
    assert_eq!(said.told["checked"].as_array().unwrap().len(), 1);
    assert_eq!(said.told["checked"][0]["health"], "wrong");
}

#[test]
fn rules_with_errors_are_said_to_have_them_and_nobody_is_asked() {
    let trade = Trade::start();
    std::fs::write(trade.rules.join("settings.yaml"), "settings:\n  no_such_thing: 1\n").unwrap();
    let said = asked(&trade, nothing);
    assert_eq!((said.code, &said.told["accounts"]), (1, &json!([])), "{:#}", said.told);
    assert!(said.told["errors"].as_u64().unwrap() > 0 && !said.told["findings"].as_array().unwrap().is_empty());
    let page = trade.command(&["doctor"]).output().unwrap();
    let told = String::from_utf8_lossy(&page.stderr).into_owned();
    assert!(page.status.code() == Some(1) && told.contains("error["), "{told}");
    for side in [&trade.leaflink, &trade.flourish] {
        assert!(seen(&side.url).is_empty());
    }
}
