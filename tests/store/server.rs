//! What a store on a server promises beyond what any store does: its tables over the versions, what it says where it
//! cannot be used, and what becomes of it when the server goes and comes back.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use petiole::store::open::{open, open_existing, open_reader};
use petiole::store::postgres::PostgresStore;
use petiole::store::{HintSource, Journal as _, Settlement, Store, StoreError};
use petiole::world::SystemClock;

use super::sample::{LEASE, SetClock, hint, ids, link, order, story};
use crate::support::postgres::{Server, server};

const TTL: Duration = Duration::from_secs(30);

async fn opened(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    open(url, Arc::new(SystemClock)).await
}

fn why<T>(outcome: Result<T, StoreError>) -> String {
    match outcome {
        Err(StoreError::Unavailable(why)) => why,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it went well"),
    }
}

#[tokio::test]
async fn tables_of_every_version_before_are_brought_to_the_newest() {
    let Some(server) = server() else { return };
    let mut step = 1;
    loop {
        let database = server.database();
        PostgresStore::make_before(&database.url(), step).await.unwrap();
        database.execute(
            "INSERT INTO petiole.work (account, record, id, hint, state, source, since, due, first)
             VALUES ('shop', 'order', 'of before', 1, 'pending', 'webhook', 1, 1, false)",
        );
        let is_newest = open_reader(&database.url()).await.is_ok();
        if !is_newest {
            assert!(why(open_reader(&database.url()).await).contains("older petiole; start the service once"));
        }
        let url = database.url();
        let (one, other) = tokio::join!(opened(&url), opened(&url));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(ids(&other.claim(9, LEASE).await.unwrap()), ["of before"]);
        let node = one.join(TTL).await.unwrap();
        assert!(other.beat(node, TTL).await.is_ok());
        assert!(open_reader(&database.url()).await.is_ok(), "step {step}");
        if is_newest {
            break;
        }
        step += 1;
    }
    assert!(step > 1);
}

#[tokio::test]
async fn tables_of_a_newer_version_are_left_alone() {
    let Some(server) = server() else { return };
    let database = server.database();
    drop(opened(&database.url()).await.unwrap());
    database.execute("INSERT INTO petiole.step (number) VALUES (99)");
    for refused in [opened(&database.url()).await, open_reader(&database.url()).await] {
        let why = why(refused);
        assert!(why.contains("newer petiole (schema 99, this one knows") && why.contains("use that version"), "{why}");
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_used_says_what_to_check_and_never_the_password() {
    let Some(server) = server() else { return };
    let database = server.database();
    database.execute(
        "DO $$ BEGIN CREATE ROLE guarded LOGIN PASSWORD 'right'; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         DO $$ BEGIN CREATE ROLE poor LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    );
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let asked = |who: &str, settings: &str| server.url(who, &database.name).replace("sslmode=disable", settings);
    let cases = [
        (asked("guarded:secret", "sslmode=disable"), "does not take this name and password"),
        (asked("poor:secret", "sslmode=disable"), "lacks rights"),
        (asked("nobody:secret", "sslmode=disable"), "does not let this name in"),
        (asked("petiole:secret", "sslmode=require"), "has no TLS"),
        (asked("petiole:secret", "sslmode=verify-full"), "has no TLS"),
        (asked("petiole:secret", "sslmode=allow"), "`sslmode` is `disable`, `prefer`"),
        (asked("petiole:secret", "secret=1"), "a setting that is not known"),
        (server.url("petiole:secret", "elsewhere"), "there is no such database"),
        (format!("postgres://petiole:secret@{free}/db"), "the server cannot be reached"),
        ("postgres://petiole:sec/ret@host:secret/db".to_owned(), "write `postgres://USER:PASSWORD@HOST"),
        ("postgres:///db?host=".to_owned(), "write `postgres://USER"),
    ];
    for (url, expected) in cases {
        let why = why(opened(&url).await);
        assert!(why.contains(expected), "{expected}: {why}");
        assert!(!why.contains("secret") && !why.contains('\n'), "{why}");
    }
    assert!(opened(&asked("petiole", "sslmode=prefer")).await.is_ok());
}

#[tokio::test]
async fn a_reader_only_reads_and_makes_nothing() {
    let Some(server) = server() else { return };
    let database = server.database();
    for refused in [open_reader(&database.url()).await, open_existing(&database.url(), SetClock::at(0)).await] {
        let Err(StoreError::Missing(what)) = refused else { panic!("nothing is there yet") };
        assert!(what.contains(&database.name), "{what}");
    }
    let store = opened(&database.url()).await.unwrap();
    store.accept(vec![hint("1", HintSource::Webhook, 0)], None).await.unwrap();
    let reader = open_reader(&database.url()).await.unwrap();
    assert_eq!(reader.counts().await.unwrap().pending, 1);
    let told = vec![hint("2", HintSource::Poll, 0)];
    for refused in [reader.retry(None).await, reader.claim(1, LEASE).await.map(|_| 0), reader.accept(told, None).await]
    {
        assert!(matches!(refused, Err(StoreError::InUse(_))), "{refused:?}");
    }
    assert_eq!(reader.counts().await.unwrap().pending, 1);
    assert!(open_existing(&database.url(), SetClock::at(0)).await.is_ok());
}

/// Until what is tried succeeds, as whoever asked tries it again.
async fn in_the_end<T>(mut tried: impl AsyncFnMut() -> Result<T, StoreError>) -> T {
    for _ in 0..2_000 {
        match tried().await {
            Ok(done) => return done,
            Err(StoreError::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            Err(other) => panic!("{other:?}"),
        }
    }
    panic!("it never did")
}

#[tokio::test]
async fn what_was_answered_is_there_after_the_server_crashed() {
    if server().is_none() {
        return;
    }
    let own = Server::start().unwrap();
    let store = opened(&own.url("petiole", "postgres")).await.unwrap();
    store.accept(vec![hint("1", HintSource::Webhook, 0)], None).await.unwrap();
    let work = store.claim(9, LEASE).await.unwrap();
    own.crash();
    why(store.accept(vec![hint("2", HintSource::Webhook, 0)], None).await);
    why(store.keeps().await);
    why(store.next_due(true).await);
    own.restart();
    in_the_end(async || store.keeps().await).await;
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.pending, counts.in_flight), (0, 1));
    let settlement = Settlement { claim: Some(work[0].claim), link: Some(link("1", "a")), ..Settlement::default() };
    store.settle(settlement).await.unwrap();
    store.finish(&work[0], Vec::new().into()).await.unwrap();
    assert_eq!(store.counts().await.unwrap().links, 1);
}

/// As one that was the first and is a second now.
#[tokio::test]
async fn a_server_that_takes_no_writes_any_more_is_said_to_and_left_for_one_that_does() {
    if server().is_none() {
        return;
    }
    let own = Server::start().unwrap();
    let set = |only: &str| {
        own.execute("postgres", &format!("ALTER SYSTEM SET default_transaction_read_only = {only}")).unwrap();
        own.execute("postgres", "SELECT pg_reload_conf()").unwrap();
    };
    let url = own.url("petiole", "postgres");
    let store = opened(&url).await.unwrap();
    store.accept(vec![hint("1", HintSource::Webhook, 0)], None).await.unwrap();
    set("on");
    // Sessions hear of it one after another.
    let mut refused = String::new();
    for number in 0..2_000 {
        match store.accept(vec![hint(&number.to_string(), HintSource::Webhook, 0)], None).await {
            Ok(_) => {}
            Err(error) => {
                refused = why::<()>(Err(error));
                break;
            }
        }
    }
    assert!(refused.contains("takes no writes now"), "{refused}");
    assert!(why(store.keeps().await).contains("takes no writes now"));
    let reader = in_the_end(async || open_reader(&url).await).await;
    assert!(reader.counts().await.unwrap().pending > 0, "what is there can be looked at");
    set("off");
    in_the_end(async || store.keeps().await).await;
    in_the_end(async || store.accept(vec![hint("after", HintSource::Webhook, 0)], None).await).await;
}

/// What others do is heard of, and so is that nobody knows what was said while nobody listened.
#[tokio::test]
async fn others_are_told_of_work_and_a_new_connection_counts_as_word() {
    let Some(server) = server() else { return };
    let database = server.database();
    let one = PostgresStore::open(&database.url()).await.unwrap();
    let other = PostgresStore::open(&database.url()).await.unwrap();
    let heard = async |what: &str| {
        let told = tokio::time::timeout(Duration::from_mins(1), petiole::store::Journal::told(&other)).await;
        assert!(told.is_ok(), "{what}");
    };
    heard("that it listens").await;
    let mut second = 0;
    // Whoever tells may not listen yet: what is told is told again.
    let tells = async {
        loop {
            second += 1;
            one.accept(vec![hint("1", HintSource::Webhook, second)], None).await.unwrap();
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::select! {
        () = heard("work") => {}
        () = tells => {}
    }
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    );
    heard("that it listens anew").await;
}

/// A claim in the name of a node that is fenced is free with it, however long its lease.
#[tokio::test]
async fn the_work_of_a_node_that_is_fenced_is_due() {
    let Some(server) = server() else { return };
    let database = server.database();
    let clock = SetClock::at(0);
    let silent = PostgresStore::open_under(&database.url(), Arc::clone(&clock) as _).await.unwrap();
    let lives: Arc<dyn Store> =
        Arc::new(PostgresStore::open_under(&database.url(), Arc::clone(&clock) as _).await.unwrap());
    let silent: Arc<dyn Store> = Arc::new(silent);
    let (node, _) = (silent.join(TTL).await.unwrap(), lives.join(Duration::from_hours(1)).await.unwrap());
    lives.accept(vec![hint("1", HintSource::Webhook, 0)], None).await.unwrap();
    let lost = silent.claim(9, LEASE).await.unwrap();
    clock.set(29);
    assert_eq!((lives.fence().await.unwrap(), lives.claim(9, LEASE).await.unwrap().len()), (Vec::new(), 0));
    clock.set(30);
    assert_eq!(lives.fence().await.unwrap(), [node]);
    let taken = lives.claim(9, LEASE).await.unwrap();
    assert_eq!(ids(&taken), ["1"]);
    let late = Settlement { claim: Some(lost[0].claim), history: vec![story("late", 31)], ..Settlement::default() };
    assert_eq!(silent.settle(late).await, Err(StoreError::LostClaim));
    assert!(lives.history(&order("1"), 9).await.unwrap().is_empty());
    lives.finish(&taken[0], Vec::new().into()).await.unwrap();
}

/// As far as the URL asks: `prefer` where it can be, `require` whoever answers, `verify-full` only whom somebody vouches
/// for.
#[tokio::test]
async fn what_is_sent_is_encrypted_as_far_as_the_url_asks() {
    if server().is_none() {
        return;
    }
    let own = Server::start().unwrap();
    own.encrypts();
    let asked = |mode: &str| own.url("petiole:secret", "postgres").replace("sslmode=disable", mode);
    // The server hears of it a moment later.
    let (required, preferred) = (asked("sslmode=require"), asked("sslmode=prefer"));
    in_the_end(async || opened(&required).await).await;
    let (client, connection) = tokio_postgres::connect(&asked("sslmode=disable"), tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    for (mode, url, encrypted) in
        [("require", required, true), ("prefer", preferred, true), ("disable", asked("sslmode=disable"), false)]
    {
        let store = opened(&url).await.unwrap();
        store.counts().await.unwrap();
        let seen = "SELECT coalesce(bool_and(ssl), false) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
            WHERE application_name = 'petiole' AND state = 'idle' AND query LIKE '%petiole.link%'";
        let is_encrypted: bool = client.query_one(seen, &[]).await.unwrap().get(0);
        assert_eq!(is_encrypted, encrypted, "{mode}");
        drop(store);
        let gone = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE application_name = 'petiole'";
        client.query(gone, &[]).await.unwrap();
    }
    driver.abort();
    let why = why(opened(&asked("sslmode=verify-full")).await);
    assert!(why.contains("certificate is not taken") && !why.contains("secret"), "{why}");
}
