//! A lost conflict that a person takes the other way: what gave way stands on both sides, once, and nothing else is
//! written; where one side owns it, nothing was lost, or the pair has moved since, nothing is written at all.

use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, at_rest, get, until};

/// A term as the marketplace and as the warehouse call it.
type Term = [&'static str; 2];

const BEFORE: Term = ["Net 30", "Net 30"];
const WON: Term = ["Net 15", "Net 15"];
const LOST: Term = ["COD", "Cash on Delivery"];

/// An order that crossed, whose payment term both sides then changed.
struct Pair {
    trade: Trade,
    number: String,
    short: String,
}

impl Pair {
    /// The order has crossed, and nobody has changed it.
    fn start() -> (Self, Process) {
        let trade = Trade::start();
        let service = serve(&trade);
        let made = trade.people(&trade.leaflink, "submit", &json!({ "count": 1, "payment_term": BEFORE[0] }));
        let order = &made["orders"][0];
        let [number, short] = ["number", "short_id"].map(|name| order[name].as_str().unwrap().to_owned());
        let pair = Self { trade, number, short };
        until("it crossed", || pair.trade.orders().len() == 1 && at_rest(&service.url));
        until("it is accepted", || pair.sold()["status"] == "Accepted" && at_rest(&service.url));
        pair.assert_terms(BEFORE);
        (pair, service)
    }

    /// Both sides change the term while nobody looks; the marketplace, named first and later, wins.
    fn lose(&self, service: &Process) {
        self.says(&["hold", &self.short], 0);
        let order = &self.trade.orders()[0]["id"];
        self.trade.people(&self.trade.flourish, "payment_term", &json!({ "order": order, "payment_term": LOST[1] }));
        self.trade.people(&self.trade.leaflink, "edit", &json!({ "order": self.number, "payment_term": WON[0] }));
        self.says(&["release", &self.short], 0);
        self.rests_at(service, WON);
    }

    fn sold(&self) -> Json {
        let state = get(&format!("{}/_control/state", self.trade.leaflink.url));
        let orders = state["orders"].as_array().unwrap();
        orders.iter().find(|one| one["number"] == self.number.as_str()).unwrap().clone()
    }

    fn terms(&self) -> [Json; 2] {
        [self.sold()["payment_term"].clone(), self.trade.orders()[0]["payment_term"].clone()]
    }

    #[track_caller]
    fn assert_terms(&self, term: Term) {
        assert_eq!(json!(self.terms()), json!(term));
    }

    fn rests_at(&self, service: &Process, term: Term) {
        until(&format!("both hold {term:?}"), || json!(self.terms()) == json!(term) && at_rest(&service.url));
    }

    /// How many writes both peers have taken.
    fn writes(&self) -> u64 {
        let sides = [&self.trade.leaflink, &self.trade.flourish];
        let taken = |side: &Process| get(&format!("{}/_control/requests", side.url))["writes"].as_u64().unwrap();
        sides.into_iter().map(taken).sum()
    }

    /// Runs a command that ends with this code; what it says.
    #[track_caller]
    fn says(&self, arguments: &[&str], code: i32) -> String {
        let done = self.trade.command(arguments).output().unwrap();
        let told = [&done.stdout, &done.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat();
        assert_eq!(done.status.code(), Some(code), "{arguments:?}: {told}");
        told
    }

    /// The command, by a person with a reason.
    #[track_caller]
    fn takes(&self, code: i32) -> String {
        let because = "the contract says so";
        self.says(&["take", &self.short, "payment_term", "--by", "Robin", "--because", because], code)
    }

    /// What the story of the order says of it.
    fn story(&self) -> String {
        self.says(&["explain", &self.short, "payment_term"], 0)
    }
}

fn serve(trade: &Trade) -> Process {
    let service = trade.run("300ms");
    until("the service is at rest", || at_rest(&service.url));
    service
}

#[test]
fn what_gave_way_stands_on_both_sides_once_a_person_takes_it() {
    let (pair, service) = Pair::start();
    pair.lose(&service);
    let before = pair.writes();
    let said = pair.takes(0);
    assert!(said.contains("taken the other way now: `payment_term`") && said.contains(LOST[1]), "{said}");
    pair.rests_at(&service, LOST);
    assert_eq!(pair.writes() - before, 2, "one write for each side");
    let story = pair.story();
    assert!(story.contains("`payment_term` is taken the other way by Robin, because the contract says so"), "{story}");

    // Once more changes nothing, nor does a look at everything.
    let said = pair.takes(0);
    assert!(said.contains("taken the other way already"), "{said}");
    pair.says(&["sync", "--full"], 0);
    pair.rests_at(&service, LOST);
    assert_eq!(pair.writes() - before, 2);

    // It was for this once: what the marketplace says next stands again.
    pair.trade.people(&pair.trade.leaflink, "edit", &json!({ "order": pair.number, "payment_term": WON[0] }));
    pair.rests_at(&service, WON);
    let said = pair.takes(3);
    assert!(said.contains("the pair has moved since"), "{said}");
    pair.assert_terms(WON);
}

#[test]
fn what_one_side_owns_or_nobody_lost_is_not_taken() {
    let (pair, _service) = Pair::start();
    let before = pair.writes();
    let whole = format!("leaflink.order/{}", pair.number);
    for (group, words) in [
        ("lines", "`lines` of orders is leaflink's alone ("),
        ("lines", "ownership.yaml:"),
        ("payment_term", "nothing of `payment_term` gave way"),
        ("payment_trem", "no group of fields is called `payment_trem`; near: payment_term"),
    ] {
        let said = pair.says(&["take", &whole, group], 3);
        assert!(said.contains(words), "{said}");
    }
    let said = pair.says(&["take", "leaflink.order/none", "payment_term"], 3);
    assert!(said.contains("there is no record `leaflink.order/none`"), "{said}");
    pair.says(&["take", &whole], 2);
    assert_eq!(pair.writes(), before);
}

#[test]
fn where_nobody_serves_it_is_kept_and_done_by_whoever_comes_next() {
    let (pair, service) = Pair::start();
    pair.lose(&service);
    drop(service);
    let before = pair.writes();
    let said = pair.takes(0);
    assert!(said.contains("by the next `sync` or `run`"), "{said}");
    assert!(pair.takes(0).contains("taken the other way already"));
    pair.assert_terms(WON);
    pair.says(&["sync"], 0);
    pair.assert_terms(LOST);
    assert_eq!(pair.writes() - before, 2);
    assert!(pair.story().contains("is taken the other way by Robin"), "{}", pair.story());
}

#[test]
fn what_moved_meanwhile_stays_as_it_is() {
    let (pair, service) = Pair::start();
    pair.lose(&service);
    drop(service);
    pair.takes(0);
    pair.trade.people(&pair.trade.leaflink, "edit", &json!({ "order": pair.number, "payment_term": BEFORE[0] }));
    let service = serve(&pair.trade);
    pair.rests_at(&service, BEFORE);
    let story = pair.story();
    assert!(story.contains("`payment_term` that was taken the other way stays as it is: leaflink holds"), "{story}");
    pair.says(&["sync", "--full"], 0);
    pair.assert_terms(BEFORE);
}
