//! The connector from outside: scripted peers, requests as they go out, records as they come in.

#![allow(clippy::unnecessary_wraps, reason = "answers of a script may be broken connections")]

mod brakes;
mod carried;
mod opening;
mod pages;
mod read_once;
mod reading;
mod renewing;
mod schema;
mod shared_budget;
mod signing;
mod token;
mod webhooks;
mod writing;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use petiole::connector::webhook::Named;
use petiole::connector::{
    BreakerState, Connector, Failure, Listing, Misfit, ResolvedAccount, Shape, SignatureError, Validator, backoff,
    signature, webhook,
};
use petiole::diagnostic::Span;
use petiole::language::plan::{
    Allowance, Auth, Call, Encoding, ErrorRules, Field, FieldShape, Limits, Mark, Move, MoveBy, PageStyle, Paging,
    Place, Presence, RecordType, States, System, Template, TemplatePart, Told, Trust, WebhookRecord, WebhookRules,
    WritePlace,
};
use petiole::value::{Kind, Path, Record, Value, json};
use petiole::world::{Clock, Method, Request, Response, SeededRandom, Transport, TransportError};

const SECRET: &str = "very-secret-key";

/// How the peer says that a record is not there.
const NOT_THERE: &str = r#"{"detail":"Not found."}"#;

/// A clock that stands until someone sleeps.
struct StoodClock(Mutex<Timestamp>, Mutex<jiff::SignedDuration>);

impl StoodClock {
    fn set_back(&self, by: jiff::SignedDuration) {
        *self.1.lock().unwrap() += by;
    }
}

#[async_trait]
impl Clock for StoodClock {
    fn now(&self) -> Timestamp {
        self.steady() - *self.1.lock().unwrap()
    }

    fn steady(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        {
            let mut now = self.0.lock().unwrap();
            *now = now.checked_add(duration).unwrap();
        }
        tokio::task::yield_now().await;
    }
}

/// A peer that gives prepared answers and remembers what it was asked.
#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<Result<Response, TransportError>>>,
    asked: Mutex<Vec<Request>>,
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.asked.lock().unwrap().push(request);
        self.answers.lock().unwrap().pop_front().expect("a call that the script does not know")
    }
}

/// A connector with its scripted peer and clock.
struct Bench {
    script: Arc<Script>,
    clock: Arc<StoodClock>,
    connector: Connector,
    system: Arc<System>,
}

impl Bench {
    fn new(answers: Vec<Result<Response, TransportError>>) -> Self {
        Self::with(shop(), answers)
    }

    fn with(system: System, answers: Vec<Result<Response, TransportError>>) -> Self {
        let script = Arc::new(Script { answers: Mutex::new(answers.into()), ..Script::default() });
        let clock = Arc::new(StoodClock(Mutex::new("2026-01-05T12:00:00Z".parse().unwrap()), Mutex::default()));
        let system = Arc::new(system);
        let random = Arc::new(SeededRandom::new(7));
        let connector = Connector::new(Arc::clone(&system), account(), script.clone(), clock.clone(), random);
        Self { script, clock, connector, system }
    }

    fn order(&self) -> Arc<RecordType> {
        Arc::clone(&self.system.records["order"])
    }

    fn asked(&self) -> Vec<Request> {
        self.script.asked.lock().unwrap().clone()
    }

    fn lines(&self) -> Vec<String> {
        self.asked().iter().map(|request| format!("{} {}", request.method, request.url)).collect()
    }

    fn sent(&self, at: usize) -> serde_json::Value {
        serde_json::from_slice(&self.asked()[at].body).unwrap()
    }
}

fn account() -> ResolvedAccount {
    ResolvedAccount {
        variables: BTreeMap::new(),
        lists: BTreeMap::new(),
        name: "shop".to_owned(),
        base_url: "https://peer.example/api".to_owned(),
        secrets: BTreeMap::from([("api_key".to_owned(), SECRET.to_owned())]),
        properties: BTreeMap::from([("facility_id".to_owned(), "F1".to_owned())]),
        ..ResolvedAccount::default()
    }
}

fn answer(status: u16, body: &str) -> Result<Response, TransportError> {
    Ok(Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() })
}

fn answer_with(status: u16, header: (&str, &str), body: &str) -> Result<Response, TransportError> {
    let headers = vec![(header.0.to_owned(), header.1.to_owned())];
    Ok(Response { status, headers, body: body.as_bytes().to_vec() })
}

fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

fn template(text: &str) -> Template {
    let mut parts = Vec::new();
    for (index, piece) in text.split(['{', '}']).enumerate() {
        if piece.is_empty() {
            continue;
        }
        let piece = piece.to_owned();
        parts.push(if index % 2 == 0 { TemplatePart::Text(piece) } else { TemplatePart::Hole(piece) });
    }
    Template(parts)
}

fn call(method: Method, path: &str, query: &[(&str, &str)]) -> Call {
    Call {
        each: None,
        paging: None,
        answer: None,
        location: None,
        within: None,
        is_form: false,
        method,
        path: template(path),
        query: query.iter().map(|(name, value)| ((*name).to_owned(), template(value))).collect(),
        headers: Vec::new(),
        body: Vec::new(),
        query_text: None,
        resend: Vec::new(),
        never: Vec::new(),
        allowed_when: None,
        span: Span::default(),
    }
}

/// A field that both calls send, in the place it is read from.
fn field(at: &str, kind: Kind) -> Field {
    let inner = path(at.rsplit("[].").next().unwrap());
    Field {
        path: path(at),
        kind,
        shape: FieldShape::Plain,
        notation: None,
        read_at: inner.clone(),
        read_also: Vec::new(),
        read_header: None,
        write_kind: None,
        together: None,
        write: WritePlace::Body(inner),
        required_on_create: false,
        required_when: None,
        write_only: false,
        on_create: true,
        on_update: true,
        on_add: false,
        max: None,
        presence: Presence::Open,
        assumed: false,
        derived: false,
        span: Span::default(),
    }
}

fn read_only(field: Field) -> Field {
    Field { on_create: false, on_update: false, ..field }
}

fn money(field: Field) -> Field {
    Field { shape: FieldShape::Money { amount: "amount".into(), currency: "currency".into() }, ..field }
}

fn reference(to: &str) -> Kind {
    Kind::Reference(to.into())
}

fn order_fields() -> Vec<Field> {
    let key_in = FieldShape::KeyIn("id".to_owned());
    vec![
        read_only(field("id", Kind::Text)),
        Field { on_update: false, ..field("ref", Kind::Text) },
        field("status", Kind::Enum(["Open", "Closed"].map(String::from).into())),
        field("ordered", Kind::Timestamp),
        field("due", Kind::Date),
        Field {
            read_at: path("origin_facility.id"),
            write: WritePlace::Header("FacilityID".to_owned()),
            ..field("facility", reference("facility"))
        },
        Field { shape: key_in, ..field("rep", reference("rep")) },
        money(field("total", Kind::Decimal)),
        Field {
            read_at: path("item_id"),
            write: WritePlace::Body(path("item_id")),
            ..field("lines[].item", reference("item"))
        },
        read_only(field("lines[].sku", Kind::Text)),
        field("lines[].qty", Kind::Decimal),
        field("lines[].lot", Kind::Text),
        money(field("lines[].price", Kind::Decimal)),
    ]
}

fn record(name: &str, fields: Vec<Field>) -> RecordType {
    RecordType {
        system: "peer".to_owned(),
        name: name.to_owned(),
        key: "id".to_owned(),
        fields,
        ..RecordType::default()
    }
}

fn order() -> RecordType {
    let mut update = call(Method::Put, "/orders/{id}", &[]);
    update.resend = ["ref", "facility", "rep", "lines"].map(path).to_vec();
    RecordType {
        read: Some(call(Method::Get, "/orders/{id}/", &[("include", "lines,rep")])),
        changed: Some(call(Method::Get, "/orders/", &[("since", "{since}")])),
        list: Some(call(Method::Get, "/orders/", &[])),
        find: BTreeMap::from([("ref".to_owned(), call(Method::Get, "/orders/", &[("ref", "{ref}")]))]),
        create: Some(call(Method::Post, "/orders/", &[])),
        update: Some(update),
        states: Some(States {
            field: "status".to_owned(),
            rows: Vec::new(),
            initial: Some("Open".to_owned()),
            sent: Vec::new(),
            moves: vec![
                Move { from: "Open".into(), to: "Closed".into(), by: MoveBy::Update },
                Move {
                    from: "Open".into(),
                    to: "Closed".into(),
                    by: MoveBy::Call(Arc::new(call(Method::Post, "/orders/{id}/close/", &[]))),
                },
                Move { from: "Closed".into(), to: "Open".into(), by: MoveBy::People },
            ],
        }),
        ..record("order", order_fields())
    }
}

fn shop() -> System {
    let records = [
        order(),
        record("rep", vec![field("id", Kind::Integer)]),
        record("item", vec![field("id", Kind::Text)]),
        record("facility", vec![field("id", Kind::Text)]),
    ];
    System {
        name: "peer".to_owned(),
        headers: vec![("Authorization".to_owned(), template("App {secrets.api_key}"))],
        auth: Auth::default(),
        timeout: Duration::from_secs(30),
        settle_after: Duration::from_mins(1),
        limits: Limits { per_minute: 60, burst: 5, at_once: 2, same_record: Duration::from_secs(1) },
        allowance: Allowance::default(),
        errors: ErrorRules {
            message: vec![path("detail"), path("message")],
            gone: vec![204, 404],
            later: vec![408, 429, 500, 502, 503, 504],
            refused: Vec::new(),
            stale: vec![412],
            worded: Vec::new(),
        },
        paging: Arc::new(Paging {
            rows: path("results"),
            may_lack_rows: false,
            size: Some(("limit".to_owned(), 2)),
            count: Some(Place::Body(path("count"))),
            style: PageStyle::NextUrl { next: path("next") },
        }),
        answer: None,
        webhook: None,
        records: records.into_iter().map(|one| (one.name.clone(), Arc::new(one))).collect(),
    }
}

/// The same, as a system that wraps its answers and counts by offset.
fn wrapped() -> System {
    System { answer: Some(path("data")), paging: Arc::new(by_offset(2)), ..shop() }
}

/// Pages of so many rows, by the rows before them.
fn by_offset(size: u32) -> Paging {
    let style = PageStyle::Offset { offset: "offset".to_owned(), more: Some(path("meta.next")), short: false };
    Paging { rows: path("data"), may_lack_rows: false, size: Some(("limit".to_owned(), size)), count: None, style }
}

/// A list that comes in one answer, which is the list.
fn whole() -> Arc<Paging> {
    Arc::new(Paging { rows: Path::default(), may_lack_rows: false, size: None, count: None, style: PageStyle::Whole })
}

fn fields(text: &str) -> Record {
    json::from_json(&serde_json::from_str(text).unwrap()).as_record().unwrap().clone()
}

fn keys(rows: &[petiole::connector::Row]) -> Vec<&str> {
    rows.iter().filter_map(|row| row.value.field("id").as_text()).collect()
}
