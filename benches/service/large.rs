//! A store that holds many links: what it takes on disk, and what is asked of it often.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;
use petiole::store::{Link, Settlement, Store, open};
use petiole::world::{Clock, Method, SystemClock};
use serde_json::json;

use crate::process::Service;
use crate::stage::Stage;
use crate::{Row, log, median, size, stock};

/// Links written in one transaction.
const AT_ONCE: usize = 500;

/// How often each question is asked.
const ASKED: usize = 21;

pub(crate) async fn measure() -> Vec<Row> {
    let count = size("LINKS", 10_000);
    let stage = Stage::new(24, 12).await;
    let service = stage.start();
    stage.subscribe(&service).await;
    stage.quiet(&service).await;
    stage.control("leaflink", Method::Post, "submit", &json!({ "count": 4 })).await;
    stage.quiet(&service).await;
    service.stop();
    let before = log::tables(&stage.folder)["link"];
    fill(&stage, count).await;
    let link = log::tables(&stage.folder)["link"] - before;
    let mut rows = vec![Row::new(
        format!("{count} links (products, stock, orders by turns): store, each"),
        format!("{:.2} KiB", link as f64 / 1024.0 / count as f64),
    )];
    rows.extend(asked(&stage, count).await);
    let service = stage.start();
    stage.subscribe(&service).await;
    stage.quiet(&service).await;
    for path in ["/api/v1/status", "/api/v1/inbox"] {
        let mut times = Vec::new();
        for _ in 0..ASKED {
            let began = Instant::now();
            stage.get(&service, path).await;
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        rows.push(Row::new(format!("{count} links: GET {path}, wall"), format!("{:.1} ms", median(times))));
    }
    rows.push(commanded(&stage, &service, count, "status").await);
    rows.push(commanded(&stage, &service, count, "inbox list").await);
    let orders = stage.control("leaflink", Method::Get, "state", &json!(null)).await;
    let order = format!("leaflink.order/{}", orders["orders"][0]["number"].as_str().unwrap());
    let path = format!("/api/v1/explain?record={order}");
    let mut times = Vec::new();
    for _ in 0..ASKED {
        let began = Instant::now();
        stage.get(&service, &path).await;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    rows.push(Row::new(format!("{count} links: explain an order, wall"), format!("{:.1} ms", median(times))));
    rows.extend(stock::changes(&stage, &service, &format!("{count} links, a stock change")).await);
    let [memory, most] = service.memory();
    rows.push(Row::new(format!("{count} links: memory (most)"), format!("{memory:.0} ({most:.0}) MiB")));
    service.stop();
    rows
}

/// Links of an account that no rule knows, as those of real ones are: nothing of theirs is missed at a peer.
async fn fill(stage: &Stage, count: usize) {
    let store = open::open(&url(stage), Arc::new(SystemClock)).await.unwrap();
    let mut like = Vec::new();
    for pipeline in ["products", "stock", "orders"] {
        like.push(store.links_of(pipeline).await.unwrap().into_iter().find(|link| !link.base.is_empty()).unwrap());
    }
    let mut made = 0;
    while made < count {
        let group = (made..(made + AT_ONCE).min(count)).map(|at| {
            let own: &Link = &like[at % like.len()];
            let mut link = own.clone();
            (link.left.account, link.right.account) = ("elsewhere".to_owned(), "elsewhere".to_owned());
            link.left.id = format!("{}{at}", link.left.id);
            link.right.id = format!("{}{at}", link.right.id);
            let store = &store;
            async move { store.settle(Settlement { link: Some(link), ..Settlement::default() }).await.unwrap() }
        });
        let group: Vec<_> = group.collect();
        made += group.len();
        join(group).await;
    }
}

/// Waits for all, side by side, so that they share commits.
async fn join(group: Vec<impl Future<Output = ()>>) {
    let mut group: Vec<_> = group.into_iter().map(Box::pin).collect();
    std::future::poll_fn(|context| {
        group.retain_mut(|one| one.as_mut().poll(context).is_pending());
        if group.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

fn url(stage: &Stage) -> String {
    format!("sqlite:{}", stage.folder.join("petiole.db").display())
}

/// What the store answers by itself.
async fn asked(stage: &Stage, count: usize) -> Vec<Row> {
    let store = open::open(&url(stage), Arc::new(AtEpoch)).await.unwrap();
    let store: &dyn Store = store.as_ref();
    let mut rows = Vec::new();
    for name in ["counts", "parks", "links_by_hand", "deferred", "claim, nothing due", "next_due"] {
        let mut times = Vec::new();
        for _ in 0..ASKED {
            let began = Instant::now();
            match name {
                "counts" => drop(store.counts().await.unwrap()),
                "parks" => drop(store.parks().await.unwrap()),
                "links_by_hand" => drop(store.links_by_hand().await.unwrap()),
                "deferred" => drop(store.deferred().await.unwrap()),
                "next_due" => drop(store.next_due(true).await.unwrap()),
                _ => drop(store.claim(16, Duration::from_mins(1)).await.unwrap()),
            }
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        rows.push(Row::new(format!("{count} links: {name}, wall"), format!("{:.2} ms", median(times))));
    }
    rows
}

/// A command in a process of its own, against the service.
async fn commanded(stage: &Stage, service: &Service, count: usize, name: &str) -> Row {
    let mut times = Vec::new();
    for _ in 0..5 {
        let began = Instant::now();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_petiole"));
        command.arg("--rules").arg(stage.folder.join("rules")).args(name.split(' ')).args(["--url", &service.url]);
        let output = command.output().unwrap();
        assert!(output.status.code() != Some(2), "{}", String::from_utf8_lossy(&output.stderr));
        times.push(began.elapsed().as_secs_f64() * 1000.0);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Row::new(format!("{count} links: `petiole {name}`, wall"), format!("{:.0} ms", median(times)))
}

/// A clock by which nothing is due.
struct AtEpoch;

#[async_trait]
impl Clock for AtEpoch {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
