//! What the runtime does where the store says no: a claim that is lost, what another settled first, what is damaged.

use std::pin::Pin;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use petiole::runtime::service::dispatcher;
use petiole::runtime::service::{look::Look, look_around::look};
use petiole::runtime::{Happening, Runtime};
use petiole::simulator::Size;
use petiole::store::memory::MemoryStore;
use petiole::store::{Hint, HintSource, IntentState, RecordRef, Settlement, Store, Work};
use petiole::world::{Clock, Method, Request, Response, SystemClock, Transport, TransportError};
use serde_json::json;

use crate::recovery::Stage;
use crate::support::{send_async, until_async};

/// How long put-off work is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

const LEASE: Duration = Duration::from_hours(24);

type Meddles = Pin<Box<dyn Future<Output = Option<TransportError>> + Send>>;

/// A transport behind which something happens before the answer to a call about orders is given.
struct Meddling {
    inner: Arc<dyn Transport>,
    meddle: Box<dyn Fn(Method, u64) -> Meddles + Send + Sync>,
    calls: AtomicU64,
}

#[async_trait]
impl Transport for Meddling {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let (method, is_it) = (request.method, request.url.contains("/v1/outbound-orders"));
        let answer = self.inner.send(request).await;
        if !is_it {
            return answer;
        }
        let number = if method == Method::Post { self.calls.fetch_add(1, Ordering::SeqCst) } else { 0 };
        match (self.meddle)(method, number).await {
            Some(error) => Err(error),
            None => answer,
        }
    }
}

/// A stage with an order that is to be created at the other side, and something behind its calls.
async fn stage(meddle: impl Fn(Method, u64) -> Meddles + Send + Sync + 'static) -> Stage {
    let mut stage = Stage::set(Size::default()).await;
    submit(&stage).await;
    let inner = Arc::clone(&stage.world.transport);
    stage.world.transport = Arc::new(Meddling { inner, meddle: Box::new(meddle), calls: AtomicU64::new(0) });
    stage
}

/// A buyer orders; the order's number.
async fn submit(stage: &Stage) -> String {
    let url = format!("{}/_control/submit", stage.sides["leaflink"].origin());
    let made = send_async(Method::Post, &url, &json!({ "count": 1 })).await;
    made["orders"][0]["number"].as_str().unwrap().to_owned()
}

async fn orders(stage: &Stage) -> usize {
    stage.state("flourish").await["orders"].as_array().unwrap().len()
}

/// Looks and works until nothing is due; why work was put off.
async fn pass(stage: &Stage, store: &Arc<dyn Store>) -> Vec<String> {
    let runtime = stage.runtime(Arc::clone(store));
    let mut happenings = runtime.listen();
    look(&runtime, Look::Changes).await.unwrap();
    dispatcher::settle(&runtime, PATIENCE).await;
    let mut reasons = Vec::new();
    while let Ok(happening) = happenings.try_recv() {
        if let Happening::PutOff { reason, .. } = happening {
            reasons.push(reason);
        }
    }
    reasons
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test);
}

#[test]
fn a_lost_claim_ends_the_work_quietly_and_whoever_has_it_now_goes_on() {
    run(async {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new(Arc::new(SystemClock)));
        let taken = Arc::new(Mutex::new(Vec::<Work>::new()));
        let (its, hands) = (Arc::clone(&store), Arc::clone(&taken));
        let stage = stage(move |method, number| {
            let (store, taken) = (Arc::clone(&its), Arc::clone(&hands));
            Box::pin(async move {
                if method == Method::Post && number == 0 {
                    // As for a process that stood still for an hour: its lease has ended, and another has its work.
                    store.clock_moved(SignedDuration::from_hours(-1)).await.unwrap();
                    let work = store.claim(9, LEASE).await.unwrap();
                    taken.lock().unwrap().extend(work);
                }
                None
            })
        })
        .await;
        assert_eq!(pass(&stage, &store).await, Vec::<String>::new());
        let taken = std::mem::take(&mut *taken.lock().unwrap());
        assert!(taken.iter().any(|work| work.target.record == "order"), "{taken:?}");
        let counts = store.counts().await.unwrap();
        assert_eq!((counts.pending, counts.in_flight), (0, taken.len() as u64), "left to whoever has it");
        assert_eq!(store.open_intents(None).await.unwrap().len(), 1, "nobody says what became of the call");
        assert!(store.links_of("orders").await.unwrap().is_empty());
        assert!(store.deferred().await.unwrap().is_empty());
        for work in &taken {
            store.postpone(work, Duration::ZERO).await.unwrap();
        }
        pass(&stage, &store).await;
        assert_eq!(orders(&stage).await, 1, "the trace of the first call was found");
        assert_eq!(store.links_of("orders").await.unwrap().len(), 1);
        assert!(store.open_intents(None).await.unwrap().is_empty());
    });
}

#[test]
fn what_another_look_settled_first_is_settled() {
    run(async {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new(Arc::new(SystemClock)));
        let its = Arc::clone(&store);
        let stage = stage(move |method, number| {
            let store = Arc::clone(&its);
            Box::pin(async move {
                if method == Method::Post && number == 0 {
                    return Some(TransportError::Interrupted("the connection was cut".to_owned()));
                }
                for open in store.open_intents(None).await.unwrap().iter().filter(|_| method == Method::Get) {
                    let intent = Some((open.number, IntentState::Done));
                    store.settle(Settlement { intent, ..Settlement::default() }).await.unwrap();
                }
                None
            })
        })
        .await;
        let reasons = pass(&stage, &store).await;
        assert_eq!(reasons.len(), 1, "put off for the cut alone: {reasons:?}");
        assert!(reasons[0].contains("the connection was cut"), "{reasons:?}");
        assert_eq!((orders(&stage).await, store.links_of("orders").await.unwrap().len()), (1, 1));
        assert_eq!(store.counts().await.unwrap().pending, 0);
    });
}

#[test]
fn what_is_damaged_is_told_and_not_tried_without_end() {
    run(async {
        let stage = stage(|_, _| Box::pin(async { None })).await;
        pass(&stage, &stage.store().await).await;
        let sql = |text: &str| {
            let file = rusqlite::Connection::open(stage.folder.0.join("petiole.db")).unwrap();
            file.execute_batch(text).unwrap();
        };
        sql("CREATE TABLE kept AS SELECT * FROM link; UPDATE link SET base = 'no base'");
        let number = submit(&stage).await;
        let store = stage.store().await;
        let link = store.links_of("orders").await;
        assert!(matches!(&link, Err(error) if error.to_string().contains("the store is damaged")), "{link:?}");
        let order = stage.state("leaflink").await["orders"][0]["number"].as_str().unwrap().to_owned();
        let told = [order, number].map(|id| told(&id)).to_vec();
        store.accept(told, None).await.unwrap();
        let runtime = stage.runtime(Arc::clone(&store));
        dispatcher::settle(&runtime, Duration::ZERO).await;
        drop(runtime);
        let reasons = store.deferred().await.unwrap();
        assert!(reasons.iter().any(|(reason, _)| reason.contains("the store is damaged")), "{reasons:?}");
        drop(store);
        let mended = "UPDATE link SET base = kept.base FROM kept
            WHERE kept.pipeline = link.pipeline AND kept.left_id = link.left_id";
        sql(mended);
        let store = stage.store().await;
        store.clock_moved(SignedDuration::from_hours(-1)).await.unwrap();
        pass(&stage, &store).await;
        assert_eq!(
            (orders(&stage).await, store.deferred().await.unwrap()),
            (2, Vec::new()),
            "mended, the work goes on"
        );
    });
}

/// A record whose work the store refuses each time does not keep the service busy with it.
#[test]
fn what_is_refused_again_is_tried_later_and_later() {
    run(async {
        let stage = stage(|_, _| Box::pin(async { None })).await;
        drop(stage.store().await);
        let sql = |text: &str| {
            let file = rusqlite::Connection::open(stage.folder.0.join("petiole.db")).unwrap();
            file.execute_batch(text).unwrap();
        };
        sql("CREATE TRIGGER no BEFORE INSERT ON decision BEGIN SELECT RAISE(ABORT, 'not now'); END");
        let store = stage.store().await;
        let runtime = stage.runtime(Arc::clone(&store));
        look(&runtime, Look::Changes).await.unwrap();
        dispatcher::settle(&runtime, Duration::ZERO).await;
        drop(runtime);
        let reasons = store.deferred().await.unwrap();
        assert!(reasons.iter().any(|(reason, _)| reason.contains("not now")), "{reasons:?}");
        drop(store);
        sql("DROP TRIGGER no");
        let store = stage.store().await;
        pass(&stage, &store).await;
        assert_eq!((orders(&stage).await, store.deferred().await.unwrap()), (1, Vec::new()));
    });
}

fn told(id: &str) -> Hint {
    let target = RecordRef { account: "leaflink".to_owned(), record: "order".to_owned(), id: id.to_owned() };
    Hint { at: Timestamp::now(), source: HintSource::Webhook, target, version: None, first: false }
}

/// The machine's clock, as of a machine that slept now and then.
struct Slept(AtomicI64);

#[async_trait]
impl Clock for Slept {
    fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_secs(self.0.load(Ordering::SeqCst))
    }

    fn steady(&self) -> Timestamp {
        SystemClock.steady()
    }

    async fn sleep(&self, duration: Duration) {
        SystemClock.sleep(duration).await;
    }
}

/// Nobody else was there to take it: what is under way is held on to before anything else is claimed.
#[test]
fn a_machine_that_slept_for_longer_than_a_lease_goes_on_with_its_own_work() {
    run(async {
        let clock = Arc::new(Slept(AtomicI64::new(0)));
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new(Arc::clone(&clock) as _));
        let running = Arc::new(OnceLock::<(Arc<Runtime>, String)>::new());
        let crossed = Arc::new(tokio::sync::Notify::new());
        let (slept, its, is_there) = (Arc::clone(&clock), Arc::clone(&running), Arc::clone(&crossed));
        let mut stage = stage(move |method, number| {
            let (clock, running, crossed) = (Arc::clone(&slept), Arc::clone(&its), Arc::clone(&is_there));
            Box::pin(async move {
                match (method, number) {
                    (Method::Post, 0) => {
                        clock.0.store(600, Ordering::SeqCst);
                        let (runtime, second) = running.get().unwrap();
                        runtime.accept(vec![told(second)]).await.unwrap();
                        crossed.notified().await;
                    }
                    (Method::Post, _) => crossed.notify_one(),
                    _ => {}
                }
                None
            })
        })
        .await;
        stage.world.clock = clock;
        let runtime = stage.runtime(Arc::clone(&store));
        let first = stage.state("leaflink").await["orders"][0]["number"].as_str().unwrap().to_owned();
        let second = submit(&stage).await;
        running.set((Arc::clone(&runtime), second)).ok().unwrap();
        runtime.accept(vec![told(&first)]).await.unwrap();
        let dispatching = tokio::spawn(dispatcher::dispatch(Arc::clone(&runtime)));
        until_async("both orders are there and nothing is under way", async || {
            let counts = store.counts().await.unwrap();
            let linked = store.links_of("orders").await.unwrap().len();
            linked == 2 && counts.pending + counts.in_flight == 0
        })
        .await;
        runtime.stop();
        dispatching.await.unwrap();
        let order = told(&first).target;
        let history = store.history(&order, 9).await.unwrap();
        assert!(history.iter().any(|entry| entry.what.starts_with("created flourish.outbound_order")), "{history:?}");
        assert_eq!(orders(&stage).await, 2);
    });
}
