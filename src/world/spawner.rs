//! Tasks: work beside other work, and work that holds its thread.
//!
//! Who runs them is a [`Spawner`]'s: the machine's threads, or a simulation that takes them one by one and may drop
//! them all, as a crash does. How a task ended, a fault of its own included, is told to whoever began it.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::sync::{Notify, mpsc, oneshot};

/// A task, as a spawner takes it: nothing comes back from it, and it never panics.
pub type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Work that holds its thread, as a spawner takes it. It never panics.
pub type HeavyJob = Box<dyn FnOnce() + Send>;

/// Runs tasks.
pub trait Spawner: Send + Sync {
    /// Runs a task beside the others, to its end. Whether it begins at once is the spawner's.
    fn spawn(&self, job: Job);

    /// Runs work that holds its thread, where it holds up no task; in place, where there is one thread only.
    fn spawn_heavy(&self, job: HeavyJob);
}

/// The machine's threads, as the process set them up.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThreadSpawner;

impl Spawner for ThreadSpawner {
    fn spawn(&self, job: Job) {
        drop(tokio::spawn(job));
    }

    fn spawn_heavy(&self, job: HeavyJob) {
        drop(tokio::task::spawn_blocking(job));
    }
}

/// Why a task ended before its work did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrokeOff {
    /// It was told to, or whoever ran it is gone.
    Cancelled,
    /// A fault of its own, in its words.
    Panicked(String),
}

impl fmt::Display for BrokeOff {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled => out.write_str("it was cancelled"),
            Self::Panicked(words) => write!(out, "a fault of petiole's own: {words}"),
        }
    }
}

impl std::error::Error for BrokeOff {}

impl dyn Spawner + '_ {
    /// Begins a task. It goes on where nobody waits for it.
    pub fn start<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Task<T> {
        let (tell, ended) = oneshot::channel();
        let reins = Arc::new(Reins::default());
        self.spawn(job(work, Arc::clone(&reins), move |how| drop(tell.send(how))));
        Task { reins, ended }
    }

    /// Begins work that holds its thread. It cannot be stopped.
    pub fn start_heavy<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Task<T> {
        let (tell, ended) = oneshot::channel();
        self.spawn_heavy(Box::new(move || {
            let done = catch_unwind(AssertUnwindSafe(work));
            drop(tell.send(done.map_err(|panic| BrokeOff::Panicked(words_of(panic.as_ref())))));
        }));
        Task { reins: Arc::default(), ended }
    }
}

/// A task that was begun, as a future of how it ends. It goes on where this is dropped.
#[derive(Debug)]
pub struct Task<T> {
    reins: Arc<Reins>,
    ended: oneshot::Receiver<Result<T, BrokeOff>>,
}

impl<T> Task<T> {
    /// Ends it where it next waits.
    pub fn abort(&self) {
        self.reins.pull();
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, BrokeOff>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.ended).poll(cx).map(|ended| ended.unwrap_or(Err(BrokeOff::Cancelled)))
    }
}

/// Tells one of a set's tasks from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskId(u64);

/// Tasks that are waited for in the order in which they end. They end where the set is dropped.
#[derive(Debug)]
pub struct Tasks<T> {
    open: BTreeMap<TaskId, Arc<Reins>>,
    last: u64,
    tell: mpsc::UnboundedSender<Ended<T>>,
    ended: mpsc::UnboundedReceiver<Ended<T>>,
}

/// Which task ended, and how.
pub type Ended<T> = (TaskId, Result<T, BrokeOff>);

impl<T> Default for Tasks<T> {
    fn default() -> Self {
        let (tell, ended) = mpsc::unbounded_channel();
        Self { open: BTreeMap::new(), last: 0, tell, ended }
    }
}

impl<T: Send + 'static> Tasks<T> {
    /// Begins one more.
    pub fn start(&mut self, spawner: &dyn Spawner, work: impl Future<Output = T> + Send + 'static) -> TaskId {
        self.last = self.last.wrapping_add(1);
        let (id, reins, tell) = (TaskId(self.last), Arc::new(Reins::default()), self.tell.clone());
        self.open.insert(id, Arc::clone(&reins));
        spawner.spawn(job(work, reins, move |how| drop(tell.send((id, how)))));
        id
    }

    /// The next that ends; none where none is under way. Nothing is lost where the wait is given up.
    pub async fn join_next(&mut self) -> Option<Ended<T>> {
        if self.open.is_empty() {
            return None;
        }
        let ended = self.ended.recv().await?;
        self.open.remove(&ended.0);
        Some(ended)
    }

    /// One that has ended already.
    pub fn try_join_next(&mut self) -> Option<Ended<T>> {
        let ended = self.ended.try_recv().ok()?;
        self.open.remove(&ended.0);
        Some(ended)
    }

    /// Ends one where it next waits.
    pub fn abort(&self, id: TaskId) {
        if let Some(reins) = self.open.get(&id) {
            reins.pull();
        }
    }

    /// Whether a task has not been heard of yet.
    pub fn is_open(&self, id: TaskId) -> bool {
        self.open.contains_key(&id)
    }

    /// How many are under way, or have ended and not been heard of.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Ends all where they next wait, and waits until they have.
    pub async fn shutdown(&mut self) {
        self.abort_all();
        while self.join_next().await.is_some() {}
    }
}

impl<T> Tasks<T> {
    /// Ends all where they next wait.
    pub fn abort_all(&self) {
        self.open.values().for_each(|reins| reins.pull());
    }
}

impl<T> Drop for Tasks<T> {
    fn drop(&mut self) {
        self.abort_all();
    }
}

/// By what a task is ended from outside.
#[derive(Debug, Default)]
struct Reins {
    pulled: AtomicBool,
    wake: Notify,
}

impl Reins {
    fn pull(&self) {
        self.pulled.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    async fn pulled(&self) {
        while !self.pulled.load(Ordering::Acquire) {
            self.wake.notified().await;
        }
    }
}

/// A task that tells how it ended, whatever becomes of it.
fn job<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
    reins: Arc<Reins>,
    tell: impl FnOnce(Result<T, BrokeOff>) + Send + 'static,
) -> Job {
    let mut last_words = LastWords(Some(tell), std::marker::PhantomData);
    let mut work = Caught(Some(Box::pin(work)));
    Box::pin(async move {
        let how = tokio::select! {
            biased;
            () = reins.pulled() => Err(BrokeOff::Cancelled),
            done = &mut work => done,
        };
        // What the work holds is given back before anybody hears that it ended.
        drop(work);
        last_words.say(how);
    })
}

/// Tells that a task was dropped, unless it told otherwise before.
struct LastWords<T, F: FnOnce(Result<T, BrokeOff>)>(Option<F>, std::marker::PhantomData<fn(T)>);

impl<T, F: FnOnce(Result<T, BrokeOff>)> LastWords<T, F> {
    fn say(&mut self, how: Result<T, BrokeOff>) {
        if let Some(tell) = self.0.take() {
            tell(how);
        }
    }
}

impl<T, F: FnOnce(Result<T, BrokeOff>)> Drop for LastWords<T, F> {
    fn drop(&mut self) {
        self.say(Err(BrokeOff::Cancelled));
    }
}

/// Work whose panic is how it ended.
struct Caught<T>(Option<Pin<Box<dyn Future<Output = T> + Send>>>);

impl<T> Future for Caught<T> {
    type Output = Result<T, BrokeOff>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(work) = self.0.as_mut() else { return Poll::Ready(Err(BrokeOff::Cancelled)) };
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
            Ok(polled) => polled.map(Ok),
            Err(panic) => {
                self.0 = None;
                Poll::Ready(Err(BrokeOff::Panicked(words_of(panic.as_ref()))))
            }
        }
    }
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it did not say why".to_owned())
}
