//! A change of stock, from the webhook to the write: calls at the peers, commits, CPU.

use std::time::{Duration, Instant};

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::process::Service;
use crate::stage::Stage;
use crate::{Row, log, median, size};

/// How long the same record is left alone, and no listing is young enough to be used again.
const REST: Duration = Duration::from_millis(1200);

pub(crate) async fn measure() -> Vec<Row> {
    let stage = Stage::new(24, 12).await;
    let service = stage.start();
    stage.subscribe(&service).await;
    stage.quiet(&service).await;
    stage.control("leaflink", Method::Post, "submit", &json!({ "count": size("OPEN", 20) })).await;
    stage.quiet(&service).await;
    let rows = changes(&stage, &service, "a stock change").await;
    service.stop();
    rows
}

/// One change after another, each until all is quiet.
pub(crate) async fn changes(stage: &Stage, service: &Service, name: &str) -> Vec<Row> {
    let (mut calls, mut commits, mut times) = (Vec::new(), Vec::new(), Vec::new());
    let count = size("STOCK", 10);
    let mut routes = Vec::new();
    let mut cpu = 0.0;
    let traced = stage.folder.join("flushes");
    let tracer = service.trace(&traced);
    tokio::time::sleep(REST).await;
    for at in 0..count {
        tokio::time::sleep(REST).await;
        stage.forget_calls().await;
        let (mark, began) = (log::commits(&stage.folder), service.cpu());
        let body = json!({ "sku": stage.trade.items[at % stage.trade.items.len()].sku, "qty": 5000 + at });
        let since = Instant::now();
        stage.control("flourish", Method::Post, "stock", &body).await;
        while stage.control("leaflink", Method::Get, "requests", &Json::Null).await["committed"] == 0 {
            assert!(since.elapsed() < Duration::from_mins(2), "no write came");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        times.push(since.elapsed().as_secs_f64() * 1000.0);
        stage.quiet(service).await;
        cpu += service.cpu() - began;
        let made = stage.calls().await;
        calls.push(made.values().sum::<u64>() as f64);
        commits.push(log::commits_since(&stage.folder, mark) as f64);
        routes.push(made);
    }
    if std::env::var_os("PETIOLE_BENCH_VERBOSE").is_some() {
        println!("{:?}", routes.last());
    }
    let flushes = tracer.and_then(|tracer| flushes(tracer, &traced));
    let flushes = flushes.map_or("unknown".to_owned(), |flushes| format!("{:.1}", flushes as f64 / count as f64));
    vec![
        Row::new(format!("{name}: calls at the peers"), format!("{:.0}", median(calls))),
        Row::new(format!("{name}: commits"), format!("{:.0}", median(commits))),
        Row::new(format!("{name}: flushes of the disk (as strace tells)"), flushes),
        Row::new(format!("{name}: webhook to write, wall"), format!("{:.1} ms", median(times))),
        Row::new(format!("{name}: CPU until quiet, looks at it included"), format!("{:.0} ms", cpu / count as f64)),
    ]
}

/// How often the disk was flushed while it was counted.
fn flushes(mut tracer: std::process::Child, traced: &std::path::Path) -> Option<usize> {
    let told = std::process::Command::new("kill").args(["-INT", &tracer.id().to_string()]).status();
    told.ok().filter(std::process::ExitStatus::success)?;
    tracer.wait().ok()?;
    let text = std::fs::read_to_string(traced).ok()?;
    Some(text.lines().filter(|line| line.contains("sync(") && !line.contains("resumed")).count())
}
