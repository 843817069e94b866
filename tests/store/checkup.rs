//! How a store is said to be: what is wrong with it is found, and nothing else is.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::time::Duration;

use petiole::store::checkup::{Checked, Health};
use petiole::store::open::{examine, open};
use petiole::store::{Settlement, StoreError};
use petiole::world::SystemClock;

use super::sample::{LEASE, Place, link};
use crate::support::postgres::server;

/// What is not well, without what the server of the tests is like, which keeps nothing over a power cut and is asked by
/// all tests at once.
fn ills(checked: &[Checked]) -> Vec<(&str, Health)> {
    let of_server = |one: &Checked| ["durable", "distance", "connections"].contains(&one.what.as_ref());
    let ill = checked.iter().filter(|one| one.health != Health::Well && !of_server(one));
    ill.map(|one| {
        assert!(one.mend.as_ref().is_some_and(|mend| !mend.is_empty()), "{one:?}");
        (one.what.as_ref(), one.health)
    })
    .collect()
}

#[tokio::test]
async fn pages_that_cannot_be_read_are_found_in_a_file() {
    let place = Place::new();
    assert!(matches!(examine(&place.url()).await, Err(StoreError::Missing(_))));
    let store = place.open().await;
    for at in 0..200 {
        let link = Some(link(&format!("left {at}"), &format!("right {at}")));
        store.settle(Settlement { link, ..Settlement::default() }).await.unwrap();
    }
    assert_eq!(ills(&examine(&place.url()).await.unwrap()), [], "while a service has it");
    drop(store);
    assert_eq!(ills(&examine(&place.url()).await.unwrap()), []);
    let path = place.folder.join("petiole.db");
    let mut file = std::fs::File::options().write(true).open(&path).unwrap();
    let bytes = file.metadata().unwrap().len();
    for at in (bytes / 2..bytes).step_by(512) {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(&[0xa5; 64]).unwrap();
    }
    assert_eq!(ills(&examine(&place.url()).await.unwrap()), [("pages", Health::Wrong)]);
}

#[tokio::test]
async fn what_goes_wrong_with_a_database_is_found() {
    let Some(server) = server() else { return };
    let database = server.database();
    let url = database.url();
    assert!(matches!(examine(&url).await, Err(StoreError::Missing(_))));
    let store = open(&url, std::sync::Arc::new(SystemClock)).await.unwrap();
    let node = store.join(LEASE).await.unwrap();
    store.tell(node, r#"{"version":"1","generation":4}"#).await.unwrap();
    let checked = examine(&url).await.unwrap();
    assert_eq!(ills(&checked), []);
    let durable = checked.iter().find(|one| one.what == "durable").unwrap();
    assert_eq!(durable.health, Health::Wrong, "the server of the tests runs without fsync");
    assert!(checked.iter().all(|one| !one.seen.contains("postgres://")));

    let other = store.join(LEASE).await.unwrap();
    store.tell(other, r#"{"version":"1","generation":3}"#).await.unwrap();
    assert_eq!(ills(&examine(&url).await.unwrap()), [("nodes", Health::Doubtful)]);
    store.leave(other).await.unwrap();
    store.join(Duration::ZERO).await.unwrap();
    assert_eq!(ills(&examine(&url).await.unwrap()), [("nodes", Health::Doubtful)], "one is silent");
    store.fence().await.unwrap();

    database.execute("CREATE ROLE somebody_else");
    database.execute("ALTER TABLE petiole.work OWNER TO somebody_else");
    let guarded = url.replace("petiole@", "guest@");
    database.execute("CREATE ROLE guest LOGIN");
    database.execute("GRANT USAGE ON SCHEMA petiole TO guest; GRANT SELECT ON ALL TABLES IN SCHEMA petiole TO guest");
    assert_eq!(ills(&examine(&guarded).await.unwrap()), [("rights", Health::Doubtful)]);
    database.execute("ALTER TABLE petiole.work OWNER TO petiole");

    let read_only = format!("ALTER DATABASE {} SET default_transaction_read_only = on", database.name);
    database.execute(&read_only);
    assert_eq!(ills(&examine(&url).await.unwrap()), [("writable", Health::Wrong)]);
}
