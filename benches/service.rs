//! The running service, measured from outside: the built binary as a process of its own, between both simulators in
//! this one, over loopback, with a store in a file.
//!
//! CPU time and counts, which a busy machine changes little; wall time only as a ratio of one run. Prints one table.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout, missing_docs)]
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

#[path = "service/large.rs"]
mod large;
#[path = "service/load.rs"]
mod load;
#[path = "service/log.rs"]
mod log;
#[path = "service/nodes.rs"]
mod nodes;
#[path = "service/orders.rs"]
mod orders;
#[allow(dead_code, reason = "the tests stop and start it, too")]
#[path = "../tests/support/postgres.rs"]
mod postgres;
#[path = "service/process.rs"]
mod process;
#[path = "service/products.rs"]
mod products;
#[path = "service/reload.rs"]
mod reload;
#[path = "service/stage.rs"]
mod stage;
#[path = "service/stock.rs"]
mod stock;
#[path = "service/webhook.rs"]
mod webhook;

/// One line of the table: what was measured, and how much of what it was.
pub(crate) struct Row {
    what: String,
    value: String,
}

impl Row {
    pub(crate) fn new(what: impl Into<String>, value: impl Into<String>) -> Self {
        let row = Self { what: what.into(), value: value.into() };
        // At once, so that a run that is broken off has shown something.
        println!("{:<72} {:>20}", row.what, row.value);
        row
    }
}

/// Sizes from the environment, such as `PETIOLE_BENCH_ORDERS=500,1000,2000`.
pub(crate) fn sizes(name: &str, usual: &[usize]) -> Vec<usize> {
    let told = std::env::var(format!("PETIOLE_BENCH_{name}")).unwrap_or_default();
    let told: Vec<usize> = told.split(',').filter_map(|size| size.trim().parse().ok()).collect();
    if told.is_empty() { usual.to_vec() } else { told }
}

pub(crate) fn size(name: &str, usual: usize) -> usize {
    sizes(name, &[usual])[0]
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut rows = Vec::new();
        for name in ["stock", "webhook", "orders", "nodes", "products", "reload", "large", "load"] {
            if !is_wanted(name) {
                continue;
            }
            rows.extend(match name {
                "stock" => stock::measure().await,
                "webhook" => webhook::measure().await,
                "orders" => orders::measure().await,
                "nodes" => nodes::measure().await,
                "products" => products::measure().await,
                "reload" => reload::measure().await,
                "load" => load::measure().await,
                _ => large::measure().await,
            });
        }
        println!("\n| What | Measured |\n|---|---:|");
        for Row { what, value } in &rows {
            println!("| {what} | {value} |");
        }
    });
}
