//! Values in spellings of their own, written by the real connector and read back from the peer.

use super::*;

const STORE: &str = "
system: store
http:
  auth: X-Key = {secrets.token}
paging:
  style: whole
records:
  sale:
    modified: touched
    fields:
      id: integer, read only
      touched: timestamp as seconds, read only
      paid: timestamp as milliseconds
      due: timestamp in America/Denver
      total: money in minor units
      fee: money as {amount, currency} in minor units
      weight: decimal with comma
      taxed: bool as {taxable, none}
      lines[].price: money in minor units of 3
    calls:
      read: GET /sales/{id}
      changed: GET /sales?from={since}
      list: GET /sales
      find by taxed: GET /sales?taxed={taxed}
      create: POST /sales
  entry:
    fields:
      id: integer, read only
    calls:
      list: GET /entries
      changed: GET /entries?day={since:%d.%m.%Y}&there={since:America/Denver}
";

fn store() -> Arc<System> {
    let folder = Folder::new();
    let path = folder.0.join("store.yaml");
    std::fs::write(&path, STORE).unwrap();
    system(path)
}

#[tokio::test]
async fn what_is_written_is_read_back() {
    let bench = Bench::new(store());
    let sale = bench.record("sale");
    let instant = |text: &str| Value::Timestamp(text.parse().unwrap());
    let mut fields = fields_of(json!({
        "total": 12.34, "fee": 0.5, "weight": 1234.5, "taxed": true, "lines": [{ "price": 1.001 }],
    }));
    fields.insert("paid", instant("2026-01-05T11:00:00.123Z"));
    fields.insert("due", instant("2026-07-01T18:00:00Z"));
    let made = bench.connector.create(&sale, &fields).await.unwrap().unwrap();
    for (name, value) in &fields {
        assert_eq!(made.value.field(name), value, "{name}");
    }
    assert!(made.fits);
    assert_eq!(made.value.field("touched"), &instant("2026-01-05T12:00:00Z"));
    let raw = made.raw();
    assert_eq!(raw["paid"], json!(1_767_610_800_123_i64));
    assert_eq!(raw["due"], json!("2026-07-01T12:00:00"));
    assert_eq!((&raw["total"], &raw["fee"]), (&json!(1234), &json!({ "amount": 50, "currency": "USD" })));
    assert_eq!((&raw["weight"], &raw["taxed"]), (&json!("1234,5"), &json!("taxable")));
    assert_eq!(raw["lines"], json!([{ "price": 1001 }]));
    let listed = |listing| bench.connector.rows(&sale, listing);
    let since = |text: &str| Listing::ChangedSince(text.parse().unwrap());
    assert_eq!(listed(since("2026-01-05T12:00:00Z")).await.unwrap().len(), 1);
    assert_eq!(listed(since("2026-01-05T12:00:01Z")).await.unwrap().len(), 0);
    let taxed = |truth| Listing::Find { field: "taxed".to_owned(), value: Value::Bool(truth) };
    assert_eq!((listed(taxed(true)).await.unwrap().len(), listed(taxed(false)).await.unwrap().len()), (1, 0));
}

#[tokio::test]
async fn an_amount_that_has_smaller_parts_is_not_sent() {
    let bench = Bench::new(store());
    let sale = bench.record("sale");
    for fields in [json!({ "total": 12.345 }), json!({ "lines": [{ "price": 1 }, { "price": 0.0001 }] })] {
        let found = bench.connector.create(&sale, &fields_of(fields)).await.unwrap_err();
        assert!(
            matches!(found, Failure::Unsupported { .. }) && found.to_string().contains("cannot say exactly"),
            "{found}"
        );
    }
    assert!(bench.kinds().is_empty());
}

#[tokio::test]
async fn since_is_written_as_the_call_says() {
    let bench = Bench::new(store());
    let entry = bench.record("entry");
    bench.put("entry", json!({}));
    let since = |text: &str| Listing::ChangedSince(text.parse().unwrap());
    assert_eq!(bench.connector.rows(&entry, since("2026-01-05T10:00:00Z")).await.unwrap().len(), 1);
    assert_eq!(bench.connector.rows(&entry, since("2026-01-06T10:00:00Z")).await.unwrap().len(), 0);
}
