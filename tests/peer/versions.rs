//! Records whose version every change shows: what somebody else changed meanwhile is never written over.

use super::*;

use petiole::language::plan::Move;

#[track_caller]
fn stale<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> String {
    match outcome {
        Err(Failure::Stale { message }) => message,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_version_in_the_body_is_shown_and_held_against_the_present_one() {
    let bench = Bench::example("archive.yaml");
    let kind = bench.record("invoice");
    bench.put("invoice", json!({ "id": "7" }));
    let read = || async { bench.connector.read(&kind, "7").await.unwrap().unwrap().value };
    let first = read().await;
    assert_eq!(first.field("sync_token"), &Value::from("0"));
    let note = |text: &str| fields_of(json!({ "note": text }));
    let changed = bench.connector.update(&kind, "7", &note("one"), &first).await.unwrap().unwrap();
    assert_eq!(changed.value.field("sync_token"), &Value::from("1"));
    let message = stale(bench.connector.update(&kind, "7", &note("two"), &first).await);
    assert!(message.ends_with("this invoice is at `sync_token` 1 by now, and not at 0"), "{message}");
    assert_eq!(read().await.field("note"), &Value::from("one"));
    let states = kind.states.as_ref().unwrap();
    let step: &Move = states.first_step("Open", "Void").unwrap();
    stale(bench.connector.make_move(&kind, "7", step, &first).await);
    let moved = bench.connector.make_move(&kind, "7", step, &changed.value).await.unwrap().unwrap();
    assert_eq!(moved.value.field("state"), &Value::from("Void"));
}

#[tokio::test]
async fn a_version_in_a_header_is_read_from_answers_about_one_record() {
    let bench = Bench::example("archive.yaml");
    let kind = bench.record("contract");
    let made = bench.connector.create(&kind, &fields_of(json!({ "title": "rent" }))).await.unwrap().unwrap();
    assert_eq!(made.value.field("etag"), &Value::from("\"0\""));
    let id = made.key(&kind).unwrap();
    let title = |text: &str| fields_of(json!({ "title": text }));
    let changed = bench.connector.update(&kind, &id, &title("lease"), &made.value).await.unwrap().unwrap();
    assert_eq!(changed.value.field("etag"), &Value::from("\"1\""));
    let message = stale(bench.connector.update(&kind, &id, &title("loan"), &made.value).await);
    assert!(message.contains("not at \"0\""), "{message}");
    // A list says nothing of it, and what was decided on it is not sent.
    let listed = bench.connector.rows(&kind, Listing::All).await.unwrap();
    assert_eq!(listed[0].value.field("etag"), &Value::Null);
    let calls = bench.kinds().len();
    let message = stale(bench.connector.update(&kind, &id, &title("loan"), &listed[0].value).await);
    assert_eq!((message.as_str(), bench.kinds().len()), ("which `etag` was decided on is not known", calls));
}

#[tokio::test]
async fn a_refusal_is_told_apart_by_what_stands_in_it() {
    let folder = Folder::new();
    let path = folder.0.join("depot.yaml");
    let said = "  gone: [404]\n  later: [503, 200 when error.code == BUSY]\n";
    std::fs::write(&path, INVENTED.replace("  gone: [404]\n", said)).unwrap();
    let rules = system(path).errors.clone();
    assert_eq!((rules.later.as_slice(), rules.stale.as_slice()), ([503].as_slice(), [412].as_slice()));
    let failed = |status: u16, body: &str| {
        let response = Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
        let purpose = petiole::connector::failure::Purpose::Change;
        petiole::connector::failure::of_response(&rules, &response, purpose, Timestamp::UNIX_EPOCH)
    };
    assert!(failed(200, r#"{"error": {"code": "BUSY"}}"#).unwrap().is_transient());
    assert_eq!(failed(200, r#"{"error": {"code": "NONE"}}"#), None);
    assert!(matches!(failed(412, "{}"), Some(Failure::Stale { .. })));
    assert!(matches!(failed(409, "{}"), Some(Failure::Refused { status: 409, .. })));
}
