//! `petiole run`: the service.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::arguments::{Arguments, RunArguments};
use super::exit_code;
use super::service::ADMIN_TOKEN;
use crate::language::plan::Plan;
use crate::language::plan::setting_type::UNKNOWN_MODE;
use crate::language::source::{SourceFile, SourceMap};
use crate::language::{self};
use crate::runtime::limits::POLL_INTERVAL;
use crate::runtime::service::reload::ready;
use crate::runtime::service::watcher::Watch;
use crate::runtime::service::{drain, parts, schedule};
use crate::runtime::{Live, ReloadError, RuleState, Runtime};
use crate::server::{self, Admission};
use crate::store::{RuleText, Store, StoreError, open};
use crate::value::duration;
use crate::world::World;
use crate::world::spawner::Ended;

/// Serves until a signal, then drains.
pub async fn run(arguments: &Arguments, run: &RunArguments) -> u8 {
    let world = match World::real() {
        Ok(world) => world,
        Err(error) => return failed(&error.to_string()),
    };
    let watch = (!run.no_watch).then(|| Watch::begin(world.files.as_ref(), &arguments.rules));
    let (runtime, before) = match start(arguments, run, world).await {
        Ok(started) => started,
        Err(code) => return code,
    };
    if let Err(trouble) = schedule::prepare(&runtime, before.as_ref()).await {
        return failed(&trouble.to_string());
    }
    let admission = Admission::new(runtime.world.environment.variable(ADMIN_TOKEN), run.allowed_hosts.clone());
    let serving = match server::serve(Arc::clone(&runtime), run.listen, admission).await {
        Ok(serving) => serving,
        Err(error) => {
            eprintln!("petiole: cannot listen on {}: {error}", run.listen);
            return exit_code::FAILED;
        }
    };
    // Heard from before anybody is told that there is somebody to send one to.
    let signals = Signals::heard();
    println!("listening on http://{}", serving.address);
    if let Err(error) = announce(&runtime, serving.address).await {
        return failed(&error.to_string());
    }
    let mut parts = parts::begin(&runtime, watch);
    let code = tokio::select! {
        biased;
        () = until_signal(&runtime, signals) => exit_code::OK,
        ended = parts.join_next() => broke_off(ended),
    };
    tracing::info!("stopping; work in flight is finished first");
    runtime.stop();
    drain::end(&runtime, &mut parts).await;
    runtime.leave().await;
    serving.task.abort();
    code
}

/// Says what is served and where, and tells other commands on this machine where to ask.
async fn announce(runtime: &Runtime, address: SocketAddr) -> Result<(), StoreError> {
    let live = runtime.live.load_full();
    let poll_interval = duration::text(runtime.poll_interval);
    tracing::info!(generation = live.generation, mode = live.mode(), poll_interval, "serving");
    let here =
        if address.ip().is_unspecified() { format!("THIS_HOST:{}", address.port()) } else { address.to_string() };
    for account in live.plan.accounts.values() {
        let base_url = live.peers.get(&account.name).map(|peer| peer.base_url()).unwrap_or_default();
        let takes = live.plan.systems.get(&account.system).is_some_and(|system| system.webhook.is_some());
        let webhooks = if takes { format!("http://{here}/webhooks/{}", account.name) } else { "none".to_owned() };
        tracing::info!(account = account.name, system = account.system, base_url, webhooks, "account");
    }
    let own = if address.ip().is_unspecified() { format!("127.0.0.1:{}", address.port()) } else { address.to_string() };
    runtime.is_served_at(&format!("http://{own}")).await
}

/// A part of the service that ends unasked ends the service: whoever watches over it starts it again, whole.
fn broke_off(ended: Option<Ended<()>>) -> u8 {
    match ended {
        Some((_, Err(error))) => tracing::error!(%error, "a part of the service broke off; the service ends"),
        _ => tracing::error!("a part of the service ended unasked; the service ends"),
    }
    exit_code::FAILED
}

/// The runtime, and the rules that served last where they are others.
async fn start(arguments: &Arguments, run: &RunArguments, world: World) -> Result<(Arc<Runtime>, Option<Plan>), u8> {
    let store =
        open::open(&arguments.store, Arc::clone(&world.clock)).await.map_err(|error| failed(&error.to_string()))?;
    let now = world.clock.now();
    let compiled = language::compile(world.files.as_ref(), std::slice::from_ref(&arguments.rules));
    let before = served_before(store.as_ref(), compiled.plan.as_ref()).await;
    let (live, state) = match ready(compiled, store.as_ref(), &world, None).await {
        Ok(live) => (live, RuleState::new(arguments.rules.clone(), now, true, json!([]))),
        Err(ReloadError::Store(error)) => return Err(failed(&error.to_string())),
        Err(ReloadError::Invalid { text, json }) => {
            eprint!("{text}");
            if run.strict {
                eprintln!("petiole: the rules have errors, and --strict forbids the last good ones");
                return Err(exit_code::INVALID);
            }
            // Older rules may have been live, and whoever set a mode wanted it otherwise.
            let findings = json.get("findings").cloned().unwrap_or_else(|| json!([]));
            let asked = findings
                .as_array()
                .into_iter()
                .flatten()
                .any(|one| one.get("code").is_some_and(|code| code == UNKNOWN_MODE));
            if asked {
                eprintln!("petiole: the mode is not known, and older rules do not serve in its place");
                return Err(exit_code::INVALID);
            }
            let live = last_good(store.as_ref(), &world).await?;
            tracing::warn!(generation = live.generation, "the rule files have errors; the last good rules serve");
            (live, RuleState::new(arguments.rules.clone(), now, false, findings))
        }
    };
    let interval = run.poll_interval.unwrap_or(POLL_INTERVAL);
    Ok((Runtime::new(store, world, live, state, interval), before))
}

/// The rules that served last, where they are not those that were compiled now.
async fn served_before(store: &dyn Store, now: Option<&Plan>) -> Option<Plan> {
    let (generation, texts) = store.last_good().await.ok().flatten()?;
    if now.is_none_or(|plan| plan.rules_hash == generation.hash) {
        return None;
    }
    language::compile_texts(source_map(texts)).plan
}

fn source_map(texts: Vec<RuleText>) -> SourceMap {
    SourceMap::new(texts.into_iter().map(|text| SourceFile { name: text.name, text: text.text }).collect())
}

async fn last_good(store: &dyn Store, world: &World) -> Result<Live, u8> {
    let kept = store.last_good().await.map_err(|error| failed(&error.to_string()))?;
    let Some((_, texts)) = kept else {
        eprintln!("petiole: the rules have errors and no good set ever served from this store");
        return Err(exit_code::INVALID);
    };
    let compiled = language::compile_texts(source_map(texts));
    ready(compiled, store, world, None).await.map_err(|error| {
        if let ReloadError::Invalid { text, .. } = error {
            eprint!("{text}");
        }
        eprintln!("petiole: the last good rules do not serve either");
        exit_code::INVALID
    })
}

fn failed(message: &str) -> u8 {
    eprintln!("petiole: {message}");
    exit_code::FAILED
}

/// The signals that the service listens for; none where the system has none.
struct Signals(Option<[Signal; 3]>);

impl Signals {
    fn heard() -> Self {
        let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
        let [terminate, interrupt, hangup] = kinds.map(|kind| signal(kind).ok());
        Self(
            terminate.zip(interrupt).zip(hangup).map(|((terminate, interrupt), hangup)| [terminate, interrupt, hangup]),
        )
    }
}

/// SIGTERM and SIGINT end; SIGHUP reloads the rules.
async fn until_signal(runtime: &Runtime, signals: Signals) {
    let Some([mut terminate, mut interrupt, mut hangup]) = signals.0 else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    loop {
        tokio::select! {
            biased;
            _ = terminate.recv() => return,
            _ = interrupt.recv() => return,
            _ = hangup.recv() => {
                let _ = runtime.reload().await;
            }
        }
    }
}
