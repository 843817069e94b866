//! Claims: who holds one works on the record, alone, as long as it is held on to; what was told meanwhile is counted.

use std::sync::Arc;
use std::time::Duration;

use petiole::store::{HintSource, IntentState, Settlement, Store, StoreError, Work};

use super::sample::{LEASE, Place, at, hint, ids, intent, link, park, story};

const SHORT: Duration = Duration::from_mins(1);

/// A record that is claimed anew after its lease: the claim that is lost, and the current one.
async fn overtaken(place: &Place, store: &Arc<dyn Store>) -> (Work, Work) {
    store.accept(vec![hint("1", HintSource::Webhook, 0)], None).await.unwrap();
    place.clock.set(1);
    let mut lost = store.claim(9, SHORT).await.unwrap();
    place.clock.set(60);
    assert!(store.claim(9, SHORT).await.unwrap().is_empty(), "it holds for its lease");
    place.clock.set(61);
    let mut current = store.claim(9, LEASE).await.unwrap();
    assert_eq!((ids(&lost), ids(&current)), (vec!["1"], vec!["1"]));
    (lost.remove(0), current.remove(0))
}

pub(super) async fn nothing_is_written_under_a_lost_claim(place: Place) {
    let store = place.open().await;
    let (lost, current) = overtaken(&place, &store).await;
    assert_ne!(lost.claim, current.claim);
    let opened = store.open_intent(intent("made", 61), Some(current.claim)).await.unwrap();
    let settlement = Settlement {
        claim: Some(lost.claim),
        intent: Some((opened.number, IntentState::Done)),
        link: Some(link("1", "a")),
        history: vec![story("created", 62)],
        hints: vec![hint("2", HintSource::Made, 62)],
        ..Settlement::default()
    };
    let bare = Settlement { claim: Some(lost.claim), link: Some(link("1", "a")), ..Settlement::default() };
    let refused = [
        store.renew(lost.claim, SHORT).await,
        store.finish(&lost, vec![park("1", None)].into()).await,
        store.defer(&lost, SHORT, "shop answers 503").await,
        store.postpone(&lost, SHORT).await,
        store.open_intent(intent("other", 62), Some(lost.claim)).await.map(drop),
        store.settle(settlement.clone()).await,
        store.settle(bare).await,
    ];
    assert!(refused.iter().all(|one| *one == Err(StoreError::LostClaim)), "{refused:?}");
    assert_eq!(store.open_intents(None).await.unwrap().len(), 1);
    assert_eq!((store.links_of("orders").await.unwrap(), store.parks().await.unwrap().len()), (Vec::new(), 0));
    assert!(store.history(&current.target, 9).await.unwrap().is_empty());
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.pending, counts.in_flight), (0, 1));
    // Who has the work now does all of that.
    store.renew(current.claim, SHORT).await.unwrap();
    let own = Settlement { claim: Some(current.claim), ..settlement };
    store.settle(own.clone()).await.unwrap();
    let again = store.settle(own).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "settled once: {again:?}");
    store.finish(&current, Vec::new().into()).await.unwrap();
    assert_eq!(store.finish(&current, Vec::new().into()).await, Err(StoreError::LostClaim), "it ended with the work");
    assert_eq!(ids(&store.claim(9, SHORT).await.unwrap()), ["2"]);
}

/// A record's row goes with its work: the next work on it is not that of the claim before.
pub(super) async fn a_claim_is_never_given_twice(place: Place) {
    let store = place.open().await;
    let (lost, current) = overtaken(&place, &store).await;
    store.finish(&current, Vec::new().into()).await.unwrap();
    place.clock.set(70);
    store.accept(vec![hint("1", HintSource::Webhook, 70)], None).await.unwrap();
    let next = store.claim(9, LEASE).await.unwrap();
    assert_eq!(ids(&next), ["1"]);
    for stale in [&lost, &current] {
        assert_eq!(store.finish(stale, Vec::new().into()).await, Err(StoreError::LostClaim));
    }
    store.finish(&next[0], Vec::new().into()).await.unwrap();
}

pub(super) async fn a_claim_that_is_held_on_to_is_not_given_to_another(place: Place) {
    let store = place.open().await;
    store.accept(vec![hint("1", HintSource::Webhook, 0)], None).await.unwrap();
    let work = store.claim(9, SHORT).await.unwrap();
    for second in [40, 80, 120] {
        place.clock.set(second);
        store.renew(work[0].claim, SHORT).await.unwrap();
        assert!(store.claim(9, SHORT).await.unwrap().is_empty());
    }
    // The machine's clock is set: a lease keeps its distance from now, as all that is due does.
    place.clock.set(10_000);
    store.clock_moved(jiff::SignedDuration::from_secs(10_000 - 120)).await.unwrap();
    assert!(store.claim(9, SHORT).await.unwrap().is_empty());
    store.finish(&work[0], Vec::new().into()).await.unwrap();
}

/// What was told while a claim was lost is not lost with it, and is one piece of work with what it was claimed for.
pub(super) async fn what_came_meanwhile_is_answered_by_the_claim_that_takes_over(place: Place) {
    let store = place.open().await;
    store.accept(vec![hint("1", HintSource::Poll, 0)], None).await.unwrap();
    let lost = store.claim(9, SHORT).await.unwrap();
    store.accept(vec![hint("1", HintSource::Webhook, 3)], None).await.unwrap();
    place.clock.set(61);
    let current = store.claim(9, LEASE).await.unwrap();
    assert_eq!((ids(&current), current[0].since, current[0].source), (vec!["1"], at(0), HintSource::Webhook));
    assert!(current[0].rev > lost[0].rev);
    store.finish(&current[0], Vec::new().into()).await.unwrap();
    assert_eq!(store.next_due(true).await.unwrap(), None);
}

/// Counted under the record's row: hints of others, and those that a claim answers, are no news.
pub(super) async fn only_what_came_after_the_claim_makes_the_record_work_again(place: Place) {
    let store = place.open().await;
    store.accept(vec![hint("1", HintSource::Poll, 0), hint("1", HintSource::Poll, 1)], None).await.unwrap();
    let work = store.claim(9, LEASE).await.unwrap();
    store.accept(vec![hint("2", HintSource::Poll, 2)], None).await.unwrap();
    store.finish(&work[0], Vec::new().into()).await.unwrap();
    let other = store.claim(9, LEASE).await.unwrap();
    assert_eq!(ids(&other), ["2"]);
    store.accept(vec![hint("2", HintSource::Retry, 3), hint("2", HintSource::Poll, 4)], None).await.unwrap();
    store.finish(&other[0], Vec::new().into()).await.unwrap();
    let again = store.claim(9, LEASE).await.unwrap();
    assert_eq!((ids(&again), again[0].since, again[0].source), (vec!["2"], at(3), HintSource::Poll));
    store.accept(vec![hint("2", HintSource::Poll, 5)], None).await.unwrap();
    store.postpone(&again[0], SHORT).await.unwrap();
    place.clock.set(60);
    let together = store.claim(9, LEASE).await.unwrap();
    store.finish(&together[0], Vec::new().into()).await.unwrap();
    assert_eq!(store.next_due(true).await.unwrap(), None, "put off, what came meanwhile is one with it");
}

/// A sweep's look stays apart from what a system told, also where the work was put off or its claim was lost.
pub(super) async fn a_sweeps_own_look_outlives_what_becomes_of_the_work_before_it(place: Place) {
    let store = place.open().await;
    for ends in ["put off", "lost"] {
        place.clock.set(0);
        store.accept(vec![hint("1", HintSource::Webhook, 0)], None).await.unwrap();
        let work = store.claim(9, SHORT).await.unwrap();
        store.accept(vec![hint("1", HintSource::Sweep, 2)], None).await.unwrap();
        if ends == "put off" {
            store.defer(&work[0], SHORT, "shop answers 503").await.unwrap();
        }
        place.clock.set(61);
        let told = store.claim(9, LEASE).await.unwrap();
        assert_eq!((ids(&told), told[0].source), (vec!["1"], HintSource::Webhook), "{ends}");
        store.finish(&told[0], Vec::new().into()).await.unwrap();
        let swept = store.claim(9, LEASE).await.unwrap();
        assert_eq!((ids(&swept), swept[0].source, swept[0].since), (vec!["1"], HintSource::Sweep, at(2)), "{ends}");
        store.finish(&swept[0], Vec::new().into()).await.unwrap();
        assert_eq!(store.next_due(true).await.unwrap(), None);
    }
}
