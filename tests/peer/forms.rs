//! Bodies that go out as forms.

use petiole::connector::form::{decode, encode};
use proptest::prelude::*;

use super::*;

const TILL: &str = "
system: till
http:
  auth: X-Key = {secrets.token}
errors:
  message: [error.message]
paging:
  style: cursor
  rows: data
  cursor: starting_after
  next: id of the last row
  more: has_more
  size: limit = 2
body as: form
records:
  charge:
    fields:
      id: text, read only
      amount: money in minor units, required on create
      note: text
      captured: bool
      customer.name: text
      lines[].sku: text
      lines[].count: integer
    calls:
      read: GET /charges/{id}
      list: GET /charges
      find by note:
        request: POST /charges/search
        body: note = {note}
      create:
        request: POST /charges
        body: source = petiole & sons
      update: POST /charges/{id}
  mark:
    body as: json
    fields:
      id: text, read only
      note: text
    calls:
      create: POST /marks
";

fn till() -> Arc<System> {
    let folder = Folder::new();
    let path = folder.0.join("till.yaml");
    std::fs::write(&path, TILL).unwrap();
    system(path)
}

#[tokio::test]
async fn a_form_says_what_json_says() {
    let bench = Bench::new(till());
    let charge = bench.record("charge");
    let fields = fields_of(json!({
        "amount": 12.5, "note": "a=b & c[d] é", "captured": true, "customer": { "name": "Ann" },
        "lines": [{ "sku": "A", "count": 2 }, { "sku": "B", "count": 1 }],
    }));
    let made = bench.connector.create(&charge, &fields).await.unwrap().unwrap();
    for (name, value) in &fields {
        assert_eq!(made.value.field(name), value, "{name}");
    }
    let key = made.key(&charge).unwrap();
    let changed = fields_of(json!({ "note": null, "captured": false }));
    let changed = bench.connector.update(&charge, &key, &changed, &Value::Null).await.unwrap().unwrap();
    assert_eq!((changed.value.field("note"), changed.value.field("captured")), (&Value::Null, &Value::Bool(false)));
    for _ in 0..2 {
        bench.connector.create(&charge, &fields_of(json!({ "amount": 1, "note": "x" }))).await.unwrap();
    }
    let named = Listing::Find { field: "note".to_owned(), value: Value::text("x") };
    assert_eq!(bench.connector.rows(&charge, named).await.unwrap().len(), 2);
    let mark = bench.record("mark");
    bench.connector.create(&mark, &fields_of(json!({ "note": "x" }))).await.unwrap().unwrap();
}

#[test]
fn the_peer_takes_no_json_for_a_form() {
    let mut peer = Peer::new(till());
    let mut sent = |kind: &str, body: &str| {
        let headers =
            [("X-Key", "open"), ("Content-Type", kind)].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (url, body) = ("/charges".to_owned(), body.as_bytes().to_vec());
        let timeout = Duration::from_secs(1);
        let request = Request { method: Method::Post, url, headers: headers.to_vec(), body, timeout };
        let answer = peer.handle("2026-01-05T12:00:00Z".parse().unwrap(), &request).response;
        (answer.status, String::from_utf8(answer.body).unwrap())
    };
    assert!(sent("application/json", r#"{"amount":100}"#).1.contains("the body of this call is a form"));
    let form = "application/x-www-form-urlencoded; charset=utf-8";
    let (status, made) =
        sent(form, "amount=100&lines[0][sku]=A&lines[1][sku]=B+C&customer%5Bname%5D=Ann&source=petiole");
    assert_eq!(status, 201, "{made}");
    assert!(made.contains(r#""sku":"B C""#) && made.contains(r#""name":"Ann""#), "{made}");
    assert!(sent(form, "amount=100&colour=red").1.contains("has no field `colour`"));
}

#[test]
fn elements_go_by_their_numbers_however_their_names_are_written() {
    let body =
        "lines%5B2%5D.sku=C+c&lines[10].sku=%2BX&lines[0][sku]=A%20a&lines[2].at.shelf=low&a.b=1&tags[]=x&tags[]=y";
    let lines = json!([{ "sku": "A a" }, { "sku": "C c", "at": { "shelf": "low" } }, { "sku": "+X" }]);
    assert_eq!(decode(body), json!({ "lines": lines, "a.b": "1", "tags": ["x", "y"] }));
}

#[test]
fn a_blank_in_an_address_is_a_plus_or_an_escape_and_a_plus_is_an_escape_alone() {
    let mut peer = Peer::new(invented());
    let now = "2026-01-05T12:00:00Z".parse().unwrap();
    for label in ["two w", "two+w", "100% é&"] {
        peer.put(now, "crate", &fields_of(json!({ "label": label }))).unwrap();
    }
    let mut found = |value: &str| {
        let headers = vec![("Authorization".to_owned(), "Bearer open".to_owned())];
        let (method, url) = (Method::Get, format!("/crates?label__istartswith={value}"));
        let request = Request { method, url, headers, body: Vec::new(), timeout: Duration::from_secs(1) };
        let answer: Json = serde_json::from_slice(&peer.handle(now, &request).response.body).unwrap();
        let rows = answer["page"]["rows"].as_array().unwrap().iter();
        rows.map(|row| row["label"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (asked, label) in
        [("two+w", "two w"), ("two%20w", "two w"), ("two%2Bw", "two+w"), ("100%25+%C3%A9%26", "100% é&")]
    {
        assert_eq!(found(asked), [label], "{asked}");
    }
}

/// JSON in which nothing is empty, of texts alone.
fn bodies() -> impl Strategy<Value = Json> {
    let leaf = "[ -~é]{1,6}".prop_map(Json::from);
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Json::from),
            prop::collection::btree_map("[a-z%&=+ ]{1,5}x", inner, 1..4).prop_map(|fields| json!(fields)),
        ]
    })
}

proptest! {
    #[test]
    fn a_form_reads_as_what_it_was_made_of(body in prop::collection::btree_map("[a-z]{1,4}", bodies(), 1..4)) {
        let body = json!(body);
        prop_assert_eq!(decode(&encode(&body)), body);
    }
}
