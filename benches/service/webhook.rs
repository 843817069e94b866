//! A webhook until it is answered, beside what it cannot do without: a round trip, and a commit.

use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use petiole::world::Method;
use serde_json::json;
use sha2::Sha256;

use crate::process::Service;
use crate::stage::{Stage, WEBHOOK_KEY};
use crate::{Row, median, size};

/// How long the service has to be done with one before the next.
const BREATH: Duration = Duration::from_millis(30);

/// Commits from before the first that counts.
const GROWN: usize = 500;

/// Tells a service of one more order, which is nobody's: durable and soon done with. In how many microseconds it
/// answers.
pub(crate) async fn told(stage: &Stage, service: &Service, at: usize) -> f64 {
    let body = json!({ "resource_type": "order", "data": { "id": format!("none-{at}") } }).to_string().into_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(WEBHOOK_KEY.as_bytes()).unwrap();
    mac.update(&body);
    let headers = vec![("Auth-Signature".to_owned(), hex::encode(mac.finalize().into_bytes()))];
    let began = Instant::now();
    let answer = stage.send(Method::Post, format!("{}/webhooks/flourish", service.url), headers, body).await;
    assert_eq!(answer.status, 202);
    began.elapsed().as_secs_f64() * 1e6
}

pub(crate) async fn measure() -> Vec<Row> {
    let stage = Stage::new(24, 12).await;
    let service = stage.start();
    stage.quiet(&service).await;
    let disk = rusqlite::Connection::open(stage.folder.join("floor.db")).unwrap();
    disk.execute_batch("PRAGMA journal_mode = wal; PRAGMA synchronous = full; CREATE TABLE kept (text TEXT)").unwrap();
    // The log of a store that runs for a while is written over, and grows no more.
    disk.execute_batch("PRAGMA synchronous = off").unwrap();
    for _ in 0..GROWN {
        disk.execute("INSERT INTO kept VALUES (?1)", ["x".repeat(200)]).unwrap();
    }
    let checkpoint = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
    disk.query_row("PRAGMA wal_checkpoint(RESTART)", [], checkpoint).unwrap();
    disk.execute_batch("PRAGMA synchronous = full").unwrap();
    let (mut webhooks, mut trips, mut commits) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..size("WEBHOOKS", 100) {
        webhooks.push(told(&stage, &service, at).await);
        tokio::time::sleep(BREATH).await;
        let began = Instant::now();
        stage.send(Method::Get, format!("{}/healthz", service.url), Vec::new(), Vec::new()).await;
        trips.push(began.elapsed().as_secs_f64() * 1e6);
        let began = Instant::now();
        disk.execute("INSERT INTO kept VALUES (?1)", ["x".repeat(200)]).unwrap();
        commits.push(began.elapsed().as_secs_f64() * 1e6);
    }
    service.stop();
    let (webhook, trip, commit) = (median(webhooks), median(trips), median(commits));
    vec![
        Row::new("webhook to 202 (round trip, commit), wall", format!("{webhook:.0} ({trip:.0}, {commit:.0}) µs")),
        Row::new("webhook to 202 ÷ (round trip + commit)", format!("{:.2}", webhook / (trip + commit))),
    ]
}
