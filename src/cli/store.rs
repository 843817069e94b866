//! `petiole store copy`: everything of a stopped store into an empty one.

use std::io::IsTerminal as _;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value as Json, json};

use super::arguments::{Arguments, Format, StoreAction, StoreArguments};
use super::exit_code;
use crate::store::copy::{Copied, copy};
use crate::store::open::{Way, named, open_to_move};
use crate::store::{Shelf, StoreError};
use crate::world::SystemClock;

/// Does what is asked of a store.
pub(super) async fn store(arguments: &Arguments, store: &StoreArguments) -> u8 {
    let StoreAction::Copy { from, to, format } = &store.action;
    match copied(arguments, (from, to)).await {
        Ok(counts) => {
            show(&counts, (from, to), *format);
            exit_code::OK
        }
        Err(message) => {
            eprintln!("petiole: {message}");
            exit_code::FAILED
        }
    }
}

async fn copied(arguments: &Arguments, (from, to): (&str, &str)) -> Result<Vec<Copied>, String> {
    let told = |url: &str, error: StoreError| format!("{}: {error}", named(url));
    let clock = Arc::new(SystemClock);
    let source = open_to_move(from, Arc::clone(&clock) as _, Way::Out).await.map_err(|error| told(from, error))?;
    let target = open_to_move(to, clock, Way::In).await.map_err(|error| told(to, error))?;
    let bar = bar(arguments.quiet);
    let counts = copy(source.as_ref(), target.as_ref(), |shelf, pieces, all| drawn(&bar, (shelf, pieces, all))).await;
    bar.finish_and_clear();
    counts.map_err(|error| match error {
        StoreError::Conflict(what) => format!("{}: {what}", named(to)),
        error => error.to_string(),
    })
}

/// Drawn on a terminal only.
fn bar(quiet: bool) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:24} {pos} of {len} {msg}, {eta} left");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn drawn(bar: &ProgressBar, (shelf, pieces, all): (Shelf, u64, u64)) {
    bar.set_message(shelf.to_string());
    bar.set_length(all);
    bar.set_position(pieces);
}

fn show(counts: &[Copied], (from, to): (&str, &str), format: Format) {
    if format == Format::Json {
        let counts: Map<String, Json> = counts.iter().map(|one| (one.shelf.key(), Json::from(one.pieces))).collect();
        println!("{}", json!({ "from": named(from), "to": named(to), "copied": counts }));
        return;
    }
    for Copied { shelf, pieces } in counts.iter().filter(|one| one.pieces > 0) {
        println!("{pieces:>10}  {shelf}");
    }
    println!("everything of {} is in {}, and counted there", named(from), named(to));
    println!("start the service with `--store {}`; the first is as it was", named(to));
}
