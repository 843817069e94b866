//! What a peer holds and no system file names goes along where a write takes its place.

use super::*;
use petiole::connector::ListKey;
use serde_json::json as js;

const HELD: &str = r#"{"id":"1","ref":"r","status":"Open","carrier":"DHL","lines":[
    {"item_id":"A","sku":"a","qty":1,"gift":{"text":"For \"Ann\" & Bob","wrap":1.50},"seq":1},
    {"item_id":"A","sku":"a","qty":2,"lot":"L2","gift":{"text":"other"},"empty":null},
    {"item_id":"B","sku":"b","qty":3,"tags":["x",{"y":12345678901234567890.123}]}]}"#;

fn by_item() -> [ListKey; 1] {
    [ListKey { list: path("lines"), fields: vec!["item".to_owned()] }]
}

async fn present(bench: &Bench) -> Value {
    bench.connector.read(&bench.order(), "1").await.unwrap().unwrap().value
}

#[tokio::test]
async fn an_element_that_is_there_keeps_what_no_field_is_about() {
    let bench = Bench::new(vec![answer(200, HELD), answer(200, HELD), answer(200, "")]);
    let order = bench.order();
    let present = present(&bench).await;
    // In another order, one changed, one new; of two with the same key each keeps its own.
    let wanted = fields(
        r#"{"lines":[{"item":"B","qty":9},{"item":"A","qty":2,"lot":"L2"},{"item":"A","qty":1},
        {"item":"C","qty":4}]}"#,
    );
    bench.connector.update_lists(&order, "1", (&wanted, &present), &by_item()).await.unwrap();
    assert_eq!(
        bench.sent(2)["lines"].to_string(),
        r#"[{"item_id":"B","qty":9,"tags":["x",{"y":12345678901234567890.123}]},"#.to_owned()
            + r#"{"gift":{"text":"other"},"item_id":"A","lot":"L2","qty":2},"#
            + r#"{"gift":{"text":"For \"Ann\" & Bob","wrap":1.50},"item_id":"A","qty":1,"seq":1},"#
            + r#"{"item_id":"C","qty":4}]"#
    );
    assert_eq!(bench.sent(2).get("carrier"), None, "the record is not sent whole");
}

#[tokio::test]
async fn elements_that_are_only_sent_again_keep_it_too_and_what_is_never_sent_stays_away() {
    let mut system = shop();
    let mut changed = order();
    changed.update.as_mut().unwrap().never = vec![path("lines[].seq"), path("lines[].gift.wrap")];
    system.records.insert("order".to_owned(), Arc::new(changed));
    let bench = Bench::with(system, vec![answer(200, HELD), answer(200, HELD), answer(200, "")]);
    let present = present(&bench).await;
    bench.connector.update(&bench.order(), "1", &fields(r#"{"due":"2026-02-01"}"#), &present).await.unwrap();
    let lines = bench.sent(2)["lines"].clone();
    // A record of which a part must not be sent is not named itself, and stays away with it.
    assert_eq!(lines[0], js!({"item_id": "A", "qty": 1}));
    assert_eq!(lines[1]["gift"], js!(null));
    assert_eq!(lines[2]["tags"][0], "x");
}

#[tokio::test]
async fn nothing_is_asked_where_all_that_was_seen_has_a_name() {
    let plain = r#"{"id":"1","ref":"r","other":{"x":1},"lines":[{"item_id":"A","sku":"a","qty":1}]}"#;
    let bench = Bench::new(vec![answer(200, plain), answer(200, "")]);
    let present = present(&bench).await;
    let wanted = fields(r#"{"lines":[{"item":"A","qty":2}]}"#);
    bench.connector.update_lists(&bench.order(), "1", (&wanted, &present), &by_item()).await.unwrap();
    assert_eq!(bench.lines().len(), 2);
    assert_eq!(bench.sent(1)["lines"], js!([{"item_id": "A", "qty": 2}]));
}

#[tokio::test]
async fn lists_within_elements_and_records_within_a_put_keep_it_and_what_refers_does_not() {
    let mut system = shop();
    let nested = |at: &str, name: &str, kind: Kind| Field {
        read_at: path(name),
        write: WritePlace::Body(path(name)),
        ..field(at, kind)
    };
    let mut boxes = order();
    boxes.update.as_mut().unwrap().resend.clear();
    boxes.fields = vec![
        read_only(field("id", Kind::Text)),
        field("ship.city", Kind::Text),
        field("ship.street", Kind::Text),
        field("seller.id", reference("rep")),
        nested("boxes[].code", "code", Kind::Text),
        nested("boxes[].parts[].no", "no", Kind::Text),
        nested("boxes[].parts[].qty", "qty", Kind::Integer),
    ];
    system.records.insert("order".to_owned(), Arc::new(boxes));
    let held = r#"{"id":"1","ship":{"city":"Oslo","street":"Main 1","door":"4"},"seller":{"id":5,"name":"Bob"},
        "boxes":[{"code":"x","seal":"s1","parts":[{"no":"1","qty":1,"bin":"b1"},{"no":"2","qty":1,"bin":"b2"}]}]}"#;
    let bench = Bench::with(system, vec![answer(200, held), answer(200, held), answer(200, "")]);
    let present = present(&bench).await;
    let wanted =
        fields(r#"{"ship":{"city":"Bergen"},"seller":{"id":7},"boxes":[{"code":"x","parts":[{"no":"2","qty":5}]}]}"#);
    let keys = [("boxes", "code"), ("boxes[].parts", "no")]
        .map(|(list, name)| ListKey { list: path(list), fields: vec![name.to_owned()] });
    bench.connector.update_lists(&bench.order(), "1", (&wanted, &present), &keys).await.unwrap();
    assert_eq!(
        bench.sent(2),
        js!({
            "ship": {"city": "Bergen", "street": "Main 1", "door": "4"},
            "seller": {"id": 7},
            "boxes": [{"code": "x", "seal": "s1", "parts": [{"no": "2", "qty": 5, "bin": "b2"}]}],
        })
    );
}
