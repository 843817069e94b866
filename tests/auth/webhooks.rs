//! Webhooks as their file says that they are believed, from a peer in memory to a record that has crossed; and what a
//! file cannot say.

use petiole::world::Method;
use serde_json::json;

use super::stage::{Stage, change};
use super::told::{errors, tells};
use crate::support::{Process, at_rest, http, petiole, send, until};

const KEY: &str = "key-of-the-hooks";

/// The shop tells of its orders as this says; the service looks by itself once in an hour.
fn crosses(webhook: &str) {
    let mut stage = Stage::new("  auth: X-Key = {secrets.key}\n", &[("key", "key-of-the-depot")]);
    let shop = stage.rules().join("shop.yaml");
    change(&shop, "records:\n  order:", &format!("{webhook}\nrecords:\n  order:"));
    if !webhook.contains("unsigned") {
        let secret = "      key: ${SHOP_KEY}\n";
        change(&stage.rules().join("accounts.yaml"), secret, &format!("{secret}      hook: ${{SHOP_HOOK}}\n"));
    }
    let run = &["run", "--listen", "127.0.0.1:0", "--poll-interval", "1h"];
    stage.shop = Process::start(petiole().arg("simulate").arg(&shop).args(["--webhook-key", KEY]), "base url");
    let service = Process::start(stage.command(run).env("SHOP_HOOK", KEY), "listening");
    let address = json!({ "url": format!("{}/webhooks/shop", service.url) });
    send(Method::Put, &format!("{}/_control/webhook", stage.shop.url), &address);
    until("the first look is over", || at_rest(&service.url));
    stage.pays(7);
    until("the order crossed", || stage.parcels().len() == 1);
    // What nobody signed is not believed, unless the file says so.
    let foreign = http(Method::Post, &format!("{}/webhooks/shop", service.url), &[], br#"{"number":7}"#).status;
    assert_eq!(foreign, if webhook.contains("unsigned") { 202 } else { 401 }, "{webhook}");
    stage.keeps_quiet(&[KEY], &[]);
}

#[test]
fn a_signature_with_a_time_brings_an_order_over() {
    crosses(
        "webhook:
  header: X-Till-Signature = t={time},v1={signature}
  secret: hook
  algorithm: hmac-sha512
  over: '{time}.{body}'
  events: events[].changes
  kind: header X-Till-Topic
  records:
    - order: data.number when order.changed
",
    );
}

#[test]
fn a_token_brings_an_order_over() {
    crosses("webhook:\n  auth: X-Token = {secrets.hook}\n  records:\n    - order: header X-Order\n");
}

#[test]
fn a_message_that_is_not_signed_brings_an_order_over_where_the_file_says_why() {
    crosses("webhook:\n  unsigned: nobody else knows the address\n  records:\n    - order: number\n");
}

#[test]
fn a_challenge_is_given_back_once_it_is_believed() {
    let webhook =
        "webhook:\n  auth: X-Token = {secrets.hook}\n  challenge: challenge\n  records:\n    - order: number\n";
    let stage = Stage::new("  auth: X-Key = {secrets.key}\n", &[("key", "key-of-the-depot")]);
    change(&stage.rules().join("shop.yaml"), "records:\n  order:", &format!("{webhook}\nrecords:\n  order:"));
    let secret = "      key: ${SHOP_KEY}\n";
    change(&stage.rules().join("accounts.yaml"), secret, &format!("{secret}      hook: ${{SHOP_HOOK}}\n"));
    let run = &["run", "--listen", "127.0.0.1:0", "--poll-interval", "1h"];
    let service = Process::start(stage.command(run).env("SHOP_HOOK", KEY), "listening");
    let asked = |token: &str, body: &str| {
        let url = format!("{}/webhooks/shop", service.url);
        let answer = http(Method::Post, &url, &[("X-Token", token)], body.as_bytes());
        (answer.status, String::from_utf8(answer.body).unwrap())
    };
    assert_eq!(asked(KEY, r#"{"type":"check","challenge":"3eZbrw1a <b>"}"#), (200, "3eZbrw1a <b>".to_owned()));
    assert_eq!(asked("other", r#"{"challenge":"3eZbrw1a"}"#).0, 401);
    for odd in [r#"{"challenge":"a\nb"}"#, r#"{"challenge":""}"#, r#"{"challenge":7}"#, r#"{"number":7}"#] {
        assert_eq!(asked(KEY, odd).0, 202, "{odd}");
    }
    let long = format!("{{\"challenge\":\"{}\"}}", "x".repeat(2_000));
    assert_eq!(asked(KEY, &long).0, 202);
}

/// A system with this under `webhook:`.
fn with(webhook: &str) -> String {
    format!("  auth: X-Key = {{secrets.key}}\nwebhook:\n{webhook}  records:\n    - parcel: id\n")
}

#[test]
fn what_is_believed_for_one_reason_alone_passes() {
    for webhook in [
        "  header: X-Sign\n  secret: word\n",
        "  header: X-Sign = sha256={signature}\n  secret: word\n  algorithm: hmac-sha1\n",
        "  header: X-Sign = t={time},v1={signature}\n  secret: word\n  over: '{time}.{body}'\n  tolerance: 10m\n",
        "  header: X-Sign\n  time: X-Time\n  secret: word\n  over: 'v0:{time}:{body}'\n",
        "  auth: basic {secrets.user} {secrets.word}\n",
        "  auth: X-Token = {secrets.word}\n",
        "  unsigned: the address is a secret\n",
    ] {
        assert!(errors(&with(webhook)).is_empty(), "{webhook}: {:#?}", errors(&with(webhook)));
    }
}

#[test]
fn what_is_believed_for_no_reason_or_for_two_is_told() {
    let none = errors(&with("  kind: event\n"));
    assert!(none.len() == 1 && none[0].2.contains("does not say why it is believed"), "{none:#?}");
    let half = errors(&with("  header: X-Sign\n"));
    assert!(half.len() == 1 && half[0].2.contains("needs the key `secret`"), "{half:#?}");
    let system = "syntax-system";
    let signed = "  header: X-Sign\n  secret: word\n";
    let two = with(&format!("{signed}  unsigned: because\n"));
    tells(&two, system, "because", "says in two ways", "`unsigned: REASON`");
    let odd = "X-Sign = {signature}{time}";
    tells(&with(&format!("  header: {odd}\n  secret: word\n")), system, odd, "where the signature", "t={time},v1=");
    let over = with(&format!("{signed}  over: '{{account.x}}'\n"));
    assert!(errors(&over).iter().any(|found| found.2.contains("says nothing of the body")), "{:#?}", errors(&over));
    let untold = with(&format!("{signed}  over: '{{time}}{{body}}'\n"));
    tells(&untold, system, "'{time}{body}'", "nothing says where it stands", "add `time: NAME`");
    let unsigned = with(&format!("{signed}  time: X-Time\n"));
    tells(&unsigned, system, "X-Time", "may be anybody's", "{time}.{body}");
    let idle = with(&format!("{signed}  tolerance: 5m\n"));
    tells(&idle, system, "5m", "no time is signed", "take `tolerance` out");
    let when = with(signed).replace("parcel: id", "parcel: id when changed");
    tells(&when, system, "id when changed", "nothing says what happened", "add `kind: PATH`");
    let open = with("  auth: X-Token = {account.token}\n");
    assert!(errors(&open).iter().any(|found| found.2.contains("anybody could send it")), "{:#?}", errors(&open));
    let query = with("  auth: query token = {secrets.word}\n");
    tells(&query, system, "token", "is not looked at", "write a header");
    let algorithm = with(&format!("{signed}  algorithm: hmac-md5\n"));
    tells(&algorithm, "unknown-value", "hmac-md5", "`algorithm` cannot be `hmac-md5`", "hmac-");
}
