//! A disk that fails at the n-th write of an order's life, by being full or by not obeying: the service says so, loses
//! nothing, makes nothing twice, and goes on when the disk does.
//!
//! The real binary writes a real file; a small library that the dynamic linker puts in front of the system's own calls
//! makes the n-th fail. A few writes are taken at every run; `PETIOLE_DISK_FAULTS=all` takes each one.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use petiole::world::{Method, Response};
use rusqlite::Connection;
use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, WEBHOOK_KEY, at_rest, get, preloadable, signed, try_http, until};

/// What the system answers where there is no room left, and where the disk does not obey.
const ERRORS: [(&str, i64); 2] = [("ENOSPC", 28), ("EIO", 5)];

/// Every how many-th write fails where not all are asked for.
const STRIDE: usize = 211;

/// The disk in front of the service's store: what `failing_disk.c` maps, as whole numbers of this machine.
struct Disk {
    file: File,
    path: PathBuf,
    library: PathBuf,
}

impl Disk {
    const LEFT: u64 = 0;
    const ERROR: u64 = 1;
    const LASTING: u64 = 2;
    const SEEN: u64 = 3;
    const FAILED: u64 = 4;

    fn new(folder: &Path) -> Self {
        let path = folder.join("fate");
        std::fs::write(&path, [0; 40]).unwrap();
        let library = preloadable(folder, "disk/failing_disk.c");
        Self { file: File::options().read(true).write(true).open(&path).unwrap(), path, library }
    }

    fn number(&self, which: u64) -> i64 {
        let mut bytes = [0; 8];
        self.file.read_exact_at(&mut bytes, which * 8).unwrap();
        i64::from_ne_bytes(bytes)
    }

    fn set(&self, which: u64, to: i64) {
        self.file.write_all_at(&to.to_ne_bytes(), which * 8).unwrap();
    }

    /// The n-th write from now fails, and where it lasts all after it.
    fn fail(&self, at: i64, error: i64, lasting: bool) {
        self.set(Self::FAILED, 0);
        self.set(Self::ERROR, error);
        self.set(Self::LASTING, i64::from(lasting));
        self.set(Self::LEFT, at);
    }

    fn obey(&self) {
        self.set(Self::LEFT, 0);
    }

    fn failed(&self) -> bool {
        self.number(Self::FAILED) > 0
    }
}

fn serve(trade: &Trade, disk: &Disk) -> Process {
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms", "--no-watch"]);
    command.env("LD_PRELOAD", &disk.library).env("FAILING_DISK", &disk.path);
    Process::start(&mut command, "listening")
}

/// An order is bought, crosses, is cancelled, and its end comes back; as far as the disk lets it.
struct Life<'a> {
    trade: &'a Trade,
    service: &'a Process,
    order: Json,
}

impl<'a> Life<'a> {
    /// Begins, and is watched until it is over or a write has failed.
    fn until_failed_or_over(trade: &'a Trade, service: &'a Process, disk: &'a Disk) -> Self {
        let order = trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }))["orders"][0]["number"].clone();
        let life = Self { trade, service, order };
        until("the order crosses", || disk.failed() || life.is("Accepted"));
        life.cancel();
        until("its end comes back", || disk.failed() || life.is("Rejected"));
        life
    }

    /// What the warehouse holds of it.
    fn crossed(&self) -> Option<Json> {
        self.trade.orders().into_iter().find(|one| one["original_order_id"] == self.order)
    }

    /// Cancels what can be cancelled now: an order that has not crossed yet is cancelled by who looks again.
    fn cancel(&self) {
        if let Some(there) = self.crossed().filter(|there| there["order_status"] != "Cancelled") {
            self.trade.people(&self.trade.flourish, "cancel", &json!({ "order": there["id"] }));
        }
    }

    fn is(&self, status: &str) -> bool {
        let state = get(&format!("{}/_control/state", self.trade.leaflink.url));
        let orders = state["orders"].as_array().unwrap();
        orders.iter().any(|one| one["number"] == self.order && one["status"] == status) && at_rest(&self.service.url)
    }

    fn ends_well(&self) {
        until("the order has crossed after all", || self.crossed().is_some());
        self.cancel();
        until("its end comes back after all", || self.is("Rejected"));
    }
}

fn ready(service: &Process) -> Response {
    try_http(Method::Get, &format!("{}/readyz", service.url), &[], b"").unwrap()
}

/// A full disk is told to whoever asks, and a webhook that cannot be kept is not taken.
fn told(service: &Process) {
    let body = json!({ "event": "order.updated", "data": { "number": "5d0e6a3c-7a0d-4f0e-8f43-0d6f8d2d7a11" } });
    let body = body.to_string();
    let signature = signed(body.as_bytes(), WEBHOOK_KEY);
    let headers = [("Content-Type", "application/json"), ("LL-Signature", signature.as_str())];
    let answer = try_http(Method::Post, &format!("{}/webhooks/leaflink", service.url), &headers, body.as_bytes());
    let answer = answer.expect("the service answers");
    assert_eq!(answer.status, 503, "{}", String::from_utf8_lossy(&answer.body));
    assert!(answer.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("retry-after")), "{:?}", answer.headers);
    let answer = ready(service);
    let said = String::from_utf8(answer.body).unwrap();
    assert!(answer.status == 503 && said.contains("disk"), "a disk that lasts full is told: {} {said}", answer.status);
}

/// Which write of a life fails, how, and whether those after it do.
fn at_every_write(lasting: bool) {
    let trade = Trade::start();
    let disk = Disk::new(&trade.folder.0);
    let service = serve(&trade, &disk);
    trade.subscribe(&service);
    let live = || Life::until_failed_or_over(&trade, &service, &disk);
    // The first makes what the others find.
    live();
    let before = disk.number(Disk::SEEN);
    live();
    let writes = usize::try_from(disk.number(Disk::SEEN) - before).unwrap();
    assert!(writes > 10, "a life takes more writes than {writes}");
    let stride = if std::env::var("PETIOLE_DISK_FAULTS").is_ok() { 1 } else { STRIDE };
    let mut failed = 0;
    for (name, error) in ERRORS {
        for at in (1..=writes).step_by(stride) {
            println!("{name} at write {at} of {writes}, lasting: {lasting}");
            disk.fail(i64::try_from(at).unwrap(), error, lasting);
            let life = live();
            failed += usize::from(disk.failed());
            if lasting && disk.failed() {
                told(&service);
            }
            disk.obey();
            if lasting {
                until("it is ready again", || ready(&service).status == 200);
            }
            life.ends_well();
            let inbox = get(&format!("{}/api/v1/inbox", service.url));
            assert_eq!(inbox["items"], json!([]), "a disk's failure is no reason to wait for a person");
        }
    }
    assert!(failed > 2, "{failed} lives met the fault");
    trade.assert_exactly_once();
    service.signal("TERM");
    drop(service);
    let store = Connection::open(trade.folder.0.join("petiole.db")).unwrap();
    let sound: String = store.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    drop(store);
    let service = serve(&trade, &disk);
    until("it starts again and has nothing to do", || at_rest(&service.url));
    trade.assert_exactly_once();
}

#[test]
fn a_write_that_fails_once_is_made_again_whichever_it_is() {
    at_every_write(false);
}

#[test]
fn a_disk_that_stays_full_is_told_and_what_waited_goes_on_when_there_is_room() {
    at_every_write(true);
}
