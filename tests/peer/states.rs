//! States that follow from fields, and states that are sent when a record is made.

use super::*;

#[tokio::test]
async fn a_state_is_made_of_what_an_answer_holds() {
    let bench = Bench::example("kiosk.yaml");
    let kind = bench.record("order");
    for (fields, state) in [
        (json!({}), "Open"),
        (json!({ "fulfillment": "partial" }), "Open"),
        (json!({ "fulfillment": "fulfilled" }), "Shipped"),
        (json!({ "fulfillment": "fulfilled", "cancelled_at": "2026-01-05T10:00:00Z" }), "Cancelled"),
        (json!({ "state": "Shipped" }), "Shipped"),
        (json!({ "state": "Cancelled" }), "Cancelled"),
    ] {
        let key = bench.put("order", fields.clone()).to_key().unwrap();
        let read = bench.connector.read(&kind, &key).await.unwrap().unwrap();
        assert_eq!(read.value.field("state"), &Value::from(state), "{fields}");
        // No answer holds it.
        assert_eq!((read.raw().get("state"), read.is_whole), (None, true));
    }
    let listed = bench.connector.rows(&kind, Listing::All).await.unwrap();
    let states: Vec<String> = listed.iter().map(|row| row.value.field("state").to_key().unwrap()).collect();
    assert_eq!(states, ["Open", "Open", "Shipped", "Cancelled", "Shipped", "Cancelled"]);
}

#[tokio::test]
async fn a_move_changes_what_the_state_follows_from() {
    let bench = Bench::example("kiosk.yaml");
    let kind = bench.record("order");
    bench.put("order", json!({ "id": 1 }));
    let present = bench.connector.read(&kind, "1").await.unwrap().unwrap().value;
    let step = kind.states.as_ref().unwrap().first_step("Open", "Cancelled").unwrap();
    let moved = bench.connector.make_move(&kind, "1", step, &present).await.unwrap().unwrap();
    assert_eq!(moved.value.field("state"), &Value::from("Cancelled"));
    assert_eq!(moved.value.field("cancelled_at").to_string(), "2026-01-05T12:00:00Z");
    let again = refused(bench.connector.make_move(&kind, "1", step, &present).await);
    assert_eq!(again, (409, "a order that is Cancelled cannot make this move".to_owned()));
}

#[tokio::test]
async fn an_answer_without_what_a_state_follows_from_says_nothing_of_it() {
    let bench = Bench::example("kiosk.yaml");
    let kind = bench.record("order");
    bench.put("order", json!({ "id": 1 }));
    let shape = petiole::connector::reader::Shape::of(&bench.system, &kind);
    let read = shape.text(r#"{"id": 1, "fulfillment": null}"#, true).unwrap();
    let gone: Vec<String> = read.gone.iter().map(|gone| gone.field.to_string()).collect();
    assert_eq!(gone, ["cancelled_at", "state"]);
}

#[tokio::test]
async fn a_record_is_made_in_the_state_that_is_sent() {
    let bench = Bench::example("kiosk.yaml");
    let kind = bench.record("parcel");
    let made = bench.connector.create(&kind, &fields_of(json!({ "stage": "Packed" }))).await.unwrap().unwrap();
    assert_eq!(made.value.field("stage"), &Value::from("Packed"));
    let (status, message) = refused(bench.connector.create(&kind, &fields_of(json!({ "stage": "Sent" }))).await);
    assert_eq!((status, message.as_str()), (422, "no parcel is made Sent, but Waiting or Packed"));
    let states = kind.states.as_ref().unwrap();
    let first = ["Waiting", "Packed", "Sent"].map(|goal| states.first_state(goal).unwrap());
    assert_eq!(first, ["Waiting", "Packed", "Packed"]);
}
