//! Signatures, and which record a webhook names.

use super::*;

fn webhook_rules(encoding: Encoding) -> WebhookRules {
    let record = |name: &str, keys: &[&str], kind: Option<&str>| WebhookRecord {
        record: name.to_owned(),
        keys: keys.iter().map(|key| path(key)).collect(),
        when_kind: kind.map(str::to_owned),
    };
    WebhookRules {
        header: "Auth-Signature".to_owned(),
        encoding,
        secret: "webhook_key".to_owned(),
        kind: Some(path("resource_type")),
        records: vec![record("order", &["data.number", "number"], None), record("item", &["data.id"], Some("item"))],
    }
}

#[test]
fn signatures_are_verified_over_the_exact_bytes() {
    let body = br#"{"foo": "bar"}"#;
    let base64 = "IWLPipHugHn8lvIXH7P0SVzblGopGfi+GZNUkkpRT3g=";
    let hex = "2162cf8a91ee8079fc96f2171fb3f4495cdb946a2919f8be199354924a514f78";
    let check = |encoding, secret: &str, written: Option<&'static str>, body: &[u8]| {
        signature::verify(&webhook_rules(encoding), secret, |name| written.filter(|_| name == "Auth-Signature"), body)
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
