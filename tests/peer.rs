//! A peer made from a system file, met by the real connector and over HTTP.

#![allow(clippy::needless_pass_by_value, reason = "fields are written out where they are used")]

mod allowed;
mod envelopes;
mod forms;
mod pages;
mod queries;
mod spellings;
mod states;
mod versions;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use petiole::connector::{Connector, Failure, Listing, ResolvedAccount};
use petiole::language;
use petiole::language::plan::{RecordType, System};
use petiole::peer::{CallKind, Peer};
use petiole::simulator::Simulator;
use petiole::value::{Record, Value, json};
use petiole::view::systems::EXAMPLES;
use petiole::world::{Clock, Method, Request, Response, SeededRandom, SystemFiles, Transport, TransportError};
use serde_json::{Value as Json, json};

use crate::support::{Folder, Process, get, http, petiole, send};

const INVENTED: &str = "
system: depot
http:
  auth: Authorization = Bearer {secrets.token}
errors:
  message: [error.text]
  gone: [404]
paging:
  style: next_url
  rows: page.rows
  next: page.next
  size: page_size = 3
webhook:
  header: X-Signed
  algorithm: hmac-sha256
  encoding: base64
  secret: hook
  kind: about
  records:
    - crate: body.ref when crate
records:
  crate:
    key: ref
    created: made
    modified: touched
    fields:
      ref: integer, read only
      made: timestamp, read only
      touched: timestamp, read only
      label: text, required on create, max 8
      price: money as {value, unit}
      depot: -> depot as {code}, in header X-Depot, required on create
      stage: enum [Empty, Packed, Gone], read only
      parts[].name: text, at part.name, required on create
      parts[].count: decimal
      tags: list of text
      sealed: bool, write on update
      seal: text, required when depot.strict
    calls:
      read: GET /crates/{ref}
      list: GET /crates
      changed: GET /crates?touched_after={since}
      find by label: GET /crates?label__istartswith={label}
      create: POST /crates
      update:
        request: PATCH /crates/{ref}
        allowed when: stage != \"Gone\"
        resend: [label]
    states:
      field: stage
      moves:
        - Empty -> Packed: POST /crates/{ref}/pack
        - Packed -> Gone: by people
  depot:
    key: code
    fields:
      code: text, read only
      strict: bool, read only
    calls:
      list: GET /depots
";

struct Wire(Mutex<Peer>);

#[async_trait]
impl Transport for Wire {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let url = request.url.strip_prefix("http://peer").unwrap().to_owned();
        let now = "2026-01-05T12:00:00Z".parse().unwrap();
        Ok(self.0.lock().unwrap().handle(now, &Request { url, ..request }).response)
    }
}

struct StoodClock(Mutex<Timestamp>);

#[async_trait]
impl Clock for StoodClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(duration).unwrap();
    }
}

/// A peer with a connector in front of it.
struct Bench {
    wire: Arc<Wire>,
    connector: Connector,
    system: Arc<System>,
}

impl Bench {
    /// Over a file of the reference's examples.
    fn example(name: &str) -> Self {
        let folder = Folder::new();
        let path = folder.0.join(name);
        std::fs::write(&path, EXAMPLES.iter().find(|(known, _)| *known == name).unwrap().1).unwrap();
        Self::new(system(path))
    }

    fn new(system: Arc<System>) -> Self {
        let wire = Arc::new(Wire(Mutex::new(Peer::new(Arc::clone(&system)))));
        let account = ResolvedAccount {
            variables: BTreeMap::new(),
            lists: BTreeMap::new(),
            name: "one".to_owned(),
            base_url: "http://peer".to_owned(),
            secrets: ["token", "api_key"].map(|name| (name.to_owned(), "open".to_owned())).into(),
            properties: BTreeMap::from([("facility_id".to_owned(), "F1".to_owned())]),
            ..ResolvedAccount::default()
        };
        let random = Arc::new(SeededRandom::new(1));
        let clock = Arc::new(StoodClock(Mutex::new("2026-01-05T12:00:00Z".parse().unwrap())));
        let connector = Connector::new(Arc::clone(&system), account, wire.clone(), clock, random);
        Self { wire, connector, system }
    }

    fn record(&self, name: &str) -> Arc<RecordType> {
        Arc::clone(&self.system.records[name])
    }

    fn put(&self, record: &str, fields: Json) -> Value {
        let now = "2026-01-05T11:00:00Z".parse().unwrap();
        self.wire.0.lock().unwrap().put(now, record, &fields_of(fields)).unwrap()
    }

    fn kinds(&self) -> Vec<CallKind> {
        self.wire.0.lock().unwrap().calls().map(|call| call.kind).collect()
    }
}

fn fields_of(fields: Json) -> Record {
    json::from_json(&fields).as_record().unwrap().clone()
}

fn invented() -> Arc<System> {
    let folder = Folder::new();
    let path = folder.0.join("depot.yaml");
    std::fs::write(&path, INVENTED).unwrap();
    system(path)
}

#[test]
fn what_a_system_file_does_not_say_of_errors_keeps_its_default() {
    let folder = Folder::new();
    let path = folder.0.join("depot.yaml");
    let later = vec![408, 429, 500, 502, 503, 504];
    for (said, gone, later) in [
        ("", vec![404], later.clone()),
        ("  gone: [404, 410]\n", vec![404, 410], later.clone()),
        ("  later: [503]\n", vec![404], vec![503]),
        ("  gone: []\n", vec![], later),
    ] {
        std::fs::write(&path, INVENTED.replace("  gone: [404]\n", said)).unwrap();
        let errors = system(path.clone()).errors.clone();
        assert_eq!((errors.message.len(), errors.gone, errors.later), (1, gone, later), "{said:?}");
    }
}

fn system(path: PathBuf) -> Arc<System> {
    let compiled = language::compile(&SystemFiles, &[path]);
    let plan = compiled.plan.unwrap_or_else(|| panic!("{:?}", compiled.findings));
    Arc::clone(plan.systems.values().next().unwrap())
}

fn shipped(name: &str) -> Arc<System> {
    system(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("rules/systems/{name}.yaml")))
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> (u16, String) {
    match outcome {
        // After the call that was refused.
        Err(Failure::Refused { status, message, .. }) => {
            (status, message.split_once(": ").unwrap_or_default().1.to_owned())
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_the_connector_creates_it_reads_back() {
    let bench = Bench::new(invented());
    let kind = bench.record("crate");
    let fields = fields_of(json!({
        "label": "pears", "price": 12.5, "depot": "north", "parts": [{ "name": "lid", "count": 2 }], "tags": ["a", "b"],
    }));
    let made = bench.connector.create(&kind, &fields).await.unwrap().unwrap();
    assert_eq!(made.key(&kind).unwrap(), "1");
    let read = bench.connector.read(&kind, "1").await.unwrap().unwrap();
    for (name, value) in &fields {
        assert_eq!(read.value.field(name), value, "{name}");
    }
    assert_eq!(read.value.field("stage"), &Value::from("Empty"));
    assert_eq!(read.value.field("touched").to_string(), "2026-01-05T12:00:00Z");
    assert!(read.is_whole);
    assert!(bench.connector.read(&kind, "2").await.unwrap().is_none());
    assert_eq!(bench.kinds(), [CallKind::Create, CallKind::Read, CallKind::Read]);
}

#[tokio::test]
async fn what_is_not_allowed_is_refused_and_changes_nothing() {
    let bench = Bench::new(invented());
    let kind = bench.record("crate");
    let create = |fields: Json| {
        let (connector, kind) = (&bench.connector, Arc::clone(&kind));
        async move { refused(connector.create(&kind, &fields_of(fields)).await) }
    };
    assert_eq!(create(json!({ "depot": "north" })).await, (422, "a new crate needs `label`".to_owned()));
    let (_, message) = create(json!({ "label": "pears" })).await;
    assert_eq!(message, "a new crate needs `depot` (header X-Depot)");
    let nameless = json!([{ "name": "lid", "count": 1 }, { "count": 2 }]);
    let (_, message) = create(json!({ "label": "pears", "depot": "north", "parts": nameless })).await;
    assert_eq!(message, "a new crate needs `parts[].name`");
    let (_, message) = create(json!({ "label": "far too long", "depot": "north" })).await;
    assert_eq!(message, "`label` has at most 8 letters");
    bench.put("depot", json!({ "code": "south", "strict": true }));
    let (_, message) = create(json!({ "label": "pears", "depot": "south" })).await;
    assert_eq!(message, "a new crate needs `seal`");
    let sealed = fields_of(json!({ "label": "pears", "depot": "south", "seal": "wax" }));
    assert!(bench.connector.create(&kind, &sealed).await.is_ok());
    bench.put("crate", json!({ "ref": 7, "label": "plums", "stage": "Gone" }));
    let present = bench.connector.read(&kind, "7").await.unwrap().unwrap().value;
    let sealed = fields_of(json!({ "sealed": true }));
    let (status, message) = refused(bench.connector.update(&kind, "7", &sealed, &present).await);
    assert_eq!((status, message.as_str()), (409, "this crate cannot be changed now"));
    let step = &kind.states.as_ref().unwrap().moves[0];
    let (_, message) = refused(bench.connector.make_move(&kind, "7", step, &present).await);
    assert_eq!(message, "a crate that is Gone cannot make this move");
    let again = bench.connector.read(&kind, "7").await.unwrap().unwrap().value;
    assert_eq!(again, present);
    bench.put("crate", json!({ "ref": 8, "label": "figs", "stage": "Empty" }));
    let present = bench.connector.read(&kind, "8").await.unwrap().unwrap().value;
    let parts = fields_of(json!({ "parts": [{ "count": 2 }] }));
    let (status, message) = refused(bench.connector.update(&kind, "8", &parts, &present).await);
    assert_eq!((status, message.as_str()), (422, "each element needs `parts[].name`"));
}

#[tokio::test]
async fn raw_requests_are_read_strictly() {
    let bench = Bench::new(invented());
    bench.put("crate", json!({ "ref": 7, "label": "plums" }));
    let ask = |method: Method, url: &str, body: Json, token: Option<&str>| {
        let headers = token.map(|token| ("authorization".to_owned(), format!("Bearer {token}"))).into_iter().collect();
        let body = body.to_string().into_bytes();
        let request = Request { method, url: url.to_owned(), headers, body, timeout: Duration::from_secs(1) };
        let now = "2026-01-05T12:00:00Z".parse().unwrap();
        let response = bench.wire.0.lock().unwrap().handle(now, &request).response;
        let body: Json = serde_json::from_slice(&response.body).unwrap();
        (response.status, body["error"]["text"].as_str().unwrap_or_default().to_owned())
    };
    let key = Some("open");
    assert_eq!(ask(Method::Get, "/crates/7", json!({}), None).0, 401);
    assert_eq!(ask(Method::Get, "/crates/8", json!({}), key).0, 404);
    assert_eq!(ask(Method::Get, "/crates?colour=red", json!({}), key).0, 405);
    let cases = [
        (json!({ "label": "plums", "weight": 3 }), "a crate has no field `weight`"),
        (json!({ "label": "plums", "stage": "Gone" }), "`stage` cannot be written by this call"),
        (json!({ "label": 5 }), "`label` is text and cannot be 5"),
        (json!({ "sealed": true }), "an update of a crate sends `label` again"),
    ];
    for (body, message) in cases {
        assert_eq!(ask(Method::Patch, "/crates/7", body, key), (422, message.to_owned()));
    }
}

#[tokio::test]
async fn lists_come_in_pages_and_by_what_is_asked() {
    let bench = Bench::new(invented());
    let kind = bench.record("crate");
    for label in ["Pears", "peaches", "plums", "figs", "dates", "limes", "pecans"] {
        bench.put("crate", json!({ "label": label }));
    }
    let rows = bench.connector.rows(&kind, Listing::All).await.unwrap();
    assert_eq!(rows.len(), 7);
    assert_eq!(bench.kinds(), [CallKind::List; 3]);
    let find = Listing::Find { field: "label".to_owned(), value: Value::from("pe") };
    let found = bench.connector.rows(&kind, find).await.unwrap();
    assert_eq!(found.len(), 3);
    let since = |text: &str| Listing::ChangedSince(text.parse().unwrap());
    assert_eq!(bench.connector.rows(&kind, since("2026-01-05T11:00:00Z")).await.unwrap().len(), 7);
    assert_eq!(bench.connector.rows(&kind, since("2026-01-05T11:00:01Z")).await.unwrap().len(), 0);
}

#[tokio::test]
async fn the_shipped_systems_move_and_page_as_declared() {
    let bench = Bench::new(shipped("leaflink"));
    let order = bench.record("order");
    for _ in 0..120 {
        bench.put("order", json!({ "status": "Submitted" }));
    }
    assert_eq!(bench.connector.rows(&order, Listing::All).await.unwrap().len(), 120);
    let step =
        order.states.as_ref().unwrap().moves.iter().find(|step| step.from == "Submitted" && step.to == "Accepted");
    let moved = bench.connector.make_move(&order, "order-5", step.unwrap(), &Value::Null).await.unwrap().unwrap();
    assert_eq!(moved.value.field("status"), &Value::from("Accepted"));

    let bench = Bench::new(shipped("flourish"));
    let order = bench.record("outbound_order");
    let fields = json!({
        "original_order_id": "N1", "order_timestamp": "2026-01-05T10:00:00Z", "facility": "F1", "destination": "D1",
        "order_lines": [{ "item": "I1", "order_qty": 4, "unit_price": 2.5 }],
    });
    let made = bench.connector.create(&order, &fields_of(fields)).await.unwrap().unwrap();
    assert_eq!(made.value.field("facility"), &Value::from("F1"));
    let id = made.key(&order).unwrap();
    let cancel =
        order.states.as_ref().unwrap().moves.iter().find(|step| step.from == "Created" && step.to == "Cancelled");
    let after = bench.connector.make_move(&order, &id, cancel.unwrap(), &made.value).await.unwrap().unwrap();
    assert_eq!(after.value.field("order_status"), &Value::from("Cancelled"));
    assert_eq!(bench.kinds(), [CallKind::Create, CallKind::Move]);
    let change = fields_of(json!({ "payment_term": "Net 7" }));
    assert_eq!(refused(bench.connector.update(&order, &id, &change, &after.value).await).0, 409);
    for _ in 0..120 {
        bench.put("outbound_order", json!({}));
    }
    assert_eq!(bench.connector.rows(&order, Listing::All).await.unwrap().len(), 121);
}

#[test]
fn a_system_file_is_served_with_signed_webhooks() {
    let folder = Folder::new();
    let path = folder.0.join("depot.yaml");
    std::fs::write(&path, INVENTED).unwrap();
    let file = path.to_str().unwrap();
    let hook = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let peer = Process::start(petiole().args(["simulate", file, "--webhook-key", "shared"]), "base url");
    let url = format!("http://{}/told", hook.local_addr().unwrap());
    send(Method::Put, &format!("{}/_control/webhook", peer.url), &json!({ "url": url }));
    let put = json!({ "record": "crate", "fields": { "label": "plums" } });
    let answer = send(Method::Put, &format!("{}/_control/put", peer.url), &put);
    assert_eq!(answer, json!({ "keys": [1] }));
    let (mut stream, _) = hook.accept().unwrap();
    let mut told = vec![0; 4096];
    let length = std::io::Read::read(&mut stream, &mut told).unwrap();
    std::io::Write::write_all(&mut stream, b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
    let told = String::from_utf8_lossy(&told[..length]).to_lowercase();
    assert!(told.contains("x-signed: "), "{told}");
    let read = http(Method::Get, &format!("{}/crates/1", peer.url), &[("Authorization", "Bearer x")], b"");
    assert_eq!(read.status, 200);
    let state = get(&format!("{}/_control/state", peer.url));
    assert_eq!(state["crate"][0]["label"], "plums");
    assert_eq!(get(&format!("{}/_control/calls", peer.url))[0]["call"], "read");
    assert!(get(&format!("{}/_control/requests", peer.url))["total"].as_u64().unwrap() >= 1);
}

#[test]
fn a_file_that_is_none_is_named() {
    let done = petiole().args(["simulate", "nowhere.yaml"]).output().unwrap();
    assert_eq!(done.status.code(), Some(2));
    let done = petiole().args(["simulate", "rules/settings.yaml"]).output().unwrap();
    assert_eq!(done.status.code(), Some(2));
}
