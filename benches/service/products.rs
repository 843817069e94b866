//! The first sync of a catalogue, and a sweep that finds everything in step.

use crate::stage::Stage;
use crate::{Row, log, size};

pub(crate) async fn measure() -> Vec<Row> {
    let count = size("PRODUCTS", 200);
    let stage = Stage::new(count, 12).await;
    let service = stage.start();
    let began = service.cpu();
    stage.quiet(&service).await;
    let first = service.cpu() - began;
    let made = stage.calls().await;
    let [_, most] = service.memory();
    stage.forget_calls().await;
    let mut rows = vec![
        Row::new(format!("{count} products, first sync: CPU, each"), format!("{:.2} ms", first / count as f64)),
        Row::new(
            format!("{count} products, first sync: calls, each"),
            format!("{:.2}", made.values().sum::<u64>() as f64 / count as f64),
        ),
        Row::new(format!("{count} products, first sync: most memory"), format!("{most:.0} MiB")),
    ];
    stage.sweep(&service).await;
    stage.quiet(&service).await;
    stage.forget_calls().await;
    let began = service.cpu();
    let report = stage.sweep(&service).await;
    let second = service.cpu() - began;
    let asked = stage.calls().await;
    if std::env::var_os("PETIOLE_BENCH_VERBOSE").is_some() {
        println!("first sync {made:?}\nsweep {asked:?}\n{report}");
    }
    rows.push(Row::new(
        format!("{count} products, a sweep in step: CPU, each"),
        format!("{:.2} ms", second / count as f64),
    ));
    rows.push(Row::new(format!("{count} products, a sweep in step: calls"), asked.values().sum::<u64>().to_string()));
    stage.forget_calls().await;
    let began = std::time::Instant::now();
    let mut plan = std::process::Command::new(env!("CARGO_BIN_EXE_petiole"));
    let plan = plan.args(["plan", "--full", "--url", &service.url]).output().unwrap();
    assert_eq!(plan.status.code(), Some(0), "{}", String::from_utf8_lossy(&plan.stdout));
    let took = began.elapsed().as_secs_f64();
    let planned = stage.calls().await;
    rows.push(Row::new(
        format!("{count} products, `petiole plan --full` in step: calls (those of a sweep), wall"),
        format!("{} ({}), {took:.1} s", planned.values().sum::<u64>(), asked.values().sum::<u64>()),
    ));
    service.stop();
    let link = log::tables(&stage.folder)["link"];
    rows.push(Row::new(
        format!("{count} products (two links each and more): store per product, links"),
        format!("{:.2} KiB", link as f64 / 1024.0 / count as f64),
    ));
    rows
}
