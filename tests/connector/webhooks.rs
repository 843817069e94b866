//! Signatures, and which record a webhook names.

use super::*;

use petiole::language::plan::{Algorithm, Basic, SignatureRules};

/// When the messages of these tests come.
const NOW: &str = "2026-01-05T12:00:00Z";

fn told(place: &str) -> Told {
    place.strip_prefix("header ").map_or_else(|| Told::Body(path(place)), |name| Told::Header(name.to_owned()))
}

fn signature_rules(encoding: Encoding) -> SignatureRules {
    SignatureRules {
        header: "Auth-Signature".to_owned(),
        form: template("{signature}"),
        time: None,
        over: template("{body}"),
        tolerance: Duration::from_mins(5),
        algorithm: Algorithm::HmacSha256,
        encoding,
        secret: "webhook_key".to_owned(),
    }
}

fn webhook_rules(encoding: Encoding) -> WebhookRules {
    let record = |name: &str, keys: &[&str], kind: Option<&str>| WebhookRecord {
        record: name.to_owned(),
        keys: keys.iter().map(|key| told(key)).collect(),
        when_kind: kind.map(str::to_owned),
    };
    WebhookRules {
        trust: Trust::Signed(signature_rules(encoding)),
        kind: Some(told("resource_type")),
        challenge: None,
        events: None,
        records: vec![record("order", &["data.number", "number"], None), record("item", &["data.id"], Some("item"))],
    }
}

fn with_secret(secret: &str) -> ResolvedAccount {
    let mut own = account();
    own.secrets.insert("webhook_key".to_owned(), secret.to_owned());
    own.properties.insert("webhook_url".to_owned(), "https://hooks.example/webhooks/till".to_owned());
    own
}

/// Whether a message with these headers is believed.
fn checked(trust: &Trust, secret: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<(), SignatureError> {
    let rules = WebhookRules { trust: trust.clone(), ..webhook_rules(Encoding::Hex) };
    let header =
        |name: &str| headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
    signature::verify(&rules, &with_secret(secret), header, (body, NOW.parse().unwrap()))
}

#[test]
fn signatures_are_verified_over_the_exact_bytes() {
    let body = br#"{"foo": "bar"}"#;
    let base64 = "IWLPipHugHn8lvIXH7P0SVzblGopGfi+GZNUkkpRT3g=";
    let hex = "2162cf8a91ee8079fc96f2171fb3f4495cdb946a2919f8be199354924a514f78";
    let check = |encoding, secret: &str, written: Option<&'static str>, body: &[u8]| {
        let headers: Vec<(&str, &str)> = written.map(|written| ("Auth-Signature", written)).into_iter().collect();
        checked(&Trust::Signed(signature_rules(encoding)), secret, &headers, body)
    };
    assert_eq!(check(Encoding::Base64, "k", Some(base64), body), Ok(()));
    assert_eq!(check(Encoding::Hex, "k", Some(hex), body), Ok(()));
    assert_eq!(check(Encoding::Hex, "k", Some(hex.to_uppercase().leak()), body), Ok(()));
    assert_eq!(check(Encoding::Hex, "k", None, body), Err(SignatureError::Missing));
    assert_eq!(check(Encoding::Hex, "k", Some(" "), body), Err(SignatureError::Missing));
    for (secret, written, bytes) in [
        ("k", base64, &body[..]),
        ("other", hex, &body[..]),
        ("", hex, &body[..]),
        ("k", hex, br#"{"foo":"bar"}"#),
        ("k", "2162", &body[..]),
    ] {
        assert_eq!(check(Encoding::Hex, secret, Some(written), bytes), Err(SignatureError::Wrong));
    }
}

#[test]
fn a_webhook_names_a_record() {
    let rules = webhook_rules(Encoding::Hex);
    let named = |body: &str| webhook::named_record(&rules, &serde_json::from_str(body).unwrap());
    let some = |record: &str, key: &str| Named::Record(record.to_owned(), key.to_owned());
    assert_eq!(named(r#"{"data":{"number":"abc","id":1}}"#), some("order", "abc"));
    assert_eq!(named(r#"{"number":"abc"}"#), some("order", "abc"));
    assert_eq!(named(r#"{"resource_type":"item","data":{"id":5}}"#), some("item", "5"));
    assert_eq!(named(r#"{"resource_type":"vendor","data":{"id":5}}"#), Named::Nothing);
    assert_eq!(named(r#"{"data":{"number":""}}"#), Named::Nothing);
    assert_eq!(named("[]"), Named::Nothing);
    let long = "9".repeat(10_000);
    for key in [".", "..", " .. ", "a\0b", "a\nb", long.as_str()] {
        let body = serde_json::json!({ "data": { "number": key } }).to_string();
        assert_eq!(named(&body), Named::Impossible(key.to_owned()), "{key:?}");
        // Another place may say it better.
        let body = serde_json::json!({ "data": { "number": key }, "number": "abc" }).to_string();
        assert_eq!(named(&body), some("order", "abc"), "{key:?}");
    }
}

/// By another library than petiole checks with.
fn sha256(over: &str) -> String {
    use hmac::{KeyInit as _, Mac as _};
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b"k").unwrap();
    mac.update(over.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn sha512(over: &str) -> String {
    use hmac::{KeyInit as _, Mac as _};
    let mut mac = hmac::Hmac::<sha2::Sha512>::new_from_slice(b"k").unwrap();
    mac.update(over.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[test]
fn a_signature_may_have_a_prefix_and_be_of_another_algorithm() {
    let body = r#"{"id":1}"#;
    let prefixed = SignatureRules { form: template("sha256={signature}"), ..signature_rules(Encoding::Hex) };
    let prefixed = Trust::Signed(prefixed);
    let good = sha256(body);
    let check = |written: &str| checked(&prefixed, "k", &[("auth-signature", written)], body.as_bytes());
    assert_eq!(check(&format!("sha256={good}")), Ok(()));
    for wrong in [good.clone(), format!("sha1={good}"), "sha256=".to_owned(), format!("sha256= {good}")] {
        assert_eq!(check(&wrong), Err(SignatureError::Wrong), "{wrong}");
    }
    let long = SignatureRules { algorithm: Algorithm::HmacSha512, ..signature_rules(Encoding::Hex) };
    let long = Trust::Signed(long);
    let written = sha512(body);
    assert_eq!(checked(&long, "k", &[("Auth-Signature", &written)], body.as_bytes()), Ok(()));
    assert_eq!(checked(&long, "k", &[("Auth-Signature", &good)], body.as_bytes()), Err(SignatureError::Wrong));
    // RFC 2202, test case 2.
    let sha1 = Trust::Signed(SignatureRules { algorithm: Algorithm::HmacSha1, ..signature_rules(Encoding::Hex) });
    let written = [("Auth-Signature", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")];
    assert_eq!(checked(&sha1, "Jefe", &written, b"what do ya want for nothing?"), Ok(()));
    assert_eq!(checked(&sha1, "Jeff", &written, b"what do ya want for nothing?"), Err(SignatureError::Wrong));
}

#[test]
fn a_signature_with_a_time_is_good_for_a_while_and_cannot_be_sent_again_later() {
    let body = r#"{"id":1}"#;
    let form = template("t={time},v1={signature}");
    let timed = SignatureRules { form, over: template("{time}.{body}"), ..signature_rules(Encoding::Hex) };
    let trust = Trust::Signed(timed);
    let now = NOW.parse::<Timestamp>().unwrap().as_second();
    let check = |written: &str| checked(&trust, "k", &[("Auth-Signature", written)], body.as_bytes());
    let good = |at: i64| sha256(&format!("{at}.{body}"));
    for written in [
        format!("t={now},v1={}", good(now)),
        format!("v1={}, t={now}", good(now)),
        format!("t={now},v1={},v1={},v0=abc", "0".repeat(64), good(now)),
        format!("t={},v1={}", now - 299, good(now - 299)),
        format!("t={},v1={}", now + 299, good(now + 299)),
        format!("t={},v1={}", now * 1000, good(now * 1000)),
    ] {
        assert_eq!(check(&written), Ok(()), "{written}");
    }
    for (written, why) in [
        (format!("t={},v1={}", now - 301, good(now - 301)), SignatureError::Stale),
        (format!("t={},v1={}", now + 301, good(now + 301)), SignatureError::Stale),
        (format!("t=soon,v1={}", sha256(&format!("soon.{body}"))), SignatureError::Stale),
        (format!("t={},v1={}", i64::MIN, good(i64::MIN)), SignatureError::Stale),
        (format!("t={now},v1={}", good(now - 1)), SignatureError::Wrong),
        (format!("t={now},v0={}", good(now)), SignatureError::Wrong),
        (format!("t={now}"), SignatureError::Wrong),
        (format!("v1={}", good(now)), SignatureError::Missing),
        (format!("t={now},{},v1={}", ["v1=00"; 9].join(","), good(now)), SignatureError::Wrong),
        (String::new(), SignatureError::Missing),
    ] {
        assert_eq!(check(&written), Err(why), "{written}");
    }
    let rules = SignatureRules {
        time: Some("X-Time".to_owned()),
        over: template("v0:{time}:{account.webhook_url}:{body}"),
        ..signature_rules(Encoding::Hex)
    };
    let apart = Trust::Signed(rules);
    let over = format!("v0:{now}:https://hooks.example/webhooks/till:{body}");
    let (signature, time) = (sha256(&over), now.to_string());
    let both = [("Auth-Signature", signature.as_str()), ("X-Time", time.as_str())];
    assert_eq!(checked(&apart, "k", &both, body.as_bytes()), Ok(()));
    assert_eq!(checked(&apart, "k", &both[..1], body.as_bytes()), Err(SignatureError::Missing));
    let other = [both[0], ("X-Time", "1")];
    assert_eq!(checked(&apart, "k", &other, body.as_bytes()), Err(SignatureError::Wrong));
}

#[test]
fn a_token_or_a_user_may_stand_for_a_signature() {
    let shown = |headers: &[(&str, &str)], basic: Option<(&str, &str)>| Trust::Shown {
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), template(value))).collect(),
        basic: basic.map(|(user, word)| Basic { user: template(user), password: template(word) }),
    };
    let token = shown(&[("X-Token", "Token {secrets.webhook_key}")], None);
    assert_eq!(checked(&token, "hush", &[("x-token", "Token hush")], b""), Ok(()));
    for wrong in ["Token hus", "Token hush2", "hush", "Token ***", "token hush"] {
        assert_eq!(checked(&token, "hush", &[("X-Token", wrong)], b""), Err(SignatureError::Wrong), "{wrong}");
    }
    assert_eq!(checked(&token, "hush", &[], b""), Err(SignatureError::Missing));
    assert_eq!(checked(&token, "", &[("X-Token", "Token ")], b""), Err(SignatureError::Wrong), "no secret is set");
    let basic = shown(&[], Some(("{account.facility_id}", "{secrets.webhook_key}")));
    assert_eq!(checked(&basic, "hush", &[("Authorization", "Basic RjE6aHVzaA==")], b""), Ok(()));
    for wrong in ["Basic RjE6aHVz", "Basic !", "Bearer RjE6aHVzaA==", "Basic aHVzaA=="] {
        assert_eq!(checked(&basic, "hush", &[("Authorization", wrong)], b""), Err(SignatureError::Wrong), "{wrong}");
    }
    assert_eq!(checked(&Trust::Nothing, "", &[], b""), Ok(()));
}

#[test]
fn kind_and_key_may_stand_in_headers_and_events_in_lists() {
    let record = |name: &str, key: &str, kind: &str| WebhookRecord {
        record: name.to_owned(),
        keys: vec![told(key)],
        when_kind: Some(kind.to_owned()),
    };
    let rules = WebhookRules {
        kind: Some(told("header X-Topic")),
        records: vec![record("order", "header X-Order", "orders/update"), record("item", "id", "items/update")],
        ..webhook_rules(Encoding::Hex)
    };
    let named = |headers: &[(&str, &str)], body: &str| {
        let header =
            |name: &str| headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
        webhook::named_records(&rules, header, &serde_json::from_str(body).unwrap())
    };
    let some = |record: &str, key: &str| Named::Record(record.to_owned(), key.to_owned());
    let order = [("x-topic", "orders/update"), ("x-order", "17")];
    assert_eq!(named(&order, "{}"), [some("order", "17")]);
    assert_eq!(named(&[("X-Topic", "items/update")], r#"{"id":5}"#), [some("item", "5")]);
    assert_eq!(named(&order[..1], "{}"), [Named::Nothing]);
    assert_eq!(named(&[("X-Topic", "shop/update"), ("X-Order", "17")], "{}"), [Named::Nothing]);
    assert_eq!(named(&[order[0], ("X-Order", "..")], "{}"), [Named::Impossible("..".to_owned())]);

    let events = WebhookRules {
        kind: Some(told("name")),
        events: Some(path("notes[].changes.rows")),
        records: vec![record("order", "id", "Invoice")],
        ..webhook_rules(Encoding::Hex)
    };
    let many = |rules: &WebhookRules, body: &str| {
        webhook::named_records(rules, |_| None, &serde_json::from_str(body).unwrap())
    };
    let body = r#"{"notes":[{"changes":{"rows":[{"name":"Invoice","id":"1"},{"name":"Vendor","id":"2"}]}},
        {"changes":{}},{"changes":{"rows":{"name":"Invoice","id":3}}},7]}"#;
    assert_eq!(many(&events, body), [some("order", "1"), Named::Nothing, some("order", "3")]);
    assert_eq!(many(&events, "{}"), []);
    let bare = WebhookRules { events: Some(path("[]")), ..events };
    assert_eq!(many(&bare, r#"[{"name":"Invoice","id":1},{"name":"Invoice","id":2}]"#).len(), 2);
    let crowd = format!("[{}]", vec![r#"{"name":"Invoice","id":1}"#; 5_000].join(","));
    assert_eq!(many(&bare, &crowd).len(), 1_000, "the next poll finds the others");
}

#[test]
fn a_form_is_read_as_texts() {
    let read = |kind: &str, body: &str| webhook::body_of(Some(kind), body.as_bytes());
    let form = "application/x-www-form-urlencoded";
    let both = serde_json::json!({ "webhook_id": "1", "note": "a b+ä%", "empty": "" });
    assert_eq!(read(form, "webhook_id=1&note=a+b%2B%C3%A4%&empty"), Some(both));
    assert_eq!(read("Application/X-WWW-Form-Urlencoded; charset=utf-8", "a=1"), Some(serde_json::json!({ "a": "1" })));
    assert_eq!(read("application/json", "a=1"), None);
    assert_eq!(webhook::body_of(None, b"{}"), Some(serde_json::json!({})));
    assert_eq!(webhook::body_of(Some(form), b"\xff=1"), None);
}
