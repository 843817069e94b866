//! Calls in GraphQL: all go to one place, are known by what they ask, and are refused in answers of status 200.

use super::*;

#[tokio::test]
async fn records_are_made_changed_read_and_listed_by_queries() {
    let bench = Bench::example("gallery.yaml");
    let kind = bench.record("picture");
    let title = |text: &str| fields_of(json!({ "title": text }));
    let made = bench.connector.create(&kind, &title("sea")).await.unwrap().unwrap();
    let id = made.key(&kind).unwrap();
    let changed = bench.connector.update(&kind, &id, &title("shore"), &made.value).await.unwrap().unwrap();
    assert_eq!(changed.value.field("title"), &Value::from("shore"));
    let read = bench.connector.read(&kind, &id).await.unwrap().unwrap();
    assert_eq!(read.value, changed.value);
    assert!(bench.connector.read(&kind, "nowhere").await.unwrap().is_none());
    for text in ["hill", "wood", "lake", "moor"] {
        bench.put("picture", json!({ "title": text }));
    }
    let listed = bench.connector.rows(&kind, Listing::All).await.unwrap();
    assert_eq!(listed.len(), 5);
    let since = |text: &str| Listing::ChangedSince(text.parse().unwrap());
    assert_eq!(bench.connector.rows(&kind, since("2026-01-05T11:30:00Z")).await.unwrap().len(), 1);
    let words: Vec<String> = bench.kinds().iter().map(|kind| format!("{kind:?}")).collect();
    assert_eq!(words, ["Create", "Update", "Read", "Read", "List", "List", "List", "Changed"]);
}

#[tokio::test]
async fn what_a_good_answer_refuses_is_refused_in_its_words() {
    let bench = Bench::example("gallery.yaml");
    let kind = bench.record("picture");
    let long = "far too long for any picture that hangs anywhere at all";
    let outcome = bench.connector.create(&kind, &fields_of(json!({ "title": long }))).await;
    assert_eq!(refused(outcome), (200, "`title` has at most 40 letters".to_owned()));
    let rules = &bench.system.errors;
    let failed = |body: Json| {
        let response = Response { status: 200, headers: Vec::new(), body: body.to_string().into_bytes() };
        let purpose = petiole::connector::failure::Purpose::Change;
        petiole::connector::failure::of_response(rules, &response, purpose, Timestamp::UNIX_EPOCH)
    };
    let errors = json!({ "data": { "pictureUpdate": { "userErrors": [{ "message": "one" }, { "message": "two" }] } } });
    assert!(matches!(failed(errors), Some(Failure::Refused { status: 200, message, .. }) if message == "one; two"));
    assert_eq!(failed(json!({ "data": { "pictureUpdate": { "userErrors": [] } } })), None);
    let throttled = json!({ "errors": [{ "message": "Throttled", "extensions": { "code": "THROTTLED" } }] });
    assert!(failed(throttled).unwrap().is_transient());
}

#[tokio::test]
async fn moves_to_one_place_are_told_apart_by_what_they_ask() {
    let bench = Bench::example("gallery.yaml");
    let kind = bench.record("picture");
    bench.put("picture", json!({ "id": "1", "title": "sea" }));
    let present = bench.connector.read(&kind, "1").await.unwrap().unwrap().value;
    let step = |from: &str, to: &str| kind.states.as_ref().unwrap().first_step(from, to).unwrap();
    let moved = bench.connector.make_move(&kind, "1", step("DRAFT", "SHOWN"), &present).await.unwrap().unwrap();
    assert_eq!(moved.value.field("status"), &Value::from("SHOWN"));
    let again = bench.connector.make_move(&kind, "1", step("DRAFT", "HIDDEN"), &present).await;
    assert_eq!(refused(again), (200, "a picture that is SHOWN cannot make this move".to_owned()));
}
