//! Records that were decided on for want of a link are work again once it is made, whatever happened in between.

use std::sync::Arc;

use petiole::store::{Asked, HintSource, Link, LinkWait, Parking, RecordRef, Settlement, Store};

use super::sample::{Place, end, hint, ids, link, order};

/// Ends a look at a record that found these links missing: the record's own pipeline asks.
async fn looked_at((place, store): (&Place, &Arc<dyn Store>), id: &str, second: i64, links: Vec<LinkWait>) {
    place.clock.set(second);
    store.accept(vec![hint(id, HintSource::Webhook, second)], None).await.unwrap();
    let work = place.claim(store, second, 10).await.unwrap();
    assert_eq!(ids(&work), [id]);
    place.finish(store, second, &work[0], asked(order(id), links)).await.unwrap();
}

fn asked(target: RecordRef, links: Vec<LinkWait>) -> Parking {
    let asked = Asked { pipeline: "stock".to_owned(), target, with: "right".to_owned(), links };
    Parking { asked: vec![asked], ..Parking::default() }
}

fn left_of(link: &Link) -> LinkWait {
    let (pipeline, end, other) = (link.pipeline.clone(), link.left.clone(), link.right.account.clone());
    LinkWait { pipeline, left: true, end, other }
}

fn right_of(link: &Link) -> LinkWait {
    let (pipeline, end, other) = (link.pipeline.clone(), link.right.clone(), link.left.account.clone());
    LinkWait { pipeline, left: false, end, other }
}

async fn make(store: &dyn Store, link: &Link) {
    store.settle(Settlement { link: Some(link.clone()), ..Settlement::default() }).await.unwrap();
}

pub(super) async fn whoever_waits_for_a_link_is_work_once_it_is_made_also_after_a_restart(place: Place) {
    let (one, two) = (link("l1", "r1"), link("l2", "r2"));
    let store = place.open().await;
    looked_at((&place, &store), "by its left", 1, vec![left_of(&one)]).await;
    looked_at((&place, &store), "by its right", 2, vec![right_of(&one)]).await;
    looked_at((&place, &store), "by both", 3, vec![left_of(&one), right_of(&one)]).await;
    looked_at((&place, &store), "by another", 4, vec![left_of(&two)]).await;
    drop(store);
    let store = place.open().await;
    make(store.as_ref(), &one).await;
    let mut woken = place.claim(&store, i64::from(u16::MAX), 10).await.unwrap();
    woken.sort_by(|a, b| a.target.cmp(&b.target));
    assert_eq!(ids(&woken), ["by both", "by its left", "by its right"]);
    assert!(woken.iter().all(|work| work.source == HintSource::Made));
    for work in &woken {
        place.finish(&store, 9, work, Parking::default()).await.unwrap();
    }
    // A new base is no new link.
    make(store.as_ref(), &one).await;
    assert!(place.claim(&store, i64::from(u16::MAX), 10).await.unwrap().is_empty());
}

pub(super) async fn a_link_that_was_made_while_the_work_went_on_makes_it_work_again_at_once(place: Place) {
    let store = place.open().await;
    let one = link("l1", "r1");
    for wait in [left_of(&one), right_of(&one)] {
        place.clock.set(1);
        store.accept(vec![hint("1", HintSource::Webhook, 1)], None).await.unwrap();
        let work = place.claim(&store, 1, 10).await.unwrap();
        make(store.as_ref(), &one).await;
        place.finish(&store, 2, &work[0], asked(order("1"), vec![wait])).await.unwrap();
        let again = place.claim(&store, 3, 10).await.unwrap();
        assert_eq!(ids(&again), ["1"]);
        place.finish(&store, 4, &again[0], Parking::default()).await.unwrap();
    }
}

pub(super) async fn only_what_the_last_look_missed_counts_and_a_pair_does_not_wait_for_itself(place: Place) {
    let store = place.open().await;
    let one = link("l1", "r1");
    looked_at((&place, &store), "1", 1, vec![left_of(&one)]).await;
    looked_at((&place, &store), "1", 2, Vec::new()).await;
    make(store.as_ref(), &one).await;
    assert!(place.claim(&store, i64::from(u16::MAX), 10).await.unwrap().is_empty());
    // An end of the link, asking for its own pipeline.
    let two = Link { left: end(&order("2").account, "2"), ..link("l2", "r2") };
    place.clock.set(3);
    store.accept(vec![hint("2", HintSource::Webhook, 3)], None).await.unwrap();
    let work = place.claim(&store, 3, 10).await.unwrap();
    let own = Asked {
        pipeline: two.pipeline.clone(),
        target: order("2"),
        with: two.right.account.clone(),
        links: vec![left_of(&two)],
    };
    let from_there = Asked { links: vec![right_of(&two)], ..own.clone() };
    let ends = |asked: &Asked| Parking { asked: vec![asked.clone()], ..Parking::default() };
    place.finish(&store, 3, &work[0], ends(&own)).await.unwrap();
    make(store.as_ref(), &two).await;
    assert!(place.claim(&store, i64::from(u16::MAX), 10).await.unwrap().is_empty());
    // The same where its own look made the link.
    for asked in [own, from_there] {
        place.clock.set(4);
        store.accept(vec![hint("2", HintSource::Webhook, 4)], None).await.unwrap();
        let work = place.claim(&store, 4, 10).await.unwrap();
        place.finish(&store, 4, &work[0], ends(&asked)).await.unwrap();
        assert!(place.claim(&store, i64::from(u16::MAX), 10).await.unwrap().is_empty(), "{asked:?}");
    }
}
