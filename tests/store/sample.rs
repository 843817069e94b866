//! Records, hints, parks, links and intents to try a store with.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use petiole::language::plan::Side;
use petiole::store::memory::MemoryStore;
use petiole::store::open::open;
use petiole::store::postgres::PostgresStore;
use petiole::store::{
    BaseValues, Candidate, Generation, Hint, HintSource, HistoryEntry, IntentDraft, Link, LinkEnd, ParkDraft, Parking,
    RecordRef, RuleText, Store, StoreError, Unpaired, Wait, Work,
};
use petiole::value::{Record, Value};
use petiole::world::Clock;
use rust_decimal::Decimal;

use crate::support::postgres::{self, Database};

/// Which engine a place has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    File,
    Memory,
    Server,
}

/// A folder and a clock of its own for one test, taken away at the end.
pub(super) struct Place {
    pub(super) folder: PathBuf,
    pub(super) clock: Arc<SetClock>,
    memory: Option<Arc<MemoryStore>>,
    pub(super) database: Option<Database<'static>>,
}

/// A clock that shows what it is set to.
pub(super) struct SetClock(AtomicI64);

impl SetClock {
    pub(super) fn at(second: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(second)))
    }

    pub(super) fn set(&self, second: i64) {
        self.0.store(second, Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        at(self.0.load(Ordering::SeqCst))
    }

    async fn sleep(&self, duration: Duration) {
        let seconds = i64::try_from(duration.as_secs()).unwrap();
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

/// Longer than any test takes by its clock.
pub(super) const LEASE: Duration = Duration::from_hours(1_000);

impl Place {
    /// A place for a store in a file.
    pub(super) fn new() -> Self {
        Self::of(Engine::File).unwrap()
    }

    /// None: this machine has no server.
    pub(super) fn of(engine: Engine) -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let database = match engine {
            Engine::Server => Some(postgres::server()?.database()),
            Engine::File | Engine::Memory => None,
        };
        let name = format!("petiole-store-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        let clock = SetClock::at(0);
        let memory = (engine == Engine::Memory).then(|| Arc::new(MemoryStore::new(Arc::clone(&clock) as _)));
        Some(Self { folder, clock, memory, database })
    }

    pub(super) fn url(&self) -> String {
        format!("sqlite:{}", self.folder.join("petiole.db").display())
    }

    /// Opens the store, again where it was open before: what is in memory stays there.
    pub(super) async fn open(&self) -> Arc<dyn Store> {
        let clock = Arc::clone(&self.clock) as _;
        match (&self.memory, &self.database) {
            (Some(memory), _) => Arc::clone(memory) as _,
            (_, Some(database)) => Arc::new(PostgresStore::open_under(&database.url(), clock).await.unwrap()),
            (None, None) => open(&self.url(), clock).await.unwrap(),
        }
    }

    pub(super) async fn claim(
        &self,
        store: &Arc<dyn Store>,
        second: i64,
        limit: usize,
    ) -> Result<Vec<Work>, StoreError> {
        self.clock.set(second);
        store.claim(limit, LEASE).await
    }

    pub(super) async fn finish(
        &self,
        store: &Arc<dyn Store>,
        second: i64,
        work: &Work,
        parks: Parking,
    ) -> Result<(), StoreError> {
        self.clock.set(second);
        store.finish(work, parks).await
    }

    /// Puts work off until a second of the test.
    pub(super) async fn defer(
        &self,
        store: &Arc<dyn Store>,
        work: &Work,
        second: i64,
        reason: &str,
    ) -> Result<(), StoreError> {
        let wait = at(second).duration_since(self.clock.now());
        store.defer(work, wait.try_into().unwrap(), reason).await
    }

    /// When the next work is due.
    pub(super) async fn next_due(&self, store: &Arc<dyn Store>, parked: bool) -> Option<Timestamp> {
        let wait = store.next_due(parked).await.unwrap()?;
        Some(self.clock.now().checked_add(wait).unwrap())
    }

    pub(super) async fn retry(
        &self,
        store: &Arc<dyn Store>,
        number: Option<i64>,
        second: i64,
    ) -> Result<usize, StoreError> {
        self.clock.set(second);
        store.retry(number).await
    }

    pub(super) async fn wake(&self, store: &Arc<dyn Store>, found: &[Wait], second: i64) -> Result<usize, StoreError> {
        self.clock.set(second);
        store.wake(found).await
    }

    pub(super) async fn serve(
        &self,
        store: &Arc<dyn Store>,
        hash: &str,
        texts: &[RuleText],
        second: i64,
    ) -> Result<Generation, StoreError> {
        self.clock.set(second);
        store.serve(hash, texts).await
    }

    /// Accepts a hint for `id`, claims it and finishes it with these parks.
    pub(super) async fn walk(&self, store: &Arc<dyn Store>, id: &str, second: i64, parks: Vec<ParkDraft>) {
        self.clock.set(second);
        store.accept(vec![hint(id, HintSource::Webhook, second)], None).await.unwrap();
        self.again(store, id, second, parks).await;
    }

    /// Claims the one piece of work that is due and finishes it.
    pub(super) async fn again(&self, store: &Arc<dyn Store>, id: &str, second: i64, parks: Vec<ParkDraft>) {
        let work = self.claim(store, second, 10).await.unwrap();
        assert_eq!(ids(&work), [id]);
        self.finish(store, second, &work[0], parks.into()).await.unwrap();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Seconds into the test.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

pub(super) fn order(id: &str) -> RecordRef {
    RecordRef { account: "shop".to_owned(), record: "order".to_owned(), id: id.to_owned() }
}

pub(super) fn hint(id: &str, source: HintSource, second: i64) -> Hint {
    Hint { at: at(second), source, target: order(id), version: None, first: false }
}

pub(super) fn version(id: &str, version: &str, second: i64) -> Hint {
    Hint { version: Some(version.to_owned()), ..hint(id, HintSource::Poll, second) }
}

pub(super) fn ids(work: &[Work]) -> Vec<&str> {
    work.iter().map(|one| one.target.id.as_str()).collect()
}

pub(super) fn park(id: &str, group: Option<&str>) -> ParkDraft {
    ParkDraft {
        target: order(id),
        pipeline: "orders".to_owned(),
        group: group.map(str::to_owned),
        reason: "no customer matches".to_owned(),
        code: "no-match".to_owned(),
        message: "no customer has license `C11`".to_owned(),
        rule: ("rules/orders.yaml".to_owned(), 12),
        candidates: vec![Candidate {
            record: "crm.customer".to_owned(),
            id: "7".to_owned(),
            label: "Green Leaf".to_owned(),
            why: "the name is close".to_owned(),
        }],
        waits: vec![wait("C11")],
        values: Value::from("C11"),
        shown: vec![("crm.total".to_owned(), every_kind())],
        unpaired: Some(Unpaired {
            pipeline: "orders".to_owned(),
            side: Side::Right,
            account: "shop".to_owned(),
            id: "1".to_owned(),
            other: "crm".to_owned(),
        }),
    }
}

pub(super) fn wait(value: &str) -> Wait {
    Wait {
        account: "crm".to_owned(),
        record: "customer".to_owned(),
        field: "license".to_owned(),
        value: value.to_owned(),
    }
}

pub(super) fn end(account: &str, id: &str) -> LinkEnd {
    LinkEnd { account: account.to_owned(), id: id.to_owned() }
}

pub(super) fn every_kind() -> Value {
    let fields = [
        ("absent", Value::Null),
        ("open", Value::Bool(true)),
        ("count", Value::Integer(i64::MAX)),
        ("price", Value::Decimal(Decimal::from_str("1.50").unwrap())),
        ("large", Value::Decimal(Decimal::MAX)),
        ("name", Value::from("Grün \"Blatt\"\n")),
        ("looks_like_instant", Value::from("2026-01-02T03:04:05Z")),
        ("at", Value::Timestamp("2026-01-02T03:04:05.123456789Z".parse().unwrap())),
        ("day", Value::Date("2026-01-02".parse().unwrap())),
        ("lines", Value::List(ecow::eco_vec![Value::Integer(1), Value::Null, Value::from("x")])),
        ("tagged", Value::Record(Record::from([("$t".to_owned(), Value::from("no instant"))]))),
        ("twice", Value::Record(Record::from([("$r".to_owned(), Value::Record(Record::new()))]))),
    ];
    Value::Record(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

pub(super) fn link(left: &str, right: &str) -> Link {
    let values = BaseValues {
        by: Some("table t".to_owned()),
        sent: Some(Value::from("1")),
        ..BaseValues::new(every_kind(), Value::from("2"))
    };
    Link {
        pipeline: "orders".to_owned(),
        left: end("shop", left),
        right: end("crm", right),
        since: "2026-05-06T07:08:09.000000001Z".parse().unwrap(),
        by_hand: true,
        base: BTreeMap::from([("status".to_owned(), values), ("total".to_owned(), BaseValues::default())]),
    }
}

pub(super) fn intent(key: &str, second: i64) -> IntentDraft {
    IntentDraft {
        key: key.to_owned(),
        pipeline: "orders".to_owned(),
        cause: order("1"),
        account: "crm".to_owned(),
        record: "order".to_owned(),
        id: None,
        action: "create".to_owned(),
        fields: every_kind(),
        lines: vec!["rules/orders.yaml:3".to_owned()],
        generation: 4,
        at: at(second),
        decision: None,
    }
}

pub(super) fn story(what: &str, second: i64) -> HistoryEntry {
    HistoryEntry {
        at: at(second),
        target: order("1"),
        what: what.to_owned(),
        detail: every_kind(),
        lines: vec!["rules/orders.yaml:3".to_owned()],
    }
}
