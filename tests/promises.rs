//! Promises of the rule language that a rule test cannot show: what reports, histories, the inbox and sweeps say.
//!
//! The real binary between two invented systems, served from their own system files, under the rules of
//! `tests/rule_test/promises`.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use petiole::world::Method;

use crate::support::{Folder, Process, copy, get, petiole, send, until};

const ACCOUNTS: &str = "accounts:
  shop:
    system: shop
    base_url: ${SHOP_URL}
    secrets: { key: \"${SHOP_KEY}\" }
  depot:
    system: depot
    base_url: ${DEPOT_URL}
    secrets: { key: \"${DEPOT_KEY}\" }
";

/// Two systems, their rules, and a store between them.
struct Pair {
    folder: Folder,
    rules: PathBuf,
    shop: Process,
    depot: Process,
}

impl Pair {
    fn start() -> Self {
        let folder = Folder::new();
        let rules = folder.0.join("rules");
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rule_test");
        copy(&corpus.join("base"), &rules);
        copy(&corpus.join("promises"), &rules);
        std::fs::write(rules.join("accounts.yaml"), ACCOUNTS).unwrap();
        // The shop knows one more state than its system file says.
        let serve = |name: &str| {
            let text = std::fs::read_to_string(rules.join(format!("systems/{name}.yaml"))).unwrap();
            let file = folder.0.join(format!("{name}.yaml"));
            std::fs::write(&file, text.replace("Paid, Cancelled]", "Paid, Cancelled, Mislaid]")).unwrap();
            Process::start(petiole().arg("simulate").arg(file), "base url")
        };
        let (shop, depot) = (serve("shop"), serve("depot"));
        Self { folder, rules, shop, depot }
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = petiole();
        command.args(arguments).arg("--rules").arg(&self.rules);
        command.args(["--store", &format!("sqlite:{}", self.folder.0.join("p.db").display())]);
        command.env("SHOP_URL", &self.shop.url).env("DEPOT_URL", &self.depot.url);
        command.env("SHOP_KEY", "any").env("DEPOT_KEY", "any");
        command
    }

    fn sync(&self, arguments: &[&str]) -> String {
        let done = self.command(&[&["sync"], arguments].concat()).output().unwrap();
        format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
    }

    fn run(&self) -> Process {
        Process::start(&mut self.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]), "listening")
    }

    /// A person makes or changes a record.
    fn put(side: &Process, record: &str, fields: &Json) {
        send(Method::Put, &format!("{}/_control/put", side.url), &json!({ "record": record, "fields": fields }));
    }

    /// The only record of a kind.
    fn only(side: &Process, record: &str) -> Json {
        get(&format!("{}/_control/state", side.url))[record][0].clone()
    }

    /// An order that has crossed.
    fn crossed() -> Self {
        let pair = Self::start();
        Self::put(
            &pair.shop,
            "order",
            &json!({ "number": 1, "state": "Paid", "code": "c", "mine": "m", "shared": "s" }),
        );
        let told = pair.sync(&[]);
        assert!(told.contains("parcels: 1 × create") && told.contains("both sides are in step"), "{told}");
        pair
    }
}

#[test]
fn a_value_that_gave_way_is_named_in_the_report_and_kept_in_the_history() {
    let pair = Pair::crossed();
    let id = Pair::only(&pair.depot, "parcel")["id"].clone();
    Pair::put(&pair.shop, "order", &json!({ "number": 1, "shared": "shops", "changed_at": "2026-01-05T10:00:00Z" }));
    Pair::put(&pair.depot, "parcel", &json!({ "id": id, "shared": "depots", "touched": "2126-01-05T10:00:00Z" }));
    let told = pair.sync(&["--full"]);
    assert!(told.contains("both sides changed: ") && told.contains("\"shops\" gave way to \"depots\""), "{told}");
    assert!(told.contains("rules/pipelines/parcels.yaml:23"), "{told}");
    assert_eq!(Pair::only(&pair.shop, "order")["shared"], "depots");
    let service = pair.run();
    let known = get(&format!("{}/api/v1/records/shop.order/1", service.url));
    let kept = known["history"].as_array().unwrap().iter().find(|entry| entry["detail"] == "shops");
    let kept = kept.unwrap_or_else(|| panic!("{known:#}"));
    let there = get(&format!("{}/api/v1/records/depot.parcel/{}", service.url, id.as_str().unwrap()));
    assert!(there["history"].as_array().unwrap().contains(kept), "both records of the pair remember it: {there:#}");
    assert!(kept["what"].as_str().unwrap().contains("gave way"), "{kept}");
    assert!(kept["lines"][0].as_str().unwrap().ends_with("parcels.yaml:23"), "{kept}");
}

#[test]
fn a_drift_is_put_right_at_the_next_sweep_and_not_before() {
    let pair = Pair::crossed();
    let id = Pair::only(&pair.depot, "parcel")["id"].clone();
    Pair::put(&pair.depot, "parcel", &json!({ "id": id, "mine": "drifted" }));
    let told = pair.sync(&[]);
    assert!(told.contains("wrote 0"), "{told}");
    assert_eq!(Pair::only(&pair.depot, "parcel")["mine"], "drifted");
    let told = pair.sync(&["--full"]);
    assert!(told.contains("parcels: 1 × update"), "{told}");
    assert_eq!(Pair::only(&pair.depot, "parcel")["mine"], "m");
    let told = pair.sync(&["--full"]);
    assert!(told.contains("wrote 0"), "an echo of our own write is no change: {told}");
}

#[test]
fn the_link_and_its_base_are_shown_field_by_field() {
    let pair = Pair::crossed();
    let parcel = Pair::only(&pair.depot, "parcel");
    let service = pair.run();
    let known = get(&format!("{}/api/v1/records/shop.order/1", service.url));
    let link = &known["links"][0];
    assert_eq!(link["left"], json!({ "account": "shop", "id": "1" }), "{known:#}");
    assert_eq!(link["right"], json!({ "account": "depot", "id": parcel["id"] }), "{known:#}");
    let base = &link["base"]["-> mine"];
    assert_eq!(*base, json!({ "left": "m", "right": "m" }), "{known:#}");
}

#[test]
fn what_is_parked_says_why_by_which_rule_and_what_mends_it() {
    let pair = Pair::start();
    Pair::put(&pair.shop, "order", &json!({ "number": 1, "state": "Paid" }));
    let service = pair.run();
    let inbox = || get(&format!("{}/api/v1/inbox", service.url))["items"].as_array().unwrap().clone();
    until("the order is parked", || inbox().len() == 1);
    let item = inbox().remove(0);
    assert!(item["message"].as_str().unwrap().contains("no code -> no parcel"), "{item:#}");
    assert_eq!((&item["account"], &item["record"], &item["record_id"]), (&json!("shop"), &json!("order"), &json!("1")));
    assert_eq!(item["group"], Json::Null, "before the link the whole record is held: {item:#}");
    assert_eq!(item["rule"]["line"], 11, "{item:#}");
    let mend = item["mend"].as_str().unwrap().to_owned();
    let words: Vec<&str> = mend.split_whitespace().skip(2).collect();
    let done = petiole().args(["inbox", "--url", &service.url]).args(words).output().unwrap();
    assert!(String::from_utf8_lossy(&done.stdout).contains("retried 1"), "{mend}: {done:?}");
    // It is tried again when the record changes.
    Pair::put(&pair.shop, "order", &json!({ "number": 1, "code": "c" }));
    until("the inbox is empty", || inbox().is_empty());
    until("the order has crossed", || Pair::only(&pair.depot, "parcel")["code"] == "c");
}

#[test]
fn what_is_parked_is_tried_again_when_rules_change() {
    let pair = Pair::start();
    Pair::put(&pair.shop, "order", &json!({ "number": 1, "state": "Paid" }));
    let service = pair.run();
    let inbox = || get(&format!("{}/api/v1/inbox", service.url))["items"].as_array().unwrap().clone();
    until("the order is parked", || inbox().len() == 1);
    let path = pair.rules.join("pipelines/parcels.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("shop.code ?? park \"no code -> no parcel\"", "shop.code ?? \"none\"")).unwrap();
    until("the order has crossed", || Pair::only(&pair.depot, "parcel")["code"] == "none");
    until("the inbox is empty", || inbox().is_empty());
}

#[test]
fn a_value_that_no_row_knows_parks_its_group_alone() {
    let pair = Pair::crossed();
    Pair::put(&pair.shop, "order", &json!({ "number": 1, "state": "Mislaid", "mine": "n" }));
    let service = pair.run();
    until("the rest has crossed", || Pair::only(&pair.depot, "parcel")["mine"] == "n");
    until("the state is parked", || {
        let inbox = get(&format!("{}/api/v1/inbox", service.url));
        inbox["items"][0]["message"].as_str().is_some_and(|message| message.contains("Mislaid"))
    });
    assert_eq!(Pair::only(&pair.depot, "parcel")["stage"], "Open");
}

#[test]
fn what_cannot_be_looked_up_is_listed_once_for_all() {
    let pair = Pair::start();
    Pair::put(&pair.shop, "town", &json!([{ "id": 1, "name": "North" }, { "id": 2, "name": "South" }]));
    Pair::put(&pair.shop, "person", &json!([{ "id": 7, "town": 2 }, { "id": 8, "town": 1 }]));
    let order = |number: usize| json!({ "number": number, "state": "Paid", "code": "c", "buyer": 7 + number % 2 });
    Pair::put(&pair.shop, "order", &Json::Array((1..=5).map(order).collect()));
    let told = pair.sync(&[]);
    assert!(told.contains("parcels: 5 × create"), "{told}");
    let parcels = get(&format!("{}/_control/state", pair.depot.url))["parcel"].clone();
    let towns: Vec<&str> = parcels.as_array().unwrap().iter().map(|one| one["town"].as_str().unwrap()).collect();
    assert_eq!(towns.iter().filter(|town| **town == "North").count(), 3, "{parcels}");
    let calls = get(&format!("{}/_control/calls", pair.shop.url));
    let lists = calls.as_array().unwrap().iter().filter(|call| call["record"] == "town").count();
    assert_eq!(lists, 1, "{calls:#}");
}

#[test]
fn orders_that_wait_for_one_another_are_parked_with_the_ring_and_hold_nobody_up() {
    let pair = Pair::start();
    let path = pair.rules.join("pipelines/parcels.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    // With `.number != shop.number` lint would say that neither goes first.
    let waiting = "with:\n  mates: shop.order[] where .code == shop.code and .number - shop.number != 0\n\nafter:\n  depot: mates\n";
    std::fs::write(&path, text.replacen("\nfields:\n", &format!("\n{waiting}\nfields:\n"), 1)).unwrap();
    let order = |number: usize, code: &str| json!({ "number": number, "state": "Paid", "code": code });
    let orders = json!([order(1, "c"), order(2, "c"), order(3, "c"), order(4, "alone")]);
    Pair::put(&pair.shop, "order", &orders);
    let service = pair.run();
    let inbox = || get(&format!("{}/api/v1/inbox", service.url))["items"].as_array().unwrap().clone();
    until("those that wait for one another are parked", || inbox().len() == 3);
    for item in inbox() {
        assert_eq!(item["code"], "waits-for-itself", "{item:#}");
        let named =
            (1..=3).filter(|number| item["message"].as_str().unwrap().contains(&format!("order/{number}"))).count();
        assert!(named >= 2, "the ring is named: {item:#}");
    }
    until("the other one has crossed", || Pair::only(&pair.depot, "parcel")["order_ref"] == 4);
    until("no worker holds anything", || get(&format!("{}/api/v1/status", service.url))["queue"]["in_flight"] == 0);
    // Once the rules ask for it no longer, they cross.
    std::fs::write(&path, text).unwrap();
    until("all have crossed", || {
        get(&format!("{}/_control/state", pair.depot.url))["parcel"].as_array().is_some_and(|all| all.len() == 4)
    });
    until("the inbox is empty", || inbox().is_empty());
}
