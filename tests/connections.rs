//! Whoever holds connections open, silent or slow, keeps nobody else out.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use petiole::server::bodies::{BODIES_BYTES_MAX, BODY_BYTES_FREE};
use petiole::server::connection;
use petiole::server::seats::{CONNECTIONS_MAX, DESCRIPTORS_KEPT_BACK, Limits, Seats};
use petiole::world::{Method, SystemClock, ThreadSpawner};
use serde_json::json;
use tokio::sync::{Semaphore, watch};

use crate::support::{Process, Trade, WEBHOOK_KEY, at_rest, get as get_json, http, signed, until};

/// A count of the service's own.
fn metric(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name}: {text}")).parse().unwrap()
}

fn metrics(service: &Process) -> String {
    String::from_utf8(http(Method::Get, &format!("{}/metrics", service.url), &[], b"").body).unwrap()
}

fn address(url: &str) -> SocketAddr {
    url.strip_prefix("http://").unwrap().parse().unwrap()
}

/// The service with no more descriptors than this.
fn run_with_descriptors(trade: &Trade, most: u64) -> Process {
    let inner = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "1h"]);
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("ulimit -n {most}; exec \"$0\" \"$@\"")).arg(inner.get_program());
    shell.args(inner.get_args()).current_dir(inner.get_current_dir().unwrap());
    for (name, value) in inner.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    Process::start(&mut shell, "listening")
}

#[test]
fn idle_connections_beyond_all_descriptors_keep_nobody_out() {
    let trade = Trade::start();
    let service = run_with_descriptors(&trade, 320);
    until("the first sweep is over", || at_rest(&service.url));
    trade.subscribe(&service);
    let open = |_| TcpStream::connect(address(&service.url)).unwrap();
    let held: Vec<TcpStream> = (0..400).map(open).collect();
    let status = |path: &str| http(Method::Get, &format!("{}{path}", service.url), &[], b"").status;
    assert_eq!((status("/healthz"), status("/readyz"), status("/api/v1/status")), (200, 200, 200));
    let body = br#"{"type":"order","data":{"number":"none"}}"#;
    let webhook = format!("{}/webhooks/leaflink", service.url);
    let answer = http(Method::Post, &webhook, &[("LL-Signature", &signed(body, WEBHOOK_KEY))], body);
    assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.body));
    // Webhooks come in, and calls to both peers go out; no look for changes is due.
    trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
    until("the orders have crossed", || trade.orders().len() == 3 && at_rest(&service.url));
    let text = metrics(&service);
    let most = metric(&text, "petiole_connections_max");
    assert!(metric(&text, "petiole_connections") <= most, "{text}");
    assert!(metric(&text, "petiole_connections_closed_total{why=\"made_room\"}") >= 400 - most, "{text}");
    drop(held);
    until("they are gone", || metric(&metrics(&service), "petiole_connections") < 10);
    assert!(get_json(&format!("{}/api/v1/status", service.url))["generation"].is_u64());
}

#[test]
fn a_request_that_never_ends_is_closed() {
    let trade = Trade::start();
    let service = trade.run("1h");
    let mut slow = TcpStream::connect(address(&service.url)).unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: ").unwrap();
    let mut rest = Vec::new();
    assert!(matches!(slow.read_to_end(&mut rest), Ok(0)), "{}", String::from_utf8_lossy(&rest));
    assert_eq!(metric(&metrics(&service), "petiole_connections_closed_total{why=\"slow\"}"), 1);
}

/// A server with limits of a test's own; `GET /` answers at once, `POST /wait` once it is let go.
struct Small {
    port: u16,
    seats: Arc<Seats>,
    go: Arc<Semaphore>,
    working: Arc<AtomicUsize>,
    _stop: watch::Sender<bool>,
    runtime: tokio::runtime::Runtime,
}

impl Small {
    fn start(limits: Limits) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (go, working) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
        let (wait, count) = (Arc::clone(&go), Arc::clone(&working));
        let router = Router::new().route("/", get(|| async { "here" }).post(|body: String| async move { body })).route(
            "/wait",
            post(move || async move {
                count.fetch_add(1, Ordering::AcqRel);
                wait.acquire().await.unwrap().forget();
            }),
        );
        let seats = Seats::new(limits, Arc::new(SystemClock));
        let (stop, stopping) = watch::channel(false);
        let listener = TcpListener::bind("0.0.0.0:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = Arc::clone(&seats);
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let service = connection::Service { router, seats: served, spawner: Arc::new(ThreadSpawner) };
            connection::serve(listener, service, stopping).await;
        });
        Self { port, seats, go, working, _stop: stop, runtime }
    }

    /// A connection from one of this machine's own addresses.
    fn connect(&self, last: u8) -> TcpStream {
        let [from, to] = [(last, 0), (1, self.port)].map(|(last, port)| ([127, 0, 0, last], port).into());
        let connected = self.runtime.block_on(async move {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind(from).unwrap();
            socket.connect(to).await
        });
        let stream = connected.unwrap().into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        stream
    }

    fn closed(&self, why: &str) -> u64 {
        metric(&self.seats.metrics(), &format!("petiole_connections_closed_total{{why=\"{why}\"}}"))
    }

    fn open(&self) -> u64 {
        metric(&self.seats.metrics(), "petiole_connections")
    }
}

const ROOMY: Limits = Limits {
    total: 8,
    per_address: 6,
    silent: Duration::from_mins(10),
    head: Duration::from_mins(10),
    body: Duration::from_mins(10),
    bodies: BODIES_BYTES_MAX,
};

fn ask(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

fn is_here(stream: &mut TcpStream) -> bool {
    ask(stream, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("here")
}

fn is_closed(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0; 64]) {
        Ok(read) => read == 0,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

#[test]
fn an_address_that_holds_its_share_gives_way_to_itself_and_the_greatest_to_others() {
    let server = Small::start(ROOMY);
    let mut first: Vec<TcpStream> = (0..6).map(|_| server.connect(1)).collect();
    for stream in &mut first {
        assert!(is_here(stream));
    }
    let mut seventh = server.connect(1);
    assert!(is_here(&mut seventh));
    assert!(is_closed(&mut first[0]), "the longest idle one of the same address");
    assert_eq!((server.open(), server.closed("made_room")), (6, 1));
    let mut second: Vec<TcpStream> = (0..2).map(|_| server.connect(2)).collect();
    assert!(second.iter_mut().all(is_here), "what one address leaves is there for others");
    assert_eq!((server.open(), server.closed("made_room")), (8, 1));
    let mut third = server.connect(3);
    assert!(is_here(&mut third));
    assert!(is_closed(&mut first[1]), "whoever holds the most gives way");
    assert!(second.iter_mut().all(is_here) && first[2..].iter_mut().all(is_here) && is_here(&mut seventh));
    assert_eq!(server.closed("refused"), 0);
}

#[test]
fn what_is_worked_on_never_gives_way() {
    let server = Small::start(Limits { total: 2, per_address: 2, ..ROOMY });
    let mut busy: Vec<TcpStream> = (0..2).map(|_| server.connect(1)).collect();
    for stream in &mut busy {
        stream.write_all(b"POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}").unwrap();
    }
    until("both are worked on", || server.working.load(Ordering::Acquire) == 2);
    let mut answer = String::new();
    server.connect(1).read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: "), "{answer}");
    assert_eq!((server.open(), server.closed("refused")), (2, 1));
    server.go.add_permits(2);
    for stream in &mut busy {
        assert!(ask(stream, "").starts_with("HTTP/1.1 200 "), "each is answered");
    }
    assert!(busy.iter_mut().all(is_here), "and goes on");
}

#[test]
fn silent_and_slow_clients_are_closed_and_others_are_not() {
    let short = Duration::from_millis(300);
    let server = Small::start(Limits { silent: short, ..ROOMY });
    let (mut never, mut once) = (server.connect(1), server.connect(1));
    assert!(is_here(&mut once));
    assert!(is_closed(&mut never) && is_closed(&mut once), "silent before a request and after one");
    assert_eq!((server.closed("silent"), server.closed("slow")), (2, 0));
    until("their seats are free", || server.open() == 0);

    let server = Small::start(Limits { head: short, ..ROOMY });
    let (mut half, mut silent) = (server.connect(1), server.connect(1));
    half.write_all(b"GET / HT").unwrap();
    assert!(is_closed(&mut half));
    assert!(is_here(&mut silent), "a connection without a request has no slow head");
    assert_eq!((server.closed("silent"), server.closed("slow")), (0, 1));

    let server = Small::start(Limits { body: short, ..ROOMY });
    let (mut half, mut whole) = (server.connect(1), server.connect(1));
    half.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe").unwrap();
    assert!(ask(&mut whole, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello").ends_with("hello"));
    assert!(is_closed(&mut half));
    assert_eq!((server.closed("silent"), server.closed("slow")), (0, 1));
}

#[test]
fn bodies_take_no_more_memory_than_there_is_room_for() {
    let free = BODY_BYTES_FREE;
    let server = Small::start(Limits { bodies: 3 * 1000 + 1, ..ROOMY });
    let head = |length: usize| format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
    let mut held: Vec<TcpStream> = (0..3).map(|_| server.connect(1)).collect();
    for stream in &mut held {
        stream.write_all(format!("{}{}", head(free + 1001), "x".repeat(free + 1000)).as_bytes()).unwrap();
    }
    until("they hold all the room", || server.seats.bodies.left() == 1);
    let mut large = server.connect(2);
    // It is answered before its body is there, which it may notice while it still sends.
    let _ = large.write_all(format!("{}{}", head(free + 2), "x".repeat(free + 2)).as_bytes());
    let mut answer = String::new();
    let _ = large.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 5"), "{answer}");
    assert_eq!(server.closed("no_room"), 1);
    let mut small = server.connect(2);
    assert!(
        ask(&mut small, &format!("{}{}", head(5), "hello")).ends_with("hello"),
        "a usual webhook is taken all the same"
    );
    assert!(ask(&mut held[0], "x").starts_with("HTTP/1.1 200 "), "what was begun is taken to its end");
    drop(held);
    until("the room is free again", || server.seats.bodies.left() == 3 * 1000 + 1);
    let mut large = server.connect(2);
    large.write_all(format!("{}{}", head(free + 1), "x".repeat(free + 1)).as_bytes()).unwrap();
    assert!(ask(&mut large, "").starts_with("HTTP/1.1 200 "));
}

#[test]
fn limits_leave_descriptors_for_the_service_itself() {
    let of = |descriptors| Limits::of_descriptors(descriptors);
    assert_eq!(of(1024).total as u64, 1024 - DESCRIPTORS_KEPT_BACK);
    assert_eq!(of(1 << 20).total as u64, CONNECTIONS_MAX);
    for descriptors in [0, 1, 20, 64, 256, 300, 1024, 65_536, u64::MAX] {
        let limits = of(descriptors);
        assert!(limits.total >= 1 && limits.per_address >= 1 && limits.per_address <= limits.total);
        assert!(descriptors < 4 || limits.total as u64 <= descriptors - descriptors / 4, "{descriptors}: {limits:?}");
    }
    assert!(of(1024).per_address > 500, "a proxy stands for many");
}
