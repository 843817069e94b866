//! What waits in the inbox for a record is tried soon after the process looked at that one, and not only when its turn
//! would have come anyway.
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

/// Who is to be looked at.
pub(super) struct Waiting {
    network: Arc<Network>,
    /// Those that waited for a record that was found.
    owed: Mutex<BTreeMap<RecordRef, Owed>>,
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
        Self { network: Arc::clone(network), owed: Mutex::default() }
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
                // It was not read, so nobody could be told.
                lock(&self.owed).retain(|_, owed| owed.found != *target);
                None
            }
            _ => None,
        }
    }

    fn looked_at(&self, target: &RecordRef) -> Option<String> {
        let owed = lock(&self.owed).remove(target)?;
        let waited = self.too_long(owed.begun, SOON)?;
        let found = &owed.found;
        Some(format!("{target} waited for {found} and is tried only {waited:#} after that was found"))
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
