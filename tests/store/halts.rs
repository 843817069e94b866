//! What a person has wait, and the work that waits for it: nothing is lost, also through a restart, and what was put
//! off is told and tried.

use std::collections::BTreeSet;
use std::sync::Arc;

use petiole::store::{Counts, Halt, Halted, HintSource, Lifted, Parking, Reach, RecordRef, Store, Which};

use super::sample::{Place, at, hint, ids, order, park};

fn pipeline() -> Reach {
    Reach::Pipeline("orders".to_owned())
}

fn held(reach: Reach, until: Option<i64>) -> Halt {
    Halt { reach, since: at(1), until: until.map(at), because: "the count is under way".to_owned() }
}

/// Ends a look that left something for these words.
fn left_for<const N: usize>(reaches: [Reach; N]) -> Parking {
    let pipelines = BTreeSet::from(["orders".to_owned()]);
    Parking { halted: Halted { reaches: BTreeSet::from(reaches), pipelines }, ..Parking::default() }
}

/// A hint comes, and the look at its record is left for a word.
async fn waits((place, store): (&Place, &Arc<dyn Store>), id: &str, (source, second): (HintSource, i64), reach: Reach) {
    place.clock.set(second);
    store.accept(vec![hint(id, source, second)], None).await.unwrap();
    let work = place.claim(store, second, 10).await.unwrap();
    assert_eq!(ids(&work), [id]);
    assert!(work[0].halts, "whoever claims hears that something is held");
    place.finish(store, second, &work[0], left_for([reach])).await.unwrap();
}

pub(super) async fn what_is_held_waits_and_goes_on_as_it_was_told_also_after_a_restart(place: Place) {
    let store = place.open().await;
    store.accept(vec![hint("free", HintSource::Poll, 0)], None).await.unwrap();
    let free = place.claim(&store, 0, 10).await.unwrap();
    assert!(!free[0].halts);
    place.finish(&store, 0, &free[0], Parking::default()).await.unwrap();
    store.halt(held(pipeline(), None)).await.unwrap();
    waits((&place, &store), "told", (HintSource::Webhook, 2), pipeline()).await;
    waits((&place, &store), "asked", (HintSource::Asked, 3), pipeline()).await;
    // Told once more: a person's word stays one, and its age stays.
    waits((&place, &store), "asked", (HintSource::Poll, 4), pipeline()).await;
    assert!(place.claim(&store, i64::from(u16::MAX), 10).await.unwrap().is_empty());
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.pending, counts.held), (0, 2), "what waits for a word is neither pending nor gone");
    drop(store);
    let store = place.open().await;
    let standing = store.halts().await.unwrap();
    assert_eq!(standing.len(), 1);
    assert_eq!((&standing[0].halt, standing[0].waiting), (&held(pipeline(), None), 2));
    let lifted = store.lift(Some(&pipeline())).await.unwrap();
    assert_eq!(lifted, [Lifted { reach: pipeline(), records: 2, owes_sweep: false }]);
    let mut work = place.claim(&store, i64::from(u16::MAX), 10).await.unwrap();
    work.sort_by(|a, b| a.target.cmp(&b.target));
    let told: Vec<_> = work.iter().map(|one| (one.target.id.as_str(), one.source, one.since)).collect();
    assert_eq!(told, [("asked", HintSource::Asked, at(3)), ("told", HintSource::Webhook, at(2))]);
    assert!(work.iter().all(|one| !one.halts));
    assert!(store.halts().await.unwrap().is_empty() && store.lift(Some(&pipeline())).await.unwrap().is_empty());
    assert_eq!(store.counts().await.unwrap().held, 0);
}

pub(super) async fn what_is_lifted_while_work_goes_on_makes_it_work_again_at_once(place: Place) {
    let store = place.open().await;
    store.halt(held(pipeline(), None)).await.unwrap();
    place.clock.set(2);
    store.accept(vec![hint("1", HintSource::Webhook, 2)], None).await.unwrap();
    let work = place.claim(&store, 2, 10).await.unwrap();
    store.lift(Some(&pipeline())).await.unwrap();
    place.finish(&store, 3, &work[0], left_for([pipeline()])).await.unwrap();
    let again = place.claim(&store, 3, 10).await.unwrap();
    assert_eq!((ids(&again), again[0].source), (vec!["1"], HintSource::Webhook));
}

pub(super) async fn what_is_held_until_a_time_goes_on_when_that_has_come(place: Place) {
    let store = place.open().await;
    let account = Reach::Account("shop".to_owned());
    store.halt(held(account.clone(), Some(100))).await.unwrap();
    store.halt(held(pipeline(), None)).await.unwrap();
    waits((&place, &store), "1", (HintSource::Poll, 2), account.clone()).await;
    place.clock.set(99);
    assert_eq!(store.lift(None).await.unwrap(), []);
    // What is said anew counts; who waits goes on waiting.
    store.halt(held(account.clone(), Some(200))).await.unwrap();
    place.clock.set(199);
    assert_eq!(store.lift(None).await.unwrap(), []);
    place.clock.set(200);
    assert_eq!(store.lift(None).await.unwrap(), [Lifted { reach: account, records: 1, owes_sweep: false }]);
    assert_eq!(ids(&place.claim(&store, 200, 10).await.unwrap()), ["1"]);
    assert_eq!(store.halts().await.unwrap().len(), 1, "what has no time stays");
}

/// Of many records a sweep comes again, under its brake; of one it is that record that is looked at so.
pub(super) async fn what_a_sweep_came_upon_is_owed_a_sweep(place: Place) {
    let store = place.open().await;
    let record = Reach::Record(order("alone"));
    for reach in [pipeline(), record.clone()] {
        store.halt(held(reach, None)).await.unwrap();
    }
    waits((&place, &store), "many", (HintSource::Sweep, 2), pipeline()).await;
    waits((&place, &store), "alone", (HintSource::Sweep, 3), record.clone()).await;
    let standing = store.halts().await.unwrap();
    let owed: Vec<_> = standing.iter().map(|one| (&one.halt.reach, one.owes_sweep, one.waiting)).collect();
    assert_eq!(owed, [(&pipeline(), true, 0), (&record, false, 1)]);
    let lifted = store.lift(Some(&pipeline())).await.unwrap();
    assert_eq!(lifted, [Lifted { reach: pipeline(), records: 0, owes_sweep: true }]);
    store.lift(Some(&record)).await.unwrap();
    let work = place.claim(&store, 9, 10).await.unwrap();
    assert_eq!((ids(&work), work[0].source), (vec!["alone"], HintSource::Stirred));
}

/// What stands in the inbox stays there as it is while its pipeline is held, and is not tried over and over.
pub(super) async fn parks_of_what_is_held_stay_and_rest(place: Place) {
    let store = place.open().await;
    place.walk(&store, "1", 0, vec![park("1", None)]).await;
    let before = store.parks().await.unwrap();
    store.halt(held(pipeline(), None)).await.unwrap();
    let work = place.claim(&store, 15, 10).await.unwrap();
    assert_eq!(ids(&work), ["1"]);
    place.finish(&store, 15, &work[0], left_for([pipeline()])).await.unwrap();
    let after = store.parks().await.unwrap();
    assert_eq!((after.len(), after[0].number, after[0].attempts), (1, before[0].number, 0));
    assert_eq!(place.next_due(&store, true).await, Some(at(15 + 900)));
    assert!(place.claim(&store, 16, 10).await.unwrap().is_empty());
    // Of another pipeline they are renewed or gone as ever.
    let other = RecordRef { id: "2".to_owned(), ..order("2") };
    place.walk(&store, "2", 17, vec![park("2", None)]).await;
    store.accept(vec![hint("2", HintSource::Webhook, 18)], None).await.unwrap();
    let work = place.claim(&store, 18, 10).await.unwrap();
    let mut parks = left_for([pipeline()]);
    parks.halted.pipelines = BTreeSet::from(["stock".to_owned()]);
    place.finish(&store, 18, &work[0], parks).await.unwrap();
    assert!(store.parks_of(&other).await.unwrap().is_empty());
    store.lift(Some(&pipeline())).await.unwrap();
    assert_eq!(ids(&place.claim(&store, 19, 10).await.unwrap()), ["1", "2"]);
}

pub(super) async fn what_was_put_off_is_told_and_goes_at_once_on_demand(place: Place) {
    let store = place.open().await;
    for (id, second, reason) in [("a", 400, "the peer is away"), ("b", 300, "too many calls"), ("c", 500, "b is away")]
    {
        store.accept(vec![hint(id, HintSource::Webhook, 1)], None).await.unwrap();
        let work = place.claim(&store, 1, 10).await.unwrap();
        place.defer(&store, &work[0], second, reason).await.unwrap();
    }
    store.accept(vec![hint("new", HintSource::Webhook, 2)], None).await.unwrap();
    place.clock.set(2);
    let counts = store.counts().await.unwrap();
    assert_eq!(counts, Counts { pending: 4, retrying: 3, ..Counts::default() });
    let told: Vec<String> = store
        .put_off(2)
        .await
        .unwrap()
        .iter()
        .map(|one| format!("{} {} {} {:?}", one.target.id, one.attempts, one.reason, one.due_in))
        .collect();
    assert_eq!(told, ["b 1 too many calls 298s", "a 1 the peer is away 398s"]);
    assert_eq!(ids(&place.claim(&store, 3, 10).await.unwrap()), ["new"]);
    let of = |account: &str| Which { account: Some(account.to_owned()), ..Which::default() };
    assert_eq!(store.hasten(&of("elsewhere")).await.unwrap(), 0);
    assert_eq!(store.hasten(&(&order("a")).into()).await.unwrap(), 1);
    assert_eq!(ids(&place.claim(&store, 4, 10).await.unwrap()), ["a"]);
    assert_eq!(store.hasten(&Which { record: Some("order".to_owned()), ..of("shop") }).await.unwrap(), 2);
    assert_eq!(ids(&place.claim(&store, 5, 10).await.unwrap()), ["b", "c"]);
    assert_eq!(store.hasten(&Which::default()).await.unwrap(), 0, "what is being tried is not put off");
}
