//! Everything of one store into another: what is handed over afterwards is the same, and so is what goes on.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use petiole::store::copy::copy;
use petiole::store::open::{Way, named, open, open_to_move};
use petiole::store::postgres::PostgresStore;
use petiole::store::{
    Asked, Bucket, Called, Carried, Cursor, Halt, Halted, HintSource, IntentState, KeptToken, Ledger, LedgerLine,
    LinkWait, Moving, Parking, Reach, RuleText, SeenField, Settlement, Shelf, Store, StoreError,
};
use tokio::sync::mpsc::{self, Sender};

use crate::support::postgres::Database;

use super::kept::decision;
use super::sample::{Engine, LEASE, Place, at, end, hint, intent, link, order, park, story, version};

/// Something of each kind, in as many states as it has.
async fn fill(place: &Place, store: &Arc<dyn Store>) {
    for (id, group) in [("parked", None), ("dropped", Some("money"))] {
        place.walk(store, id, 1, vec![park(id, group)]).await;
    }
    let parks = store.parks().await.unwrap();
    let dropped = parks.iter().find(|park| park.draft.target.id == "dropped").unwrap();
    assert!(store.drop_park(dropped.number).await.unwrap());

    place.clock.set(2);
    store.accept(vec![hint("asking", HintSource::Webhook, 2)], None).await.unwrap();
    let work = place.claim(store, 2, 1).await.unwrap().remove(0);
    let links = vec![LinkWait { pipeline: "orders".into(), left: true, end: end("shop", "99"), other: "crm".into() }];
    let asked = Asked { pipeline: "stock".into(), target: order("asking"), with: "crm".into(), links };
    let called = vec![Called::new(order("l"), true, [("name".to_owned(), "Green Door".to_owned())])];
    store.finish(&work, Parking { asked: vec![asked], called, ..Parking::default() }).await.unwrap();

    let cursor = Cursor::of(("shop", "order"), None, at(2));
    let told = vec![version("late", "v1", 2), hint("swept", HintSource::Webhook, 3)];
    store.accept(told, Some(cursor)).await.unwrap();
    store.accept(vec![hint("swept", HintSource::Sweep, 4)], None).await.unwrap();
    let work = place.claim(store, 4, 1).await.unwrap().remove(0);
    place.defer(store, &work, 400, "the peer is away").await.unwrap();

    let open = store.open_intent(intent("open", 5), None).await.unwrap();
    assert_eq!(open.state, IntentState::Open);
    let done = store.open_intent(intent("done", 5), None).await.unwrap();
    let settlement = Settlement {
        intent: Some((done.number, IntentState::Done)),
        link: Some(link("l", "r")),
        history: vec![story("written", 5), story("seen", 6)],
        decision: Some(Box::new(decision("1", 5))),
        ..Settlement::default()
    };
    store.settle(settlement).await.unwrap();

    for (hash, second) in [("old", 6), ("new", 7)] {
        let texts = ["b.yaml", "a.yaml"].map(|name| RuleText { name: name.into(), text: hash.into() });
        place.serve(store, hash, &texts, second).await.unwrap();
    }
    store.set_unlisted("shop", "order", BTreeSet::from(["7".to_owned()])).await.unwrap();
    let seen =
        SeenField { account: "shop".into(), record: "order".into(), field: "note".into(), ..SeenField::default() };
    store.note_fields(vec![seen]).await.unwrap();
    let line = LedgerLine {
        pipeline: "orders".into(),
        account: "shop".into(),
        record: "order".into(),
        buckets: [(Bucket::InStep, 3)].into(),
    };
    store.set_ledger(Ledger { at: at(8), lines: vec![line] }, ("petiole", "sweep"), None).await.unwrap();
    let (account, first, sealed) = ("shop".to_owned(), "digest".to_owned(), "1.sealed".to_owned());
    let token = KeptToken { account, number: 1, first, sealed, at: at(8), asked: Some(at(9)) };
    assert!(store.keep_token(token).await.unwrap());
    let reach = Reach::Account("shop".into());
    store
        .halt(Halt { reach: reach.clone(), since: at(8), until: Some(at(900)), because: "a move".into() })
        .await
        .unwrap();
    let halted = Halted { reaches: BTreeSet::from([reach]), ..Halted::default() };
    for (id, source) in [("held", HintSource::Webhook), ("held-swept", HintSource::Sweep)] {
        place.clock.set(8);
        store.accept(vec![hint(id, source, 8)], None).await.unwrap();
        let work = store.claim(10, LEASE).await.unwrap();
        for one in work {
            let is_it = one.target.id == id;
            let parks =
                Parking { halted: if is_it { halted.clone() } else { Halted::default() }, ..Parking::default() };
            if is_it {
                store.finish(&one, parks).await.unwrap();
            } else {
                store.postpone(&one, Duration::ZERO).await.unwrap();
            }
        }
    }
    // Claimed and never finished: another process finds it due.
    place.clock.set(9);
    store.claim(1, LEASE).await.unwrap();
}

async fn moving(place: &Place, way: Way) -> Result<Arc<dyn Moving>, StoreError> {
    let clock = Arc::clone(&place.clock) as _;
    let Some(database) = &place.database else { return open_to_move(&place.url(), clock, way).await };
    let store = PostgresStore::open_to_move_under(&database.url(), way == Way::Out, Some(clock)).await?;
    Ok(Arc::new(store))
}

/// From each engine into each; none where this machine has no server.
fn ways() -> Vec<[Place; 2]> {
    let engines = [Engine::File, Engine::Server];
    let pairs = engines.into_iter().flat_map(|from| engines.map(|to| [from, to]));
    let places = pairs.filter_map(|[from, to]| Some([Place::of(from)?, Place::of(to)?]));
    places.collect()
}

/// All that a store hands over, as text.
async fn handed_over(store: &dyn Moving) -> Vec<String> {
    let mut all = Vec::new();
    for shelf in Shelf::ALL {
        let (sender, mut pieces) = mpsc::channel(1_000);
        store.hand_over(shelf, sender).await.unwrap();
        while let Some(batch) = pieces.recv().await {
            all.extend(batch.iter().map(|piece| format!("{piece:?}")));
        }
    }
    all
}

/// What goes on in a store: everything claimed in its order, and what a link then wakes.
async fn goes_on(place: &Place) -> Vec<String> {
    let store = place.open().await;
    let mut told = vec![format!("{:?}", store.last_good().await.unwrap())];
    // No intent is opened twice.
    let again = store.open_intent(intent("open", 50), None).await.unwrap();
    told.push(format!("{:?}", again.draft.at));
    for second in [10, 11, 500, 100_000] {
        for work in place.claim(&store, second, 1).await.unwrap() {
            told.push(format!("{second} {} {:?} {:?} {}", work.target.id, work.source, work.since, work.attempts));
            store.finish(&work, Parking::default()).await.unwrap();
        }
    }
    store.settle(Settlement { link: Some(link("99", "x")), ..Settlement::default() }).await.unwrap();
    told.push(format!("{:?}", store.lift(Some(&Reach::Account("shop".into()))).await.unwrap()));
    told.extend(store.unfinished().await.unwrap().iter().map(|one| format!("{one:?}")));
    let passed_over = store.accept(vec![version("late", "v1", 60)], None).await.unwrap();
    told.push(format!("{passed_over} {:?}", store.dropped().await.unwrap()));
    told
}

async fn filled(place: &Place) {
    let store = place.open().await;
    fill(place, &store).await;
}

#[tokio::test]
async fn everything_is_there_afterwards_and_goes_on_as_it_would_have() {
    for [from, to] in ways() {
        filled(&from).await;
        goes_over(&from, &to).await;
    }
}

async fn goes_over(from: &Place, to: &Place) {
    to.clock.set(9);
    let mut told = BTreeSet::new();
    let (source, target) = (moving(from, Way::Out).await.unwrap(), moving(to, Way::In).await.unwrap());
    let copied = copy(source.as_ref(), target.as_ref(), |shelf, _, _| _ = told.insert(shelf)).await.unwrap();
    assert!(copied.iter().all(|one| one.pieces > 0), "the story has something of each kind: {copied:?}");
    assert_eq!(told.len(), Shelf::ALL.len());
    assert_eq!(handed_over(target.as_ref()).await, handed_over(source.as_ref()).await);
    drop((source, target));
    let (before, after) = (goes_on(from).await, goes_on(to).await);
    assert!(before.len() >= 8, "{before:#?}");
    assert_eq!(after, before);
}

/// A store that takes in only so many batches.
struct Short {
    inner: Arc<dyn Moving>,
    left: AtomicU32,
}

#[async_trait]
impl Moving for Short {
    async fn holds_of(&self, shelf: Shelf) -> Result<u64, StoreError> {
        self.inner.holds_of(shelf).await
    }
    async fn hand_over(&self, shelf: Shelf, to: Sender<Vec<Carried>>) -> Result<(), StoreError> {
        self.inner.hand_over(shelf, to).await
    }
    async fn begin_intake(&self) -> Result<(), StoreError> {
        self.inner.begin_intake().await
    }
    async fn take_in(&self, pieces: Vec<Carried>) -> Result<(), StoreError> {
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map_err(|_| StoreError::Unavailable("full".to_owned()))?;
        self.inner.take_in(pieces).await
    }
    async fn end_intake(&self) -> Result<(), StoreError> {
        self.inner.end_intake().await
    }
}

#[tokio::test]
async fn a_copy_that_breaks_off_anywhere_does_not_serve_and_is_begun_anew() {
    for [from, to] in ways() {
        filled(&from).await;
        breaks_off(&from, &to).await;
    }
}

async fn breaks_off(from: &Place, to: &Place) {
    let url = to.database.as_ref().map_or_else(|| to.url(), Database::url);
    for batches in 0..20 {
        let (source, inner) = (moving(from, Way::Out).await.unwrap(), moving(to, Way::In).await.unwrap());
        let target = Short { inner, left: batches.into() };
        let ended = copy(source.as_ref(), &target, |_, _, _| ()).await;
        if ended.is_ok() {
            assert_eq!(handed_over(&target).await, handed_over(source.as_ref()).await);
            assert!(batches > 10, "each kind is at least one batch");
            return;
        }
        assert_eq!(ended, Err(StoreError::Unavailable("full".to_owned())));
        drop((source, target));
        let served = open(&url, Arc::clone(&to.clock) as _).await;
        assert!(matches!(served, Err(StoreError::Unavailable(what)) if what.contains("petiole store copy")));
    }
    panic!("it never came to its end");
}

#[tokio::test]
async fn a_store_that_holds_something_is_not_copied_into() {
    for [from, to] in ways() {
        filled(&from).await;
        filled(&to).await;
        is_refused(&from, &to).await;
    }
}

async fn is_refused(from: &Place, to: &Place) {
    let before = handed_over(moving(to, Way::Out).await.unwrap().as_ref()).await;
    let (source, target) = (moving(from, Way::Out).await.unwrap(), moving(to, Way::In).await.unwrap());
    let refused = copy(source.as_ref(), target.as_ref(), |_, _, _| ()).await;
    assert!(matches!(refused, Err(StoreError::Conflict(what)) if what.contains("1 links")));
    assert_eq!(handed_over(target.as_ref()).await, before);
    drop((source, target));
    assert_eq!(to.open().await.counts().await.unwrap().links, 1, "it serves as before");
}

#[tokio::test]
async fn more_than_one_batch_goes_over() {
    for [from, to] in ways() {
        many_go_over(&from, &to).await;
    }
}

async fn many_go_over(from: &Place, to: &Place) {
    let store = from.open().await;
    for at in 0..600 {
        let link = Some(link(&at.to_string(), &format!("r{at}")));
        store.settle(Settlement { link, ..Settlement::default() }).await.unwrap();
    }
    drop(store);
    let (source, target) = (moving(from, Way::Out).await.unwrap(), moving(to, Way::In).await.unwrap());
    let mut steps = Vec::new();
    copy(source.as_ref(), target.as_ref(), |_, pieces, all| steps.push((pieces, all))).await.unwrap();
    assert_eq!(steps, [(256, 600), (512, 600), (600, 600)]);
    assert_eq!(handed_over(target.as_ref()).await, handed_over(source.as_ref()).await);
    assert_eq!(target.holds_of(Shelf::Links).await, Ok(600));
}

#[tokio::test]
async fn what_is_not_there_or_ends_with_its_process_is_not_copied() {
    let place = Place::new();
    assert!(matches!(moving(&place, Way::Out).await, Err(StoreError::Missing(_))));
    let memory = open_to_move("sqlite::memory:", Arc::clone(&place.clock) as _, Way::In).await;
    assert!(matches!(memory, Err(StoreError::Unavailable(_))));
    let store = place.open().await;
    assert!(matches!(moving(&place, Way::Out).await, Err(StoreError::InUse(_))));
    drop(store);
    let Some(place) = Place::of(Engine::Server) else { return };
    assert!(matches!(moving(&place, Way::Out).await, Err(StoreError::Missing(_))));
    let store = place.open().await;
    let node = store.join(LEASE).await.unwrap();
    for way in [Way::Out, Way::In] {
        assert!(matches!(moving(&place, way).await, Err(StoreError::InUse(what)) if !what.contains("postgres://")));
    }
    store.leave(node).await.unwrap();
    assert!(moving(&place, Way::Out).await.is_ok());
}

#[test]
fn a_store_is_named_without_its_password() {
    for (url, shown) in [
        ("sqlite:petiole.db", "sqlite:petiole.db"),
        ("postgres://db.example:5432/petiole", "postgres://db.example:5432/petiole"),
        ("postgres://me@db.example/petiole?sslmode=require", "postgres://me@db.example/petiole"),
        ("postgres://me:hush@db.example/petiole", "postgres://me@db.example/petiole"),
        ("postgres://me:hu/sh@db.example/petiole", "postgres://me@db.example/petiole"),
        ("postgresql://me:h@sh@db.example/petiole", "postgresql://me@db.example/petiole"),
        ("pg://me:hush@db.example/petiole", "pg://me@db.example/petiole"),
        ("postgres:me:hush@db.example", "postgres:(not shown)"),
        ("petiole.db", "petiole.db"),
        ("postgres://me:hu?sh@db.example/petiole", "postgres://(not shown)"),
        ("postgres://db.example/petiole?user=me&password=hush", "postgres://db.example/petiole"),
    ] {
        assert_eq!(named(url), shown);
    }
}
