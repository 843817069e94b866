//! Webhooks on their way to the subscriber.
//!
//! Holds those that wait and sends them one after another, in order unless the faults shuffle
//! them. Never sends one twice on its own account: what fails is gone.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::fault::FaultPlan;
use super::simulator::Webhook;
use crate::world::{Method, Request, Transport};

/// How long one delivery may take.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(10);
/// Webhooks that may wait; further ones are lost.
const WAITING_MAX: usize = 100_000;

/// The waiting webhooks and where they go.
pub(super) struct Courier {
    queue: Mutex<Queue>,
    wake: Notify,
    transport: Arc<dyn Transport>,
}

#[derive(Default)]
struct Queue {
    /// Addresses by company; that of none in particular takes what is left.
    urls: BTreeMap<Option<i64>, String>,
    waiting: VecDeque<Webhook>,
    sending: bool,
}

impl Queue {
    fn url(&self, webhook: &Webhook) -> Option<&String> {
        self.urls.get(&webhook.company).or_else(|| self.urls.get(&None))
    }
}

impl Courier {
    pub(super) fn new(url: Option<String>, transport: Arc<dyn Transport>) -> Self {
        let urls = url.into_iter().map(|url| (None, url)).collect();
        let queue = Mutex::new(Queue { urls, ..Queue::default() });
        Self { queue, wake: Notify::new(), transport }
    }

    /// Sends to this address from now on: one company's messages, or those of all that have none of their own.
    pub(super) fn subscribe(&self, company: Option<i64>, url: String) {
        self.queue().urls.insert(company, url);
    }

    /// Sends nothing more; waiting webhooks are thrown away.
    pub(super) fn unsubscribe(&self) {
        let mut queue = self.queue();
        queue.waiting.clear();
        queue.urls.clear();
    }

    /// Takes webhooks over, as many times as the faults say.
    pub(super) fn post(&self, webhooks: Vec<Webhook>, faults: &mut FaultPlan) {
        let mut queue = self.queue();
        for webhook in webhooks {
            if queue.url(&webhook).is_none() {
                continue;
            }
            for _ in 0..faults.copies() {
                if queue.waiting.len() < WAITING_MAX {
                    queue.waiting.push_back(webhook.clone());
                }
            }
        }
        drop(queue);
        self.wake.notify_one();
    }

    /// Whether nothing waits and nothing is being sent.
    pub(super) fn is_quiet(&self) -> bool {
        let queue = self.queue();
        queue.waiting.is_empty() && !queue.sending
    }

    /// Delivers until the sender of `stop` is gone.
    pub(super) async fn run(&self, faults: &Mutex<FaultPlan>, mut stop: watch::Receiver<()>) {
        while stop.has_changed().is_ok() {
            if let Some(request) = self.next(faults) {
                // Nobody is told of a failed delivery, as in the real system.
                let _ = self.transport.send(request).await;
                self.queue().sending = false;
            } else {
                tokio::select! {
                    biased;
                    _ = stop.changed() => return,
                    () = self.wake.notified() => {}
                }
            }
        }
    }

    fn next(&self, faults: &Mutex<FaultPlan>) -> Option<Request> {
        let mut faults = faults.lock().unwrap_or_else(PoisonError::into_inner);
        let mut queue = self.queue();
        let at = faults.pick(queue.waiting.len());
        let webhook = queue.waiting.remove(at)?;
        let url = queue.url(&webhook)?.clone();
        queue.sending = true;
        Some(Request {
            method: Method::Post,
            url,
            headers: webhook.headers,
            body: webhook.body,
            timeout: DELIVERY_TIMEOUT,
        })
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
