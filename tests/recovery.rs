//! One order's life, broken off at every durable write, goes on to exactly one order.
//!
//! The runtime runs in this process over real HTTP against both simulators; its store stumbles at
//! the n-th write: the write is lost, or it is durable and the process ends before it knows, or it
//! is refused as by a full disk.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use petiole::language;
use petiole::runtime::service::dispatcher;
use petiole::runtime::service::look::{Look, look};
use petiole::runtime::{Live, RuleState, Runtime, World};
use petiole::simulator::{self, Faults, Options, Served, Size, Trade};
use petiole::store::{
    Claim, Coordination, Counts, Cursor, DecisionEntry, Decisions, Draw, Generation, Hint, HistoryEntry, Hold, Inbox,
    Intent, IntentDraft, Journal, Lead, Link, LinkEnd, Node, Pairs, Park, Parking, Rate, RecordRef, Retention, Role,
    RuleText, Rules, Seen, SeenField, Settlement, Store, StoreError, Wait, Work, open,
};
use petiole::world::{Method, SeededRandom, SystemFiles};
use serde_json::{Value as Json, json};
use tokio::sync::Notify;

use crate::support::{Folder, fast_rules, get_async, own, send_async, signed};

/// What happens at the n-th write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stumble {
    /// It never happens, and the process is gone.
    Lost,
    /// It happens, and the process is gone.
    Unseen,
    /// It is refused, and the process goes on.
    Refused,
}

struct Stumbling {
    inner: Arc<dyn Store>,
    at: u64,
    how: Stumble,
    writes: AtomicU64,
    gone: Arc<Notify>,
}

impl Stumbling {
    async fn write<T>(&self, write: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let number = self.writes.fetch_add(1, Ordering::SeqCst) + 1;
        let gone = self.how != Stumble::Refused && number > self.at;
        if gone || number == self.at && self.how == Stumble::Lost {
            self.gone.notify_one();
            return std::future::pending().await;
        }
        if number == self.at && self.how == Stumble::Refused {
            return Err(StoreError::Unavailable("no space left on device".to_owned()));
        }
        let done = write.await;
        if number == self.at && self.how == Stumble::Unseen {
            self.gone.notify_one();
            return std::future::pending().await;
        }
        done
    }
}

#[async_trait]
impl Journal for Stumbling {
    async fn accept(&self, hints: Vec<Hint>, cursor: Option<Cursor>) -> Result<usize, StoreError> {
        self.write(self.inner.accept(hints, cursor)).await
    }
    async fn claim(&self, limit: usize, lease: Duration) -> Result<Vec<Work>, StoreError> {
        // Most claims find nothing and write nothing.
        if self.inner.counts().await?.pending == 0 {
            return Ok(Vec::new());
        }
        self.write(self.inner.claim(limit, lease)).await
    }
    async fn renew(&self, claim: Claim, lease: Duration) -> Result<(), StoreError> {
        self.write(self.inner.renew(claim, lease)).await
    }
    async fn finish(&self, work: &Work, parks: Parking) -> Result<(), StoreError> {
        self.write(self.inner.finish(work, parks)).await
    }
    async fn defer(&self, work: &Work, after: Duration, reason: &str) -> Result<(), StoreError> {
        self.write(self.inner.defer(work, after, reason)).await
    }
    async fn postpone(&self, work: &Work, after: Duration) -> Result<(), StoreError> {
        self.write(self.inner.postpone(work, after)).await
    }
    async fn next_due(&self, parked: bool) -> Result<Option<Duration>, StoreError> {
        self.inner.next_due(parked).await
    }
    async fn clock_moved(&self, by: jiff::SignedDuration) -> Result<(), StoreError> {
        self.write(self.inner.clock_moved(by)).await
    }
    async fn cursor(&self, account: &str, record: &str) -> Result<Option<jiff::Timestamp>, StoreError> {
        self.inner.cursor(account, record).await
    }
    async fn mark(
        &self,
        account: &str,
        name: &str,
        at: jiff::Timestamp,
        under: Option<&Lead>,
    ) -> Result<(), StoreError> {
        self.write(self.inner.mark(account, name, at, under)).await
    }
    async fn counts(&self) -> Result<Counts, StoreError> {
        self.inner.counts().await
    }
    async fn deferred(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.inner.deferred().await
    }
}

#[async_trait]
impl Pairs for Stumbling {
    async fn links(&self, pipeline: &str, left: bool, end: &LinkEnd) -> Result<Vec<Link>, StoreError> {
        self.inner.links(pipeline, left, end).await
    }
    async fn linked_ids(&self, pipeline: &str, left: bool, account: &str) -> Result<BTreeSet<String>, StoreError> {
        self.inner.linked_ids(pipeline, left, account).await
    }
    async fn links_of(&self, pipeline: &str) -> Result<Vec<Link>, StoreError> {
        self.inner.links_of(pipeline).await
    }
    async fn links_by_hand(&self) -> Result<Vec<Link>, StoreError> {
        self.inner.links_by_hand().await
    }
    async fn open_intent(&self, draft: IntentDraft, claim: Option<Claim>) -> Result<Intent, StoreError> {
        self.write(self.inner.open_intent(draft, claim)).await
    }
    async fn open_intents(&self, cause: Option<&RecordRef>) -> Result<Vec<Intent>, StoreError> {
        self.inner.open_intents(cause).await
    }
    async fn settle(&self, settlement: Settlement) -> Result<(), StoreError> {
        self.write(self.inner.settle(settlement)).await
    }
}

#[async_trait]
impl Inbox for Stumbling {
    async fn parks_of(&self, target: &RecordRef) -> Result<Vec<Park>, StoreError> {
        self.inner.parks_of(target).await
    }
    async fn park_known(&self, target: &RecordRef, pipeline: &str, group: Option<&str>) -> Result<bool, StoreError> {
        self.inner.park_known(target, pipeline, group).await
    }
    async fn parks(&self) -> Result<Vec<Park>, StoreError> {
        self.inner.parks().await
    }
    async fn retry(&self, number: Option<i64>) -> Result<usize, StoreError> {
        self.write(self.inner.retry(number)).await
    }
    async fn drop_park(&self, number: i64) -> Result<bool, StoreError> {
        self.write(self.inner.drop_park(number)).await
    }
    async fn wake(&self, found: &[Wait]) -> Result<usize, StoreError> {
        self.write(self.inner.wake(found)).await
    }
}

#[async_trait]
impl Decisions for Stumbling {
    async fn record_decision(&self, entry: DecisionEntry) -> Result<(), StoreError> {
        self.write(self.inner.record_decision(entry)).await
    }
    async fn decisions(
        &self,
        target: Option<&RecordRef>,
        since: Option<jiff::Timestamp>,
        limit: usize,
    ) -> Result<Vec<DecisionEntry>, StoreError> {
        self.inner.decisions(target, since, limit).await
    }
    async fn history(&self, target: &RecordRef, limit: usize) -> Result<Vec<HistoryEntry>, StoreError> {
        self.inner.history(target, limit).await
    }
}

#[async_trait]
impl Rules for Stumbling {
    async fn serve(&self, hash: &str, texts: &[RuleText]) -> Result<Generation, StoreError> {
        self.inner.serve(hash, texts).await
    }
    async fn last_good(&self) -> Result<Option<(Generation, Vec<RuleText>)>, StoreError> {
        self.inner.last_good().await
    }
}

#[async_trait]
impl Seen for Stumbling {
    async fn unlisted(&self, account: &str, record: &str) -> Result<BTreeSet<String>, StoreError> {
        self.inner.unlisted(account, record).await
    }
    async fn set_unlisted(&self, account: &str, record: &str, ids: BTreeSet<String>) -> Result<(), StoreError> {
        self.write(self.inner.set_unlisted(account, record, ids)).await
    }
    async fn seen_fields(&self) -> Result<Vec<SeenField>, StoreError> {
        self.inner.seen_fields().await
    }
    async fn note_fields(&self, fields: Vec<SeenField>) -> Result<(), StoreError> {
        self.write(self.inner.note_fields(fields)).await
    }
}

#[async_trait]
impl Coordination for Stumbling {
    async fn serve_at(&self, url: &str) -> Result<(), StoreError> {
        self.inner.serve_at(url).await
    }
    async fn join(&self, ttl: Duration) -> Result<Node, StoreError> {
        self.inner.join(ttl).await
    }
    async fn beat(&self, node: Node, ttl: Duration) -> Result<(), StoreError> {
        self.inner.beat(node, ttl).await
    }
    async fn fence(&self) -> Result<Vec<Node>, StoreError> {
        self.inner.fence().await
    }
    async fn leave(&self, node: Node) -> Result<(), StoreError> {
        self.inner.leave(node).await
    }
    async fn hold(&self, node: Node, pair: &str) -> Result<Option<Hold>, StoreError> {
        self.inner.hold(node, pair).await
    }
    async fn holds(&self, hold: Hold) -> Result<(), StoreError> {
        self.inner.holds(hold).await
    }
    async fn release(&self, hold: Hold) -> Result<bool, StoreError> {
        self.inner.release(hold).await
    }
    async fn lead(&self, node: Node, role: &Role, length: Duration) -> Result<Option<Lead>, StoreError> {
        self.inner.lead(node, role, length).await
    }
    async fn resign(&self, lead: &Lead) -> Result<bool, StoreError> {
        self.inner.resign(lead).await
    }
    async fn draw(&self, node: Node, account: &str, calls: u32, rate: Rate) -> Result<Draw, StoreError> {
        self.inner.draw(node, account, calls, rate).await
    }
    async fn give_back(&self, account: &str, draw: &Draw, unused: u32) -> Result<(), StoreError> {
        self.inner.give_back(account, draw, unused).await
    }
    async fn pause(&self, account: &str, length: Duration) -> Result<(), StoreError> {
        self.inner.pause(account, length).await
    }
}

#[async_trait]
impl Retention for Stumbling {
    async fn prune(&self, before: jiff::Timestamp, under: Option<&Lead>) -> Result<usize, StoreError> {
        self.write(self.inner.prune(before, under)).await
    }
}

/// Both simulators and a store file; a runtime is started on them as often as needed.
pub(crate) struct Stage {
    pub(crate) folder: Folder,
    rules: std::path::PathBuf,
    pub(crate) world: World,
    pub(crate) sides: BTreeMap<&'static str, Served>,
    facility: String,
}

impl Stage {
    pub(crate) async fn set(size: Size) -> Self {
        let folder = Folder::new();
        let rules = fast_rules(&folder.0);
        let world = World { random: Arc::new(SeededRandom::new(7)), ..World::real().unwrap() };
        let trade = Trade::from_seed(7, size);
        let mut sides = BTreeMap::new();
        for name in simulator::NAMES {
            let system = simulator::named(name, &trade, 7).unwrap();
            let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            let options = Options { listen, webhook: None, faults: Faults::default(), seed: 7 };
            let served = simulator::serve(system, options, Arc::clone(&world.clock), Arc::clone(&world.transport));
            sides.insert(name, served.await.unwrap());
        }
        let facility = trade.facilities.first().unwrap().id.clone();
        Self { folder, rules, world, sides, facility }
    }

    pub(crate) async fn store(&self) -> Arc<dyn Store> {
        let url = format!("sqlite:{}", self.folder.0.join("petiole.db").display());
        open::open(&url, Arc::clone(&self.world.clock)).await.unwrap()
    }

    pub(crate) fn runtime(&self, store: Arc<dyn Store>) -> Arc<Runtime> {
        let plan = language::compile(&SystemFiles, std::slice::from_ref(&self.rules)).plan.unwrap();
        let url = |(name, side): (&&str, &Served)| {
            ((*name).to_owned(), format!("{}{}", side.origin(), simulator::base_path(name)))
        };
        let (urls, facility) = (self.sides.iter().map(url).collect::<BTreeMap<_, _>>(), self.facility.clone());
        let environment = move |name: &str| {
            let (system, wanted) = name.split_once('_')?;
            match wanted {
                "BASE_URL" => urls.get(&system.to_lowercase()).cloned(),
                "FACILITY_ID" => Some(facility.clone()),
                "COMPANY_ID" => Some("501".to_owned()),
                _ => Some("test-key".to_owned()),
            }
        };
        let world = World { environment: Arc::new(environment), ..self.world.clone() };
        let live = Live::new(1, Arc::new(plan), &world, None).unwrap();
        let state = RuleState::new(self.rules.clone(), self.world.clock.now(), true, json!([]));
        Runtime::new(store, world, live, state, Duration::from_mins(1))
    }

    pub(crate) async fn state(&self, side: &str) -> Json {
        get_async(&format!("{}/_control/state", self.sides[side].origin())).await
    }

    /// Looks and works until the store stumbles, or until nothing is left to do.
    async fn goes_on_until_it_stumbles(&self, at: u64, how: Stumble) -> u64 {
        self.goes_on(Duration::from_secs(20), (at, how)).await
    }

    /// The same, where what is put off for longer than `patience` counts as left.
    pub(crate) async fn goes_on(&self, patience: Duration, (at, how): (u64, Stumble)) -> u64 {
        let gone = Arc::new(Notify::new());
        let stumbling = Arc::new(Stumbling {
            inner: self.store().await,
            at,
            how,
            writes: AtomicU64::new(0),
            gone: Arc::clone(&gone),
        });
        let runtime = self.runtime(Arc::clone(&stumbling) as Arc<dyn Store>);
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(async move {
            // A look that the store refused is made again, as the poller does.
            while look(&runtime, Look::Changes).await.is_err() {}
            dispatcher::settle(&runtime, patience).await;
        });
        tokio::select! {
            _ = tasks.join_next() => {}
            () = gone.notified() => {}
        }
        // The end of the process: whatever was under way stops where it is.
        tasks.shutdown().await;
        until_alone(&stumbling).await;
        stumbling.writes.load(Ordering::SeqCst)
    }
}

/// Tasks that the runtime started itself end after it; the store file is free only then.
async fn until_alone(store: &Arc<Stumbling>) {
    while Arc::strong_count(store) > 1 {
        tokio::task::yield_now().await;
    }
}

/// One life. Answers how many writes it took and what stands on both sides in the end.
async fn one_life(at: u64, how: Stumble) -> (u64, Json) {
    let stage = Stage::set(Size::default()).await;
    let url = format!("{}/_control/submit", stage.sides["leaflink"].origin());
    let made = send_async(Method::Post, &url, &json!({ "count": 1 })).await;
    let number = made["orders"][0]["number"].clone();
    let writes = stage.goes_on_until_it_stumbles(at, how).await;
    stage.goes_on_until_it_stumbles(u64::MAX, Stumble::Refused).await;
    let (flourish, leaflink) = (stage.state("flourish").await, stage.state("leaflink").await);
    let place = format!("stumbled at write {at}, {how:?}");
    let orders = flourish["orders"].as_array().unwrap();
    assert_eq!(orders.len(), 1, "exactly one order; {place}");
    assert_eq!(orders[0]["original_order_id"], number, "{place}");
    assert_eq!(orders[0]["order_status"], "Created", "{place}");
    assert_eq!(leaflink["orders"][0]["status"], "Accepted", "{place}");
    let store = stage.store().await;
    assert!(store.open_intents(None).await.unwrap().is_empty(), "{place}");
    assert_eq!(store.links_of("orders").await.unwrap().len(), 1, "{place}");
    let items = ["orders", "destinations"].map(|name| flourish[name].clone());
    (writes, json!({ "flourish": items, "leaflink": leaflink["orders"] }))
}

fn at_every_write(how: Stumble) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (writes, unbroken) = one_life(u64::MAX, Stumble::Refused).await;
        assert!(writes > 8, "a life has more writes than {writes}");
        for at in 1..=writes {
            let (_, outcome) = one_life(at, how).await;
            assert_eq!(outcome, unbroken, "stumbled at write {at}, {how:?}");
        }
    });
}

#[test]
fn killed_before_every_write() {
    at_every_write(Stumble::Lost);
}

#[test]
fn killed_after_every_write() {
    at_every_write(Stumble::Unseen);
}

#[test]
fn every_write_refused_once_as_by_a_full_disk() {
    at_every_write(Stumble::Refused);
}

/// What may be put off within an item's life: a look for a trace, and the next write of a burst.
const PATIENCE: Duration = Duration::from_secs(20);

/// A new item's life: it becomes a product, and the product gets what may be sold. Without a sweep.
async fn life_of_an_item(at: u64, how: Stumble) -> u64 {
    let stage = Stage::set(Size { brands: 1, items: 1, customers: 1, reps: 1, facilities: 1 }).await;
    own(&stage.rules, "products", "flourish");
    own(&stage.rules, "inventory", "flourish");
    stage.goes_on(PATIENCE, (u64::MAX, Stumble::Refused)).await;
    let flourish = stage.sides["flourish"].origin();
    let item = json!({ "sku": "NEW-1", "name": "Blue Dream 3.5g Jar", "price": 12.5, "brand": "North Leaf",
        "strain": "Wedding Cake" });
    send_async(Method::Post, &format!("{flourish}/_control/item"), &item).await;
    send_async(Method::Post, &format!("{flourish}/_control/stock"), &json!({ "sku": "NEW-1", "qty": 17 })).await;
    let writes = stage.goes_on(PATIENCE, (at, how)).await;
    stage.goes_on(PATIENCE, (u64::MAX, Stumble::Refused)).await;
    let place = format!("stumbled at write {at}, {how:?}");
    let products = stage.state("leaflink").await["products"].as_array().unwrap().clone();
    let made: Vec<&Json> = products.iter().filter(|product| product["sku"] == "NEW-1").collect();
    assert_eq!(made.len(), 1, "exactly one product; {place}");
    let quantity = made[0]["quantity"].as_str().map(str::parse::<f64>);
    assert_eq!(quantity, Some(Ok(17.0)), "its stock is offered; {place}: {}", made[0]);
    writes
}

#[test]
fn an_item_becomes_a_product_with_its_stock_whatever_write_is_the_last() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let writes = life_of_an_item(u64::MAX, Stumble::Refused).await;
        assert!(writes > 8, "a life has more writes than {writes}");
        // Lives wait more than they work, so several go on side by side.
        let mut lives = tokio::task::JoinSet::new();
        for (at, how) in (1..=writes).flat_map(|at| [(at, Stumble::Lost), (at, Stumble::Unseen)]) {
            lives.spawn(life_of_an_item(at, how));
            if lives.len() == 8 {
                lives.join_next().await.unwrap().unwrap();
            }
        }
        lives.join_all().await;
    });
}

#[test]
fn a_webhook_that_the_store_refuses_is_not_promised_and_comes_again() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let stage = Stage::set(Size::default()).await;
        let gone = Arc::new(Notify::new());
        let store = Stumbling {
            inner: stage.store().await,
            at: 1,
            how: Stumble::Refused,
            writes: AtomicU64::new(0),
            gone: Arc::clone(&gone),
        };
        let runtime = stage.runtime(Arc::new(store));
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let serving =
            petiole::server::serve(Arc::clone(&runtime), listen, petiole::server::Admission::default()).await.unwrap();
        let body = br#"{"type":"leaflink.order.created","data":{"number":"N-1"}}"#.to_vec();
        let signature = signed(&body, "test-key");
        let send = || {
            stage.world.transport.send(petiole::world::Request {
                method: Method::Post,
                url: format!("http://{}/webhooks/leaflink", serving.address),
                headers: vec![("LL-Signature".to_owned(), signature.clone())],
                body: body.clone(),
                timeout: Duration::from_secs(30),
            })
        };
        let refused = send().await.unwrap();
        assert_eq!(refused.status, 503, "{}", String::from_utf8_lossy(&refused.body));
        assert!(refused.header("Retry-After").is_some());
        assert_eq!(runtime.store.counts().await.unwrap().pending, 0);
        let accepted = send().await.unwrap();
        assert_eq!(accepted.status, 202, "{}", String::from_utf8_lossy(&accepted.body));
        assert_eq!(runtime.store.counts().await.unwrap().pending, 1);
        runtime.stop();
        serving.task.await.unwrap();
    });
}
