//! The pages answer the four questions without a script: is it healthy, what is stuck and what is to be done, why has
//! this order this status, what will this change do. Whatever a peer says is text.

use petiole::view::causes::without_values;
use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::pages::{Page, Visitor};
use crate::support::{Process, Trade, at_rest, get, http, until};

/// What the warehouse calls an item from some time on.
const RENAMED: &str = "Renamed by the warehouse";

/// A service between both systems with an order that crossed and one that a person must help.
pub(crate) struct Day {
    pub(crate) trade: Trade,
    pub(crate) service: Process,
    pub(crate) visitor: Visitor,
    /// The number of the order that crossed.
    pub(crate) crossed: String,
    /// The number of the one that waits.
    waits: String,
}

impl Day {
    pub(crate) fn begin(poll: &str) -> Self {
        let trade = Trade::start();
        let service = trade.run(poll);
        trade.subscribe(&service);
        until("the service is at rest", || at_rest(&service.url));
        let visitor = Visitor::of(&service.url);
        let mut day = Self { trade, service, visitor, crossed: String::new(), waits: String::new() };
        day.crossed = day.order(&json!({ "count": 1 }));
        until("the order crossed", || day.trade.orders().len() == 1);
        let item = json!({ "sku": "AUTUMN-1O", "name": "Autumn Release", "price": 10, "ecommerce_active": false });
        day.trade.people(&day.trade.flourish, "item", &item);
        day.trade.people(&day.trade.leaflink, "product", &json!({ "sku": "AUTUMN-10", "name": "Autumn Release" }));
        day.waits = day.order(&json!({ "lines": [{ "sku": "AUTUMN-10", "quantity": 5 }] }));
        until("it waits", || day.inbox().len() == 1);
        until("the service is at rest", || at_rest(&day.service.url));
        day
    }

    pub(crate) fn order(&self, body: &Json) -> String {
        let made = self.trade.people(&self.trade.leaflink, "submit", body);
        made["orders"][0]["number"].as_str().unwrap().to_owned()
    }

    /// What people call the order that crossed.
    pub(crate) fn short(&self) -> &str {
        &self.crossed[self.crossed.len() - 8..]
    }

    pub(crate) fn inbox(&self) -> Vec<Json> {
        get(&format!("{}/api/v1/inbox", self.service.url))["items"].as_array().unwrap().clone()
    }

    /// Other rules: the warehouse's system describes products from now on, one of which it calls otherwise.
    pub(crate) fn own_products(&self) {
        let items = get(&format!("{}/_control/state", self.trade.flourish.url))["items"].clone();
        let renamed = json!({ "sku": items[0]["sku"], "name": RENAMED });
        self.trade.people(&self.trade.flourish, "item", &renamed);
        until("the service is at rest", || at_rest(&self.service.url));
        let path = self.trade.rules.join("settings.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        let settings = text.replace("products: leaflink", "products: flourish");
        assert_ne!(settings, text);
        std::fs::write(path, settings).unwrap();
    }
}

#[track_caller]
fn says(page: &Page, words: &[&str]) {
    for word in words {
        assert!(page.text().contains(word), "{word:?} is not said: {}", page.text());
    }
}

#[test]
fn whether_it_is_healthy_is_one_sentence_and_every_link_leads_somewhere() {
    let day = Day::begin("300ms");
    let now = day.visitor.sees("/");
    says(&now, &["1 thing needs a person", "Where every record stood", "flourish", "able", "petiole status"]);
    let status = get(&format!("{}/api/v1/status", day.service.url));
    assert_eq!(status["health"]["state"], "waits", "{status:#}");
    let policy = now.answer.header("content-security-policy").unwrap().to_owned();
    assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(now.answer.header("referrer-policy"), Some("no-referrer"));
    let (mut open, mut seen) = (vec!["/".to_owned()], Vec::new());
    while let Some(path) = open.pop() {
        let page = day.visitor.sees(&path);
        for part in ["style=", "<style", "onclick=", "javascript:", "<script>"] {
            assert!(!page.body.contains(part), "{path} has {part}");
        }
        seen.push(path);
        let leads = |link: &String| !link.starts_with("/assets/");
        let links = page.links().into_iter().filter(leads);
        let links: Vec<String> = links.filter(|link| !seen.contains(link) && !open.contains(link)).collect();
        // Every line of a rule file is a page of its own, of which one of each file is enough.
        let is_line = |link: &String| link.contains("&line=") && seen.iter().any(|known| known.contains("&line="));
        open.extend(links.into_iter().filter(|link| !is_line(link)));
    }
    assert!(seen.len() > 20, "{seen:?}");
    let gone = day.visitor.get("/no/such/page");
    assert_eq!((gone.status, gone.text().contains("/no/such/page")), (404, true));
    assert_eq!(http(Method::Get, &format!("{}/api/v1/none", day.service.url), &[], b"").body, b"");
}

#[test]
fn what_is_stuck_is_mended_by_a_button() {
    let day = Day::begin("300ms");
    let inbox = day.visitor.sees("/inbox");
    says(&inbox, &["1 record", "AUTUMN-10", "AUTUMN-1O", "written much like", "rules/pipelines/orders.yaml"]);
    let item = &day.inbox()[0];
    says(&inbox, &[item["message"].as_str().unwrap(), item["mend"].as_str().unwrap()]);
    let none = day.visitor.presses(&inbox, "Try again", &[("id", "999")]);
    assert_eq!(none.status, 404, "{}", none.text());
    let done = day.visitor.presses(&inbox, "This is meant", &[]);
    says(&done, &["is meant; the record goes on"]);
    until("the order crossed", || day.trade.orders().len() == 2);
    until("nothing waits", || day.inbox().is_empty());
    assert!(!day.visitor.sees("/inbox").text().contains("goes on"), "it is said once");
    says(&day.visitor.sees("/inbox"), &["Nothing waits for a person"]);
}

#[test]
fn entries_of_one_cause_are_dealt_with_together_and_held_work_goes_on_by_a_word() {
    let day = Day::begin("300ms");
    day.order(&json!({ "lines": [{ "sku": "AUTUMN-10", "quantity": 7 }] }));
    until("both wait", || day.inbox().len() == 2);
    let inbox = day.visitor.sees("/inbox");
    says(&inbox, &["2 records", "Try all 2 again", "Drop all 2"]);
    says(&day.visitor.presses(&inbox, "Try all 2 again", &[]), &["2 entries tried again now"]);
    until("both were tried", || day.inbox().len() == 2 && at_rest(&day.service.url));
    says(&day.visitor.presses(&day.visitor.sees("/inbox"), "Yes, drop 2", &[]), &["2 entries dropped"]);
    assert!(day.inbox().is_empty());
    says(&day.visitor.sees("/inbox?tab=dropped"), &["2 records", "leaflink.order/", "Look at it again"]);
    let waits = format!("/r/leaflink.order/{}", day.waits);
    says(&day.visitor.sees(&waits), &["was dropped from the inbox (`orders`) until it changes again"]);
    let held = day.visitor.sees("/inbox?tab=held");
    let because = "they count <stock>";
    let held = day.visitor.presses(&held, "Hold", &[("target", "orders"), ("until", "2h"), ("because", because)]);
    says(&held, &["pipeline orders", because]);
    assert!(!held.body.contains("<stock>"));
    let wrong = day.visitor.presses(&held, "Hold", &[("target", "orders"), ("until", "yesterday"), ("because", "")]);
    assert_eq!(wrong.status, 400, "{}", wrong.text());
    day.order(&json!({ "count": 1 }));
    until("it waits for the word", || {
        // The order that crossed before may have news of its own by then.
        let now = day.visitor.sees("/").text();
        now.contains("Work is held by a person's word; ") && now.contains(" so far")
    });
    assert_eq!(day.trade.orders().len(), 1);
    let free = day.visitor.presses(&day.visitor.sees("/inbox?tab=held"), "Let it go on", &[]);
    says(&free, &["Nothing is held"]);
    until("the order crossed", || day.trade.orders().len() == 2);
}

#[test]
fn why_an_order_has_its_status_is_found_by_what_a_person_holds() {
    let day = Day::begin("300ms");
    let short = day.short();
    let led = day.visitor.get(&format!("/find?text={short}"));
    let to = led.answer.header("location").unwrap().to_owned();
    assert_eq!((led.status, to.as_str()), (303, &*format!("/r/leaflink.order/{}", day.crossed)));
    until("the status came back", || day.visitor.sees(&to).text().contains("\"Accepted\""));
    let page = day.visitor.sees(&to);
    let words = [
        "\"Accepted\"",
        "was written",
        "by generation 1",
        "because of",
        "a webhook told of it",
        "flourish.outbound_order/",
    ];
    says(&page, &words);
    says(&page, &["rules/tables/order_status.yaml:", "both own it", "Calls that wrote or failed", "curl -X"]);
    assert!(page.body.contains("rules%2Ftables%2Forder_status.yaml&amp;line="), "{}", page.body);
    assert!(!page.body.contains("key-for-tests"), "no secret is shown");
    says(&day.visitor.presses(&page, "Sync it now", &[]), &["compared"]);
    says(&day.visitor.presses(&page, "Hold", &[]), &["It waits since", "It waits, as it is held until a word"]);
    says(&day.visitor.presses(&page, "Let it go on", &[]), &["It goes on"]);
    says(&day.visitor.sees(&format!("{to}?as=test")), &["tests:", "given:", "--as-test"]);
    let waits = day.visitor.sees(&format!("/r/leaflink.order/{}", day.waits));
    says(&waits, &["needs a person", "AUTUMN-10", "no counterpart", "petiole inbox match"]);
    let unknown = day.visitor.get("/r/leaflink.order/none");
    assert_eq!(unknown.status, 404, "{}", unknown.text());
    says(&day.visitor.sees("/find?text=no-such-thing"), &["Nobody is called so"]);
}

#[test]
fn what_a_change_will_do_is_shown_and_exactly_that_is_confirmed() {
    let day = Day::begin("30s");
    day.own_products();
    until("the rules serve", || day.visitor.sees("/rules").text().contains("Generation 2 serves"));
    let is_renamed = || {
        let url = format!("{}/api/v2/products/", day.trade.leaflink.url);
        let products = http(Method::Get, &url, &[("Authorization", "App key-for-tests")], b"");
        String::from_utf8_lossy(&products.body).contains(RENAMED)
    };
    let made = day.visitor.presses(&day.visitor.sees("/changes"), "Make a plan", &[]);
    says(&made, &["plan"]);
    until("the plan is there", || day.visitor.sees("/changes").body.contains("Yes: make exactly"));
    let planned = day.visitor.sees("/changes");
    says(&planned, &["→", RENAMED, "rules/pipelines/products.yaml", "writes", "Old → new"]);
    assert!(!is_renamed(), "a plan writes nothing");
    let other = day.visitor.presses(&planned, "Yes: make exactly", &[("plan", "0123456789abcdef")]);
    assert_eq!(other.status, 409, "{}", other.text());
    day.visitor.presses(&planned, "Yes: make exactly", &[]);
    until("it is carried out", || day.visitor.sees("/changes").text().contains("planned changes were made"));
    assert!(is_renamed());
    let again = day.visitor.presses(&planned, "Yes: make exactly", &[]);
    assert_eq!(again.status, 409, "one yes does it once: {}", again.text());
}

#[test]
fn rules_that_are_not_taken_are_told_where_they_are_wrong() {
    let day = Day::begin("300ms");
    let rules = day.visitor.sees("/rules");
    says(&rules, &["current", "Generation 1 serves", "owner", "table order_status: ", "(create)"]);
    let path = day.trade.rules.join("tables/order_status.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("Shipped, Completed", "Shiped, Completed")).unwrap();
    until("they were looked at", || day.visitor.sees("/rules").text().contains("last good"));
    let told = day.visitor.presses(&rules, "Read the files again", &[]);
    says(&told, &["The files have errors", "error[", "Shiped", "tables/order_status.yaml:"]);
    says(&day.visitor.sees("/"), &["The rule files have errors; generation 1 serves on"]);
    std::fs::write(&path, text).unwrap();
    says(&day.visitor.presses(&told, "Read the files again", &[]), &["The files are taken"]);
    let name = day.inbox()[0]["rule"]["file"].as_str().unwrap().to_owned();
    let line = day.inbox()[0]["rule"]["line"].as_u64().unwrap();
    let file =
        day.visitor.sees(&format!("/rules?file={}&line={line}", petiole::connector::request::percent_encode(&name)));
    says(&file, &["1 record parked", "via pipeline products"]);
    assert!(file.body.contains(&format!("<tr class=\"marked\" id=\"L{line}\">")), "{}", file.body);
    assert_eq!(day.visitor.get("/rules?file=../../etc/passwd").status, 404);
    says(
        &day.visitor.sees("/accounts/leaflink"),
        &["Able to work", "Webhooks", "Taken", "What the system file assumes"],
    );
    assert_eq!(day.visitor.get("/accounts/nobody").status, 404);
}

#[test]
fn whatever_a_peer_says_is_text() {
    let day = Day::begin("300ms");
    let long = "x".repeat(10_000);
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "\u{1b}[31mred\u{1b}[0m",
        "\u{202e}gnp.exe\u{2066}",
        "javascript:alert(1)",
        &long,
    ];
    let mut numbers = Vec::new();
    for (at, name) in hostile.iter().enumerate() {
        let sku = format!("EVIL-{at}-{}", name.chars().take(60).collect::<String>());
        day.trade.people(
            &day.trade.leaflink,
            "product",
            &json!({ "sku": sku, "name": name.chars().take(200).collect::<String>() }),
        );
        numbers.push(day.order(&json!({ "lines": [{ "sku": sku, "quantity": 1 }], "notes": name })));
    }
    until("all wait", || day.inbox().len() == 1 + hostile.len());
    let pages = numbers.iter().map(|number| format!("/r/leaflink.order/{number}"));
    for path in pages.chain(["/", "/inbox", "/find?text=%3Cscript%3E", "/inbox?tab=retrying"].map(str::to_owned)) {
        let page = day.visitor.sees(&path);
        for part in ["<script>alert", "<img src=x", "\u{1b}", "\u{202e}", "\u{2066}", "href=\"javascript:"] {
            assert!(!page.body.contains(part), "{path} has {part:?}");
        }
    }
    let inbox = day.visitor.sees("/inbox");
    says(&inbox, &["<script>alert(1)</script>", "\\u{1b}[31mred", "\\u{202e}gnp.exe"]);
    let causes: Vec<String> = inbox.links().into_iter().filter(|link| link.starts_with("/inbox?cause=")).collect();
    assert!(causes.iter().any(|cause| day.visitor.sees(cause).text().contains("EVIL-5-xxx")), "{causes:?}");
}

#[test]
fn an_open_page_hears_of_what_happens() {
    let day = Day::begin("300ms");
    let stream = std::thread::scope(|scope| {
        let listening = scope.spawn(|| http(Method::Get, &format!("{}/live", day.service.url), &[], b""));
        until("the stream has ended", || {
            day.order(&json!({ "count": 1 }));
            until("it crossed", || at_rest(&day.service.url));
            listening.is_finished()
        });
        listening.join().unwrap()
    });
    assert_eq!(stream.header("content-type"), Some("text/event-stream"));
    let text = String::from_utf8(stream.body).unwrap();
    assert_eq!(text.matches("event: changed\ndata: \n\n").count(), 4, "{text}");
    assert!(text.starts_with("retry: "), "{text}");
}

#[test]
fn the_demo_trades_on_with_pages_to_play_with() {
    let mut command = crate::support::petiole();
    command.args(["demo", "--serve", "--orders", "1", "--color", "never"]);
    let mut demo = Process::start(&mut command, "listening");
    let visitor = Visitor::of(&demo.url);
    let inbox = visitor.sees("/inbox");
    says(&inbox, &["AUTUMN-0", "written much like"]);
    let mended = visitor.presses(&inbox, "This is meant", &[]);
    says(&mended, &["is meant; the record goes on"]);
    let links = || get(&format!("{}/api/v1/status", demo.url))["links"].as_u64().unwrap();
    let before = links();
    until("trade goes on", || links() > before + 1);
    says(&visitor.sees("/rules"), &["Generation 1 serves", "orders.yaml"]);
    demo.signal("INT");
    assert_eq!(demo.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_cause_is_the_same_whatever_values_it_is_about() {
    let same = |one: &str, other: &str| assert_eq!(without_values(one), without_values(other));
    same("no item has sku \"A-1\" (Autumn Release)", "no item has sku \"B 2\" (Spring)");
    same("order 17 is gone", "order 4c1d3b0e is gone");
    assert_ne!(without_values("no item has \"A\""), without_values("no strain has \"A\""));
    assert_eq!(without_values("an open \" and ( alone"), "an open \" and ( alone");
}
