//! `petiole demo`: a day of trade between two simulated systems, told in plain words.
//!
//! Starts both simulators and the runtime on free loopback ports with a store in a temporary
//! folder; everything crosses by real HTTP. The rules are the shipped ones.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::sync::broadcast::Receiver;

use super::arguments::{Arguments, DemoArguments};
use super::demo_story::Story;
use super::exit_code;
use crate::diagnostic::render::render;
use crate::language;
use crate::runtime::service::look::Look;
use crate::runtime::service::pass::{Pass, Scope, pass};
use crate::runtime::service::reload::ready;
use crate::runtime::service::watcher::Watch;
use crate::runtime::service::{dispatcher, parts, schedule};
use crate::runtime::{Happening, ReloadError, Report, RuleState, Runtime};
use crate::server::{self, Admission};
use crate::simulator::{self, Faults, Options, Served, Size, Trade};
use crate::store::open;
use crate::world::{Files, Method, Request, Tasks, World};

/// The key that signs the simulated systems' webhooks.
const WEBHOOK_KEY: &str = "demo-webhook-key";

/// How many of many like things are told, at each pause of an act.
const LIKE_MAX: usize = 2;

/// How long one act may take.
const ACT_MAX: Duration = Duration::from_secs(30);

/// Plays the demo.
pub async fn demo(arguments: &Arguments, demo: &DemoArguments) -> u8 {
    match play(arguments, demo).await {
        Ok(true) => exit_code::OK,
        Ok(false) => exit_code::FAILED,
        Err(message) => {
            eprintln!("petiole: {message}");
            exit_code::FAILED
        }
    }
}

/// Both systems and the runtime between them.
pub(super) struct Stage {
    pub(super) world: World,
    pub(super) runtime: Arc<Runtime>,
    sides: BTreeMap<&'static str, Served>,
    pub(super) happenings: Receiver<Happening>,
    /// Where the service listens.
    pub(super) address: String,
    /// The parts of the service, as long as it serves.
    _parts: Tasks<()>,
    /// A brand that both sides know.
    pub(super) brand: String,
}

/// What an act waits for: so many writes of a pipeline, or parks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Awaited {
    pub(super) pipeline: &'static str,
    pub(super) action: &'static str,
    pub(super) count: usize,
}

/// The two systems: who sells, and who ships.
pub(super) fn sides() -> [&'static str; 2] {
    [1, 0].map(|at| simulator::NAMES.get(at).copied().unwrap_or_default())
}

/// A text of what people see.
pub(super) fn text<'a>(body: &'a Json, path: &str) -> &'a str {
    body.pointer(path).and_then(Json::as_str).unwrap_or_default()
}

/// Nothing in particular.
pub(super) const QUIET: Awaited = Awaited { pipeline: "", action: "", count: 0 };

async fn play(arguments: &Arguments, demo: &DemoArguments) -> Result<bool, String> {
    let world = World::real().map_err(|error| error.to_string())?;
    let folder = Folder::new(&world.files)?;
    let mut stage = set(arguments, demo, (&folder, world)).await?;
    let story = Story { color: arguments.color.on() };
    story.opening(
        &stage.sides.iter().map(|(name, served)| (*name, served.origin())).collect::<Vec<_>>(),
        &arguments.rules,
    );

    if demo.serve {
        stage.opening(&story, demo.orders).await?;
        stage.trade_on(&story).await?;
        stage.runtime.stop();
        return Ok(true);
    }
    stage.day(&story, demo.orders).await?;

    story.act("Everything is compared once more");
    let report = stage.compare().await?;
    story.report(&report);
    stage.runtime.stop();
    Ok(report.converged())
}

async fn set(
    arguments: &Arguments,
    demo: &DemoArguments,
    (folder, mut world): (&Folder, World),
) -> Result<Stage, String> {
    let trade = Trade::from_seed(demo.seed, Size::default());
    let mut sides = BTreeMap::new();
    for name in simulator::NAMES {
        let Some(mut system) = simulator::named(name, &trade, demo.seed) else { continue };
        system.set_webhook_key(WEBHOOK_KEY.to_owned());
        let options = Options { listen: loopback(), webhook: None, faults: Faults::default(), seed: demo.seed };
        let served = simulator::serve(system, options, Arc::clone(&world.clock), Arc::clone(&world.transport)).await;
        sides.insert(name, served.map_err(|error| error.to_string())?);
    }
    let url = format!("sqlite:{}", folder.path.join("demo.db").display());
    let store = open::open(&url, Arc::clone(&world.clock)).await.map_err(|error| error.to_string())?;
    let facility = trade.facilities.first().map(|one| one.id.clone()).unwrap_or_default();
    let urls: BTreeMap<String, String> = sides
        .iter()
        .map(|(name, served)| (name.to_uppercase(), format!("{}{}", served.origin(), simulator::base_path(name))))
        .collect();
    world.environment = Arc::new(move |name: &str| environment(name, &urls, &facility));
    let watch = demo.serve.then(|| Watch::begin(world.files.as_ref(), &arguments.rules));
    let compiled = language::compile(world.files.as_ref(), std::slice::from_ref(&arguments.rules));
    let findings = render(&compiled.findings, &compiled.sources, arguments.color.on());
    let live = ready(compiled, store.as_ref(), &world, None).await.map_err(|error| match error {
        ReloadError::Invalid { text, .. } if findings.is_empty() => text,
        ReloadError::Invalid { .. } => findings,
        ReloadError::Store(error) => error.to_string(),
    })?;
    let state = RuleState::new(arguments.rules.clone(), world.clock.now(), true, json!([]));
    let runtime = Runtime::new(store, world.clone(), live, state, Duration::from_mins(1));
    let happenings = runtime.listen();
    let serving = server::serve(Arc::clone(&runtime), loopback(), Admission::default())
        .await
        .map_err(|error| error.to_string())?;
    let brand = trade.brands.first().cloned().unwrap_or_default();
    let parts = if demo.serve {
        schedule::prepare(&runtime, None).await.map_err(|trouble| trouble.to_string())?;
        parts::begin(&runtime, watch)
    } else {
        let mut parts = Tasks::default();
        parts.start(world.spawner.as_ref(), dispatcher::dispatch(Arc::clone(&runtime)));
        parts
    };
    let address = serving.address.to_string();
    let stage = Stage { world, runtime, sides, happenings, address, _parts: parts, brand };
    for name in simulator::NAMES {
        let body = json!({ "url": format!("http://{}/webhooks/{name}", serving.address) });
        stage.send(name, Method::Put, "webhook", &body).await?;
    }
    Ok(stage)
}

fn loopback() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

/// What the shipped accounts ask for, with the simulated systems behind it.
fn environment(name: &str, urls: &BTreeMap<String, String>, facility: &str) -> Option<String> {
    let (system, wanted) = name.split_once('_')?;
    match wanted {
        "BASE_URL" => urls.get(system).cloned(),
        "WEBHOOK_KEY" => Some(WEBHOOK_KEY.to_owned()),
        "COMPANY_ID" => Some(simulator::COMPANY.to_string()),
        "FACILITY_ID" => Some(facility.to_owned()),
        _ => Some("demo-key".to_owned()),
    }
}

impl Stage {
    /// Compares both sides whole.
    pub(super) async fn compare(&self) -> Result<Report, String> {
        let whole = Pass { scope: Scope::Look(Look::Everything), confirmed: true, patience: ACT_MAX };
        pass(&self.runtime, &whole).await.map_err(|trouble| trouble.to_string())
    }

    /// What a system's people see now.
    pub(super) async fn state(&self, system: &str) -> Result<Json, String> {
        self.send(system, Method::Get, "state", &Json::Null).await
    }

    /// Where a system is.
    pub(super) fn origin(&self, system: &str) -> String {
        self.sides.get(system).map(Served::origin).unwrap_or_default()
    }

    /// What a person does in a system.
    pub(super) async fn control(&self, system: &str, act: &str, body: &Json) -> Result<Json, String> {
        self.send(system, Method::Post, act, body).await
    }

    pub(super) async fn send(&self, system: &str, method: Method, act: &str, body: &Json) -> Result<Json, String> {
        let origin = self.origin(system);
        let request = Request {
            method,
            url: format!("{origin}/_control/{act}"),
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
            timeout: ACT_MAX,
        };
        let answer = self.world.transport.send(request).await.map_err(|error| error.to_string())?;
        let body: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status == 200 { Ok(body) } else { Err(format!("{system} refused to {act}: {body}")) }
    }

    /// Tells what happens until what is awaited has happened, or so many parks, and all is quiet.
    pub(super) async fn settle(&mut self, story: &Story, awaited: Awaited) -> Result<(), String> {
        self.gather(story, awaited, LIKE_MAX).await
    }

    /// The same where many like things happen: one of each kind is told, and how many more there were.
    pub(super) async fn settle_in_short(&mut self, story: &Story, awaited: Awaited) -> Result<(), String> {
        self.gather(story, awaited, 1).await
    }

    async fn gather(&mut self, story: &Story, awaited: Awaited, like_max: usize) -> Result<(), String> {
        let mut seen = 0;
        let mut like: BTreeMap<String, usize> = BTreeMap::new();
        let deadline = self.world.clock.now().checked_add(jiff::SignedDuration::try_from(ACT_MAX).unwrap_or_default());
        loop {
            while let Ok(happening) = self.happenings.try_recv() {
                let ends = match &happening {
                    Happening::Written(change) => {
                        change.pipeline == awaited.pipeline && change.action == awaited.action
                    }
                    Happening::Parked { .. } => true,
                    _ => false,
                };
                seen += usize::from(ends);
                let before = kind_of(&happening).map_or(0, |kind| {
                    let count = like.entry(kind).or_default();
                    *count += 1;
                    *count - 1
                });
                if before < like_max {
                    story.tell(&happening);
                }
            }
            let counts = self.runtime.store.counts().await.map_err(|error| error.to_string())?;
            let quiet = counts.pending == 0 && counts.in_flight == 0;
            if quiet && seen >= awaited.count && self.happenings.is_empty() {
                let untold: usize = like.values().map(|count| count.saturating_sub(like_max)).sum();
                story.more(untold);
                return Ok(());
            }
            if deadline.as_ref().is_ok_and(|deadline| self.world.clock.now() > *deadline) {
                return Err("the act did not come to an end".to_owned());
            }
            self.world.clock.sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Things of one kind are alike: a write of one sort in one pipeline, or a link in it. What waits is always told.
fn kind_of(happening: &Happening) -> Option<String> {
    match happening {
        Happening::Written(change) => {
            let fields =
                if change.action == "create" { Vec::new() } else { change.fields.as_record()?.keys().collect() };
            Some(format!("{} {} {} {fields:?}", change.pipeline, change.action, change.target.record))
        }
        Happening::Linked { pipeline, .. } => Some(format!("{pipeline} link")),
        _ => None,
    }
}

/// A folder that goes when the demo ends.
struct Folder {
    path: PathBuf,
    files: Arc<dyn Files>,
}

impl Folder {
    fn new(files: &Arc<dyn Files>) -> Result<Self, String> {
        let made = files.passing_folder("petiole-demo");
        let path = made.map_err(|error| format!("a folder for the demo cannot be made: {error}"))?;
        Ok(Self { path, files: Arc::clone(files) })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is the system's temporary folder's to clean.
        let _ = self.files.remove_folder(&self.path);
    }
}
