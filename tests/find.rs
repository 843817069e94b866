//! Records by anything that a person holds, without a call: what was seen is what they are found by.

use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, at_rest, get, until};

/// Orders that crossed, with their catalogue.
struct Held {
    trade: Trade,
    service: Process,
    order: Json,
}

impl Held {
    fn start() -> Self {
        let trade = Trade::start();
        let service = trade.run("300ms");
        trade.people(&trade.leaflink, "submit", &json!({ "count": 2 }));
        until("the orders crossed", || trade.orders().len() == 2 && at_rest(&service.url));
        let order = get(&format!("{}/_control/state", trade.leaflink.url))["orders"][0].clone();
        Self { trade, service, order }
    }

    fn number(&self) -> &str {
        self.order["number"].as_str().unwrap()
    }

    fn short(&self) -> &str {
        &self.number()[self.number().len() - 8..]
    }

    /// Exit code, standard output, standard error.
    fn ran(&self, arguments: &[&str]) -> (i32, String, String) {
        let done = self.trade.command(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (done.status.code().unwrap(), text(&done.stdout), text(&done.stderr))
    }

    #[track_caller]
    fn found(&self, text: &str) -> Vec<String> {
        let (code, out, err) = self.ran(&["find", text, "--format", "json"]);
        assert_eq!(code, 0, "{text}: {out}{err}");
        let told: Json = serde_json::from_str(&out).unwrap();
        told["found"].as_array().unwrap().iter().map(|one| one["record"].as_str().unwrap().to_owned()).collect()
    }

    /// How many calls the peers have had.
    fn calls(&self) -> u64 {
        let sides = [&self.trade.leaflink, &self.trade.flourish];
        sides.map(|side| get(&format!("{}/_control/requests", side.url))["total"].as_u64().unwrap()).iter().sum()
    }
}

#[test]
fn a_record_is_found_by_whatever_a_person_holds_and_without_a_call() {
    let mut held = Held::start();
    let state = get(&format!("{}/_control/state", held.trade.leaflink.url));
    let customers = state["customers"].as_array().unwrap();
    let customer = customers.iter().find(|one| one["id"] == held.order["customer"]).unwrap();
    let order = format!("leaflink.order/{}", held.number());
    let buyer = format!("leaflink.customer/{}", customer["id"]);
    let line = &held.order["lines"][0];
    held.service.kill();
    let before = held.calls();
    let mut looked_for: Vec<(String, &str)> =
        vec![(held.short().to_uppercase(), &order), (held.number().to_owned(), &order)];
    let orders = held.trade.orders();
    let other = orders.iter().find(|one| one["original_order_id"] == held.number()).unwrap();
    for text in [&customer["name"], &other["destination"]["license_number"]] {
        looked_for.push((text.as_str().unwrap().to_uppercase(), &buyer));
    }
    for (text, record) in &looked_for {
        assert!(held.found(text).iter().any(|found| found == record), "{text}: {:?}", held.found(text));
    }
    let by_sku = held.found(line["sku"].as_str().unwrap());
    assert!(by_sku.iter().any(|found| found.starts_with("flourish.item/")), "{by_sku:?}");
    assert!(by_sku.iter().any(|found| found.starts_with("leaflink.product/")), "{by_sku:?}");
    // The beginning is enough, and what belongs to it is told, too.
    let (code, out, _) = held.ran(&["find", &held.short()[..6]]);
    let line =
        format!("{order} = flourish.outbound_order/{}  (short_id {})", other["id"].as_str().unwrap(), held.short());
    assert!(code == 0 && out.lines().any(|found| found == line), "{line}\n{out}");
    // Found by a word of it, the whole is shown.
    let name = customer["name"].as_str().unwrap().to_lowercase();
    let word = name.split(' ').max_by_key(|word| word.len()).unwrap();
    let (code, out, _) = held.ran(&["find", word]);
    assert!(code == 0 && out.contains(&format!("name {name})")), "{word}: {out}");
    assert_eq!(held.calls(), before);
}

#[test]
fn what_is_not_found_is_told_with_what_is_near() {
    let held = Held::start();
    let mut wrong = held.number().to_owned();
    let last = if wrong.ends_with('0') { '1' } else { '0' };
    wrong.pop();
    wrong.push(last);
    for arguments in [["find", &wrong], ["explain", &wrong]] {
        let (code, out, err) = held.ran(&arguments);
        assert!(
            code == 3 && out.is_empty() && err.contains(&format!("near: leaflink.order/{}", held.number())),
            "{err}"
        );
    }
    let (code, _, err) = held.ran(&["explain", &format!("leaflink.order/{wrong}")]);
    assert!(code == 3 && err.contains(held.number()), "{err}");
    let (code, _, err) = held.ran(&["find", "   "]);
    assert_eq!(code, 3, "{err}");
}

#[test]
fn explain_sync_and_inbox_take_what_people_call_a_record() {
    let held = Held::start();
    let (code, out, err) = held.ran(&["explain", held.short(), "status"]);
    assert!(code == 0 && out.contains("leaflink.status: \"Accepted\""), "{out}{err}");
    let (code, out, err) = held.ran(&["sync", "--only", held.short(), "--format", "json"]);
    let report: Json = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["looked_at"]), (0, &json!(format!("leaflink.order/{}", held.number()))), "{out}{err}");

    let (code, _, err) = held.ran(&["inbox", "show", held.short()]);
    assert!(code == 3 && err.contains("is parked"), "{err}");
    let order = held.trade.orders().into_iter().find(|one| one["original_order_id"] == held.number()).unwrap();
    held.trade.people(&held.trade.flourish, "allocate", &json!({ "order": order["id"] }));
    let status = || get(&format!("{}/_control/state", held.trade.leaflink.url))["orders"][0]["status"].clone();
    until("the status followed", || status() == "Fulfilled" && at_rest(&held.service.url));
    let lines = json!([{ "sku": held.order["lines"][0]["sku"], "quantity": 1 }]);
    held.trade.people(&held.trade.leaflink, "edit", &json!({ "order": held.number(), "lines": lines }));
    let parked = || get(&format!("{}/api/v1/inbox", held.service.url))["items"].as_array().unwrap().len() == 1;
    until("the change is parked", || parked() && at_rest(&held.service.url));
    for name in [held.short(), &format!("flourish.outbound_order/{}", order["id"].as_str().unwrap())] {
        let (code, out, err) = held.ran(&["inbox", "show", name]);
        assert!(code == 0 && out.starts_with("1  leaflink.order/"), "{name}: {out}{err}");
    }
    let (code, out, err) = held.ran(&["inbox", "drop", held.short()]);
    assert!(code == 0 && out.starts_with("dropped 1"), "{out}{err}");
}

#[test]
fn hold_release_and_retry_take_what_people_call_a_record_with_and_without_a_service() {
    let mut held = Held::start();
    let order = format!("leaflink.order/{}", held.number());
    for is_served in [true, false] {
        if !is_served {
            held.service.kill();
        }
        let short = held.short().to_uppercase();
        let (code, out, err) = held.ran(&["hold", &short, "--until", "2h"]);
        assert!(code == 0 && out.contains(&format!("record {order}")), "{out}{err}");
        let (code, out, err) = held.ran(&["release", &short]);
        assert!(code == 0 && out.contains(&format!("released record {order}")), "{out}{err}");
        let (code, _, err) = held.ran(&["retry", &short]);
        assert!(code == 3 && err.contains(&format!("nothing of {order} is put off")), "{err}");
        let (code, _, err) = held.ran(&["hold", "nobody-at-all"]);
        assert!(code == 3 && err.contains("no pipeline or account is called `nobody-at-all`"), "{err}");
    }
}
