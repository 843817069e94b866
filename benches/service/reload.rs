//! Rules that are saved while the service runs: how long until they serve, and what a storm of reloads, half of them
//! invalid, does to memory and to the orders that flow meanwhile.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use petiole::world::Method;
use serde_json::json;

use crate::process::Service;
use crate::stage::Stage;
use crate::{Row, size};

/// The files of the rule set, those that only fill it included.
const FILES: usize = 100;

/// Saves whose way into service is timed.
const SAVES: usize = 100;

/// Reloads between two orders.
const PER_ORDER: usize = 20;

pub(crate) async fn measure() -> Vec<Row> {
    let stage = Stage::new(24, 12).await;
    let scripts = stage.folder.join("rules/scripts");
    for at in 0..FILES.saturating_sub(count(&stage.folder.join("rules"))) {
        let text = format!("/// filler{at}(word: text) -> text\nfn filler{at}(word) {{ word + \"{at}\" }}\n");
        std::fs::write(scripts.join(format!("filler{at}.rhai")), text).unwrap();
    }
    let service = stage.start();
    stage.subscribe(&service).await;
    stage.quiet(&service).await;
    let mut rows = saved(&stage, &service).await;
    rows.extend(stormed(&stage, &service).await);
    service.stop();
    rows
}

fn count(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
}

fn file(stage: &Stage) -> PathBuf {
    stage.folder.join("rules/scripts/filler0.rhai")
}

/// Saves by rename, each timed until its generation serves.
async fn saved(stage: &Stage, service: &Service) -> Vec<Row> {
    let path = file(stage);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut times = Vec::new();
    for at in 0..SAVES {
        let before = stage.get(service, "/api/v1/status").await["generation"].clone();
        let beside = path.with_extension("new");
        std::fs::write(&beside, format!("// {at}\n{text}")).unwrap();
        let began = Instant::now();
        std::fs::rename(&beside, &path).unwrap();
        while stage.get(service, "/api/v1/status").await["generation"] == before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    let (half, most) = (times[SAVES / 2], times[SAVES * 99 / 100]);
    vec![Row::new(
        format!("{FILES} files, saved by rename until it serves: p50 (p99), wall, 150 ms of them quiet"),
        format!("{half:.0} ({most:.0}) ms"),
    )]
}

/// Reloads on demand, every second one of rules that have errors, while orders come in.
async fn stormed(stage: &Stage, service: &Service) -> Vec<Row> {
    let reloads = size("RELOADS", 400);
    let path = file(stage);
    let good = std::fs::read_to_string(&path).unwrap();
    let (mut taken, mut early, mut orders) = (0, 0.0, 0);
    let began = (Instant::now(), service.cpu());
    for at in 0..reloads {
        let text = if at % 2 == 0 { format!("// {at}\n{good}") } else { format!("fn {at} {good}") };
        std::fs::write(&path, text).unwrap();
        let url = format!("{}/api/v1/reload", service.url);
        let answer = stage.send(Method::Post, url, Vec::new(), Vec::new()).await;
        taken += usize::from(answer.status == 200);
        assert_eq!(answer.status, if at % 2 == 0 { 200 } else { 422 });
        if at % PER_ORDER == 0 {
            stage.control("leaflink", Method::Post, "submit", &json!({ "count": 1 })).await;
            orders += 1;
        }
        if at == reloads / 10 {
            early = service.memory()[0];
        }
    }
    let (wall, cpu) = (began.0.elapsed().as_secs_f64(), service.cpu() - began.1);
    std::fs::write(&path, good).unwrap();
    stage.quiet(service).await;
    let made = stage.control("flourish", Method::Get, "state", &json!(null)).await;
    let mut found: Vec<String> =
        made["orders"].as_array().unwrap().iter().map(|order| order["original_order_id"].to_string()).collect();
    let all = found.len();
    found.sort();
    found.dedup();
    let name = format!("{reloads} reloads, {taken} of them taken");
    vec![
        Row::new(
            format!("{name}: each, wall (CPU)"),
            format!("{:.1} ({:.1}) ms", wall * 1000.0 / reloads as f64, cpu / reloads as f64),
        ),
        Row::new(
            format!("{name}, {orders} orders meanwhile: lost, doubled"),
            format!("{}, {}", orders - found.len(), all - found.len()),
        ),
        Row::new(
            format!("{name}: memory after a tenth → at the end"),
            format!("{early:.0} → {:.0} MiB", service.memory()[0]),
        ),
    ]
}
