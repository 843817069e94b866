//! The process: how it begins, ends, crashes and is asked to end, on a store that stays.
//!
//! Begins the same parts of the service that the command line does. What is around it asks it through here, and finds
//! nobody where it is down.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::disk::{self, Disk};
use super::line::{Line, lock};
use super::network::Network;
use super::promised::Promised;
use super::shelf::Shelf;
use super::trace::Trace;
use super::waiting::Waiting;
use crate::language::plan::Plan;
use crate::runtime::happening::Happening;
use crate::runtime::service::{drain, parts, schedule};
use crate::runtime::{Live, Pace, RuleState, Runtime};
use crate::server::receive::{Answer, Delivery, Desk, receive};
use crate::simulator::Webhook;
use crate::store::{Journal as _, Park, RecordRef, Rules as _, StoreError};
use crate::world::{Tasks, World};

/// How many happenings the trace may lag behind.
const HAPPENINGS: usize = 512;

/// How a webhook is answered that is kept.
const TAKEN: &str = "accepted";

/// How the inbox tells that a record is not there any more.
const GONE: &str = " is gone, the counterpart of ";

/// What somebody does with an entry of the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clerical {
    /// It is taken out.
    Drop,
    /// It is tried again.
    Retry,
    /// It stays.
    Leave,
}

/// The process and what it stands on.
pub(super) struct House {
    pub(super) line: Arc<Line>,
    pub(super) world: World,
    pub(super) trace: Arc<Trace>,
    pub(super) folder: PathBuf,
    pub(super) poll: Duration,
    /// The rules that serve, or served last.
    pub(super) plan: Mutex<Arc<Plan>>,
    pub(super) disk: Mutex<Arc<Disk>>,
    pub(super) inside: Mutex<Option<Inside>>,
    /// What somebody took out of the inbox, which is named no more.
    pub(super) dropped: Mutex<Vec<String>>,
    /// The rule files as they stand just now.
    pub(super) shelf: Arc<Shelf>,
    /// What webhooks were answered for.
    pub(super) promised: Arc<Promised>,
    /// The way to the peers, and who looks on there.
    pub(super) network: Arc<Network>,
    /// What in the inbox waits for a record that is there.
    pub(super) waiting: Arc<Waiting>,
}

/// A process that runs.
pub(super) struct Inside {
    runtime: Arc<Runtime>,
    parts: Arc<Mutex<Option<Tasks<()>>>>,
    /// What happens, for whoever looks once the process is gone.
    heard: Receiver<Happening>,
}

impl House {
    /// The runtime, where the process runs.
    pub(super) fn runtime(&self) -> Option<Arc<Runtime>> {
        lock(&self.inside).as_ref().map(|inside| Arc::clone(&inside.runtime))
    }

    /// Begins the process on what the last one kept. Its parts begin once the store lets them.
    ///
    /// # Errors
    /// Why these rules cannot serve here.
    pub(super) async fn begin(&self) -> Result<(), String> {
        let disk = Arc::new(disk::reopened(&lock(&self.disk)));
        *lock(&self.disk) = Arc::clone(&disk);
        let before = Arc::clone(&lock(&self.plan));
        // What cannot be read gives way to what served last.
        let plan = if self.shelf.is_touched() { self.shelf.plan().map(Arc::new) } else { None };
        let plan = plan.unwrap_or_else(|| Arc::clone(&before));
        let told = |error: StoreError| error.to_string();
        let generation = disk.inner.serve(&plan.rules_hash, &[]).await.map_err(told)?;
        lock(&self.plan).clone_from(&plan);
        self.network.serves(&plan);
        let live = Live::new(generation.number, plan, &self.world, None);
        let live = live.map_err(|wrong| wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        let rules = RuleState::new(self.folder.clone(), self.world.clock.now(), true, json!([]));
        let pace = Pace { poll_interval: self.poll, happenings_kept: HAPPENINGS };
        let runtime = Runtime::new(disk, self.world.clone(), live, rules, pace);
        let parts: Arc<Mutex<Option<Tasks<()>>>> = Arc::default();
        let heard = runtime.listen();
        *lock(&self.inside) = Some(Inside { runtime: Arc::clone(&runtime), parts: Arc::clone(&parts), heard });
        self.trace.note("the process begins");
        let (mut happenings, trace) = (runtime.listen(), Arc::clone(&self.trace));
        let promised = Arc::clone(&self.promised);
        let (waiting, kept) = (Arc::clone(&self.waiting), Arc::clone(&lock(&self.disk).inner));
        drop(self.world.spawner.start(async move {
            loop {
                let happening = match happenings.recv().await {
                    Ok(happening) => happening,
                    Err(RecvError::Lagged(_)) => continue,
                    Err(RecvError::Closed) => return,
                };
                let told = format!("{happening:?}");
                if told.contains(GONE) {
                    trace.wrong(format!("nobody takes anything away, and yet: {told}"));
                }
                promised.heard(&happening);
                waiting.heard(&happening, kept.as_ref()).await.into_iter().for_each(|late| trace.wrong(late));
                trace.note(&told);
                trace.chronicle.happened(&happening);
            }
        }));
        drop(self.world.spawner.start(async move {
            // A store that cannot be read now is asked again, as whoever starts the process anew does.
            while schedule::prepare(&runtime, Some(&before)).await.is_err() {
                runtime.world.clock.sleep(Duration::from_secs(1)).await;
            }
            *lock(&parts) = Some(parts::begin(&runtime, None));
        }));
        Ok(())
    }

    /// Everything that the process does and remembers is gone.
    pub(super) fn crash(&self) {
        self.trace.note("the process crashes");
        // In this order: nothing of it may begin anything any more.
        let mut gone = lock(&self.inside).take();
        self.line.crash();
        gone.iter_mut().for_each(|inside| self.promised.hears_of(&mut inside.heard));
        drop(gone);
        self.line.crash();
    }

    /// Asks the process to end, and waits for it.
    pub(super) async fn end(&self) {
        let Some(mut inside) = lock(&self.inside).take() else { return };
        self.trace.note("the process is asked to end");
        inside.runtime.stop();
        let parts = lock(&inside.parts).take();
        if let Some(mut parts) = parts {
            drain::end(&inside.runtime, &mut parts).await;
            inside.runtime.leave().await;
        }
        self.promised.hears_of(&mut inside.heard);
        drop(inside);
        // Whoever watches over it may have begun the next one already.
        if self.runtime().is_none() {
            self.line.crash();
        }
    }

    /// The next process finds an empty store.
    pub(super) fn forget(&self) {
        let weather = Arc::clone(&lock(&self.disk).around);
        *lock(&self.disk) = Arc::new(disk::blank(&weather));
    }

    /// Reads the rules anew: what is right comes to serve whole, and what is wrong changes nothing. False: there was
    /// nobody to read them.
    pub(super) async fn reload(&self) -> bool {
        let Some(runtime) = self.runtime() else { return false };
        let (served, stands) = (runtime.live.load_full(), self.shelf.is_touched().then(|| self.shelf.plan()));
        let took = runtime.reload().await;
        let serves = runtime.live.load_full();
        match stands {
            Some(None) if !Arc::ptr_eq(&served, &serves) => self.trace.wrong("rules that are wrong came to serve"),
            Some(Some(plan)) if took.is_ok() && plan.rules_hash != serves.plan.rules_hash => {
                self.trace.wrong("rules that were read do not serve");
            }
            _ => {}
        }
        self.trace.note(&format!("the rules are read anew: {}", took.is_ok()));
        if let Some(runtime) = self.runtime() {
            let plan = Arc::clone(&runtime.live.load().plan);
            self.network.serves(&plan);
            *lock(&self.plan) = plan;
        }
        took.is_ok()
    }

    /// Somebody goes through the inbox, and does with each entry what `what` says.
    pub(super) async fn inbox(&self, what: impl Fn(&Park) -> Clerical) {
        let Some(runtime) = self.runtime() else { return };
        let Ok(parks) = runtime.store.parks().await else { return };
        for park in parks {
            let done = match what(&park) {
                Clerical::Drop => runtime.store.drop_park(park.number).await.map(|_| "taken out of the inbox"),
                Clerical::Retry => runtime.store.retry(Some(park.number)).await.map(|_| "tried again"),
                Clerical::Leave => Ok("left in the inbox"),
            };
            runtime.nudge();
            lock(&self.dropped).push(format!("{} {}", park.draft.target, park.draft.message));
            self.trace.note(&format!("{} is {}", park.draft.target, done.unwrap_or("kept by the store")));
        }
    }

    /// What a webhook was answered for is kept by then: the process may end right after its answer.
    async fn keeps(&self, account: &str, named: Option<&RecordRef>) {
        let inner = Arc::clone(&lock(&self.disk).inner);
        let Ok(work) = inner.unfinished().await else { return };
        if let Some(named) = named.filter(|named| !work.iter().any(|work| work.target == **named)) {
            self.trace.wrong(format!("a webhook of {account} is answered as taken, and nothing of {named} is kept"));
        }
    }

    /// A webhook comes to the door. None: nobody is there.
    pub(super) async fn receive(&self, account: &str, webhook: &Webhook) -> Option<Answer> {
        let runtime = self.runtime()?;
        let live = runtime.live.load_full();
        let desk =
            Desk { live: &live, departed: &runtime.departed, world: &runtime.world, store: runtime.store.as_ref() };
        let named = self.promised.named(&live, account, &webhook.body);
        let answer = receive(&desk, &Delivery { account, headers: &webhook.headers, body: &webhook.body }).await;
        if answer.brings_work {
            runtime.nudge();
        }
        if answer.text == TAKEN {
            self.keeps(account, named.as_ref()).await;
            self.promised.given(named, runtime.world.clock.now());
        }
        self.trace.note(&format!("webhook to {account}: {} {}", answer.status, answer.text));
        self.trace.chronicle.heard((account, webhook), answer.status);
        Some(answer)
    }
}
