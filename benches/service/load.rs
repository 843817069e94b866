//! A quiet working day: a dozen acts a second on both sides, for as long as is asked.
//!
//! Stock moves most, some orders come in and go their way, prices and names change. What is told is the share of a core
//! that the service takes, and whether what it holds grows.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::process::Service;
use crate::stage::Stage;
use crate::{Row, size};

/// Between two acts.
const PACE: Duration = Duration::from_millis(83);

/// How many times memory is looked at, evenly over the time.
const SAMPLES: u32 = 6;

/// Items in the catalogue, and customers.
const SIZE: (usize, usize) = (200, 40);

pub(crate) async fn measure() -> Vec<Row> {
    let stage = Stage::new(SIZE.0, SIZE.1).await;
    let service = stage.start();
    stage.subscribe(&service).await;
    stage.quiet(&service).await;
    let seconds = size("LOAD_SECONDS", 60);
    let each = Duration::from_secs(seconds as u64) / SAMPLES;
    let (began, cpu) = (Instant::now(), service.cpu());
    let mut day = Day { stage: &stage, acts: 0, open: VecDeque::new() };
    let mut held = vec![service.memory()[0]];
    for _ in 0..SAMPLES {
        day.until(Instant::now() + each).await;
        held.push(service.memory()[0]);
    }
    let (took, used) = (began.elapsed().as_secs_f64() * 1000.0, service.cpu() - cpu);
    stage.quiet(&service).await;
    let rows = told(&service, &day, (took, used), &held);
    service.stop();
    rows
}

fn told(service: &Service, day: &Day<'_>, (took, used): (f64, f64), held: &[f64]) -> Vec<Row> {
    let name = format!("{:.0} s of {:.1} acts a second", took / 1000.0, day.acts as f64 / took * 1000.0);
    let held: Vec<String> = held.iter().map(|held| format!("{held:.0}")).collect();
    vec![
        Row::new(format!("{name}: CPU, share of a core"), format!("{:.1} %", used / took * 100.0)),
        Row::new(format!("{name}: CPU, per act"), format!("{:.2} ms", used / day.acts as f64)),
        Row::new(format!("{name}: memory, evenly over the time"), format!("{} MiB", held.join(" "))),
        Row::new(format!("{name}: memory, the most"), format!("{:.0} MiB", service.memory()[1])),
    ]
}

/// What people do, one after another.
struct Day<'a> {
    stage: &'a Stage,
    acts: usize,
    /// Orders on their way, with what is to be done next.
    open: VecDeque<(Json, &'static str)>,
}

impl Day<'_> {
    async fn until(&mut self, end: Instant) {
        while Instant::now() < end {
            let began = Instant::now();
            self.act().await;
            self.acts += 1;
            tokio::time::sleep(PACE.saturating_sub(began.elapsed())).await;
        }
    }

    async fn act(&mut self) {
        let at = self.acts;
        let items = &self.stage.trade.items;
        let sku = &items[at * 7 % items.len()].sku;
        match at % 24 {
            0 => {
                let made = self.stage.control("leaflink", Method::Post, "submit", &json!({})).await;
                self.open.push_back((made["orders"][0]["number"].clone(), "allocate"));
            }
            8 => {
                let body = json!({ "sku": sku, "price": 5 + at % 90 });
                self.stage.control("flourish", Method::Post, "item", &body).await;
            }
            12 | 18 => self.go_on().await,
            _ => {
                let body = json!({ "sku": sku, "qty": 1000 + at % 4000 });
                self.stage.control("flourish", Method::Post, "stock", &body).await;
            }
        }
    }

    /// The next step of the order that has waited longest, but for the newest: those are on their way over.
    async fn go_on(&mut self) {
        if self.open.len() < 4 {
            return;
        }
        let Some((order, step)) = self.open.pop_front() else { return };
        let body = if step == "ship" { json!({ "order": order, "force": true }) } else { json!({ "order": order }) };
        self.stage.control("flourish", Method::Post, step, &body).await;
        if step == "allocate" {
            self.open.push_back((order, "ship"));
        }
    }
}
