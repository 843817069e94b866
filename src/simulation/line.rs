//! Tasks on one thread, one step of one at a time, in an order of the seed.
//!
//! Some are the process's, and a crash drops them all where they stand; some are the world's around it, and go on. What
//! wakes them is only another task or the clock: where neither can, nothing ever happens again, which is told.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use super::chance::Chance;
use crate::world::Random as _;
use crate::world::Spawner;
use crate::world::spawner::{HeavyJob, Job};

/// The number of what is waited for by whoever runs the line.
const OWN: u64 = 0;

/// Which life of the process a task belongs to; none: the world around it.
type Life = Option<u64>;

/// Tasks in line.
pub(super) struct Line {
    tasks: Mutex<BTreeMap<u64, Waiting>>,
    ready: Ready,
    chance: Chance,
    last: AtomicU64,
    life: AtomicU64,
}

/// The numbers of those that can go on. Ordered: in which order they were woken may be a matter of chance to whoever
/// wakes many at once.
type Ready = Arc<Mutex<BTreeSet<u64>>>;

struct Waiting {
    job: Job,
    life: Life,
    bell: Arc<Bell>,
}

/// Puts a task among those that can go on, once.
struct Bell {
    number: u64,
    is_rung: AtomicBool,
    ready: Ready,
}

impl Bell {
    fn new(number: u64, ready: &Ready) -> Arc<Self> {
        let bell = Arc::new(Self { number, is_rung: AtomicBool::new(false), ready: Arc::clone(ready) });
        Arc::clone(&bell).wake();
        bell
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        if !self.is_rung.swap(true, Ordering::SeqCst) {
            lock(&self.ready).insert(self.number);
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Line {
    pub(super) fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self {
            tasks: Mutex::default(),
            ready: Ready::default(),
            chance: Chance::new(seed, "line"),
            last: AtomicU64::new(OWN),
            life: AtomicU64::new(0),
        })
    }

    /// Begins a task of the world around the process, which no crash ends.
    pub(super) fn around(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.add(Box::pin(work), None);
    }

    /// How often the process ended so far.
    pub(super) fn life(&self) -> u64 {
        self.life.load(Ordering::SeqCst)
    }

    fn add(&self, job: Job, life: Life) {
        let number = self.last.fetch_add(1, Ordering::SeqCst).wrapping_add(1);
        let bell = Bell::new(number, &self.ready);
        lock(&self.tasks).insert(number, Waiting { job, life, bell });
    }

    /// Drops every task of the process.
    pub(super) fn crash(&self) {
        self.life.fetch_add(1, Ordering::SeqCst);
        self.drop_those(|task| task.life.is_some());
    }

    /// Drops every task there is.
    pub(super) fn clear(&self) {
        self.life.fetch_add(1, Ordering::SeqCst);
        self.drop_those(|_| true);
    }

    fn drop_those(&self, which: impl Fn(&Waiting) -> bool) {
        loop {
            let gone: BTreeMap<u64, Waiting> = lock(&self.tasks).extract_if(.., |_, task| which(task)).collect();
            if gone.is_empty() {
                return;
            }
            // What goes may begin others as it goes.
            drop(gone);
        }
    }

    /// Runs this and every task until this is done; `idle` is asked, where nothing can go on, whether it has changed
    /// that. None: nothing ever will.
    pub(super) fn run<T>(&self, work: impl Future<Output = T>, idle: impl Fn() -> bool) -> Option<T> {
        let mut work = pin!(work);
        let own = Bell::new(OWN, &self.ready);
        let waker = Waker::from(Arc::clone(&own));
        loop {
            match self.next() {
                Some(OWN) => {
                    own.is_rung.store(false, Ordering::SeqCst);
                    if let Poll::Ready(done) = work.as_mut().poll(&mut Context::from_waker(&waker)) {
                        return Some(done);
                    }
                }
                Some(number) => self.step(number),
                None if idle() => {}
                None => return None,
            }
        }
    }

    fn next(&self) -> Option<u64> {
        let mut ready = lock(&self.ready);
        let count = u64::try_from(ready.len()).unwrap_or(u64::MAX);
        let at = usize::try_from(self.chance.below(count)).unwrap_or_default();
        let number = ready.iter().nth(at).copied()?;
        ready.remove(&number);
        Some(number)
    }

    fn step(&self, number: u64) {
        let Some(mut task) = lock(&self.tasks).remove(&number) else { return };
        task.bell.is_rung.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&task.bell));
        let goes_on = task.job.as_mut().poll(&mut Context::from_waker(&waker)).is_pending();
        let lives = task.life.is_none_or(|life| life == self.life());
        if goes_on && lives {
            lock(&self.tasks).insert(number, task);
        }
    }
}

impl Spawner for Line {
    fn spawn(&self, job: Job) {
        self.add(job, Some(self.life()));
    }

    fn spawn_heavy(&self, job: HeavyJob) {
        job();
    }
}
