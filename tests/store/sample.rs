//! Records, hints, parks, links and intents to try a store with.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use petiole::language::plan::Side;
use petiole::store::open::open;
use petiole::store::{
    BaseValues, Candidate, Hint, HintSource, HistoryEntry, IntentDraft, Link, LinkEnd, ParkDraft, RecordRef, Store,
    Unpaired, Wait, Work,
};
use petiole::value::{Record, Value};
use rust_decimal::Decimal;

/// A folder of its own for one test, taken away at the end.
pub(super) struct Place {
    pub(super) folder: PathBuf,
}

impl Place {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("petiole-store-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    pub(super) fn url(&self) -> String {
        format!("sqlite:{}", self.folder.join("petiole.db").display())
    }

    pub(super) async fn open(&self) -> Arc<dyn Store> {
        open(&self.url(), at(0)).await.unwrap()
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

/// Accepts a hint for `id`, claims it and finishes it with these parks.
pub(super) async fn walk(store: &dyn Store, id: &str, second: i64, parks: Vec<ParkDraft>) {
    store.accept(vec![hint(id, HintSource::Webhook, second)], None).await.unwrap();
    again(store, id, second, parks).await;
}

/// Claims the one piece of work that is due and finishes it.
pub(super) async fn again(store: &dyn Store, id: &str, second: i64, parks: Vec<ParkDraft>) {
    let work = store.claim(at(second), 10).await.unwrap();
    assert_eq!(ids(&work), [id]);
    store.finish(&work[0], at(second), parks.into()).await.unwrap();
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
