//! What a store in a file promises beyond what any store does: a power cut, a restart, one owner.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use petiole::store::open::{open, open_reader};
use petiole::store::{Claim, HintSource, IntentState, Settlement, StoreError};

use super::sample::{LEASE, Place, SetClock, at, hint, ids, intent, link, park};

/// A power cut takes what was not flushed, from the end backwards: whatever it leaves is how things stood once, what was
/// promised is there, and an act that may have been made outside is known.
#[tokio::test]
async fn what_a_power_cut_takes_is_found_or_done_again() {
    let place = Place::new();
    let log = place.folder.join("petiole.db-wal");
    let store = place.open().await;
    store.accept(vec![hint("1", HintSource::Webhook, 5)], None).await.unwrap();
    let promised = fs::metadata(&log).unwrap().len();
    let work = place.claim(&store, 6, 10).await.unwrap();
    let opened = store.open_intent(intent("make", 6), Some(work[0].claim)).await.unwrap();
    let flushed = fs::metadata(&log).unwrap().len();
    let intent = Some((opened.number, IntentState::Done));
    let claim = Some(work[0].claim);
    store.settle(Settlement { claim, intent, link: Some(link("1", "9")), ..Settlement::default() }).await.unwrap();
    place.finish(&store, 7, &work[0], Vec::new().into()).await.unwrap();
    let (file, log) = (fs::read(place.folder.join("petiole.db")).unwrap(), fs::read(&log).unwrap());
    let mut seen = BTreeSet::new();
    for kept in usize::try_from(promised).unwrap()..=log.len() {
        // A log is taken page by page; in between is as good as before.
        if !(log.len() - kept).is_multiple_of(2_060) {
            continue;
        }
        let after = Place::new();
        fs::write(after.folder.join("petiole.db"), &file).unwrap();
        fs::write(after.folder.join("petiole.db-wal"), &log[..kept]).unwrap();
        let store = after.open().await;
        let open = store.open_intents(None).await.unwrap().len();
        let links = store.links_of("orders").await.unwrap().len();
        let pending = store.counts().await.unwrap().pending;
        assert!(kept < usize::try_from(flushed).unwrap() || open + links == 1, "{open} {links}");
        assert!(pending == 1 || open == 0 && links == 1, "{pending} {open} {links}");
        seen.insert((pending, open, links));
    }
    assert_eq!(seen, BTreeSet::from([(1, 0, 0), (1, 1, 0), (1, 0, 1), (0, 0, 1)]));
}

#[tokio::test]
async fn work_in_flight_is_pending_again_after_a_restart() {
    let place = Place::new();
    let store = place.open().await;
    store.accept(vec![hint("1", HintSource::Webhook, 0)], None).await.unwrap();
    let before = place.claim(&store, 1, 10).await.unwrap();
    drop(store);
    place.clock.set(30);
    let store = place.open().await;
    assert_eq!(place.next_due(&store, true).await, Some(at(30)));
    let work = place.claim(&store, 30, 10).await.unwrap();
    assert_eq!((work[0].hint, work[0].since), (before[0].hint, at(0)));
    assert!(work[0].claim > before[0].claim, "a claim of an owner before is never that of one after");
    assert_eq!(store.finish(&before[0], Vec::new().into()).await, Err(StoreError::LostClaim));
}

#[tokio::test]
async fn a_second_owner_is_refused_and_a_reader_only_reads() {
    let place = Place::new();
    assert!(matches!(open_reader(&place.url()).await, Err(StoreError::Missing(_))), "nothing is there yet");
    let store = place.open().await;
    place.walk(&store, "1", 0, vec![park("1", None)]).await;
    assert!(matches!(open(&place.url(), SetClock::at(1)).await, Err(StoreError::InUse(_))));
    let reader = open_reader(&place.url()).await.unwrap();
    assert_eq!(reader.parks().await.unwrap().len(), 1);
    place.walk(&store, "2", 1, vec![park("2", None)]).await;
    assert_eq!(reader.parks().await.unwrap().len(), 2, "a reader sees what is written meanwhile");
    assert!(matches!(reader.retry(None).await, Err(StoreError::InUse(_))));
    assert!(matches!(reader.claim(1, LEASE).await, Err(StoreError::InUse(_))));
    drop(store);
    assert_eq!(reader.parks().await.unwrap().len(), 2);
    drop(reader);
    let reader = open_reader(&place.url()).await.unwrap();
    assert_eq!(reader.parks().await.unwrap().len(), 2, "a store at rest can be read too");
    place.open().await;
}

#[tokio::test]
async fn a_store_that_cannot_be_used_says_what_to_check() {
    let place = Place::new();
    let file = place.folder.join("plain");
    fs::write(&file, "this is no database, only text ".repeat(100)).unwrap();
    let path = |rest: &str| format!("sqlite:{}{rest}", place.folder.display());
    let cases = [
        (path("/missing/petiole.db"), "does not exist; create it"),
        (path("/plain/petiole.db"), "cannot be written"),
        (path(""), "cannot be opened; check that it is a file"),
        (path("/plain"), "is no SQLite database"),
        ("postgresql:secret".to_owned(), "`postgresql:` is no kind of store"),
        ("mysql://me:secret@host/db".to_owned(), "`mysql:` is no kind of store; write `sqlite:PATH`"),
        ("petiole.db".to_owned(), "write `sqlite:PATH`"),
        ("sqlite:".to_owned(), "names no file"),
    ];
    for (url, expected) in cases {
        let Err(StoreError::Unavailable(text)) = open(&url, SetClock::at(0)).await else { panic!("{url} opened") };
        assert!(text.contains(expected), "{url}: {text}");
        assert!(!text.contains("secret"), "{text}");
    }
    let _ = fs::remove_file(place.folder.with_extension("lock"));
    let _ = fs::remove_file(format!("{}.lock", place.folder.display()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_accepts_at_once_are_all_durable() {
    const TASKS: usize = 40;
    const HINTS: usize = 25;
    let place = Place::new();
    let store = place.open().await;
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for number in 0..HINTS {
                    let id = format!("{task}-{number}");
                    assert_eq!(store.accept(vec![hint(&id, HintSource::Webhook, 0)], None).await.unwrap(), 1);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    drop(store);
    let store = place.open().await;
    assert_eq!(store.counts().await.unwrap().pending, u64::try_from(TASKS * HINTS).unwrap());
    assert_eq!(place.claim(&store, 0, 10_000).await.unwrap().len(), TASKS * HINTS);
}

#[tokio::test]
async fn a_store_in_memory_does_the_same_and_is_forgotten() {
    let place = Place::new();
    let store = open("sqlite::memory:", Arc::clone(&place.clock) as _).await.unwrap();
    place.walk(&store, "1", 0, vec![park("1", None)]).await;
    assert_eq!(store.parks().await.unwrap().len(), 1);
    assert!(store.settle(Settlement { intent: Some((1, IntentState::Done)), ..Settlement::default() }).await.is_err());
    assert_eq!(place.claim(&store, 15, 1).await.unwrap().len(), 1);
    let other = open("sqlite::memory:", SetClock::at(0)).await.unwrap();
    assert!(other.parks().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_store_has_one_owner_whatever_becomes_of_its_lock_file() {
    let place = Place::new();
    let store = place.open().await;
    let file = |name: &str| place.folder.join(name);
    let is_in_use = |opened: Result<_, StoreError>| matches!(opened.map(drop), Err(StoreError::InUse(_)));
    fs::remove_file(file("petiole.db.lock")).unwrap();
    assert!(is_in_use(open(&place.url(), SetClock::at(1)).await));
    // Under another name it has another log, and the two would ruin it.
    fs::hard_link(file("petiole.db"), file("other.db")).unwrap();
    assert!(is_in_use(open(&format!("sqlite:{}", file("other.db").display()), SetClock::at(1)).await));
    store.accept(vec![hint("1", HintSource::Webhook, 1)], None).await.unwrap();
    assert_eq!(ids(&place.claim(&store, 2, 10).await.unwrap()), ["1"], "its owner goes on");
    drop(store);
    fs::remove_file(file("other.db")).unwrap();
    assert_eq!(ids(&place.open().await.claim(10, LEASE).await.unwrap()), ["1"]);
}

#[tokio::test]
async fn an_owner_whose_store_was_taken_over_takes_up_nothing_and_writes_nothing_outside() {
    let place = Place::new();
    let store = place.open().await;
    store.accept(vec![hint("1", HintSource::Webhook, 1)], None).await.unwrap();
    let other = rusqlite::Connection::open(place.folder.join("petiole.db")).unwrap();
    other.execute("UPDATE owner SET token = 'of another process'", []).unwrap();
    for refused in [place.claim(&store, 2, 10).await.map(drop), store.open_intent(intent("1", 2), None).await.map(drop)]
    {
        assert!(matches!(&refused, Err(StoreError::InUse(why)) if why.contains("taken the store over")), "{refused:?}");
    }
    let held = store.open_intent(intent("1", 2), Some(Claim(1))).await;
    assert!(matches!(held, Err(StoreError::LostClaim)), "{held:?}");
    assert_eq!(store.counts().await.unwrap().pending, 1, "it is left to whoever has the store now");
}
