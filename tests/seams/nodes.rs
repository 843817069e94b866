//! Two processes that share a store, in one: each brings over what it claims, and what one does for all only one does,
//! also where one of them stands still for as long as it takes to be given up, and then goes on.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use petiole::language;
use petiole::runtime::service::reload::ready;
use petiole::runtime::service::{parts, schedule};
use petiole::runtime::{RuleState, Runtime};
use petiole::store::memory::MemoryStore;
use petiole::store::{AroundWrites, Hooked, Store, StoreError};
use petiole::value::Value;
use petiole::world::spawner::{HeavyJob, Job};
use petiole::world::{Clock, SeededRandom, Spawner, Tasks, World};
use serde_json::json;

use super::given::{Line, Wire};
use super::{MemoryFiles, RULES, environment, rule_files};

/// Time that passes once nobody can go on.
struct EventClock {
    now: Mutex<Timestamp>,
    sleepers: Mutex<BTreeMap<Timestamp, Vec<Waker>>>,
}

impl EventClock {
    /// Goes to the next instant for which somebody waits; false: nobody does.
    fn pass(&self) -> bool {
        let Some((instant, wakers)) = self.sleepers.lock().unwrap().pop_first() else { return false };
        *self.now.lock().unwrap() = instant;
        wakers.into_iter().for_each(Waker::wake);
        true
    }
}

#[async_trait]
impl Clock for EventClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        let until = self.now().checked_add(duration).unwrap();
        poll_fn(|cx| {
            if self.now() >= until {
                return Poll::Ready(());
            }
            self.sleepers.lock().unwrap().entry(until).or_default().push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// A process that can stand still as a whole, as one that the machine has stopped.
struct Process {
    line: Arc<Line>,
    stands: AtomicBool,
    woken: Mutex<Vec<Waker>>,
}

impl Process {
    fn stand_still(&self, stands: bool) {
        self.stands.store(stands, Ordering::SeqCst);
        self.woken.lock().unwrap().drain(..).for_each(Waker::wake);
    }
}

/// Has the process stand still that makes a certain write to the store, right after it.
struct Stops {
    process: Arc<Process>,
    at: u64,
    /// Of all processes.
    writes: Arc<AtomicU64>,
    stopped: Arc<Mutex<Option<Arc<Process>>>>,
}

#[async_trait]
impl AroundWrites for Stops {
    async fn before(&self, _: u64) -> Result<(), StoreError> {
        Ok(())
    }

    async fn after(&self, _: u64) -> Result<(), StoreError> {
        if self.writes.fetch_add(1, Ordering::SeqCst) + 1 == self.at {
            *self.stopped.lock().unwrap() = Some(Arc::clone(&self.process));
            self.process.stand_still(true);
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}

struct Spawns(Arc<Process>);

impl Spawner for Spawns {
    fn spawn(&self, mut job: Job) {
        let process = Arc::clone(&self.0);
        self.0.line.spawn(Box::pin(poll_fn(move |cx| {
            if process.stands.load(Ordering::SeqCst) {
                process.woken.lock().unwrap().push(cx.waker().clone());
                return Poll::Pending;
            }
            job.as_mut().poll(cx)
        })));
    }

    fn spawn_heavy(&self, job: HeavyJob) {
        job();
    }
}

/// Both systems, a store, and two services on it.
struct Two {
    line: Arc<Line>,
    clock: Arc<EventClock>,
    wire: Arc<Wire>,
    first: Arc<Process>,
    /// Who stood still after a write.
    stopped: Arc<Mutex<Option<Arc<Process>>>>,
    served: Vec<(Arc<Runtime>, Tasks<()>)>,
}

impl Two {
    fn new(seed: u64) -> Self {
        Self::with(seed, &rule_files())
    }

    fn with(seed: u64, files: &Arc<MemoryFiles>) -> Self {
        Self::stopping(seed, files, u64::MAX)
    }

    /// A process stands still right after this one of the writes to the store.
    fn stopping(seed: u64, files: &Arc<MemoryFiles>, at: u64) -> Self {
        let line = Arc::new(Line::new(seed));
        let now = Mutex::new("2026-01-05T12:00:00Z".parse().unwrap());
        let clock = Arc::new(EventClock { now, sleepers: Mutex::default() });
        let compiled = || language::compile(files.as_ref(), &[PathBuf::from(RULES)]);
        let systems = compiled().plan.unwrap().systems.values().cloned().collect::<Vec<_>>();
        let wire = Arc::new(Wire::new(systems.into_iter(), Arc::clone(&clock) as _));
        let store: Arc<dyn Store> = Arc::new(MemoryStore::of_several(Arc::clone(&clock) as _));
        let processes = [(); 2].map(|()| {
            Arc::new(Process { line: Arc::clone(&line), stands: AtomicBool::default(), woken: Mutex::default() })
        });
        let mut two =
            Self { line, clock, wire, first: Arc::clone(&processes[0]), stopped: Arc::default(), served: Vec::new() };
        let writes = Arc::new(AtomicU64::new(0));
        for (number, process) in processes.into_iter().enumerate() {
            let (writes, stopped) = (Arc::clone(&writes), Arc::clone(&two.stopped));
            let stops = Stops { process: Arc::clone(&process), at, writes, stopped };
            let store: Arc<dyn Store> = Arc::new(Hooked::new(Arc::clone(&store), stops));
            let world = World {
                clock: Arc::clone(&two.clock) as _,
                random: Arc::new(SeededRandom::new(seed * 2 + number as u64)),
                transport: Arc::clone(&two.wire) as _,
                files: Arc::clone(files) as _,
                environment: Arc::new(environment),
                spawner: Arc::new(Spawns(process)),
                planted: None,
            };
            let live =
                two.run(ready(compiled(), store.as_ref(), &world, None)).unwrap_or_else(|error| panic!("{error:?}"));
            let rules = RuleState::new(RULES.into(), two.clock.now(), true, json!([]));
            let runtime = Runtime::new(Arc::clone(&store), world, live, rules, Duration::from_mins(1));
            two.run(schedule::prepare(&runtime, None)).unwrap();
            let parts = parts::begin(&runtime, None);
            two.served.push((runtime, parts));
        }
        two
    }

    fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.line.run_idle(work, || self.clock.pass())
    }

    fn order(&self, number: i64) {
        let fields = [("number", number.into()), ("state", Value::text("Paid")), ("buyer", Value::text("Ada"))];
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.wire.put("shop", "order", &fields);
    }

    fn pass(&self, time: Duration) {
        self.run(self.clock.sleep(time));
    }

    /// The orders that have a parcel, in order.
    fn brought(&self) -> Vec<i64> {
        let mut orders: Vec<i64> =
            self.wire.texts("depot", "parcel", "order_ref").iter().map(|text| text.parse().unwrap()).collect();
        orders.sort_unstable();
        orders
    }

    /// When a system was called.
    fn calls(&self, system: &str) -> Vec<Timestamp> {
        let trace = self.wire.trace();
        let of_it = trace.iter().filter(|call| call.contains(&format!(" {system}/")));
        of_it.map(|call| call.split(' ').next().unwrap().parse().unwrap()).collect()
    }

    /// How often the changes of the shop's orders were asked for.
    fn polls(&self) -> usize {
        self.wire.trace().iter().filter(|call| call.contains(" GET shop/orders?")).count()
    }
}

#[test]
fn two_processes_on_one_store_do_each_thing_once() {
    for seed in 1..=24_u64 {
        let two = Two::new(seed);
        (1..=6).for_each(|number| two.order(number));
        two.pass(Duration::from_mins(5));
        assert_eq!(two.brought(), (1..=6).collect::<Vec<_>>(), "seed {seed}");
        // Roughly one look a minute, whoever makes it.
        let before = two.polls();
        two.pass(Duration::from_hours(1));
        let polls = two.polls() - before;
        assert!((55..=65).contains(&polls), "seed {seed}: {polls} looks in an hour");
        // One of them stands still, perhaps with work and roles in its hands, until it has none of them any more.
        (7..=12).for_each(|number| two.order(number));
        two.pass(Duration::from_millis(seed * 5_000 / 2));
        two.first.stand_still(true);
        two.order(13);
        two.pass(Duration::from_mins(10));
        assert_eq!(two.brought(), (1..=13).collect::<Vec<_>>(), "seed {seed}: the other did it all");
        two.first.stand_still(false);
        two.order(14);
        two.pass(Duration::from_mins(10));
        assert_eq!(two.brought(), (1..=14).collect::<Vec<_>>(), "seed {seed}: {:#?}", two.wire.trace());
        let before = two.polls();
        two.pass(Duration::from_hours(1));
        let polls = two.polls() - before;
        assert!((55..=65).contains(&polls), "seed {seed}: {polls} looks in an hour, after one of them came back");
    }
}

/// Calls a minute that the depot takes.
const PER_MINUTE: usize = 20;

#[test]
fn two_processes_together_keep_to_what_a_peer_takes() {
    for seed in 1..=8_u64 {
        let files = rule_files();
        let path = PathBuf::from(RULES).join("depot.yaml");
        let text = files.text(&path);
        files.save(&path, &text.replace("\nrecords:", &format!("\nlimits:\n  per_minute: {PER_MINUTE}\n\nrecords:")));
        let two = Two::with(seed, &files);
        (1..=40).for_each(|number| two.order(number));
        two.pass(Duration::from_mins(20));
        assert_eq!(two.brought(), (1..=40).collect::<Vec<_>>(), "seed {seed}");
        let calls = two.calls("depot");
        for (at, begun) in calls.iter().enumerate() {
            let end = begun.checked_add(Duration::from_mins(1)).unwrap();
            let within = calls[at..].iter().take_while(|call| **call < end).count();
            assert!(within <= PER_MINUTE, "seed {seed}: {within} calls in the minute from {begun}");
        }
        let busiest =
            calls.windows(PER_MINUTE / 2).filter(|some| some[0].duration_until(some[some.len() - 1]).as_secs() < 45);
        assert!(busiest.count() > 0, "seed {seed}: what is allowed is used");
    }
}

/// A process that does not know that it stood still does nothing with what it had: not after any of its writes.
#[test]
fn whoever_was_given_up_in_the_middle_of_anything_sends_nothing() {
    let mut stood = 0;
    for at in 3..=80 {
        let two = Two::stopping(3, &rule_files(), at);
        (1..=4).for_each(|number| two.order(number));
        two.pass(Duration::from_mins(10));
        assert_eq!(two.brought(), (1..=4).collect::<Vec<_>>(), "after write {at}: the other one did it all");
        if let Some(stopped) = two.stopped.lock().unwrap().take() {
            stood += 1;
            stopped.stand_still(false);
        }
        two.order(5);
        two.pass(Duration::from_mins(10));
        assert_eq!(two.brought(), (1..=5).collect::<Vec<_>>(), "after write {at}: {:#?}", two.wire.trace());
    }
    assert!(stood > 30, "{stood} times one stood still");
}
