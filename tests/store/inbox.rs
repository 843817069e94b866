//! The inbox: parks that are renewed, tried again, dropped and woken.

use petiole::store::{HintSource, ParkDraft, ParkHead};

use super::sample::{Place, at, hint, ids, park, version, wait};

pub(super) async fn parks_are_renewed_by_group_and_back_off(place: Place) {
    let store = place.open().await;
    place.walk(&store, "1", 0, vec![park("1", None), park("1", Some("price"))]).await;
    let first = store.parks().await.unwrap();
    assert_eq!(first.len(), 2);
    assert_eq!((first[0].since, first[0].attempts, first[0].next), (at(0), 0, at(15)));
    assert_eq!(format!("{:?}", first[0].draft), format!("{:?}", park("1", None)));
    let heads: Vec<ParkHead> = first.iter().cloned().map(ParkHead::from).collect();
    assert_eq!(store.park_heads().await.unwrap(), heads, "what tells entries apart is the same by itself");
    let numbers = [first[1].number, 999, first[0].number];
    assert_eq!(format!("{:?}", store.parks_numbered(&numbers).await.unwrap()), format!("{first:?}"));
    assert_eq!(store.parks_numbered(&numbers[..2]).await.unwrap().len(), 1);
    assert_eq!(store.counts().await.unwrap().pending, 0, "what only waits for its next try is at rest");
    assert_eq!(place.next_due(&store, true).await, Some(at(15)));
    let mut now = 15;
    for pause in [30, 60, 120, 240, 480, 900, 900] {
        place.again(&store, "1", now, vec![park("1", Some("price"))]).await;
        assert_eq!(place.next_due(&store, true).await, Some(at(now + pause)));
        now += pause;
    }
    let parks = store.parks().await.unwrap();
    assert_eq!(parks.len(), 1);
    assert_eq!((parks[0].number, parks[0].since, parks[0].attempts), (first[1].number, at(0), 7));
    place.walk(&store, "1", now - 1, Vec::new()).await;
    assert!(store.parks().await.unwrap().is_empty());
}

pub(super) async fn parked_work_is_tried_again_on_demand(place: Place) {
    let store = place.open().await;
    place.walk(&store, "1", 0, vec![park("1", None), park("1", Some("price"))]).await;
    place.walk(&store, "2", 1, vec![park("2", None)]).await;
    let parks = store.parks().await.unwrap();
    assert_eq!(place.retry(&store, Some(parks[2].number), 3).await.unwrap(), 1);
    assert_eq!(place.retry(&store, Some(999), 3).await.unwrap(), 0);
    let work = place.claim(&store, 3, 10).await.unwrap();
    assert_eq!(ids(&work), ["2"]);
    assert_eq!(work[0].source, HintSource::Asked);
    assert_eq!(place.retry(&store, None, 4).await.unwrap(), 3);
    place.finish(&store, 5, &work[0], Vec::new().into()).await.unwrap();
    assert_eq!(ids(&place.claim(&store, 5, 10).await.unwrap()), ["1", "2"], "a wish during work is not lost");
}

pub(super) async fn a_dropped_park_stays_quiet_until_its_record_changes(place: Place) {
    let store = place.open().await;
    store.accept(vec![version("1", "a", 0)], None).await.unwrap();
    place.again(&store, "1", 0, vec![park("1", None)]).await;
    let number = store.parks().await.unwrap()[0].number;
    assert!(store.drop_park(number).await.unwrap());
    assert!(!store.drop_park(number).await.unwrap());
    assert!(store.parks().await.unwrap().is_empty());
    assert_eq!(place.next_due(&store, true).await, None);
    assert_eq!(place.retry(&store, None, 1).await.unwrap(), 0);
    assert_eq!(place.wake(&store, &[wait("C11")], 1).await.unwrap(), 0);
    assert_eq!(store.accept(vec![version("1", "a", 1)], None).await.unwrap(), 0);
    store.accept(vec![hint("1", HintSource::Sweep, 2)], None).await.unwrap();
    place.again(&store, "1", 2, vec![park("1", None)]).await;
    assert!(store.parks().await.unwrap().is_empty(), "the same trouble found by a sweep stays quiet");
    store.accept(vec![version("1", "b", 3)], None).await.unwrap();
    place.again(&store, "1", 3, vec![park("1", None)]).await;
    let parks = store.parks().await.unwrap();
    assert_eq!((parks.len(), parks[0].since, parks[0].attempts), (1, at(3), 0));
    assert!(store.drop_park(parks[0].number).await.unwrap());
    place.walk(&store, "1", 4, vec![park("1", None)]).await;
    assert_eq!(store.parks().await.unwrap().len(), 1, "a webhook speaks of a change too");
}

pub(super) async fn dropping_one_park_leaves_the_others_of_its_record(place: Place) {
    let store = place.open().await;
    place.walk(&store, "1", 0, vec![park("1", None), park("1", Some("price"))]).await;
    let parks = store.parks().await.unwrap();
    store.drop_park(parks[0].number).await.unwrap();
    place.again(&store, "1", 15, vec![park("1", None), park("1", Some("price"))]).await;
    let left = store.parks().await.unwrap();
    assert_eq!((left.len(), left[0].number), (1, parks[1].number));
    assert_eq!(store.counts().await.unwrap().parked, 1);
}

pub(super) async fn a_found_record_wakes_the_work_that_waits_for_it(place: Place) {
    let store = place.open().await;
    place.walk(&store, "1", 0, vec![park("1", None), park("1", Some("price"))]).await;
    let other = ParkDraft { waits: vec![wait("C12"), wait("C13")], ..park("2", None) };
    place.walk(&store, "2", 1, vec![other]).await;
    assert_eq!(place.wake(&store, &[wait("C99")], 2).await.unwrap(), 0);
    assert_eq!(place.wake(&store, &[wait("C11"), wait("C99")], 2).await.unwrap(), 1);
    assert_eq!(ids(&place.claim(&store, 2, 10).await.unwrap()), ["1"]);
    assert_eq!(place.wake(&store, &[wait("C13"), wait("C12")], 3).await.unwrap(), 1);
    assert_eq!(ids(&place.claim(&store, 3, 10).await.unwrap()), ["2"]);
}
