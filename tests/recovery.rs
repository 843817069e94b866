//! One order's life, broken off at every durable write, goes on to exactly one order.
//!
//! The runtime runs in this process over real HTTP against both simulators; its store stumbles at
//! the n-th write: the write is lost, or it is durable and the process ends before it knows, or it
//! is refused as by a full disk.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use petiole::language;
use petiole::runtime::service::dispatcher;
use petiole::runtime::service::{look::Look, look_around::look};
use petiole::runtime::{Live, RuleState, Runtime, World};
use petiole::simulator::{self, Faults, Options, Served, Size, Trade};
use petiole::store::{AroundWrites, Hooked, Store, StoreError, open};
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
    at: u64,
    how: Stumble,
    gone: Arc<Notify>,
}

impl Stumbling {
    async fn end(&self) {
        self.gone.notify_one();
        std::future::pending::<()>().await;
    }
}

#[async_trait]
impl AroundWrites for Stumbling {
    async fn before(&self, number: u64) -> Result<(), StoreError> {
        let is_gone = self.how != Stumble::Refused && number > self.at;
        if is_gone || number == self.at && self.how == Stumble::Lost {
            self.end().await;
        }
        if number == self.at && self.how == Stumble::Refused {
            return Err(StoreError::Unavailable("no space left on device".to_owned()));
        }
        Ok(())
    }

    async fn after(&self, number: u64) -> Result<(), StoreError> {
        if number == self.at && self.how == Stumble::Unseen {
            self.end().await;
        }
        Ok(())
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
        let stumbling = Arc::new(Hooked::new(self.store().await, Stumbling { at, how, gone: Arc::clone(&gone) }));
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
        stumbling.writes()
    }
}

/// Tasks that the runtime started itself end after it; the store file is free only then.
async fn until_alone(store: &Arc<Hooked<dyn Store, Stumbling>>) {
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
        let store = Stumbling { at: 1, how: Stumble::Refused, gone: Arc::clone(&gone) };
        let store = Hooked::new(stage.store().await, store);
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
