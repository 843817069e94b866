//! Random sequences of operations on two engines at once: every answer, and all that can be read after it, is the same.
//!
//! A case that fails is printed as the operations that it was cut down to. `PROPTEST_CASES` asks for more of them.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use petiole::store::memory::MemoryStore;
use petiole::store::postgres::PostgresStore;
use petiole::store::{
    Asked, Called, Cursor, Halt, Halted, Hint, HintSource, Intent, IntentDraft, IntentState, LinkWait, ParkDraft,
    Parking, Reach, Settlement, Store, Which, Work, open::open,
};
use petiole::world::Clock;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::sample::{SetClock, at, end, hint, intent, link, order, park, story, wait};
use crate::support::postgres::server;

const SOURCES: [HintSource; 7] = [
    HintSource::Webhook,
    HintSource::Poll,
    HintSource::Sweep,
    HintSource::Retry,
    HintSource::Asked,
    HintSource::Made,
    HintSource::Stirred,
];

/// One hint: of which record, from whom, with which version, and whether it goes first.
type Told = (usize, usize, Option<usize>, bool);

/// What is settled: an intent and how it ended, a link that is made, and one that gives way.
type Settled = (Option<(usize, bool)>, Option<(usize, usize)>, Option<(usize, usize)>);

/// What a look leaves beside parks of its record: a pair, a link that it waits for, and what it is held for.
type Left = (Option<usize>, Option<(usize, bool)>, Option<usize>);

#[derive(Clone, Debug)]
enum Step {
    Pass(i64),
    ClockSet(i64),
    Accept(Vec<Told>),
    Claim(usize, u64),
    Renew(usize, u64),
    /// Parks of the record and of a pair, a link that it waits for, and what it is held for.
    Finish(usize, Vec<usize>, Left),
    Halt(usize, Option<i64>),
    Lift(Option<usize>),
    Hasten(Option<usize>),
    Defer(usize, u64),
    Postpone(usize, u64),
    Intend(usize, Option<usize>),
    Settle(Settled, Option<usize>, Option<Told>),
    Retry(Option<i64>),
    Wake(usize),
    Drop(i64),
    Prune(i64),
    Move(Option<i64>, i64),
    Serve(usize),
}

fn told() -> impl Strategy<Value = Told> {
    (0..4_usize, 0..SOURCES.len(), prop::option::weighted(0.3, 0..2_usize), any::<bool>())
}

fn step() -> impl Strategy<Value = Step> {
    let one = 0..8_usize;
    let ends = (0..3_usize, 0..3_usize);
    let settled =
        (prop::option::of((0..4_usize, any::<bool>())), prop::option::of(ends.clone()), prop::option::of(ends));
    prop_oneof![
        3 => (0..90_i64).prop_map(Step::Pass),
        1 => (-200..200_i64).prop_map(Step::ClockSet),
        6 => prop::collection::vec(told(), 1..4).prop_map(Step::Accept),
        6 => (1..4_usize, 10..200_u64).prop_map(|(limit, lease)| Step::Claim(limit, lease)),
        1 => (one.clone(), 10..200_u64).prop_map(|(work, lease)| Step::Renew(work, lease)),
        6 => (one.clone(), prop::collection::vec(0..4_usize, 0..3), prop::option::of(0..4_usize),
            prop::option::of((0..3_usize, any::<bool>())), prop::option::weighted(0.4, 0..3_usize))
            .prop_map(|(work, parks, pair, asks, held)| Step::Finish(work, parks, (pair, asks, held))),
        3 => (0..3_usize, prop::option::of(0..200_i64)).prop_map(|(reach, until)| Step::Halt(reach, until)),
        2 => prop::option::of(0..3_usize).prop_map(Step::Lift),
        1 => prop::option::of(0..4_usize).prop_map(Step::Hasten),
        2 => (one.clone(), 0..90_u64).prop_map(|(work, after)| Step::Defer(work, after)),
        1 => (one.clone(), 0..90_u64).prop_map(|(work, after)| Step::Postpone(work, after)),
        2 => (0..3_usize, prop::option::of(one.clone())).prop_map(|(key, work)| Step::Intend(key, work)),
        4 => (settled, prop::option::of(one), prop::option::of(told()))
            .prop_map(|(settled, work, hint)| Step::Settle(settled, work, hint)),
        1 => prop::option::of(1..9_i64).prop_map(Step::Retry),
        1 => (0..3_usize).prop_map(Step::Wake),
        1 => (1..9_i64).prop_map(Step::Drop),
        1 => (0..300_i64).prop_map(Step::Prune),
        1 => (prop::option::of(0..4_i64), 0..4_i64).prop_map(|(from, to)| Step::Move(from, to)),
        1 => (0..3_usize).prop_map(Step::Serve),
    ]
}

fn hint_of((id, source, version, first): Told, second: i64) -> Hint {
    let version = version.map(|version| version.to_string());
    Hint { version, first, ..hint(&id.to_string(), SOURCES[source], second) }
}

fn park_of(id: &str, number: usize) -> ParkDraft {
    let group = [None, Some("price"), Some("lines")][number % 3];
    ParkDraft { waits: vec![wait(&number.to_string())], message: number.to_string(), ..park(id, group) }
}

/// One of the engines, with the work and the intents that it gave.
struct Driven {
    store: Arc<dyn Store>,
    /// Whether its hints are numbered without a gap.
    numbered: bool,
    work: Vec<Work>,
    intents: Vec<Intent>,
}

impl Driven {
    fn new(store: Arc<dyn Store>, numbered: bool) -> Self {
        Self { store, numbered, work: Vec::new(), intents: Vec::new() }
    }

    /// One of the pieces of work that were claimed so far, the newest first.
    fn work(&self, number: usize) -> Option<Work> {
        self.work.iter().rev().nth(number).cloned()
    }

    /// Does a step; what was answered, in words that say nothing of how an engine numbers its claims.
    async fn does(&mut self, step: &Step, second: i64) -> String {
        let store = Arc::clone(&self.store);
        let time = |seconds: u64| Duration::from_secs(seconds);
        match step.clone() {
            Step::Pass(_) => String::new(),
            Step::ClockSet(by) => words(store.clock_moved(jiff::SignedDuration::from_secs(by)).await),
            Step::Accept(told) => {
                let hints = told.into_iter().map(|told| hint_of(told, second)).collect();
                words(store.accept(hints, None).await)
            }
            Step::Claim(limit, lease) => {
                let claimed = store.claim(limit, time(lease)).await.unwrap();
                self.work.extend(claimed.clone());
                let told = |work: &Work| {
                    let numbers = self.numbered.then_some((work.hint, work.newest));
                    (work.target.id.clone(), numbers, work.source, work.since, work.attempts, work.halts)
                };
                words(claimed.iter().map(told).collect::<Vec<_>>())
            }
            Step::Renew(work, lease) => match self.work(work) {
                Some(work) => words(store.renew(work.claim, time(lease)).await),
                None => String::new(),
            },
            Step::Finish(work, parks, left) => match self.work(work) {
                Some(work) => words(store.finish(&work, parking(&work, &parks, left)).await),
                None => String::new(),
            },
            Step::Defer(work, after) => match self.work(work) {
                Some(work) => words(store.defer(&work, time(after), &format!("busy {}", after % 3)).await),
                None => String::new(),
            },
            Step::Postpone(work, after) => match self.work(work) {
                Some(work) => words(store.postpone(&work, time(after)).await),
                None => String::new(),
            },
            Step::Intend(key, work) => {
                let draft = IntentDraft { cause: order(&key.to_string()), ..intent(&key.to_string(), second) };
                let claim = work.and_then(|work| self.work(work)).map(|work| work.claim);
                let opened = store.open_intent(draft, claim).await;
                self.intents.extend(opened.clone().ok());
                words(opened)
            }
            Step::Settle(settled, work, told) => {
                let claim = work.and_then(|work| self.work(work)).map(|work| work.claim);
                words(store.settle(Settlement { claim, ..self.settlement(settled, told, second) }).await)
            }
            Step::Halt(reach, until) => {
                let (since, until) = (at(second), until.map(|until| at(second + until)));
                words(store.halt(Halt { reach: reach_of(reach), since, until, because: String::new() }).await)
            }
            Step::Lift(reach) => words(store.lift(reach.map(reach_of).as_ref()).await.map(|mut lifted| {
                lifted.sort_by(|a, b| a.reach.cmp(&b.reach));
                lifted
            })),
            Step::Hasten(id) => {
                let which = id.map_or_else(Which::default, |id| (&order(&id.to_string())).into());
                words(store.hasten(&which).await)
            }
            Step::Retry(number) => words(store.retry(number).await),
            Step::Wake(value) => words(store.wake(&[wait(&value.to_string()), wait("0")]).await),
            Step::Drop(number) => words(store.drop_park(number).await),
            Step::Prune(age) => words(store.prune(at(second - age), None).await),
            Step::Move(from, to) => {
                let cursor = Cursor::of(("shop", "order"), from.map(at), at(to));
                words(store.accept(Vec::new(), Some(cursor)).await)
            }
            Step::Serve(hash) => words(store.serve(&hash.to_string(), &[]).await),
        }
    }

    fn settlement(&self, (ended, made, gone): Settled, told: Option<Told>, second: i64) -> Settlement {
        let linked = |(left, right): (usize, usize)| link(&left.to_string(), &right.to_string());
        let intent = ended.and_then(|(number, done)| {
            let state = if done { IntentState::Done } else { IntentState::Failed };
            Some((self.intents.iter().rev().nth(number)?.number, state))
        });
        Settlement {
            claim: None,
            intent,
            link: made.map(linked),
            gives_way: gone.map(linked).into_iter().collect(),
            history: vec![story("settled", second)],
            hints: told.map(|told| hint_of(told, second)).into_iter().collect(),
            decision: None,
        }
    }

    /// All that can be read.
    async fn shows(&self) -> String {
        let store = &self.store;
        let mut shown = vec![
            words(store.counts().await),
            words(store.deferred().await),
            words(store.put_off(9).await),
            words(store.halts().await),
            words(store.parks().await),
            words(store.parks_of(&order("1")).await),
            words(store.park_known(&order("1"), "orders", Some("price")).await),
            words((store.next_due(false).await, store.next_due(true).await)),
            words(store.links_of("orders").await),
            words(store.links_by_hand().await),
            words(store.links("orders", false, &end("crm", "1")).await),
            words(store.linked_ids("orders", true, "shop").await),
            words(store.open_intents(None).await),
            words(store.open_intents(Some(&order("1"))).await),
            words(store.history(&order("1"), 3).await),
            words(store.cursor("shop", "order").await),
        ];
        shown.push(words(store.last_good().await));
        shown.join("\n")
    }
}

fn reach_of(number: usize) -> Reach {
    match number {
        0 => Reach::Pipeline("orders".to_owned()),
        1 => Reach::Account("shop".to_owned()),
        _ => Reach::Record(order("1")),
    }
}

fn parking(work: &Work, parks: &[usize], (pair, asks, held): Left) -> Parking {
    let id = &work.target.id;
    let pair = pair.map(|pair| pair.to_string());
    let asked = asks.map(|(known, left)| {
        let known = link(&known.to_string(), &known.to_string());
        let (end, other) = if left { (known.left, "crm") } else { (known.right, "shop") };
        let links = vec![LinkWait { pipeline: "orders".to_owned(), left, end, other: other.to_owned() }];
        Asked { pipeline: "orders".to_owned(), target: work.target.clone(), with: "crm".to_owned(), links }
    });
    Parking {
        drafts: parks
            .iter()
            .map(|number| park_of(if number % 2 == 0 { id } else { pair.as_ref().unwrap_or(id) }, *number))
            .collect(),
        pairs: pair.into_iter().map(|pair| (order(&pair), "orders".to_owned())).collect(),
        asked: asked.into_iter().collect(),
        halted: Halted {
            reaches: held.map(reach_of).into_iter().collect(),
            pipelines: held.map(|_| "orders".to_owned()).into_iter().collect(),
        },
        called: vec![Called::new(work.target.clone(), parks.is_empty(), [("name".to_owned(), format!("A {id}"))])],
    }
}

fn words(answer: impl Debug) -> String {
    format!("{answer:?}")
}

#[test]
fn both_engines_answer_alike_whatever_is_done() {
    let cases = Config::default().cases / 2;
    alike(cases, true, async |clock| open("sqlite::memory:", clock).await.unwrap());
}

#[test]
fn the_engine_on_a_server_answers_as_the_others_do() {
    let Some(server) = server() else { return };
    let database = server.database();
    let empty = async |clock: Arc<dyn Clock>| {
        database.execute("DROP SCHEMA IF EXISTS petiole CASCADE");
        Arc::new(PostgresStore::open_under(&database.url(), clock).await.unwrap()) as _
    };
    // A statement there takes as long as a hundred in memory.
    alike(Config::default().cases / 8, false, empty);
}

/// Does what comes to mind on the engine in memory and on another one that is empty.
fn alike(cases: u32, numbered: bool, other: impl AsyncFn(Arc<dyn Clock>) -> Arc<dyn Store>) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let steps = prop::collection::vec(step(), 1..50);
    let outcome = runner.run(&steps, |steps| {
        runtime.block_on(async {
            let clock = SetClock::at(0);
            let mut plain = Driven::new(Arc::new(MemoryStore::new(Arc::clone(&clock) as _)), numbered);
            let mut other = Driven::new(other(Arc::clone(&clock) as _).await, numbered);
            let mut second = 1_000;
            for (number, step) in steps.iter().enumerate() {
                if let Step::Pass(by) | Step::ClockSet(by) = step {
                    second += by;
                }
                clock.set(second);
                let (own, its) = (plain.does(step, second).await, other.does(step, second).await);
                prop_assert_eq!(own, its, "what step {} answers: {:?}", number, step);
                prop_assert_eq!(
                    plain.shows().await,
                    other.shows().await,
                    "what is read after step {}: {:?}",
                    number,
                    step
                );
            }
            Ok(())
        })
    });
    if let Err(failed) = outcome {
        panic!("{failed}");
    }
}
