//! Several processes at once over one server, each with connections of its own: nothing is done twice, nothing is lost,
//! and nobody waits for ever.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use petiole::store::open::open;
use petiole::store::{Asked, Claim, Hint, HintSource, LinkWait, Parking, Settlement, Store, StoreError};
use petiole::world::SystemClock;

use super::sample::{LEASE, hint, link, order, story};
use crate::support::postgres::{Database, server};

/// Two processes.
async fn two(database: &Database<'_>) -> [Arc<dyn Store>; 2] {
    let one = async || open(&database.url(), Arc::new(SystemClock)).await.unwrap();
    [one().await, one().await]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_that_claim_at_once_never_get_the_same_work() {
    const RECORDS: usize = 300;
    let Some(server) = server() else { return };
    let database = server.database();
    let stores = two(&database).await;
    let hints = (0..RECORDS).map(|number| hint(&number.to_string(), HintSource::Poll, 0)).collect();
    stores[0].accept(hints, None).await.unwrap();
    let claimers: Vec<_> = (0..8)
        .map(|number| {
            let store = Arc::clone(&stores[number % 2]);
            tokio::spawn(async move {
                let mut own: Vec<(String, Claim)> = Vec::new();
                loop {
                    let work = store.claim(3, LEASE).await.unwrap();
                    own.extend(work.iter().map(|one| (one.target.id.clone(), one.claim)));
                    // What another is about to claim is skipped, and is not nothing.
                    if work.is_empty() && store.counts().await.unwrap().pending == 0 {
                        return own;
                    }
                }
            })
        })
        .collect();
    let mut all = Vec::new();
    for claimer in claimers {
        all.extend(claimer.await.unwrap());
    }
    assert_eq!(all.len(), RECORDS);
    assert_eq!(all.iter().map(|(id, _)| id).collect::<BTreeSet<_>>().len(), RECORDS);
    assert_eq!(all.iter().map(|(_, claim)| claim).collect::<BTreeSet<_>>().len(), RECORDS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hints_in_any_order_from_all_sides_are_all_counted() {
    const TASKS: usize = 8;
    const BATCHES: usize = 25;
    let Some(server) = server() else { return };
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let database = server.database();
    let stores = two(&database).await;
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let store = Arc::clone(&stores[task % 2]);
            let mut random = fastrand::Rng::with_seed(seed.wrapping_add(u64::try_from(task).unwrap()));
            tokio::spawn(async move {
                for batch in 0..BATCHES {
                    let mut known: Vec<usize> = (0..20).collect();
                    random.shuffle(&mut known);
                    // Some have a version that no other batch has, and one is told of twice.
                    known.push(known[0]);
                    let told = known.iter().map(|id| {
                        let version = (id % 2 == 0).then(|| format!("{task} {batch}"));
                        Hint { version, ..hint(&id.to_string(), HintSource::Sweep, 0) }
                    });
                    let told: Vec<Hint> = told.collect();
                    assert_eq!(store.accept(told, None).await.unwrap(), 21);
                    let settled = Settlement {
                        link: Some(link(&known[1].to_string(), &known[2].to_string())),
                        hints: known.iter().take(5).map(|id| hint(&id.to_string(), HintSource::Made, 0)).collect(),
                        ..Settlement::default()
                    };
                    store.settle(settled).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let work = stores[0].claim(99, LEASE).await.unwrap();
    let told: i64 = work.iter().map(|one| one.rev).sum();
    assert_eq!((work.len(), told), (20, i64::try_from(TASKS * BATCHES * 26).unwrap()));
    let numbers: BTreeSet<i64> = work.iter().map(|one| one.hint).collect();
    assert_eq!(numbers.len(), 20);
}

/// Until the server says that somebody waits for a lock.
async fn until_somebody_waits(database: &Database<'_>) {
    let (client, connection) = tokio_postgres::connect(&database.url(), tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while client.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    driver.abort();
}

/// Whoever held a claim finds the row locked by whoever takes it over: what it finds after that is another's.
#[tokio::test]
async fn a_claim_that_is_taken_over_in_the_middle_of_a_settlement_settles_nothing() {
    let Some(server) = server() else { return };
    let database = server.database();
    let [store, _] = two(&database).await;
    store.accept(vec![hint("1", HintSource::Webhook, 0)], None).await.unwrap();
    let work = store.claim(9, LEASE).await.unwrap();
    let (client, connection) = tokio_postgres::connect(&database.url(), tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client
        .batch_execute("BEGIN; UPDATE petiole.work SET token = nextval('petiole.token') WHERE state = 'flight'")
        .await
        .unwrap();
    let settlement = Settlement {
        claim: Some(work[0].claim),
        link: Some(link("1", "a")),
        history: vec![story("late", 1)],
        hints: vec![hint("2", HintSource::Made, 1)],
        ..Settlement::default()
    };
    let late = {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.settle(settlement).await })
    };
    until_somebody_waits(&database).await;
    client.batch_execute("COMMIT").await.unwrap();
    assert_eq!(late.await.unwrap(), Err(StoreError::LostClaim));
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.links, counts.pending), (0, 0));
    assert!(store.history(&order("1"), 9).await.unwrap().is_empty());
    driver.abort();
}

/// The link is made while its record's work ends that found it missing: whichever is first, the record is work again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_a_link_that_is_made_at_the_same_moment() {
    let Some(server) = server() else { return };
    let database = server.database();
    let [one, other] = two(&database).await;
    for number in 0..60 {
        let made = link(&format!("left {number}"), &format!("right {number}"));
        one.accept(vec![hint(&number.to_string(), HintSource::Webhook, 0)], None).await.unwrap();
        let work = one.claim(9, LEASE).await.unwrap();
        assert_eq!(work.len(), 1, "{number}");
        let wait = LinkWait {
            pipeline: made.pipeline.clone(),
            left: true,
            end: made.left.clone(),
            other: made.right.account.clone(),
        };
        let target = order(&number.to_string());
        let asked = Asked { pipeline: "stock".to_owned(), target, with: "right".to_owned(), links: vec![wait] };
        let makes = {
            let (other, settlement) = (Arc::clone(&other), Settlement { link: Some(made), ..Settlement::default() });
            tokio::spawn(async move { other.settle(settlement).await })
        };
        let parking = Parking { asked: vec![asked], ..Parking::default() };
        one.finish(&work[0], parking).await.unwrap();
        makes.await.unwrap().unwrap();
        let again = one.claim(9, LEASE).await.unwrap();
        assert_eq!(again.len(), 1, "the link {number} was made unseen");
        one.finish(&again[0], Parking::default()).await.unwrap();
    }
}

/// Every connection is cut again and again: what was answered is there once, and what was not is done in the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_while_every_connection_is_cut() {
    const RECORDS: usize = 60;
    let Some(server) = server() else { return };
    let database = server.database();
    let stores = two(&database).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let workers: Vec<_> = (0..4)
        .map(|number| {
            let (store, is_over) = (Arc::clone(&stores[number % 2]), Arc::clone(&is_over));
            tokio::spawn(async move {
                while !is_over.load(Ordering::SeqCst) {
                    work_once(&store).await;
                }
            })
        })
        .collect();
    let teller = {
        let store = Arc::clone(&stores[0]);
        tokio::spawn(async move {
            for number in 0..RECORDS {
                let told = vec![hint(&number.to_string(), HintSource::Webhook, 0)];
                while let Err(error) = store.accept(told.clone(), None).await {
                    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
                }
            }
        })
    };
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let mut cuts = 0;
    while !teller.is_finished() || cuts < 20 {
        database.execute(cut);
        cuts += 1;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    teller.await.unwrap();
    // A claim whose answer was lost is free again once its lease is over.
    loop {
        match stores[1].counts().await {
            Ok(counts) if (counts.pending, counts.in_flight) == (0, 0) => break,
            Ok(_) | Err(StoreError::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(other) => panic!("{other:?}"),
        }
    }
    is_over.store(true, Ordering::SeqCst);
    for worker in workers {
        worker.await.unwrap();
    }
    let links = stores[0].links_of("orders").await.unwrap();
    let linked: BTreeSet<&str> = links.iter().map(|link| link.left.id.as_str()).collect();
    assert_eq!(linked.len(), RECORDS, "each was worked on");
}

/// Claims, links and ends what there is, as far as the connections let it.
async fn work_once(store: &Arc<dyn Store>) {
    const SHORT: Duration = Duration::from_secs(2);
    let is_told = |error: &StoreError| matches!(error, StoreError::Unavailable(_) | StoreError::LostClaim);
    let work = match store.claim(2, SHORT).await {
        Ok(work) => work,
        Err(error) => return assert!(is_told(&error), "{error:?}"),
    };
    for one in &work {
        let made = link(&one.target.id, &one.target.id);
        let settlement = Settlement { claim: Some(one.claim), link: Some(made), ..Settlement::default() };
        let settled = match store.settle(settlement).await {
            Ok(()) => store.finish(one, Parking::default()).await,
            refused => refused,
        };
        if let Err(error) = settled {
            assert!(is_told(&error), "{error:?}");
        }
    }
    if work.is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
