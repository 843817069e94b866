//! How far a pass has come, on a terminal: records done and known, rate, time left.
//!
//! Draws on standard error, and only where that is a terminal.

use std::fmt::Write;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::runtime::{Happening, Runtime};
use crate::world::Task;

/// How often it is drawn anew.
const DRAWN_EVERY: Duration = Duration::from_millis(200);

/// A bar that is being drawn.
pub struct Progress(Option<(ProgressBar, Task<()>)>);

impl Progress {
    /// Begins to draw, unless nobody would see it.
    pub fn start(runtime: &Arc<Runtime>, quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::hidden();
        let style = ProgressStyle::with_template("{bar:24} {pos} of {len} records, {rate}, {eta} left");
        let rate = |state: &ProgressState, out: &mut dyn Write| {
            let _ = write!(out, "{:.0} a second", state.per_sec());
        };
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).with_key("rate", rate));
        let drawing = runtime.world.spawner.start(draw(Arc::clone(runtime), bar.clone()));
        Self(Some((bar, drawing)))
    }

    /// Takes it away again.
    pub fn end(self) {
        if let Some((bar, drawing)) = self.0 {
            drawing.abort();
            bar.finish_and_clear();
        }
    }
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
