//! Hints and work: what is claimed, when, and what comes of it.

use petiole::store::{Counts, Cursor, Hint, HintSource};

use super::sample::{Place, at, hint, ids, park, version};

pub(super) async fn many_hints_for_one_record_are_one_piece_of_work(place: Place) {
    let store = place.open().await;
    let hints =
        vec![hint("1", HintSource::Sweep, 5), hint("2", HintSource::Webhook, 6), hint("1", HintSource::Poll, 7)];
    assert_eq!(store.accept(hints, None).await.unwrap(), 3);
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.pending, counts.in_flight), (2, 0));
    let work = place.claim(&store, 10, 10).await.unwrap();
    assert_eq!(ids(&work), ["1", "2"]);
    assert_eq!((work[0].source, work[0].since, work[0].attempts), (HintSource::Poll, at(5), 0));
    assert!(place.claim(&store, 10, 10).await.unwrap().is_empty(), "work in flight is not claimed again");
    assert_eq!(place.next_due(&store, true).await, None);
    for one in &work {
        place.finish(&store, 11, one, Vec::new().into()).await.unwrap();
    }
    assert_eq!(store.counts().await.unwrap(), Counts::default());
}

pub(super) async fn what_a_system_told_is_looked_at_before_the_look_of_a_sweep_that_lists_it_too(place: Place) {
    for (told, in_flight) in [(HintSource::Webhook, false), (HintSource::Poll, true)] {
        let store = place.open().await;
        place.clock.set(5);
        store.accept(vec![hint("1", told, 5)], None).await.unwrap();
        let before = if in_flight { place.claim(&store, 6, 10).await.unwrap() } else { Vec::new() };
        store.accept(vec![hint("1", HintSource::Sweep, 7)], None).await.unwrap();
        let work = if in_flight { before } else { place.claim(&store, 10, 10).await.unwrap() };
        assert_eq!((work[0].source, work.len()), (told, 1));
        place.finish(&store, 11, &work[0], Vec::new().into()).await.unwrap();
        let work = place.claim(&store, 12, 10).await.unwrap();
        assert_eq!((work[0].source, work[0].since, work.len()), (HintSource::Sweep, at(7), 1));
        place.finish(&store, 13, &work[0], Vec::new().into()).await.unwrap();
        assert_eq!(store.counts().await.unwrap(), Counts::default());
    }
}

pub(super) async fn first_and_older_work_is_claimed_before_other_work_and_only_when_due(place: Place) {
    let store = place.open().await;
    let urgent = Hint { first: true, ..hint("urgent", HintSource::Webhook, 9) };
    let hints = vec![hint("young", HintSource::Poll, 8), hint("old", HintSource::Poll, 3), urgent];
    place.clock.set(20);
    store.accept(hints, None).await.unwrap();
    assert_eq!(place.next_due(&store, true).await, Some(at(20)), "due when the store heard of it, by its own clock");
    assert_eq!(ids(&place.claim(&store, 19, 9).await.unwrap()), Vec::<&str>::new());
    assert_eq!(ids(&place.claim(&store, 20, 2).await.unwrap()), ["urgent", "old"]);
    assert_eq!(ids(&place.claim(&store, 21, 2).await.unwrap()), ["young"]);
}

pub(super) async fn a_newer_hint_than_the_finished_one_leaves_the_record_pending(place: Place) {
    let store = place.open().await;
    store.accept(vec![hint("1", HintSource::Webhook, 0)], None).await.unwrap();
    let work = place.claim(&store, 1, 10).await.unwrap();
    store.accept(vec![hint("1", HintSource::Webhook, 2), hint("1", HintSource::Webhook, 3)], None).await.unwrap();
    assert!(place.claim(&store, 4, 10).await.unwrap().is_empty());
    place.finish(&store, 4, &work[0], vec![park("1", None)].into()).await.unwrap();
    let next = place.claim(&store, 4, 10).await.unwrap();
    assert_eq!(ids(&next), ["1"]);
    assert_eq!(next[0].since, at(2));
    assert!(next[0].hint > work[0].hint);
    place.finish(&store, 5, &next[0], Vec::new().into()).await.unwrap();
    assert!(store.parks().await.unwrap().is_empty());
    assert_eq!(place.next_due(&store, true).await, None);
}

pub(super) async fn work_put_off_waits_keeps_its_age_and_says_why(place: Place) {
    let store = place.open().await;
    store.accept(vec![hint("1", HintSource::Webhook, 0), hint("2", HintSource::Webhook, 0)], None).await.unwrap();
    for one in place.claim(&store, 1, 10).await.unwrap() {
        place.defer(&store, &one, 60, "shop answers 503").await.unwrap();
    }
    assert_eq!(store.deferred().await.unwrap(), [("shop answers 503".to_owned(), 2)]);
    store.accept(vec![hint("1", HintSource::Webhook, 5)], None).await.unwrap();
    assert!(place.claim(&store, 59, 10).await.unwrap().is_empty());
    assert_eq!(place.next_due(&store, true).await, Some(at(60)));
    let work = place.claim(&store, 60, 1).await.unwrap();
    assert_eq!((work[0].attempts, work[0].since), (1, at(0)));
    place.finish(&store, 61, &work[0], Vec::new().into()).await.unwrap();
    assert_eq!(store.deferred().await.unwrap(), [("shop answers 503".to_owned(), 1)]);
}

pub(super) async fn a_version_accepted_last_is_passed_over(place: Place) {
    let store = place.open().await;
    assert_eq!(store.accept(vec![version("1", "a", 0), version("1", "a", 1)], None).await.unwrap(), 1);
    place.again(&store, "1", 1, Vec::new()).await;
    assert_eq!(store.accept(vec![version("1", "a", 2)], None).await.unwrap(), 0);
    assert_eq!(place.next_due(&store, true).await, None);
    drop(store);
    let store = place.open().await;
    assert_eq!(store.accept(vec![version("1", "a", 3)], None).await.unwrap(), 0);
    assert_eq!(store.accept(vec![version("2", "a", 3)], None).await.unwrap(), 1);
    assert_eq!(store.accept(vec![version("1", "b", 4)], None).await.unwrap(), 1);
    assert_eq!(store.accept(vec![version("1", "a", 5)], None).await.unwrap(), 1, "only the last one counts");
    assert_eq!(store.accept(vec![hint("1", HintSource::Sweep, 6)], None).await.unwrap(), 1);
}

pub(super) async fn a_cursor_moves_with_its_hints(place: Place) {
    let store = place.open().await;
    let cursor = |from: Option<i64>, second| Cursor {
        account: "shop".to_owned(),
        record: "order".to_owned(),
        from: from.map(at),
        at: at(second),
        under: None,
    };
    assert_eq!(store.cursor("shop", "order").await.unwrap(), None);
    store.accept(vec![version("1", "a", 0)], Some(cursor(None, 1))).await.unwrap();
    store.accept(Vec::new(), Some(cursor(Some(1), 2))).await.unwrap();
    drop(store);
    let store = place.open().await;
    assert_eq!(store.cursor("shop", "order").await.unwrap(), Some(at(2)));
    assert_eq!(store.cursor("shop", "item").await.unwrap(), None);
    // A look that began before another one's end takes nothing back of that; it may go further.
    for (from, to, stays) in [(Some(1), 0, 2), (None, 1, 2), (Some(1), 5, 5), (Some(2), 4, 5)] {
        store.accept(Vec::new(), Some(cursor(from, to))).await.unwrap();
        assert_eq!(store.cursor("shop", "order").await.unwrap(), Some(at(stays)), "{from:?} {to}");
    }
    // One that nobody overtook may find that the position it began with was wrong.
    store.accept(Vec::new(), Some(cursor(Some(5), 3))).await.unwrap();
    assert_eq!(store.cursor("shop", "order").await.unwrap(), Some(at(3)));
    store.mark("*", "sweep", at(7), None).await.unwrap();
    store.mark("*", "sweep", at(6), None).await.unwrap();
    assert_eq!(store.cursor("*", "sweep").await.unwrap(), Some(at(6)), "what happened last was last");
    assert_eq!(ids(&place.claim(&store, 0, 10).await.unwrap()), ["1"]);
}

pub(super) async fn it_is_known_who_told_last(place: Place) {
    let store = place.open().await;
    assert_eq!(store.last_told("shop", HintSource::Webhook).await.unwrap(), None);
    for (id, second) in [("1", 8), ("2", 9)] {
        store.accept(vec![hint(id, HintSource::Webhook, second)], None).await.unwrap();
        store.accept(vec![hint(id, HintSource::Sweep, second + 10)], None).await.unwrap();
    }
    assert_eq!(store.last_told("shop", HintSource::Webhook).await.unwrap(), Some(at(9)), "the newest of its source");
    assert_eq!(store.last_told("other", HintSource::Webhook).await.unwrap(), None);
}

pub(super) async fn work_put_off_while_the_clock_was_ahead_is_due_within_the_longest_wait(place: Place) {
    let store = place.open().await;
    let day = 24 * 60 * 60;
    store.accept(vec![hint("1", HintSource::Webhook, 0)], None).await.unwrap();
    place.clock.set(day);
    store.accept(vec![hint("2", HintSource::Webhook, day)], None).await.unwrap();
    let work = place.claim(&store, 1, 10).await.unwrap();
    assert_eq!(ids(&work), ["1"]);
    place.defer(&store, &work[0], day, "shop answers 503").await.unwrap();
    drop(store);
    // The clock is right again: both are looked for now, and come within a quarter of an hour.
    let store = place.open().await;
    assert!(place.claim(&store, 2, 10).await.unwrap().is_empty());
    assert_eq!(place.next_due(&store, true).await, Some(at(1 + 15 * 60)));
    assert_eq!(place.claim(&store, 2 + 15 * 60, 10).await.unwrap().len(), 2);
}
