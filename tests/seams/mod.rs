//! The seams, filled by somebody else: what a simulation needs of each, and the runtime on nothing but them.

mod given;
mod nodes;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) use given::MemoryFiles;
use given::{Line, StoodClock, Wire};
use petiole::language;
use petiole::runtime::service::look::Look;
use petiole::runtime::service::pass::{Pass, Scope, pass};
use petiole::runtime::service::reload::ready;
use petiole::runtime::service::watcher::Watch;
use petiole::runtime::service::{parts, schedule};
use petiole::runtime::{Live, ReloadError, RuleState, Runtime};
use petiole::server::receive::{Delivery, Desk, receive};
use petiole::store::Store;
use petiole::store::memory::MemoryStore;
use petiole::value::Value;
use petiole::world::{BrokeOff, SeededRandom, Spawner, Tasks, ThreadSpawner, World};
use serde_json::json;

use crate::support::signed;

/// The folder of the rules, which is on no disk.
const RULES: &str = "rules";

/// What signs the shop's webhooks.
const SECRET: &str = "hush";

/// The quickstart's rules, and webhooks of the shop.
fn rule_files() -> Arc<MemoryFiles> {
    let files = Arc::new(MemoryFiles::default());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart/rules");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut text = std::fs::read_to_string(&path).unwrap();
        if path.ends_with("shop.yaml") {
            let webhook = "webhook:\n  header: X-Signed\n  algorithm: hmac-sha256\n  encoding: base64\n  secret: hook\n  \
                           records:\n    - order: ref\n\nrecords:\n";
            text = text.replace("records:\n", webhook);
        }
        text = text.replace("key: ${SHOP_KEY}", "key: ${SHOP_KEY}\n      hook: ${SHOP_HOOK}");
        files.save(&Path::new(RULES).join(path.file_name().unwrap()), &text);
    }
    files
}

fn environment(name: &str) -> Option<String> {
    Some(match name {
        "SHOP_URL" => "http://shop".to_owned(),
        "DEPOT_URL" => "http://depot".to_owned(),
        "SHOP_HOOK" => SECRET.to_owned(),
        "SHOP_KEY" | "DEPOT_KEY" => "key".to_owned(),
        _ => return None,
    })
}

/// Both systems, their rules and a runtime, none of it on anything of this machine but memory.
struct Small {
    files: Arc<MemoryFiles>,
    line: Arc<Line>,
    wire: Arc<Wire>,
    runtime: Arc<Runtime>,
}

impl Small {
    /// Where its webhooks are judged under these rules.
    fn desk<'a>(&'a self, live: &'a Live) -> Desk<'a> {
        Desk { live, departed: &self.runtime.departed, world: &self.runtime.world, store: self.runtime.store.as_ref() }
    }

    fn new(seed: u64) -> Self {
        let (files, line) = (rule_files(), Arc::new(Line::new(seed)));
        let clock = Arc::new(StoodClock::default());
        let compiled = language::compile(files.as_ref(), &[PathBuf::from(RULES)]);
        let systems = compiled.plan.as_ref().unwrap().systems.values().cloned();
        let wire = Arc::new(Wire::new(systems, Arc::clone(&clock) as _));
        let world = World {
            clock,
            random: Arc::new(SeededRandom::new(seed)),
            transport: Arc::clone(&wire) as _,
            files: Arc::clone(&files) as _,
            environment: Arc::new(environment),
            spawner: Arc::clone(&line) as _,
            planted: None,
        };
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new(Arc::clone(&world.clock)));
        let live = line.run(ready(compiled, store.as_ref(), &world, None));
        let live = live.unwrap_or_else(|error| panic!("{error:?}"));
        let rules = RuleState::new(RULES.into(), world.clock.now(), true, json!([]));
        let runtime = Runtime::new(store, world, live, rules, Duration::from_mins(1));
        Self { files, line, wire, runtime }
    }

    fn order(&self, number: i64, state: &str) {
        let fields = [("number", number.into()), ("state", Value::text(state)), ("buyer", Value::text("Ada"))];
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.wire.put("shop", "order", &fields);
    }

    fn sweep(&self) {
        let everything =
            Pass { scope: Scope::Look(Look::Everything), confirmed: true, patience: Duration::from_secs(5) };
        let report = self.line.run(pass(&self.runtime, &everything)).unwrap();
        assert!(report.converged(), "{report}");
    }

    fn parcels(&self) -> Vec<String> {
        self.wire.texts("depot", "parcel", "receiver")
    }
}

/// No thread pool, no timer and no disk: whatever asks for one of them past the seams panics here.
#[test]
fn a_whole_pass_runs_on_seams_of_its_own() {
    for seed in 1..=8 {
        let small = Small::new(seed);
        (1..=5).for_each(|number| small.order(number, if number == 3 { "New" } else { "Paid" }));
        small.sweep();
        assert_eq!(small.parcels().len(), 4, "seed {seed}");
        assert!(small.line.begun() > 0, "tasks were run in line");
    }
}

/// A life of the whole service, told by its calls: brought over, told of by a poll, stopped.
fn life(seed: u64) -> Vec<String> {
    let small = Small::new(seed);
    (1..=6).for_each(|number| small.order(number, if number > 4 { "New" } else { "Paid" }));
    let watch = Watch::begin(small.files.as_ref(), Path::new(RULES));
    small.line.run(schedule::prepare(&small.runtime, None)).unwrap();
    let mut parts = parts::begin(&small.runtime, Some(watch));
    let come = |count: usize| {
        small.line.run(async {
            // Some look or other sees it within a day.
            for _ in 0..86_400 {
                if small.parcels().len() == count {
                    return;
                }
                small.runtime.world.clock.sleep(Duration::from_secs(1)).await;
            }
            panic!("seed {seed}: {} parcels and not {count}: {:#?}", small.parcels().len(), small.wire.trace());
        });
    };
    come(4);
    small.order(5, "Paid");
    come(5);
    small.runtime.stop();
    small.line.run(async {
        while let Some((_, how)) = parts.join_next().await {
            assert_eq!(how, Ok(()), "seed {seed}");
        }
    });
    small.wire.trace()
}

/// What a seed leads to, it leads to again: nothing of this machine's time, threads or memory is in it.
#[test]
fn a_service_in_line_does_the_same_twice() {
    for seed in 1..=8 {
        assert_eq!(life(seed), life(seed), "seed {seed}");
    }
    assert_ne!(life(1), life(2), "the order of tasks is the seed's");
}

#[test]
fn rules_are_read_watched_and_taken_from_files_in_memory() {
    let small = Small::new(3);
    let parcels = Path::new(RULES).join("parcels.yaml");
    let text = small.files.text(&parcels);
    let mut watch = Some(Watch::begin(small.files.as_ref(), Path::new(RULES)));
    let serve = small.line.start(watch.take().unwrap().serve(Arc::clone(&small.runtime)));
    let generation = || small.runtime.live.load().generation;
    let before = generation();
    small.files.save(&parcels, &text.replace("\"somebody\"", "\"nobody\""));
    let runtime = Arc::clone(&small.runtime);
    small.line.run(async move {
        while runtime.live.load().generation == before {
            runtime.world.clock.sleep(Duration::from_millis(10)).await;
        }
    });
    small.files.save(&parcels, "pipeline: parcels\nbetween: [shop.order");
    let refused = small.line.run(small.runtime.reload());
    assert!(matches!(refused, Err(ReloadError::Invalid { .. })), "{refused:?}");
    assert!(generation() > before);
    small.runtime.stop();
    assert_eq!(small.line.run(serve), Ok(()));
}

/// A webhook is judged by a function of headers, body, rules, clock and store, without a connection.
#[test]
fn a_webhook_is_received_without_a_server() {
    let small = Small::new(5);
    small.order(7, "Paid");
    let live = small.runtime.live.load_full();
    let desk = small.desk(&live);
    let tell = |account: &str, body: &[u8], signature: Option<&str>| {
        let headers: Vec<(String, String)> =
            signature.iter().map(|text| ("x-signed".to_owned(), (*text).to_owned())).collect();
        small.line.run(receive(&desk, &Delivery { account, headers: &headers, body }))
    };
    let right = |body: &[u8]| signed(body, SECRET);
    let pending = || small.line.run(small.runtime.store.counts()).unwrap().pending;

    let body: &[u8] = br#"{"ref":7}"#;
    for (account, body, signature, status, known) in [
        ("depot", body, Some(right(body)), 404, true),
        ("nobody", body, Some(right(body)), 404, false),
        ("shop", body, None, 401, true),
        ("shop", body, Some(signed(body, "guessed")), 401, true),
        ("shop", body, Some("?".to_owned()), 401, true),
        ("shop", b"{\"ref\":", Some(right(b"{\"ref\":")), 400, true),
        ("shop", &vec![b' '; 1024 * 1024 + 1], None, 413, true),
    ] {
        let answer = tell(account, body, signature.as_deref());
        assert_eq!((answer.status, answer.brings_work, answer.retry_after), (status, false, None), "{answer:?}");
        let refused = answer.refused.unwrap();
        assert_eq!((refused.known, refused.why), (known, answer.text.to_owned()), "{account} {status}");
    }
    let nothing = tell("shop", b"{}", Some(&right(b"{}")));
    assert_eq!((nothing.status, nothing.brings_work, nothing.refused), (202, false, None));
    assert_eq!(pending(), 0, "nothing of it is work");

    let taken = tell("shop", body, Some(&right(body)));
    assert_eq!((taken.status, taken.text, taken.brings_work, taken.refused), (202, "accepted", true, None));
    assert_eq!(pending(), 1, "durable before it is answered");
}

/// What a reload took away a moment ago may be back: its webhooks are put off and not lost.
#[test]
fn a_webhook_of_an_account_that_just_went_is_put_off() {
    let small = Small::new(6);
    let shop = Path::new(RULES).join("shop.yaml");
    let (whole, _) = small.files.text(&shop).split_once("webhook:").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let records = small.files.text(&shop).split_once("\nrecords:\n").unwrap().1.to_owned();
    small.files.save(&shop, &format!("{whole}records:\n{records}"));
    small.line.run(small.runtime.reload()).unwrap_or_else(|error| panic!("{error:?}"));
    let live = small.runtime.live.load_full();
    let desk = small.desk(&live);
    let delivery = Delivery { account: "shop", headers: &[], body: b"{}" };
    let answer = small.line.run(receive(&desk, &delivery));
    assert_eq!((answer.status, answer.retry_after), (503, Some(5)), "{answer:?}");
    assert!(answer.refused.is_some_and(|refused| refused.known));
}

/// Says when it goes.
struct Tells(Arc<AtomicUsize>);

impl Drop for Tells {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Whoever runs tasks, how they end is told the same.
async fn how_tasks_end(spawner: Arc<dyn Spawner>) {
    assert_eq!(spawner.start(async { 7 }).await, Ok(7));
    assert_eq!(spawner.start_heavy(|| 8).await, Ok(8));
    let fault = |words: &str| Err(BrokeOff::Panicked(words.to_owned()));
    assert_eq!(
        spawner.start(async { std::panic::resume_unwind(Box::new("a fault")) }).await,
        fault("a fault") as Result<(), _>
    );
    let heavy = spawner.start_heavy(|| std::panic::resume_unwind(Box::new("another".to_owned())));
    assert_eq!(heavy.await, fault("another") as Result<(), _>);

    let gone = Arc::new(AtomicUsize::new(0));
    let holds = Tells(Arc::clone(&gone));
    let endless = spawner.start(async move {
        let _holds = holds;
        std::future::pending::<()>().await;
    });
    endless.abort();
    assert_eq!(endless.await, Err(BrokeOff::Cancelled));
    assert_eq!(gone.load(Ordering::SeqCst), 1, "what it held is given back before it is told");

    let mut tasks = Tasks::default();
    let ids: Vec<_> = (0..3).map(|number| tasks.start(spawner.as_ref(), async move { number })).collect();
    let mut ended = BTreeMap::new();
    while let Some((id, how)) = tasks.join_next().await {
        ended.insert(id, how.unwrap());
    }
    assert_eq!(ids.iter().map(|id| ended[id]).collect::<Vec<_>>(), [0, 1, 2]);
    assert!(tasks.is_empty() && tasks.join_next().await.is_none());

    let mut tasks = Tasks::default();
    for _ in 0..3 {
        let holds = Tells(Arc::clone(&gone));
        tasks.start(spawner.as_ref(), async move {
            let _holds = holds;
            std::future::pending::<()>().await;
        });
    }
    tasks.shutdown().await;
    assert_eq!(gone.load(Ordering::SeqCst), 4, "all of them went");
}

#[test]
fn tasks_end_the_same_on_threads_and_in_line() {
    let line = Arc::new(Line::new(1));
    line.run(how_tasks_end(Arc::clone(&line) as _));
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    threads.block_on(how_tasks_end(Arc::new(ThreadSpawner)));
}

/// A crash drops every task: whoever waited for one hears that it is gone, and nothing it held stays.
#[test]
fn a_crash_leaves_nothing_behind() {
    let line = Arc::new(Line::new(2));
    let gone = Arc::new(AtomicUsize::new(0));
    let mut tasks = Tasks::default();
    let mut waits = Vec::new();
    for _ in 0..4 {
        let (one, other) = (Tells(Arc::clone(&gone)), Tells(Arc::clone(&gone)));
        let work = |holds: Tells| async move {
            let _holds = holds;
            std::future::pending::<()>().await;
        };
        tasks.start(line.as_ref(), work(one));
        waits.push(line.start(work(other)));
    }
    line.run(async {});
    line.crash();
    assert_eq!(gone.load(Ordering::SeqCst), 8);
    for wait in waits {
        assert_eq!(line.run(wait), Err(BrokeOff::Cancelled));
    }
    let told = Mutex::new(0);
    line.run(async {
        while let Some((_, how)) = tasks.join_next().await {
            assert_eq!(how, Err(BrokeOff::Cancelled));
            *told.lock().unwrap() += 1;
        }
    });
    assert_eq!(told.into_inner().unwrap(), 4);
}
