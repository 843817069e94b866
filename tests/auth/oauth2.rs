//! A token is asked for when it is needed, again when it is refused, and shown to nobody.

use petiole::world::Method;
use serde_json::{Value as Json, json};

use super::stage::{Stage, change};
use crate::support::{Process, at_rest, get, http, until};

const OAUTH2: &str = "  auth:
    oauth2:
      token: /connect/token
      grant: client_credentials
      client: client
      secret: word
      scope: parcels more
";

const SECRETS: [(&str, &str); 2] = [("client", "petiole-at-the-yard"), ("word", "s:e/c+r=e%t")];

const SPELT: [&str; 6] = [
    "petiole-at-the-yard",
    "s:e/c+r=e%t",
    "s%3Ae%2Fc%2Br%3De%25t",
    "granted-1",
    "granted-2",
    "cGV0aW9sZS1hdC10aGUteWFyZD",
];

fn granted(stage: &Stage) -> Json {
    get(&format!("{}/_control/tokens", stage.depot.url))["granted"].clone()
}

#[test]
fn a_token_is_asked_for_once_and_opens_every_call() {
    let stage = Stage::new(OAUTH2, &SECRETS);
    for number in 1..=3 {
        stage.pays(number);
    }
    let told = stage.syncs();
    assert_eq!((stage.parcels().len(), granted(&stage)), (3, json!(1)), "{told}");
    let (code, explained) = stage.says(&["explain", "shop.order/1", "--format", "json"]);
    assert_eq!(code, 0, "{explained}");
    let (_, text) = stage.says(&["explain", "shop.order/1", "--calls"]);
    assert!(text.contains("-H 'Authorization: Bearer '\"${ACCESS_TOKEN}\"''"), "{text}");
    stage.keeps_quiet(&SPELT, &[&told, &explained, &text]);
}

#[test]
fn a_service_asks_anew_when_its_token_is_taken_from_it() {
    let stage = Stage::new(OAUTH2, &SECRETS);
    let run = &["run", "--listen", "127.0.0.1:0", "--poll-interval", "200ms"];
    let log = std::fs::File::options().create(true).append(true).open(stage.log()).unwrap();
    let service = Process::logging(&mut stage.command(run), "listening", log);
    stage.pays(1);
    until("the first parcel is there", || stage.parcels().len() == 1 && at_rest(&service.url));
    assert_eq!(granted(&stage), 1);
    http(Method::Delete, &format!("{}/_control/tokens", stage.depot.url), &[], b"");
    stage.pays(2);
    until("the second parcel is there", || stage.parcels().len() == 2 && at_rest(&service.url));
    assert_eq!(granted(&stage), 2);
    stage.keeps_quiet(&SPELT, &[]);
}

#[test]
fn whoever_asks_otherwise_than_the_file_says_gets_no_token() {
    let stage = Stage::new(OAUTH2, &SECRETS);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let basic = ("Authorization", "Basic YTpi");
    let good = "grant_type=client_credentials&scope=parcels%20more";
    let asked = |headers: &[(&str, &str)], body: &str| {
        http(Method::Post, &format!("{}/connect/token", stage.depot.url), headers, body.as_bytes())
    };
    let answer = asked(&[form, basic], good);
    let body: Json = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((answer.status, &body["token_type"]), (200, &json!("Bearer")), "{body}");
    let token = body["access_token"].as_str().unwrap();
    for (headers, body, status) in [
        (vec![form], good, 401),
        (vec![form, ("Authorization", "Basic YTo=")], good, 401),
        (vec![form], "grant_type=client_credentials&scope=parcels%20more&client_id=a&client_secret=b", 401),
        (vec![form, basic], "grant_type=password&scope=parcels%20more", 400),
        (vec![form, basic], "grant_type=client_credentials", 400),
        (vec![form, basic], "grant_type=client_credentials&scope=all", 400),
    ] {
        assert_eq!(asked(&headers, body).status, status, "{headers:?} {body}");
    }
    let list = |value: &str| {
        http(Method::Get, &format!("{}/parcels", stage.depot.url), &[("Authorization", value)], b"").status
    };
    assert_eq!(list(&format!("Bearer {token}")), 200);
    for value in ["Bearer granted-99", "Bearer ", token, "Basic YTpi"] {
        assert_eq!(list(value), 401, "{value}");
    }
    http(Method::Delete, &format!("{}/_control/tokens", stage.depot.url), &[], b"");
    assert_eq!(list(&format!("Bearer {token}")), 401, "it was taken back");
}

#[test]
fn the_tests_beside_rules_run_with_a_peer_that_grants_tokens_itself() {
    for token in ["/connect/token", "https://login.example/connect/token", "'{account.login}/connect/token'"] {
        let stage = Stage::new(&OAUTH2.replace("/connect/token", token), &SECRETS);
        let url = "    base_url: ${DEPOT_URL}\n";
        let own = if token.contains("account.") {
            format!("{url}    login: https://login.example\n")
        } else {
            url.to_owned()
        };
        change(&stage.rules().join("accounts.yaml"), url, &own);
        let (code, told) = stage.says(&["test"]);
        assert_eq!(code, 0, "{token}: {told}\n{}", stage.logged());
    }
}
