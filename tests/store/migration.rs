//! A file that an older version made is opened, everything is there, and the work goes on.

use std::sync::Arc;
use std::time::Duration;

use petiole::store::{HintSource, IntentState, LinkEnd, RecordRef, Settlement, Store};
use petiole::world::SystemClock;

use super::sample::{LEASE, Place, ids};

/// What a service wrote that was killed at work: two orders linked, one that waits for a link, an entry of the inbox, a
/// create whose answer never came, and an order that was put off.
const SCHEMA_10: &str = include_str!("schema_10.sql");

async fn opened(place: &Place, made: &str) -> Arc<dyn Store> {
    let file = rusqlite::Connection::open(place.folder.join("petiole.db")).unwrap();
    file.execute_batch(made).unwrap();
    drop(file);
    petiole::store::open::open(&place.url(), Arc::new(SystemClock)).await.unwrap()
}

fn record(account: &str, record: &str, id: &str) -> RecordRef {
    RecordRef { account: account.to_owned(), record: record.to_owned(), id: id.to_owned() }
}

#[tokio::test]
async fn everything_is_there_and_the_work_goes_on() {
    let place = Place::new();
    let store = opened(&place, SCHEMA_10).await;
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.pending, counts.in_flight, counts.parked, counts.links), (3, 0, 1, 2));
    let links = store.links_of("parcels").await.unwrap();
    let ends: Vec<(&str, &str)> = links.iter().map(|link| (&*link.left.id, &*link.right.id)).collect();
    assert_eq!(ends, [("1", "parcel-2"), ("3", "parcel-1")]);
    assert!(links.iter().all(|link| !link.base.is_empty()));
    let by_right = LinkEnd { account: "depot".to_owned(), id: "parcel-1".to_owned() };
    assert_eq!(store.links("parcels", false, &by_right).await.unwrap(), links[1..]);
    let park = &store.parks().await.unwrap()[0];
    assert_eq!((&*park.draft.code, &*park.draft.target.id), ("counterpart-taken", "parcel-3"));
    assert_eq!(store.cursor("shop", "order").await.unwrap(), Some("2026-11-28T18:02:11.140688Z".parse().unwrap()));
    assert_eq!(store.cursor("*", "sweep").await.unwrap(), store.cursor("*", "sweep-whole").await.unwrap());
    let (generation, texts) = store.last_good().await.unwrap().unwrap();
    assert_eq!((generation.number, texts.len()), (1, 6));
    assert_eq!(store.served(1).await.unwrap(), Some(texts));
    let decisions = store.decisions(None, None, 99).await.unwrap();
    assert_eq!((decisions.len(), decisions[0].pipeline.as_str()), (8, "parcels"));
    assert_eq!(store.history(&record("shop", "order", "3"), 9).await.unwrap().len(), 1);
    assert_eq!(store.seen_fields().await.unwrap().len(), 11);
    let open = store.open_intents(None).await.unwrap();
    assert_eq!((open.len(), &open[0].draft.cause), (1, &record("shop", "order", "4")));
    let reasons = store.deferred().await.unwrap();
    assert!(reasons[0].0.starts_with("depot: failed for now with status 503"), "{reasons:?}");

    let mut work = store.claim(9, LEASE).await.unwrap();
    work.sort_by(|a, b| a.target.cmp(&b.target));
    assert_eq!(ids(&work), ["parcel-3", "parcel-4", "4", "5"]);
    assert_eq!((work[3].attempts, work[2].source, work[0].source), (3, HintSource::Poll, HintSource::Retry));
    let link = petiole::store::Link {
        left: LinkEnd { account: "shop".to_owned(), id: "9".to_owned() },
        right: LinkEnd { account: "depot".to_owned(), id: "parcel-9".to_owned() },
        ..links[0].clone()
    };
    let intent = Some((open[0].number, IntentState::Done));
    let claim = Some(work[2].claim);
    store.settle(Settlement { claim, intent, link: Some(link), ..Settlement::default() }).await.unwrap();
    for one in &work {
        store.finish(one, Vec::new().into()).await.unwrap();
    }
    let woken = store.claim(9, LEASE).await.unwrap();
    assert_eq!((ids(&woken), woken[0].source), (vec!["2"], HintSource::Made), "it waited for the link of order 9");
    store.postpone(&woken[0], Duration::from_mins(1)).await.unwrap();
    assert_eq!((store.open_intents(None).await.unwrap().len(), store.counts().await.unwrap().links), (0, 3));
}

/// What came beyond what a piece of work answers was told by the numbers of hints, and is counted in its row now.
#[tokio::test]
async fn a_sweeps_look_that_was_to_come_after_what_a_system_told_still_does() {
    let place = Place::new();
    let swept = "INSERT INTO hint (at, source, account, record, id, version, first)
        VALUES (1795888931376823690, 'sweep', 'shop', 'order', '5', NULL, 0);";
    let store = opened(&place, &format!("{SCHEMA_10}{swept}")).await;
    for source in [HintSource::Poll, HintSource::Sweep] {
        let work = store.claim(9, LEASE).await.unwrap();
        let five = work.iter().find(|work| work.target.id == "5").unwrap();
        assert_eq!(five.source, source);
        store.finish(five, Vec::new().into()).await.unwrap();
    }
    assert!(store.claim(9, LEASE).await.unwrap().is_empty());
}
