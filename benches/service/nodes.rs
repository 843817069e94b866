//! Nodes that share a database: how many orders they bring over in a second, what each costs them, how soon a webhook
//! is answered, and what they ask of the server while there is nothing to do.
//!
//! The server is one of its own that waits for the disk, on this machine: with few cores it, the nodes and both systems
//! share them, which bounds what more nodes can bring.

use std::sync::Arc;
use std::time::{Duration, Instant};

use petiole::world::Method;
use serde_json::{Value as Json, json};
use tokio::task::JoinSet;
use tokio_postgres::NoTls;

use crate::postgres::{Database, Server};
use crate::process::Service;
use crate::stage::Stage;
use crate::webhook::told;
use crate::{Row, median, size, sizes};

/// How often it is looked how many are there.
const LOOK: Duration = Duration::from_millis(100);

/// How long one that told something waits before it tells more.
const BREATH: Duration = Duration::from_millis(30);

pub(crate) async fn measure() -> Vec<Row> {
    let Some(server) = Server::durable() else { return Vec::new() };
    let mut rows = Vec::new();
    for count in sizes("NODES", &[1, 2, 4]) {
        rows.extend(orders(&server, count).await);
    }
    rows.extend(webhooks(&server).await);
    rows.extend(idle(&server).await);
    rows
}

fn start(stage: &Stage, database: &Database<'_>, count: usize) -> Vec<Service> {
    (0..count).map(|_| stage.start_on(&database.url())).collect()
}

/// Orders that are told to one node while the other system tells another. What each node reads once, such as the rules
/// and whom it sells to, is read before.
async fn orders(server: &Server, nodes: usize) -> Vec<Row> {
    let (stage, database) = (Stage::new(24, 12).await, server.database());
    let services = start(&stage, &database, nodes);
    for service in &services {
        stage.quiet(service).await;
    }
    for (name, service) in [("leaflink", services.first()), ("flourish", services.last())] {
        let url = format!("{}/webhooks/{name}", service.unwrap().url);
        stage.control(name, Method::Put, "webhook", &json!({ "url": url })).await;
    }
    let (warm, count) = (size("NODE_WARM", 100), size("NODE_ORDERS", 400));
    cross(&stage, &services, warm).await;
    stage.forget_calls().await;
    let cpu = || services.iter().map(Service::cpu).sum::<f64>();
    let used = cpu();
    let seconds = cross(&stage, &services, count).await;
    let (used, calls) = (cpu() - used, stage.calls().await.values().sum::<u64>());
    services.into_iter().for_each(Service::stop);
    let state = stage.control("flourish", Method::Get, "state", &Json::Null).await;
    let made = state["orders"].as_array().unwrap().len();
    assert_eq!(made, warm + count, "each order once");
    let name = format!("{nodes} nodes, {count} orders");
    vec![
        Row::new(format!("{name}: orders a second, wall"), format!("{:.0}", count as f64 / seconds)),
        Row::new(format!("{name}: CPU of the nodes, per order"), format!("{:.2} ms", used / count as f64)),
        Row::new(format!("{name}: peer calls, per order"), format!("{:.1}", calls as f64 / count as f64)),
    ]
}

/// So many orders are submitted, and cross; in how many seconds.
async fn cross(stage: &Stage, services: &[Service], count: usize) -> f64 {
    let made = async || {
        let requests = stage.control("flourish", Method::Get, "requests", &Json::Null).await;
        requests["counts"]["POST /external/api/v1/outbound-orders"].as_u64().unwrap_or_default()
    };
    let (began, before) = (Instant::now(), made().await);
    stage.control("leaflink", Method::Post, "submit", &json!({ "count": count })).await;
    while made().await < before + count as u64 {
        tokio::time::sleep(LOOK).await;
    }
    let seconds = began.elapsed().as_secs_f64();
    for service in services {
        stage.quiet(service).await;
    }
    seconds
}

/// One webhook after the other, beside a round trip to the node and a commit of the server; and many at once.
async fn webhooks(server: &Server) -> Vec<Row> {
    let (stage, database) = (Stage::new(24, 12).await, server.database());
    let service = Arc::new(stage.start_on(&database.url()));
    let stage = Arc::new(stage);
    stage.quiet(&service).await;
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute("CREATE TABLE floor (text text)").await.unwrap();
    let insert = client.prepare("INSERT INTO floor VALUES ($1)").await.unwrap();
    let (mut webhooks, mut trips, mut commits) = (Vec::new(), Vec::new(), Vec::new());
    let count = size("WEBHOOKS", 100);
    for at in 0..count {
        webhooks.push(told(&stage, &service, at).await);
        tokio::time::sleep(BREATH).await;
        let began = Instant::now();
        stage.send(Method::Get, format!("{}/healthz", service.url), Vec::new(), Vec::new()).await;
        trips.push(began.elapsed().as_secs_f64() * 1e6);
        let began = Instant::now();
        client.execute(&insert, &[&"x".repeat(200)]).await.unwrap();
        commits.push(began.elapsed().as_secs_f64() * 1e6);
        tokio::time::sleep(BREATH).await;
    }
    stage.quiet(&service).await;
    let each = size("NODE_SENDS", 20);
    let mut a_second = Vec::new();
    for senders in [1, 64] {
        let began = Instant::now();
        let mut all = JoinSet::new();
        for sender in 0..senders {
            let (stage, service) = (Arc::clone(&stage), Arc::clone(&service));
            all.spawn(async move {
                for at in 0..each {
                    told(&stage, &service, 1_000 + senders * 1_000_000 + sender * 1_000 + at).await;
                }
            });
        }
        while let Some(ended) = all.join_next().await {
            ended.unwrap();
        }
        a_second.push((senders * each) as f64 / began.elapsed().as_secs_f64());
        stage.quiet(&service).await;
    }
    driver.abort();
    Arc::into_inner(service).unwrap().stop();
    let (webhook, trip, commit) = (median(webhooks), median(trips), median(commits));
    vec![
        Row::new(
            "node: webhook to 202 (round trip, commit), wall",
            format!("{webhook:.0} ({trip:.0}, {commit:.0}) µs"),
        ),
        Row::new("node: webhook to 202 ÷ (round trip + commit)", format!("{:.2}", webhook / (trip + commit))),
        Row::new("node: webhooks a second, 1 and 64 senders, wall", format!("{:.0}, {:.0}", a_second[0], a_second[1])),
        Row::new("node: 64 senders ÷ one", format!("{:.1}", a_second[1] / a_second[0])),
    ]
}

/// What two nodes ask of the server while there is nothing to do.
async fn idle(server: &Server) -> Vec<Row> {
    let (stage, database) = (Stage::new(24, 12).await, server.database());
    let services = start(&stage, &database, 2);
    for service in &services {
        stage.quiet(service).await;
    }
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    // Each statement of its own is a transaction; those of one transaction count once.
    let asked = "SELECT xact_commit + xact_rollback, (SELECT coalesce(sum(n_dead_tup), 0)::bigint
        FROM pg_stat_user_tables WHERE schemaname = 'petiole')
        FROM pg_stat_database WHERE datname = current_database()";
    let counts = async || {
        // Whoever has nothing more to do tells the server what it did ten seconds later.
        tokio::time::sleep(Duration::from_secs(12)).await;
        let row = client.query_one(asked, &[]).await.unwrap();
        (row.get::<_, i64>(0), row.get::<_, i64>(1))
    };
    let seconds = size("NODE_IDLE_SECONDS", 30);
    let before = counts().await;
    let began = Instant::now();
    tokio::time::sleep(Duration::from_secs(seconds as u64)).await;
    let after = counts().await;
    let each = (after.0 - before.0) as f64 / began.elapsed().as_secs_f64() / services.len() as f64;
    driver.abort();
    services.into_iter().for_each(Service::stop);
    vec![
        Row::new("idle: transactions a second and node", format!("{each:.2}")),
        Row::new(format!("idle: dead rows, before and after {seconds} s"), format!("{}, {}", before.1, after.1)),
    ]
}
