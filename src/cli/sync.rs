//! `petiole sync`: one pass, then the reconcile report.

use std::time::Duration;

use serde_json::json;

use super::arguments::{Arguments, Format, SyncArguments};
use super::exit_code;
use super::progress::Progress;
use super::run::real_world;
use crate::language;
use crate::runtime::limits::POLL_INTERVAL;
use crate::runtime::pass::{Pass, Scope, pass};
use crate::runtime::poller::Look;
use crate::runtime::reload::ready;
use crate::runtime::{ReloadError, Report, RuleState, Runtime};
use crate::store::open;
use crate::world::{Clock as _, SystemClock};

/// How long put-off work is waited for before it counts as left.
const PATIENCE: Duration = Duration::from_mins(1);

/// Brings both sides together once.
pub async fn sync(arguments: &Arguments, sync: &SyncArguments) -> u8 {
    match made(arguments, sync).await {
        Ok(report) => {
            match sync.format {
                Format::Json => println!("{:#}", report.to_json()),
                Format::Text => print!("{report}"),
            }
            if report.converged() { exit_code::OK } else { exit_code::FAILED }
        }
        Err((code, message)) => {
            eprintln!("{}", message.trim_end());
            code
        }
    }
}

async fn made(arguments: &Arguments, sync: &SyncArguments) -> Result<Report, (u8, String)> {
    let failed = |message: String| (exit_code::FAILED, format!("petiole: {message}"));
    let world = real_world().map_err(failed)?;
    let store = open::open(&arguments.store, SystemClock.now()).await.map_err(|error| failed(error.to_string()))?;
    let compiled = language::compile(std::slice::from_ref(&arguments.rules));
    let live = ready(compiled, store.as_ref(), &world, None).await.map_err(|error| match error {
        ReloadError::Invalid { text, .. } => (exit_code::INVALID, text),
        ReloadError::Store(error) => failed(error.to_string()),
    })?;
    let state = RuleState::new(arguments.rules.clone(), world.clock.now(), true, json!([]));
    let runtime = Runtime::new(store, world, live, state, POLL_INTERVAL);
    let scope = match &sync.only {
        Some(name) => Scope::Only(runtime.named(name).await.map_err(failed)?),
        None => Scope::Look(if sync.full { Look::Everything } else { Look::Changes }),
    };
    let showing = Progress::start(&runtime, arguments.quiet);
    let report = pass(&runtime, &Pass { scope, confirmed: sync.yes, patience: PATIENCE }).await;
    showing.end();
    report.map_err(|trouble| failed(trouble.to_string()))
}
