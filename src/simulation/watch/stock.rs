//! Each stock write: no more is offered than can be sold less what orders ask for, and no less.
//!
//! What was so a moment ago counts as well, since reads come before the write that follows from them: the most that
//! could be sold in that time, less the least that was asked for; and the other way round for the least.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{SignedDuration, Timestamp};

use crate::simulation::line::lock;
use crate::simulation::peers::Peers;
use crate::simulator::agreement::{Room, offered, room};
use crate::world::Request;

/// How long ago what a write follows from may have been read.
const MOMENT: SignedDuration = SignedDuration::from_mins(3);

/// What there was to offer, and when.
#[derive(Default)]
pub(super) struct Stock {
    seen: Mutex<VecDeque<(Timestamp, BTreeMap<String, Room>)>>,
    /// Whether rules came to keep something back.
    keeps_back: AtomicBool,
}

impl Stock {
    /// From now on less may be offered than there is.
    pub(super) fn offers_less(&self) {
        self.keeps_back.store(true, Ordering::Relaxed);
    }

    /// What there is to offer now stands beside what there was. Of what is too old, the latest still held a moment ago.
    pub(super) fn note(&self, peers: &Peers) {
        let Some((first, second)) = peers.both() else { return };
        let (now, mut seen) = (peers.clock.now(), lock(&self.seen));
        seen.push_back((now, room(&first, &second)));
        while seen.get(1).is_some_and(|(at, _)| now.duration_since(*at) > MOMENT) {
            seen.pop_front();
        }
    }

    /// What is wrong with a write that is about to be done, if anything.
    pub(super) fn wrong(&self, peers: &Peers, request: &Request) -> Option<String> {
        self.note(peers);
        let (_, marketplace) = peers.both()?;
        let (sku, offer) = offered(request, &marketplace)?;
        let seen = lock(&self.seen);
        let rooms = || seen.iter().map(|(_, rooms)| rooms.get(&sku).copied().unwrap_or_default());
        let sellable = rooms().map(|room| room.sellable).max().unwrap_or_default();
        let reserved = rooms().map(|room| room.reserved).min().unwrap_or_default();
        let may = Room { sellable, reserved, ..Room::default() }.free();
        let sellable = rooms().map(|room| room.sellable).min().unwrap_or_default();
        let asked = rooms().map(|room| room.asked).max().unwrap_or_default();
        let least = Room { sellable, asked, ..Room::default() }.least();
        let is_little = offer < least && !self.keeps_back.load(Ordering::Relaxed);
        (offer > may || is_little).then(|| format!("{offer} of {sku} are offered, and {least} to {may} may be"))
    }
}
