//! What happens in a run, kept for a person who asks afterwards: faults as they strike, calls as they come back, what
//! the process looks at and why.
//!
//! Only looks on: nothing is drawn for it and nothing waits for it, so that a seed means the same whether somebody
//! listens or not. Where nobody does, nothing is kept.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde_json::Value as Json;

use super::line::lock;
use super::options::Fault;
use crate::connector::webhook::{Named, named_record};
use crate::language::plan::Plan;
use crate::runtime::Happening;
use crate::simulator::Webhook;
use crate::store::RecordRef;
use crate::world::{Clock, Method, Request};

tokio::task_local! {
    /// What a fault is about that strikes in this task just now.
    static ABOUT: About;
}

/// A request of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) account: String,
    pub(super) method: Method,
    /// Without what is asked for in the address.
    pub(super) path: String,
    pub(super) body: Vec<u8>,
}

impl Call {
    fn of(account: &str, request: &Request) -> Self {
        let path = request.url.split('?').next().unwrap_or_default().to_owned();
        Self { account: account.to_owned(), method: request.method, path, body: request.body.clone() }
    }

    /// Whether both ask for the same.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.account == other.account && self.method == other.method && self.path == other.path
    }
}

/// What a fault is about.
#[derive(Clone, Debug)]
pub(super) enum About {
    Call(Call),
    /// A webhook of an account, and the record that it names.
    Webhook(String, Option<RecordRef>),
}

/// Something that happened.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// A fault strikes.
    Struck(Fault, Option<About>),
    /// A peer goes away, and until when.
    Away(String, Timestamp),
    /// A call came back, and whether with what was asked for.
    CameBack(Call, bool),
    /// A write was granted by a peer, and whether it said anything new.
    Wrote(Call, bool),
    /// Somebody at an account's system did something.
    Acted,
    /// The process looks at a record.
    Looked(RecordRef),
    /// A webhook, by the record that it names, was answered so.
    Heard(Option<RecordRef>, u16),
    /// A write to the store took hold.
    Kept,
    /// The process begins.
    Begins,
}

/// Something that happened, and when.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) at: Timestamp,
    pub(super) what: What,
}

/// All that happened.
pub(super) struct Chronicle {
    clock: Arc<dyn Clock>,
    plan: Arc<Plan>,
    /// None: nobody will ask.
    events: Mutex<Option<Vec<Event>>>,
}

impl Chronicle {
    /// Nobody listens yet.
    pub(super) fn new(clock: &Arc<dyn Clock>, plan: &Arc<Plan>) -> Self {
        Self { clock: Arc::clone(clock), plan: Arc::clone(plan), events: Mutex::default() }
    }

    /// Somebody will ask.
    pub(super) fn listen(&self) {
        lock(&self.events).get_or_insert_default();
    }

    /// Whether anybody will ask.
    pub(super) fn listens(&self) -> bool {
        lock(&self.events).is_some()
    }

    /// All of it.
    pub(super) fn events(&self) -> Vec<Event> {
        lock(&self.events).clone().unwrap_or_default()
    }

    /// Something happened.
    pub(super) fn note(&self, what: What) {
        if let Some(events) = lock(&self.events).as_mut() {
            events.push(Event { at: self.clock.now(), what });
        }
    }

    /// The last of what happened that tells something.
    fn last<T>(&self, tells: impl Fn(&What) -> Option<T>) -> Option<T> {
        lock(&self.events).iter().flatten().rev().find_map(|event| tells(&event.what))
    }

    /// A fault strikes.
    pub(super) fn struck(&self, fault: Fault) {
        if self.listens() {
            self.note(What::Struck(fault, ABOUT.try_with(Clone::clone).ok()));
        }
    }

    /// A write to the store took hold: told where the one before did not.
    pub(super) fn kept(&self) {
        let is_open = self.last(|what| match what {
            What::Struck(Fault::DiskRefuses | Fault::DiskUncertain, _) => Some(true),
            What::Kept => Some(false),
            _ => None,
        });
        if is_open == Some(true) {
            self.note(What::Kept);
        }
    }

    /// A peer granted a write. What is written once more and changes nothing there says nothing new.
    pub(super) fn wrote(&self, (account, request): (&str, &Request), changed: bool) {
        let call = Call::of(account, request);
        let is_same = self.last(|what| match what {
            What::Wrote(other, _) if other.is_like(&call) => Some(other.body == call.body),
            _ => None,
        });
        self.note(What::Wrote(call, changed || is_same != Some(true)));
    }

    /// A webhook was answered.
    pub(super) fn heard(&self, (account, webhook): (&str, &Webhook), status: u16) {
        if self.listens() {
            self.note(What::Heard(self.named(account, webhook), status));
        }
    }

    /// Something that the process tells of itself.
    pub(super) fn happened(&self, happening: &Happening) {
        if let Happening::Compared { target, .. } = happening {
            self.note(What::Looked(target.clone()));
        }
    }

    /// Carries a request; what strikes meanwhile is about it.
    pub(super) async fn carrying<T, E>(
        &self,
        (account, request): (&str, &Request),
        carry: impl Future<Output = Result<T, E>>,
        is_good: impl Fn(&T) -> bool,
    ) -> Result<T, E> {
        if !self.listens() {
            return carry.await;
        }
        let call = Call::of(account, request);
        let answer = ABOUT.scope(About::Call(call.clone()), carry).await;
        self.note(What::CameBack(call, answer.as_ref().is_ok_and(is_good)));
        answer
    }

    /// Posts a webhook; what strikes meanwhile is about it.
    pub(super) fn posting(&self, account: &str, webhook: &Webhook, post: impl FnOnce()) {
        if self.listens() {
            let record = self.named(account, webhook);
            ABOUT.sync_scope(About::Webhook(account.to_owned(), record), post);
        } else {
            post();
        }
    }

    fn named(&self, account: &str, webhook: &Webhook) -> Option<RecordRef> {
        let system = self.plan.systems.get(&self.plan.accounts.get(account)?.system)?;
        let body: Json = serde_json::from_slice(&webhook.body).ok()?;
        match named_record(system.webhook.as_ref()?, &body) {
            Named::Record(record, id) => Some(RecordRef { account: account.to_owned(), record, id }),
            Named::Nothing | Named::Impossible(_) => None,
        }
    }
}
