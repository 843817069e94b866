//! Calls to peers: by record, newest last, and no more of them than is asked, by age and by bytes.

use std::sync::Arc;

use petiole::store::{CallEntry, Store};

use super::sample::{Place, at, order};

fn call(id: Option<&str>, second: i64, told: &str) -> CallEntry {
    CallEntry { at: at(second), target: id.map(order), told: told.to_owned() }
}

async fn told(store: &Arc<dyn Store>, id: Option<&str>, limit: usize) -> Vec<String> {
    let calls = store.calls(id.map(order).as_ref(), limit).await.unwrap();
    calls.into_iter().map(|call| call.told).collect()
}

pub(super) async fn calls_are_kept_by_record_and_go_by_age_and_by_bytes(place: Place) {
    let store = place.open().await;
    let long = "x".repeat(1_000);
    let calls = vec![
        call(Some("1"), 1, "first"),
        call(Some("2"), 2, "another's"),
        call(None, 3, "nobody's"),
        call(Some("1"), 4, &long),
        call(Some("1"), 5, "l\u{e4}st \u{1f95d}"),
    ];
    store.keep_calls(calls.clone()).await.unwrap();
    store.keep_calls(Vec::new()).await.unwrap();
    drop(store);
    let store = place.open().await;
    assert_eq!(store.calls(None, 9).await.unwrap(), calls);
    assert_eq!(told(&store, Some("1"), 9).await, ["first", &long, "l\u{e4}st \u{1f95d}"]);
    assert_eq!(told(&store, Some("1"), 1).await, ["l\u{e4}st \u{1f95d}"]);
    assert_eq!(told(&store, Some("9"), 9).await, Vec::<String>::new());
    assert_eq!(store.prune_calls(Some(at(2)), u64::MAX, None).await.unwrap(), 1);
    assert_eq!(told(&store, None, 9).await.len(), 4);
    // From the newest back, as much as there is room for.
    assert_eq!(store.prune_calls(None, 1_020, None).await.unwrap(), 1, "another's");
    assert_eq!(told(&store, None, 9).await, ["nobody's", &long, "l\u{e4}st \u{1f95d}"]);
    assert_eq!(store.prune_calls(None, 999, None).await.unwrap(), 2);
    assert_eq!(told(&store, None, 9).await, ["l\u{e4}st \u{1f95d}"]);
    assert_eq!(store.prune_calls(None, 0, None).await.unwrap(), 1);
    assert_eq!(store.prune_calls(None, 0, None).await.unwrap(), 0);
}
