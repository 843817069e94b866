//! Seams as a simulation fills them: tasks in line on one thread in an order of a seed, files in memory, time that passes
//! where somebody sleeps, peers at the other end of a call.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use petiole::language::plan::System;
use petiole::peer::Peer;
use petiole::simulator::Simulator as _;
use petiole::value::Record;
use petiole::world::files::{Changed, Entry, Identity, Watch};
use petiole::world::spawner::{HeavyJob, Job};
use petiole::world::{Clock, Files, Random, Request, Response, SeededRandom, Spawner, Task, Transport, TransportError};

/// Runs tasks one by one, on the thread that asks, in an order of a seed.
pub(super) struct Line {
    waiting: Mutex<Vec<(Arc<Ready>, Job)>>,
    random: SeededRandom,
    begun: AtomicUsize,
}

/// Whether something can go on; the store answers from threads of its own.
struct Ready {
    is: AtomicBool,
    runner: Thread,
}

impl Ready {
    fn new() -> Arc<Self> {
        Arc::new(Self { is: AtomicBool::new(true), runner: std::thread::current() })
    }
}

impl Wake for Ready {
    fn wake(self: Arc<Self>) {
        self.is.store(true, Ordering::SeqCst);
        self.runner.unpark();
    }
}

impl Line {
    pub(super) fn new(seed: u64) -> Self {
        Self { waiting: Mutex::default(), random: SeededRandom::new(seed), begun: AtomicUsize::new(0) }
    }

    /// How many tasks were begun.
    pub(super) fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    pub(super) fn start<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Task<T> {
        (self as &dyn Spawner).start(work)
    }

    /// Drops every task.
    pub(super) fn crash(&self) {
        let dropped = std::mem::take(&mut *self.waiting.lock().unwrap());
        drop(dropped);
    }

    /// Runs this and every task until this is done.
    pub(super) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.run_idle(work, || false)
    }

    /// The same; where nothing can go on, `idle` is asked whether it has changed that.
    pub(super) fn run_idle<T>(&self, work: impl Future<Output = T>, idle: impl Fn() -> bool) -> T {
        let mut work = pin!(work);
        let own = Ready::new();
        loop {
            if own.is.swap(false, Ordering::SeqCst) {
                let waker = Waker::from(Arc::clone(&own));
                if let Poll::Ready(done) = work.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return done;
                }
            }
            if !self.step() && !own.is.load(Ordering::SeqCst) && !idle() {
                // Whoever wakes one of them unparks this thread, so that the limit is only for faults of the test.
                std::thread::park_timeout(Duration::from_secs(10));
            }
        }
    }

    /// Runs a task that can go on; false where none can.
    fn step(&self) -> bool {
        let picked = {
            let mut waiting = self.waiting.lock().unwrap();
            let can: Vec<usize> = (0..waiting.len()).filter(|at| waiting[*at].0.is.load(Ordering::SeqCst)).collect();
            if can.is_empty() {
                return false;
            }
            waiting.remove(can[usize::try_from(self.random.below(can.len() as u64)).unwrap()])
        };
        let (ready, mut job) = picked;
        ready.is.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&ready));
        if job.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            self.waiting.lock().unwrap().push((ready, job));
        }
        true
    }
}

impl Spawner for Line {
    fn spawn(&self, job: Job) {
        self.begun.fetch_add(1, Ordering::SeqCst);
        self.waiting.lock().unwrap().push((Ready::new(), job));
    }

    fn spawn_heavy(&self, job: HeavyJob) {
        job();
    }
}

/// Time that passes where somebody sleeps.
pub(super) struct StoodClock(Mutex<Timestamp>);

impl Default for StoodClock {
    fn default() -> Self {
        Self(Mutex::new("2026-01-05T12:00:00Z".parse().unwrap()))
    }
}

#[async_trait]
impl Clock for StoodClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        let mut rested = false;
        std::future::poll_fn(move |cx| {
            cx.waker().wake_by_ref();
            if std::mem::replace(&mut rested, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(duration).unwrap();
    }
}

/// Peers at `http://SYSTEM`.
pub(super) struct Wire {
    peers: BTreeMap<String, Mutex<Peer>>,
    clock: Arc<dyn Clock>,
    trace: Mutex<Vec<String>>,
}

impl Wire {
    pub(super) fn new(systems: impl Iterator<Item = Arc<System>>, clock: Arc<dyn Clock>) -> Self {
        let peers = systems.map(|system| (system.name.clone(), Mutex::new(Peer::new(system))));
        Self { peers: peers.collect(), clock, trace: Mutex::default() }
    }

    pub(super) fn put(&self, system: &str, record: &str, fields: &Record) {
        self.peers[system].lock().unwrap().put(self.clock.now(), record, fields).unwrap();
    }

    /// Every call so far, in order, with its instant.
    pub(super) fn trace(&self) -> Vec<String> {
        self.trace.lock().unwrap().clone()
    }

    /// A field of each record.
    pub(super) fn texts(&self, system: &str, record: &str, field: &str) -> Vec<String> {
        let peer = self.peers[system].lock().unwrap();
        peer.records(record).iter().map(|one| one.field(field).to_key().unwrap_or_default()).collect()
    }
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let rest = request.url.strip_prefix("http://").unwrap();
        let (host, path) = rest.split_at(rest.find('/').unwrap());
        let request = Request { url: path.to_owned(), ..request.clone() };
        let body = String::from_utf8_lossy(&request.body).into_owned();
        self.trace.lock().unwrap().push(format!("{} {} {host}{path} {body}", self.clock.now(), request.method));
        let response = self.peers[host].lock().unwrap().handle(self.clock.now(), &request).response;
        self.clock.sleep(Duration::from_millis(1)).await;
        Ok(response)
    }
}

/// Who hears of changes below a folder.
type Hears = Arc<(PathBuf, Changed)>;

/// Files that are on no disk.
#[derive(Default)]
pub(crate) struct MemoryFiles {
    texts: Mutex<BTreeMap<PathBuf, Vec<u8>>>,
    hear: Mutex<Vec<Weak<(PathBuf, Changed)>>>,
}

impl MemoryFiles {
    /// The files of a folder of this machine, under another name.
    pub(crate) fn of(folder: &Path, name: &str) -> Self {
        let files = Self::default();
        let mut open = vec![(folder.to_owned(), PathBuf::from(name))];
        while let Some((folder, name)) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let (path, name) = (entry.as_ref().unwrap().path(), name.join(entry.as_ref().unwrap().file_name()));
                if path.is_dir() {
                    open.push((path, name));
                } else {
                    files.save(&name, &std::fs::read_to_string(path).unwrap());
                }
            }
        }
        files
    }

    /// Writes a file and tells of it.
    pub(crate) fn save(&self, path: &Path, text: &str) {
        self.texts.lock().unwrap().insert(path.to_owned(), text.as_bytes().to_vec());
        let hear: Vec<Hears> = self.hear.lock().unwrap().iter().filter_map(Weak::upgrade).collect();
        for hears in hear.iter().filter(|hears| path.starts_with(&hears.0)) {
            (hears.1)();
        }
    }

    pub(crate) fn text(&self, path: &Path) -> String {
        String::from_utf8(self.read(path).unwrap()).unwrap()
    }
}

impl Files for MemoryFiles {
    fn entry(&self, path: &Path) -> Option<Entry> {
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let file = texts.get(path).map(|text| Entry::File(text.len() as u64));
        file.or_else(|| texts.keys().any(|file| file.starts_with(path)).then_some(Entry::Folder))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let texts = self.texts.lock().unwrap();
        let inside = texts.keys().filter_map(|file| Some(folder.join(file.strip_prefix(folder).ok()?.iter().next()?)));
        let mut inside: Vec<PathBuf> = inside.collect();
        inside.dedup();
        if inside.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(inside) }
    }

    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        self.texts.lock().unwrap().get(file).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }

    fn identity(&self, folder: &Path) -> Option<Identity> {
        self.entry(folder).map(|_| Identity([0; 4]))
    }

    fn watch(&self, folder: &Path, changed: Changed) -> Watch {
        let hears: Hears = Arc::new((folder.to_owned(), changed));
        self.hear.lock().unwrap().push(Arc::downgrade(&hears));
        Watch { held: Box::new(hears), blind: None }
    }

    fn passing_folder(&self, name: &str) -> io::Result<PathBuf> {
        Ok(PathBuf::from(name))
    }

    fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        self.texts.lock().unwrap().retain(|file, _| !file.starts_with(folder));
        Ok(())
    }
}
