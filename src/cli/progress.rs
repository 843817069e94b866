//! How far a pass has come, on a terminal: records done and known, rate, time left; of what a service does, how long it
//! takes and how much it has to do.
//!
//! Draws on standard error, and only where that is a terminal. What a pass waits for is said there wherever it leads.

use std::fmt::Write;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use serde_json::Value as Json;

use super::service::{PUT_OFF, ask};
use crate::runtime::{Happening, Runtime};
use crate::world::{Method, Task, World};

/// How often it is drawn anew.
const DRAWN_EVERY: Duration = Duration::from_millis(200);

/// How often a service is asked how much it has to do.
const ASKED_EVERY: Duration = Duration::from_secs(1);

/// A wait that nobody needs to be told of.
const SHORT_WAIT: Duration = Duration::from_secs(1);

/// How much of what is put off is looked at for what is waited for.
const PUT_OFF_LOOKED_AT: usize = 100;

/// A bar that is being drawn, and what says what is waited for.
pub struct Progress {
    bar: Option<(ProgressBar, Task<()>)>,
    saying: Option<Task<()>>,
}

impl Progress {
    /// Begins to draw, unless nobody would see it, and to say what is waited for.
    pub fn start(runtime: &Arc<Runtime>, quiet: bool) -> Self {
        let saying = (!quiet).then(|| runtime.world.spawner.start(say_wait(Arc::clone(runtime))));
        if quiet || !std::io::stderr().is_terminal() {
            return Self { bar: None, saying };
        }
        let bar = ProgressBar::hidden();
        let style = ProgressStyle::with_template("{bar:24} {pos} of {len} records, {rate}, {eta} left");
        let rate = |state: &ProgressState, out: &mut dyn Write| {
            let _ = write!(out, "{:.0} a second", state.per_sec());
        };
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).with_key("rate", rate));
        let drawing = runtime.world.spawner.start(draw(Arc::clone(runtime), bar.clone()));
        Self { bar: Some((bar, drawing)), saying }
    }

    /// Begins to draw what a service is doing, unless nobody would see it, and to say what it waits for.
    pub fn of_service(url: &str, what: &str, quiet: bool) -> Self {
        let Some(world) = World::real().ok().filter(|_| !quiet) else {
            return Self { bar: None, saying: None };
        };
        let saying = Some(world.spawner.start(say_wait_of_service(world.clone(), url.to_owned())));
        if !std::io::stderr().is_terminal() {
            return Self { bar: None, saying };
        }
        let bar = ProgressBar::new_spinner().with_message(what.to_owned());
        let style = ProgressStyle::with_template("{spinner} {msg}, {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.enable_steady_tick(DRAWN_EVERY);
        let drawing = watch(world.clone(), (url.to_owned(), what.to_owned()), bar.clone());
        let drawing = world.spawner.start(drawing);
        Self { bar: Some((bar, drawing)), saying }
    }

    /// Takes it away again.
    pub fn end(self) {
        self.saying.iter().for_each(Task::abort);
        if let Some((bar, drawing)) = self.bar {
            drawing.abort();
            bar.finish_and_clear();
        }
    }
}

/// Says once what a pass waits for that has nothing else to do.
async fn say_wait(runtime: Arc<Runtime>) {
    loop {
        runtime.world.clock.sleep(DRAWN_EVERY).await;
        let Some(wait) = runtime.waits.load_full().filter(|wait| **wait >= SHORT_WAIT) else { continue };
        let Ok(put_off) = runtime.store.put_off(PUT_OFF_LOOKED_AT).await else { continue };
        let waited_for: Vec<_> = put_off.iter().filter(|one| one.due_in <= PUT_OFF).collect();
        if let Some(first) = waited_for.first() {
            let more = match waited_for.len() {
                1 => String::new(),
                count => format!(" and {} more", count.saturating_sub(1)),
            };
            return say(&format!("{}{more}", first.target), wait.as_secs(), &first.reason);
        }
    }
}

/// The same of a pass that a service makes, which says so in its status.
async fn say_wait_of_service(world: World, url: String) {
    loop {
        world.clock.sleep(ASKED_EVERY).await;
        let Ok(status) = ask(&url, Method::Get, "/api/v1/status", None).await else { continue };
        let Some(wait) = status.get("waits").and_then(Json::as_u64).filter(|wait| *wait > 0) else { continue };
        let word = |name: &str| status.pointer(&format!("/retrying/0/{name}")).and_then(Json::as_str);
        if let Some((record, reason)) = word("record").zip(word("reason")) {
            return say(record, wait, reason);
        }
    }
}

fn say(whom: &str, seconds: u64, reason: &str) {
    let (next, most) = (seconds.max(1), PUT_OFF.as_secs());
    eprintln!("petiole: waits, {most} s at most, for {whom}, put off and tried again in {next} s: {reason}");
}

async fn draw(runtime: Arc<Runtime>, bar: ProgressBar) {
    let mut happenings = runtime.listen();
    let mut done = 0;
    loop {
        while let Ok(happening) = happenings.try_recv() {
            done += u64::from(matches!(happening, Happening::Compared { .. }));
        }
        if let Ok(counts) = runtime.store.counts().await {
            let known = done + counts.pending;
            if known > 0 && bar.is_hidden() {
                bar.set_draw_target(ProgressDrawTarget::stderr());
            }
            bar.set_length(known);
            bar.set_position(done.saturating_sub(counts.in_flight));
        }
        runtime.world.clock.sleep(DRAWN_EVERY).await;
    }
}

/// Says beside a service's work how much it has to do at all, and which peers let it wait.
async fn watch(world: World, (url, what): (String, String), bar: ProgressBar) {
    loop {
        if let Ok(status) = ask(&url, Method::Get, "/api/v1/status", None).await {
            bar.set_message(format!("{what}{}", has_to_do(&status)));
        }
        world.clock.sleep(ASKED_EVERY).await;
    }
}

fn has_to_do(status: &Json) -> String {
    let count = |name: &str| status.get("queue").and_then(|queue| queue.get(name)?.as_u64()).unwrap_or_default();
    let (pending, in_flight) = (count("pending"), count("in_flight"));
    let mut told = format!(": {pending} pending, {in_flight} in flight");
    for (name, account) in status.get("accounts").and_then(Json::as_object).into_iter().flatten() {
        if account.get("paused_until").is_some_and(Json::is_string) {
            let _ = write!(told, ", {name} wants no calls now");
        }
    }
    told
}
