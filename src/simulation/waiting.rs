//! What waits is looked at soon: what was put off, after the longest pause at most; what waits in the inbox for a
//! record, once the process has looked at that one, and not only when its turn would have come anyway.
//!
//! Knows what happens and what the inbox says. A process that ended meanwhile, or whose store refused a write, owes
//! nothing: what it kept says what is to be done.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

use super::line::lock;
use super::network::Network;
use super::watch::Since;
use crate::engine::create::AFTER_ANOTHER;
use crate::runtime::happening::Happening;
use crate::store::{Park, RecordRef, Store};

/// How soon what waited for a record is tried again: there is other work, and calls take their time.
const SOON: SignedDuration = SignedDuration::from_mins(3);

/// After how long what was put off is looked at again: twice the longest pause before a call is made once more.
const PUT_OFF: SignedDuration = SignedDuration::from_mins(10);

/// Who is to be looked at.
pub(super) struct Waiting {
    network: Arc<Network>,
    /// Those that waited for a record that was found.
    owed: Mutex<BTreeMap<RecordRef, Owed>>,
    /// Those that were put off.
    put_off: Mutex<BTreeMap<RecordRef, Begun>>,
}

/// When a wait began, and in what the process went on undisturbed then.
#[derive(Clone, Copy)]
struct Begun {
    at: Timestamp,
    since: Since,
}

struct Owed {
    /// The record that was waited for.
    found: RecordRef,
    begun: Begun,
}

impl Waiting {
    pub(super) fn new(network: &Arc<Network>) -> Self {
        Self { network: Arc::clone(network), owed: Mutex::default(), put_off: Mutex::default() }
    }

    fn now(&self) -> Begun {
        Begun { at: self.network.clock.now(), since: self.network.since() }
    }

    /// How long something waited that should not have waited longer than this.
    fn too_long(&self, begun: Begun, most: SignedDuration) -> Option<SignedDuration> {
        let now = self.now();
        let waited = now.at.duration_since(begun.at);
        (begun.since == now.since && waited > most).then_some(waited)
    }

    /// Something happened. What is wrong with it, if anything.
    pub(super) async fn heard(&self, happening: &Happening, inbox: &dyn Store) -> Option<String> {
        match happening {
            Happening::Compared { target } => {
                let late = self.looked_at(target);
                self.owe(target, &inbox.parks().await.unwrap_or_default());
                late
            }
            Happening::PutOff { target, .. } => {
                lock(&self.put_off).insert(target.clone(), self.now());
                // It was not read, so nobody could be told.
                lock(&self.owed).retain(|_, owed| owed.found != *target);
                None
            }
            _ => None,
        }
    }

    /// What was put off and is not looked at in time.
    pub(super) fn overdue(&self) -> Vec<String> {
        let put_off = lock(&self.put_off);
        let late = |(target, begun): (&RecordRef, &Begun)| {
            let waited = self.too_long(*begun, PUT_OFF)?;
            Some(format!("{target} is put off and not looked at again for {waited:#}"))
        };
        put_off.iter().filter_map(late).collect()
    }

    fn looked_at(&self, target: &RecordRef) -> Option<String> {
        let put_off = lock(&self.put_off).remove(target).and_then(|begun| self.too_long(begun, PUT_OFF));
        let put_off = put_off.map(|waited| format!("{target} was put off and is looked at only {waited:#} later"));
        let owed = lock(&self.owed).remove(target);
        put_off.or_else(|| {
            let owed = owed?;
            let waited = self.too_long(owed.begun, SOON)?;
            let found = &owed.found;
            Some(format!("{target} waited for {found} and is tried only {waited:#} after that was found"))
        })
    }

    fn owe(&self, found: &RecordRef, parks: &[Park]) {
        let peers = &self.network.peers;
        for park in parks.iter().filter(|park| park.draft.code != AFTER_ANOTHER && park.draft.target != *found) {
            let is_it = park.draft.waits.iter().any(|wait| {
                let here = wait.account == found.account && wait.record == found.record;
                here && peers.is_of(&found.account, &found.id, (&wait.field, &wait.value))
            });
            if is_it {
                let owed = Owed { found: found.clone(), begun: self.now() };
                lock(&self.owed).entry(park.draft.target.clone()).or_insert(owed);
            }
        }
    }
}
