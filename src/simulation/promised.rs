//! What webhooks were answered for: each record that one named is looked at afterwards, whatever the process ends in.
//!
//! Knows what happens, and no store: what is kept is seen by what comes of it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use jiff::Timestamp;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use super::line::lock;
use crate::connector::webhook::{Named, named_record};
use crate::runtime::Live;
use crate::runtime::happening::Happening;
use crate::store::RecordRef;

/// Records that are still to be looked at, each with when it was promised last.
#[derive(Default)]
pub(super) struct Promised(Mutex<BTreeMap<RecordRef, Timestamp>>);

impl Promised {
    /// The record that a webhook to an account names.
    pub(super) fn named(&self, live: &Live, account: &str, body: &[u8]) -> Option<RecordRef> {
        let system = live.plan.accounts.get(account).and_then(|one| live.plan.systems.get(&one.system))?;
        let body = serde_json::from_slice(body).ok()?;
        match named_record(system.webhook.as_ref()?, &body) {
            Named::Record(record, id) => Some(RecordRef { account: account.to_owned(), record, id }),
            Named::Nothing | Named::Impossible(_) => None,
        }
    }

    /// A webhook that names it was taken.
    pub(super) fn given(&self, target: Option<RecordRef>, now: Timestamp) {
        lock(&self.0).extend(target.map(|target| (target, now)));
    }

    /// Something happened.
    pub(super) fn heard(&self, happening: &Happening) {
        if let Happening::Compared { target } = happening {
            lock(&self.0).remove(target);
        }
    }

    /// What of all that happened nobody heard yet.
    pub(super) fn hears_of(&self, happenings: &mut Receiver<Happening>) {
        loop {
            match happenings.try_recv() {
                Ok(happening) => self.heard(&happening),
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    /// What was promised before an instant and never looked at.
    pub(super) fn broken(&self, before: Timestamp) -> Vec<String> {
        let all = lock(&self.0);
        all.iter().filter(|(_, at)| **at < before).map(|(target, at)| format!("{target}, since {at}")).collect()
    }
}
