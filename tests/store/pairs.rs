//! Links, intents and settlements.

use std::collections::BTreeMap;

use petiole::store::{Claim, HintSource, IntentDraft, IntentState, Link, Settlement, StoreError};

use super::kept::decision;
use super::sample::{Place, at, end, hint, ids, intent, link, order, story};

pub(super) async fn links_are_found_from_both_ends_with_their_exact_base(place: Place) {
    let store = place.open().await;
    for link in [link("1", "a"), link("2", "b"), link("2", "c")] {
        store.settle(Settlement { link: Some(link), ..Settlement::default() }).await.unwrap();
    }
    drop(store);
    let store = place.open().await;
    let left = store.links("orders", true, &end("shop", "1")).await.unwrap();
    let right = store.links("orders", false, &end("crm", "a")).await.unwrap();
    assert_eq!(left, right);
    // Equality is by meaning; kinds and digits must come back too.
    assert_eq!(format!("{left:?}"), format!("{:?}", [link("1", "a")]));
    assert_eq!(store.links("orders", true, &end("shop", "2")).await.unwrap().len(), 2);
    assert!(store.links("orders", true, &end("crm", "a")).await.unwrap().is_empty());
    assert!(store.links("items", true, &end("shop", "1")).await.unwrap().is_empty());
    let bare = Link { base: BTreeMap::new(), ..link("1", "a") };
    store.settle(Settlement { link: Some(bare.clone()), ..Settlement::default() }).await.unwrap();
    assert_eq!(store.links("orders", true, &end("shop", "1")).await.unwrap(), [bare]);
    assert_eq!(store.links_of("orders").await.unwrap().len(), 3);
    assert_eq!(store.counts().await.unwrap().links, 3);
}

pub(super) async fn intents_stay_open_until_they_are_settled(place: Place) {
    let store = place.open().await;
    let first = store.open_intent(intent("one", 0), None).await.unwrap();
    let second = store.open_intent(IntentDraft { cause: order("2"), ..intent("two", 1) }, None).await.unwrap();
    assert_eq!(first.state, IntentState::Open);
    drop(store);
    let store = place.open().await;
    let open = store.open_intents(None).await.unwrap();
    assert_eq!(format!("{open:?}"), format!("{:?}", [&first, &second]));
    let of_two = store.open_intents(Some(&order("2"))).await.unwrap();
    assert_eq!((of_two.len(), of_two[0].number), (1, second.number));
    let repeated = store.open_intent(intent("one", 9), None).await.unwrap();
    assert_eq!((repeated.number, repeated.draft.at), (first.number, at(0)), "an open effect is not opened twice");
    let older = Settlement { link: Some(link("1", "older")), ..Settlement::default() };
    store.settle(older).await.unwrap();
    let settlement = Settlement {
        intent: Some((first.number, IntentState::Done)),
        link: Some(link("1", "a")),
        claim: None,
        gives_way: vec![link("1", "older")],
        history: vec![story("created", 2), story("linked", 2)],
        hints: vec![hint("1", HintSource::Made, 2)],
        decision: None,
    };
    store.settle(settlement).await.unwrap();
    assert_eq!(store.open_intents(Some(&order("1"))).await.unwrap().len(), 0);
    assert_eq!(store.links_of("orders").await.unwrap(), [link("1", "a")]);
    assert_eq!(
        ids(&place.claim(&store, 2, 9).await.unwrap()),
        ["1"],
        "what a settlement makes news of is work with it"
    );
    let later = store.open_intent(intent("one", 9), None).await.unwrap();
    assert_ne!(later.number, first.number, "a settled effect may happen again");
    store
        .settle(Settlement { intent: Some((later.number, IntentState::Failed)), ..Settlement::default() })
        .await
        .unwrap();
    assert_eq!(store.open_intents(None).await.unwrap().len(), 1);
}

pub(super) async fn a_settlement_happens_whole_or_not_at_all(place: Place) {
    let store = place.open().await;
    let lost = Settlement {
        intent: Some((77, IntentState::Done)),
        link: Some(link("1", "a")),
        claim: None,
        gives_way: Vec::new(),
        history: vec![story("created", 2)],
        hints: vec![hint("1", HintSource::Made, 2)],
        decision: Some(Box::new(decision("1", 2))),
    };
    let kept = Settlement { history: vec![story("seen", 1)], ..Settlement::default() };
    let (lost, kept) = tokio::join!(store.settle(lost), store.settle(kept));
    assert!(matches!(lost, Err(StoreError::Conflict(_))));
    kept.unwrap();
    assert!(store.links_of("orders").await.unwrap().is_empty());
    assert_eq!(store.counts().await.unwrap().pending, 0);
    assert_eq!(store.history(&order("1"), 10).await.unwrap().len(), 1);
    assert!(store.decisions(None, None, 9).await.unwrap().is_empty());
}

/// What was decided and what is about to be done of it are there together, or neither is.
pub(super) async fn a_decision_is_journalled_with_what_it_led_to(place: Place) {
    let store = place.open().await;
    let led_by = |second| Some(Box::new(decision("1", second)));
    let draft = |key: &str, second| IntentDraft { decision: led_by(second), ..intent(key, second) };
    let refused = store.open_intent(draft("one", 1), Some(Claim(7))).await;
    assert_eq!(refused.map(drop), Err(StoreError::LostClaim));
    assert!(store.decisions(None, None, 9).await.unwrap().is_empty());
    let opened = store.open_intent(draft("one", 2), None).await.unwrap();
    let again = store.open_intent(draft("one", 3), None).await.unwrap();
    assert_eq!(opened.number, again.number);
    let settled = Settlement { link: Some(link("1", "a")), decision: led_by(4), ..Settlement::default() };
    store.settle(settled).await.unwrap();
    drop(store);
    let store = place.open().await;
    let read = store.decisions(Some(&order("1")), None, 9).await.unwrap();
    assert_eq!(format!("{read:?}"), format!("{:?}", [decision("1", 2), decision("1", 3), decision("1", 4)]));
    let open = store.open_intents(None).await.unwrap();
    assert_eq!((open.len(), opened.draft.decision.is_none(), open[0].draft.decision.is_none()), (1, true, true));
}
