//! The inbox: parks that are renewed, tried again, dropped and woken.

use petiole::store::{HintSource, ParkDraft};

use super::sample::{Place, again, at, hint, ids, park, version, wait, walk};

#[tokio::test]
async fn parks_are_renewed_by_group_and_back_off() {
    let place = Place::new();
    let store = place.open().await;
    walk(&*store, "1", 0, vec![park("1", None), park("1", Some("price"))]).await;
    let first = store.parks().await.unwrap();
    assert_eq!(first.len(), 2);
    assert_eq!((first[0].since, first[0].attempts, first[0].next), (at(0), 0, at(15)));
    assert_eq!(format!("{:?}", first[0].draft), format!("{:?}", park("1", None)));
    assert_eq!(store.counts().await.unwrap().pending, 0, "what only waits for its next try is at rest");
    assert_eq!(store.next_due(true).await.unwrap(), Some(at(15)));
    let mut now = 15;
    for pause in [30, 60, 120, 240, 480, 900, 900] {
        again(&*store, "1", now, vec![park("1", Some("price"))]).await;
        assert_eq!(store.next_due(true).await.unwrap(), Some(at(now + pause)));
        now += pause;
    }
    let parks = store.parks().await.unwrap();
    assert_eq!(parks.len(), 1);
    assert_eq!((parks[0].number, parks[0].since, parks[0].attempts), (first[1].number, at(0), 7));
    walk(&*store, "1", now - 1, Vec::new()).await;
    assert!(store.parks().await.unwrap().is_empty());
}

#[tokio::test]
async fn parked_work_is_tried_again_on_demand() {
    let place = Place::new();
    let store = place.open().await;
    walk(&*store, "1", 0, vec![park("1", None), park("1", Some("price"))]).await;
    walk(&*store, "2", 1, vec![park("2", None)]).await;
    let parks = store.parks().await.unwrap();
    assert_eq!(store.retry(Some(parks[2].number), at(3)).await.unwrap(), 1);
    assert_eq!(store.retry(Some(999), at(3)).await.unwrap(), 0);
    let work = store.claim(at(3), 10).await.unwrap();
    assert_eq!(ids(&work), ["2"]);
    assert_eq!(work[0].source, HintSource::Asked);
    assert_eq!(store.retry(None, at(4)).await.unwrap(), 3);
    store.finish(&work[0], at(5), Vec::new().into()).await.unwrap();
    assert_eq!(ids(&store.claim(at(5), 10).await.unwrap()), ["1", "2"], "a wish during work is not lost");
}

#[tokio::test]
async fn a_dropped_park_stays_quiet_until_its_record_changes() {
    let place = Place::new();
    let store = place.open().await;
    store.accept(vec![version("1", "a", 0)], None).await.unwrap();
    again(&*store, "1", 0, vec![park("1", None)]).await;
    let number = store.parks().await.unwrap()[0].number;
    assert!(store.drop_park(number).await.unwrap());
    assert!(!store.drop_park(number).await.unwrap());
    assert!(store.parks().await.unwrap().is_empty());
    assert_eq!(store.next_due(true).await.unwrap(), None);
    assert_eq!(store.retry(None, at(1)).await.unwrap(), 0);
    assert_eq!(store.wake(&[wait("C11")], at(1)).await.unwrap(), 0);
    assert_eq!(store.accept(vec![version("1", "a", 1)], None).await.unwrap(), 0);
    store.accept(vec![hint("1", HintSource::Sweep, 2)], None).await.unwrap();
    again(&*store, "1", 2, vec![park("1", None)]).await;
    assert!(store.parks().await.unwrap().is_empty(), "the same trouble found by a sweep stays quiet");
    store.accept(vec![version("1", "b", 3)], None).await.unwrap();
    again(&*store, "1", 3, vec![park("1", None)]).await;
    let parks = store.parks().await.unwrap();
    assert_eq!((parks.len(), parks[0].since, parks[0].attempts), (1, at(3), 0));
    assert!(store.drop_park(parks[0].number).await.unwrap());
    walk(&*store, "1", 4, vec![park("1", None)]).await;
    assert_eq!(store.parks().await.unwrap().len(), 1, "a webhook speaks of a change too");
}

#[tokio::test]
async fn dropping_one_park_leaves_the_others_of_its_record() {
    let place = Place::new();
    let store = place.open().await;
    walk(&*store, "1", 0, vec![park("1", None), park("1", Some("price"))]).await;
    let parks = store.parks().await.unwrap();
    store.drop_park(parks[0].number).await.unwrap();
    again(&*store, "1", 15, vec![park("1", None), park("1", Some("price"))]).await;
    let left = store.parks().await.unwrap();
    assert_eq!((left.len(), left[0].number), (1, parks[1].number));
    assert_eq!(store.counts().await.unwrap().parked, 1);
}

#[tokio::test]
async fn a_found_record_wakes_the_work_that_waits_for_it() {
    let place = Place::new();
    let store = place.open().await;
    walk(&*store, "1", 0, vec![park("1", None), park("1", Some("price"))]).await;
    let other = ParkDraft { waits: vec![wait("C12"), wait("C13")], ..park("2", None) };
    walk(&*store, "2", 1, vec![other]).await;
    assert_eq!(store.wake(&[wait("C99")], at(2)).await.unwrap(), 0);
    assert_eq!(store.wake(&[wait("C11"), wait("C99")], at(2)).await.unwrap(), 1);
    assert_eq!(ids(&store.claim(at(2), 10).await.unwrap()), ["1"]);
    assert_eq!(store.wake(&[wait("C13"), wait("C12")], at(3)).await.unwrap(), 1);
    assert_eq!(ids(&store.claim(at(3), 10).await.unwrap()), ["2"]);
}
