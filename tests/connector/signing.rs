//! Requests are signed over what goes out, and with what the file says.

use petiole::language::plan::{Algorithm, SignRules, TimeForm};

use super::*;

fn rules() -> SignRules {
    SignRules {
        header: ("X-Signature".to_owned(), template("sha256={signature}")),
        algorithm: Algorithm::HmacSha256,
        encoding: Encoding::Hex,
        secret: "api_key".to_owned(),
        over: template("{method}|{path}|{query}|{time}|{body}|{account.facility_id}"),
        headers: vec![("X-Timestamp".to_owned(), template("{time}"))],
        time: TimeForm::Seconds,
    }
}

fn signed_by(rules: SignRules, answers: Vec<Result<Response, TransportError>>) -> Bench {
    let query = vec![("key".to_owned(), template("{account.facility_id}"))];
    let auth = Auth { sign: Some(rules), query, ..Auth::default() };
    Bench::with(System { headers: Vec::new(), auth, ..shop() }, answers)
}

/// By another library than petiole signs with.
fn hex_of(text: &str) -> String {
    use hmac::{KeyInit as _, Mac as _};
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[tokio::test]
async fn a_call_is_signed_as_it_goes_out() {
    let bench = signed_by(rules(), vec![answer(201, r#"{"id":"1"}"#), answer(200, r#"{"id":"1"}"#)]);
    bench.connector.create(&bench.order(), &fields(r#"{"ref":"Ä"}"#)).await.unwrap();
    let asked = bench.asked().remove(0);
    let body = String::from_utf8(asked.body.clone()).unwrap();
    let time = "1767614400";
    let over = format!("POST|/api/orders/|key=F1|{time}|{body}|F1");
    assert_eq!(asked.header("X-Signature"), Some(format!("sha256={}", hex_of(&over)).as_str()));
    assert_eq!(asked.header("X-Timestamp"), Some(time));
    assert!(body.contains('Ä') && asked.url.ends_with("/orders/?key=F1"), "{asked:?}");
    bench.connector.read(&bench.order(), "1").await.unwrap();
    let asked = bench.asked().remove(1);
    let over = format!("GET|/api/orders/1/|include=lines,rep&key=F1|{time}||F1");
    assert_eq!(asked.header("X-Signature"), Some(format!("sha256={}", hex_of(&over)).as_str()), "{asked:?}");
}

#[tokio::test]
async fn each_algorithm_signs_and_each_form_writes() {
    // RFC 2202 and RFC 4231, test case 2: key "Jefe", "what do ya want for nothing?".
    let over = template("what do ya want for nothing?");
    let sha1 = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
    let sha256 = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";
    let sha512 = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a\
                  6b4b636e070a38bce737";
    for (algorithm, encoding, expected) in [
        (Algorithm::HmacSha1, Encoding::Hex, sha1),
        (Algorithm::HmacSha256, Encoding::Base64, sha256),
        (Algorithm::HmacSha512, Encoding::Hex, sha512),
    ] {
        let header = ("X-Signature".to_owned(), template("{signature}"));
        let rules = SignRules { algorithm, encoding, header, over: over.clone(), ..rules() };
        let bench = signed_by(rules, vec![answer(200, r#"{"id":"1"}"#)]);
        let mut jefe = account();
        jefe.secrets.insert("api_key".to_owned(), "Jefe".to_owned());
        bench.connector.renewed(Arc::clone(&bench.system), jefe).read(&bench.order(), "1").await.unwrap();
        assert_eq!(bench.asked()[0].header("X-Signature"), Some(expected));
    }
    for (time, expected) in [(TimeForm::Milliseconds, "1767614400000"), (TimeForm::Timestamp, "2026-01-05T12:00:00Z")] {
        let bench = signed_by(SignRules { time, ..rules() }, vec![answer(200, r#"{"id":"1"}"#)]);
        bench.connector.read(&bench.order(), "1").await.unwrap();
        assert_eq!(bench.asked()[0].header("X-Timestamp"), Some(expected));
    }
}

#[tokio::test]
async fn what_is_made_again_is_signed_again() {
    let throttled = answer_with(429, ("Retry-After", "60"), "");
    let bench = signed_by(rules(), vec![throttled, answer(200, r#"{"id":"1"}"#)]);
    let first = bench.connector.read(&bench.order(), "1").await;
    if first.is_err() {
        bench.clock.sleep(Duration::from_mins(1)).await;
        bench.connector.read(&bench.order(), "1").await.unwrap();
    }
    let times: Vec<_> = bench.asked().iter().map(|one| one.header("X-Timestamp").unwrap().to_owned()).collect();
    assert_eq!(times, ["1767614400", "1767614460"]);
}
