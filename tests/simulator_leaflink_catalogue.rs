//! The LeafLink simulator's catalogue through its requests: companies, products and what they are sorted by.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use petiole::simulator::leaflink::LeafLink;
use petiole::simulator::{Simulator, Size, Trade as World, Webhook};
use petiole::world::{Method, Request};
use serde_json::{Value as Json, json};
use sha2::Sha256;

use crate::support::{Process, get, petiole, send, until};

struct Market {
    leaflink: LeafLink,
    now: Timestamp,
    key: &'static str,
    webhooks: Vec<Webhook>,
}

impl Market {
    fn new() -> Self {
        let leaflink = LeafLink::new(&World::from_seed(7, Size::default()), 7);
        Self { leaflink, now: "2026-01-06T15:04:05.678Z".parse().unwrap(), key: "App k", webhooks: Vec::new() }
    }

    /// Two companies with a brand each, and a user who works for both.
    fn of_two() -> Self {
        let mut market = Self::new();
        market.people("world", &json!({ "companies": 2, "keys": ["one", "two"], "token": "both" }));
        market
    }

    fn send(&mut self, method: Method, url: &str, body: &Json) -> (u16, Json) {
        let headers = [("Authorization", self.key), ("Host", "localhost:9")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request =
            Request { method, url: url.to_owned(), headers: headers.to_vec(), body, timeout: Duration::from_secs(1) };
        let outcome = self.leaflink.handle(self.now, &request);
        self.webhooks = outcome.webhooks;
        (outcome.response.status, serde_json::from_slice(&outcome.response.body).unwrap_or(Json::Null))
    }

    fn call(&mut self, method: Method, path: &str, body: &Json) -> (u16, Json) {
        self.send(method, &format!("/api/v2/{path}"), body)
    }

    #[track_caller]
    fn get(&mut self, path: &str) -> Json {
        let (status, body) = self.call(Method::Get, path, &Json::Null);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The ids of a list.
    #[track_caller]
    fn ids(&mut self, path: &str) -> BTreeSet<i64> {
        self.get(path)["results"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
    }

    #[track_caller]
    fn people(&mut self, act: &str, body: &Json) -> Json {
        let (status, answer) = self.send(Method::Post, &format!("/_control/{act}"), body);
        assert_eq!(status, 200, "{act}: {answer}");
        answer
    }
}

/// What signs as receivers check it.
fn signed_with(webhook: &Webhook, key: &str) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(&webhook.body);
    let wanted = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    webhook.headers.iter().any(|(name, value)| name == "LL-Signature" && *value == wanted)
}

#[test]
fn a_world_begins_as_large_as_asked() {
    let mut market = Market::new();
    let told = market.people("world", &json!({ "companies": 2, "brands": 3, "products": 1000, "customers": 500 }));
    let companies = told["companies"].as_array().unwrap();
    assert_eq!(companies.iter().map(|one| one["id"].as_i64().unwrap()).collect::<Vec<_>>(), [501, 502]);
    assert_eq!(companies.iter().map(|one| one["products"].as_u64().unwrap()).sum::<u64>(), 1000);
    assert!(companies.iter().all(|one| one["customers"] == 500), "every company knows every store: {companies:?}");
    assert_eq!(companies[0]["brands"].as_array().unwrap().len() + companies[1]["brands"].as_array().unwrap().len(), 3);
    assert_eq!((&companies[1]["keys"], &companies[1]["name"]), (&json!(["key-502"]), &json!("Southern Trade Co")));
    let (_, state) = market.send(Method::Get, "/_control/state", &Json::Null);
    assert_eq!(state["companies"], told["companies"]);
    assert_eq!(
        (state["products"].as_array().unwrap().len(), state["customers"].as_array().unwrap().len()),
        (1000, 1000)
    );
    let ids: BTreeSet<i64> =
        state["customers"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), 1000, "no id twice");
    assert_eq!(market.send(Method::Post, "/_control/world", &json!({ "products": 10_000_000 })).0, 400);
    assert_eq!(market.send(Method::Post, "/_control/world", &json!({ "prodcts": 1 })).0, 400);
    market.people("world", &json!({}));
    assert_eq!(market.get("products/")["count"], 24, "one company, any key");
}

#[test]
fn a_key_opens_its_company_and_nothing_else() {
    let mut market = Market::of_two();
    market.key = "App one";
    let mine = market.ids("products/?limit=100");
    let order = market.people("submit", &json!({ "company": 502 }))["orders"][0]["number"].as_str().unwrap().to_owned();
    assert_eq!(market.get("orders-received/")["count"], 0);
    market.key = "App two";
    let theirs = market.ids("products/?limit=100");
    assert!(mine.is_disjoint(&theirs) && mine.len() + theirs.len() == 24);
    assert_eq!(market.get(&format!("orders-received/{order}/"))["seller"], 502);
    for list in ["brands/", "company-staff/", "companies/", "customers/"] {
        market.key = "App one";
        let ours = market.ids(list);
        market.key = "App two";
        assert!(ours.is_disjoint(&market.ids(list)), "{list}");
    }
    market.key = "App one";
    let not_found = (404, json!({ "detail": "Not found." }));
    let product = theirs.first().unwrap();
    assert_eq!(market.call(Method::Get, &format!("products/{product}/"), &Json::Null), not_found);
    assert_eq!(market.call(Method::Patch, &format!("products/{product}/"), &json!({ "quantity": "1" })), not_found);
    let accept = format!("orders-received/{order}/transition/accept/");
    assert_eq!(market.call(Method::Post, &accept, &Json::Null), not_found);
    assert_eq!(market.call(Method::Get, &format!("orders-received/{order}/"), &Json::Null), not_found);
    for key in ["App three", "App both", "Token wrong", "App "] {
        market.key = key;
        assert_eq!(market.call(Method::Get, "products/", &Json::Null).0, 403, "{key}");
    }
}

#[test]
fn a_users_token_spans_the_companies() {
    let mut market = Market::of_two();
    market.key = "Token both";
    let page = market.get("products/?limit=20&offset=10");
    assert_eq!((&page["count"], page["results"].as_array().unwrap().len()), (&json!(24), 14));
    assert_eq!(market.ids("companies/"), [501, 502].into());
    let theirs = market.ids("companies/502/products/?limit=100");
    assert_eq!(theirs.len(), 12);
    let product = theirs.first().unwrap();
    assert_eq!(market.get(&format!("products/{product}/"))["seller"], 502);
    assert_eq!(market.call(Method::Get, "companies/503/products/", &Json::Null).0, 404);
    assert_eq!(market.call(Method::Get, "products/1/", &Json::Null).0, 404);
}

#[test]
fn every_company_signs_with_its_own_key() {
    let mut market = Market::of_two();
    market.leaflink.set_webhook_key("common".to_owned());
    assert!(market.leaflink.subscribe_company(502, Some("own".to_owned())));
    assert!(!market.leaflink.subscribe_company(503, None));
    for (company, key) in [(501, "common"), (502, "own")] {
        market.people("submit", &json!({ "company": company }));
        let [webhook] = &market.webhooks[..] else { panic!("one message") };
        assert!(signed_with(webhook, key));
        assert_eq!(webhook.company, Some(company));
    }
}

/// Two receivers, told apart by what the second one's subscription lacks.
#[test]
fn a_company_has_its_own_subscription() {
    let market = Process::start(petiole().args(["simulate", "leaflink", "--seed", "3"]), "base url");
    let listener = Process::start(petiole().args(["simulate", "leaflink", "--seed", "3"]), "base url");
    let control = format!("{}/_control", market.url);
    send(Method::Post, &format!("{control}/world"), &json!({ "companies": 2 }));
    let own = json!({ "url": format!("{}/api/v2/two/", listener.url), "company": 502, "key": "own" });
    send(Method::Put, &format!("{control}/webhook"), &own);
    send(Method::Post, &format!("{control}/submit"), &json!({ "company": 501 }));
    send(Method::Post, &format!("{control}/submit"), &json!({ "company": 502 }));
    let heard = || get(&format!("{}/_control/requests", listener.url))["log"].as_array().unwrap().clone();
    until("the second company's order is told", || !heard().is_empty());
    until("all is told", || get(&format!("{control}/quiet"))["quiet"] == true);
    assert_eq!(heard().len(), 1, "nobody listens to the first company");
    let all = json!({ "url": format!("{}/api/v2/one/", listener.url) });
    send(Method::Put, &format!("{control}/webhook"), &all);
    send(Method::Post, &format!("{control}/submit"), &json!({ "company": 501 }));
    until("the first company's order is told", || heard().len() == 2);
    assert!(heard()[1]["path"].as_str().unwrap().contains("one"));
}
