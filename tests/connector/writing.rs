//! Creates, updates and moves, and how refusals and lost answers are told apart.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::*;

#[tokio::test]
async fn a_create_sends_declared_fields_in_the_peers_spelling() {
    let bench = Bench::with(wrapped(), vec![answer(200, r#"{"data":{"id":"9"}}"#), answer(200, r#"{"ref":"r"}"#)]);
    let mut wanted = fields(
        r#"{"id":"no","ref":12,"facility":"F2","rep":5,"total":1,"due":null,"undeclared":1,
            "lines":[{"item":"4102","sku":"no","qty":2.50,"lot":null,"price":17.5}]}"#,
    );
    wanted.insert("ordered".to_owned(), Value::Timestamp("2026-01-06T15:04:05Z".parse().unwrap()));
    let row = bench.connector.create(&bench.order(), &wanted).await.unwrap().unwrap();
    assert_eq!(row.value.field("id"), &Value::text("9"));
    assert!(!row.is_whole);
    assert_eq!(bench.asked()[0].header("FacilityID"), Some("F2"));
    assert_eq!(bench.asked()[0].header("Content-Type"), Some("application/json"));
    assert_eq!(
        bench.sent(0).to_string(),
        r#"{"lines":[{"item_id":"4102","price":{"amount":"17.50","currency":"USD"},"qty":2.50}],"#.to_owned()
            + r#""ordered":"2026-01-06T15:04:05.000Z","ref":"12","rep":{"id":5},"#
            + r#""total":{"amount":"1.00","currency":"USD"}}"#
    );
    assert!(bench.connector.create(&bench.order(), &wanted).await.unwrap().is_none(), "an answer without key");
}

#[tokio::test]
async fn an_update_sends_changes_nulls_and_what_is_resent() {
    let bench = Bench::new(vec![answer(200, ""), answer(200, ""), answer(200, r#"{"id":"1"}"#)]);
    let order = bench.order();
    let present = Value::Record(fields(
        r#"{"id":"1","ref":"r","status":"Open","facility":"F2","rep":null,"due":"2026-01-01",
            "lines":[{"item":"4102","sku":"S","qty":2,"lot":null}]}"#,
    ));
    let row = bench.connector.update(&order, "1", &fields(r#"{"due":null}"#), &present).await.unwrap();
    assert!(row.is_none());
    assert_eq!(bench.asked()[0].header("FacilityID"), Some("F2"));
    assert_eq!(bench.sent(0).to_string(), r#"{"due":null,"lines":[{"item_id":"4102","qty":2}],"ref":"r"}"#);

    let moves = &order.states.as_ref().unwrap().moves;
    bench.connector.make_move(&order, "1", &moves[0], &present).await.unwrap();
    assert_eq!(bench.sent(1).to_string(), r#"{"lines":[{"item_id":"4102","qty":2}],"ref":"r","status":"Closed"}"#);
    bench.connector.make_move(&order, "a/1", &moves[1], &present).await.unwrap();
    assert!(bench.asked()[2].body.is_empty() && bench.asked()[2].header("Content-Type").is_none());
    let by_people = bench.connector.make_move(&order, "1", &moves[2], &present).await.unwrap_err();
    assert_eq!(by_people.to_string(), "only people move a order from Closed to Open");
    assert_eq!(
        bench.lines(),
        [
            "PUT https://peer.example/api/orders/1",
            "PUT https://peer.example/api/orders/1",
            "POST https://peer.example/api/orders/a%2F1/close/",
        ]
    );
    assert_eq!(bench.connector.calls(), BTreeMap::from([("POST", 1), ("PUT", 2)]));
}

#[tokio::test]
async fn what_cannot_be_asked_is_not_sent() {
    let bench = Bench::new(vec![]);
    let order = bench.order();
    for id in ["", " ", ".", ".."] {
        assert!(matches!(bench.connector.read(&order, id).await, Err(Failure::Unsupported { .. })), "{id:?}");
    }
    let header = fields(r#"{"facility":"F\r\nX-Evil: 1"}"#);
    assert!(matches!(bench.connector.create(&order, &header).await, Err(Failure::Unsupported { .. })));
    let item = Arc::clone(&bench.system.records["item"]);
    let no_call = bench.connector.read(&item, "1").await.unwrap_err();
    assert_eq!(no_call.to_string(), "peer.item has no call `read`; add one to the system file if the peer offers it");
    assert!(bench.asked().is_empty());
}

#[tokio::test]
async fn failures_are_told_apart() {
    let bench = Bench::new(vec![
        answer(400, r#"{"detail":"Order has already been shipped"}"#),
        answer(400, r#"{"lines":[{"qty":["too many"]}]}"#),
        answer(403, &format!(r#"{{"detail":"bad key {SECRET}"}}"#)),
        answer(500, ""),
        answer(429, r#"{"detail":"slow down"}"#),
        Err(TransportError::Unreachable("refused".to_owned())),
        answer(404, NOT_THERE),
        Err(TransportError::Interrupted("cut".to_owned())),
        answer(301, ""),
        answer(200, "not json"),
    ]);
    let order = bench.order();
    let mut shown = Vec::new();
    for index in 0..10 {
        let failure = if index == 6 {
            bench.connector.update(&order, "1", &Record::new(), &Value::Null).await.unwrap_err()
        } else {
            bench.connector.create(&order, &Record::new()).await.unwrap_err()
        };
        shown.push(failure.to_string());
    }
    assert_eq!(
        shown,
        [
            "refused with status 400: POST /orders/: Order has already been shipped",
            r#"refused with status 400: POST /orders/: {"lines":[{"qty":["too many"]}]}"#,
            "the account's credentials are not accepted (status 403): POST /orders/: bad key ***",
            "failed for now with status 500: POST /orders/: no reason given; it may have been done all the same",
            "failed for now with status 429: POST /orders/: slow down",
            "failed for now: POST /orders/: could not connect: refused",
            "the record is not there",
            "failed for now: POST /orders/: the answer was lost: cut; it may have been done all the same",
            "refused with status 301: POST /orders/: the peer sends us elsewhere; correct the account's base_url",
            "failed for now with status 200: POST /orders/: the answer is not JSON (expected ident at line 1 column 2); \
             it may have been done all the same",
        ]
    );
    let lost_read = Bench::new(vec![Err(TransportError::Interrupted("cut".to_owned()))]);
    assert!(!lost_read.connector.read(&lost_read.order(), "1").await.unwrap_err().maybe_done());
}

#[tokio::test]
async fn secrets_are_never_shown() {
    let bench = Bench::new(vec![
        answer(400, &format!("{}{SECRET} is bad", "x".repeat(495))),
        Err(TransportError::Interrupted(SECRET.into())),
    ]);
    let order = bench.order();
    let mut account = account();
    account.base_url = "https://user:pass-word@peer.example/api".to_owned();
    let refused = bench.connector.create(&order, &Record::new()).await.unwrap_err();
    let lost = bench.connector.create(&order, &Record::new()).await.unwrap_err();
    let pager = bench.connector.pages(&order, &Listing::All).unwrap();
    let shown = format!("{account:?} {:?} {pager:?} {refused:?} {refused} {lost:?} {lost}", bench.connector);
    assert!(!shown.contains("very-") && !shown.contains("pass-word"), "{shown}");
    assert!(shown.contains("api_key"), "names of secrets may be shown");
}

/// How a peer, or something on the way to it, may spell the key that it repeats.
fn spellings_of_the_key() -> Vec<String> {
    let each = |prefix: &str, suffix: &str, spell: &dyn Fn(u8) -> String| -> String {
        SECRET.bytes().map(|byte| [prefix, &spell(byte), suffix].concat()).collect()
    };
    let hexadecimal = |byte: u8| format!("{byte:02x}");
    let urls = each("%", "", &|byte| format!("{byte:02X}"));
    let mut spellings = vec![
        SECRET.to_owned(),
        SECRET.to_uppercase(),
        hex::encode(SECRET),
        hex::encode_upper(SECRET),
        urls.replace('%', "%25"),
        urls,
        SECRET.replace('-', "%2d"),
        each("\\u00", "", &hexadecimal),
        each("\\\\u00", "", &hexadecimal),
        each("&#x", ";", &hexadecimal),
        each("&#", ";", &|byte| byte.to_string()),
    ];
    for around in ["", "u:", "me:", "App ", "Token "] {
        let encoded = STANDARD.encode(format!("{around}{SECRET}"));
        spellings.push(URL_SAFE_NO_PAD.encode(format!("{around}{SECRET}!")));
        spellings.push(encoded.replace('=', "%3D"));
        spellings.push(encoded);
    }
    spellings
}

#[tokio::test]
async fn a_secret_is_struck_out_however_it_is_spelt() {
    for spelt in spellings_of_the_key() {
        for body in [format!(r#"{{"detail":"bad key {spelt}, sorry"}}"#), format!("<p>bad key {spelt}, sorry</p>")] {
            let bench = Bench::new(vec![answer(400, &body)]);
            let refused = bench.connector.create(&bench.order(), &Record::new()).await.unwrap_err();
            let shown = format!("{refused} {refused:?}");
            assert!(shown.contains("bad key ***, sorry"), "{spelt}: {shown}");
        }
    }
}

#[tokio::test]
async fn what_only_looks_like_a_secret_stays() {
    let plain = "100% of the very secret keys; 5 &lt; 6 & C:\\\\u, %zz \\u00e9 é";
    let bench = Bench::new(vec![answer(400, &format!(r#"{{"detail":"{plain}"}}"#))]);
    let refused = bench.connector.create(&bench.order(), &Record::new()).await.unwrap_err().to_string();
    let told = "100% of the very secret keys; 5 &lt; 6 & C:\\u, %zz é é";
    assert_eq!(refused, format!("refused with status 400: POST /orders/: {told}"));
}

#[tokio::test]
async fn half_a_secret_at_the_end_of_what_is_looked_through_is_not_shown() {
    // Masks are shorter than what they hide, so that the end of a long text moves to its beginning.
    let long = each_spelt_long().repeat(40_000);
    for shift in 0..8 {
        let bench = Bench::new(vec![answer(400, &format!("{}{long}", "x".repeat(shift)))]);
        let refused = bench.connector.create(&bench.order(), &Record::new()).await.unwrap_err();
        let shown = format!("{refused:?}");
        assert!(!shown.contains("&#x"), "{}", &shown[shown.len() - 100..]);
    }
}

fn each_spelt_long() -> String {
    SECRET.bytes().map(|byte| ["&#x", &hex::encode([byte]), ";"].concat()).collect()
}

#[tokio::test]
async fn what_an_update_must_never_hold_is_not_sent() {
    let bench = Bench::new(vec![answer(200, "")]);
    let mut order = RecordType::clone(&bench.order());
    order.update.as_mut().unwrap().never = vec![path("ref"), path("lines")];
    let present = Value::Record(fields(r#"{"id":"1","ref":"r","status":"Open","facility":"F2","lines":[]}"#));
    bench.connector.update(&order, "1", &fields(r#"{"due":"2026-01-02","ref":"other"}"#), &present).await.unwrap();
    assert_eq!(bench.sent(0).to_string(), r#"{"due":"2026-01-02"}"#);
}

#[tokio::test]
async fn what_a_call_always_sends_has_its_kind() {
    use petiole::language::plan::Constant;
    let text = |text: &str| Constant::Text(template(text));
    let plain = |value: Value| Constant::Plain(value);
    let mut order = order();
    let body = vec![
        (path("source"), text("petiole")),
        (path("weight.of"), plain(Value::Integer(3))),
        (path("test"), plain(Value::Bool(false))),
        (path("none"), plain(Value::Null)),
        (path("at"), Constant::List(vec![text("{account.facility_id}"), plain(Value::Integer(7))])),
        // A field of this path is a text.
        (path("ref"), plain(Value::Integer(5))),
    ];
    order.create = Some(Call { body, ..call(Method::Post, "/orders/", &[]) });
    let bench = Bench::new(vec![answer(201, r#"{"id":"1"}"#)]);
    bench.connector.create(&order, &Record::new()).await.unwrap();
    let sent = serde_json::json!({
        "source": "petiole", "weight": {"of": 3}, "test": false, "none": null, "at": ["F1", 7], "ref": "5",
    });
    assert_eq!(bench.sent(0), sent);
}

#[tokio::test]
async fn what_only_the_peer_sets_is_sent_again_where_it_is_named_itself() {
    let mut system = shop();
    let mut order = RecordType::clone(&system.records["order"]);
    let mut update = Call::clone(order.update.as_ref().unwrap());
    update.resend = vec![path("version"), path("owner")];
    order.update = Some(update);
    order.fields.push(read_only(field("version", Kind::Integer)));
    order.fields.push(read_only(field("owner.id", Kind::Text)));
    system.records.insert("order".to_owned(), Arc::new(order));
    let bench = Bench::with(system, vec![answer(200, r#"{"id":"1"}"#)]);
    let present = Value::Record(fields(r#"{"version":7,"owner":{"id":"A"}}"#));
    bench.connector.update(&bench.order(), "1", &fields(r#"{"due":"2026-01-02"}"#), &present).await.unwrap();
    let sent = bench.sent(0);
    assert_eq!(
        (sent["version"].to_string(), sent.get("due").is_some(), sent.get("owner")),
        ("7".to_owned(), true, None)
    );
}
