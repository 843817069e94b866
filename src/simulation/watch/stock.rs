//! Each stock write: no more is offered than can be sold less what orders ask for, and no less.
//!
//! What was so a moment ago counts as well, since reads come before the write that follows from them: the most that
//! could be sold at any instant of that time, less the least that was asked for until then, for what is asked for is
//! read first; and for the least what could be sold least, less the most that was asked for. Of several facilities each
//! is read by itself, and stock may move from one to another in between.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use crate::language::plan::{Plan, Setting};
use crate::simulation::line::lock;
use crate::simulation::peers::Peers;
use crate::simulator::agreement::{Room, offered, room, sellable};
use crate::world::Request;

/// How long ago what a write follows from may have been read.
const MOMENT: SignedDuration = SignedDuration::from_mins(3);

/// The setting that says how much of each is kept back.
pub(in crate::simulation) const KEPT_BACK: &str = "stock.safety";

/// When there was what to offer, and what of it could be sold at each of several facilities.
struct Seen {
    at: Timestamp,
    rooms: BTreeMap<String, Room>,
    apart: BTreeMap<(String, String), Decimal>,
}

/// What there was to offer, and when.
#[derive(Default)]
pub(super) struct Stock {
    seen: Mutex<VecDeque<Seen>>,
    /// Whether rules came to keep something back.
    keeps_back: AtomicBool,
    /// How much of each the rules keep back that serve, and since when.
    kept_back: Mutex<(Timestamp, Decimal)>,
}

impl Stock {
    /// From now on less may be offered than there is.
    pub(super) fn offers_less(&self) {
        self.keeps_back.store(true, Ordering::Relaxed);
    }

    /// These rules come to serve. Work that began under others ends under them.
    pub(super) fn serves(&self, plan: &Plan, now: Timestamp) {
        let number = match plan.settings.get(KEPT_BACK) {
            Some(Setting::Value(value)) => value.to_string().parse().unwrap_or_default(),
            _ => Decimal::ZERO,
        };
        let mut kept_back = lock(&self.kept_back);
        if kept_back.1 != number {
            *kept_back = (now, number);
        }
    }

    /// How much must be kept back by now.
    fn kept_back(&self, now: Timestamp) -> Decimal {
        let (since, number) = *lock(&self.kept_back);
        if now.duration_since(since) > MOMENT { number } else { Decimal::ZERO }
    }

    /// What there is to offer now stands beside what there was. Of what is too old, the latest still held a moment ago.
    pub(super) fn note(&self, peers: &Peers) {
        let Some(held) = peers.held() else { return };
        let (now, mut seen) = (peers.clock.now(), lock(&self.seen));
        let apart = if held.setup.facilities.len() > 1 { sellable(&held) } else { BTreeMap::new() };
        seen.push_back(Seen { at: now, rooms: room(&held), apart });
        while seen.get(1).is_some_and(|one| now.duration_since(one.at) > MOMENT) {
            seen.pop_front();
        }
    }

    /// What is wrong with a write that is about to be done, if anything.
    pub(super) fn wrong(&self, peers: &Peers, (account, request): (&str, &Request)) -> Option<String> {
        self.note(peers);
        let (sku, offer) = offered(request, &peers.state(account))?;
        let seen = lock(&self.seen);
        let rooms = || seen.iter().map(|one| one.rooms.get(&sku).copied().unwrap_or_default());
        let kept_back = self.kept_back(peers.clock.now());
        let held_back = |room: Room| Room { reserved: room.reserved.saturating_add(kept_back), ..room };
        let apart = apart(&seen, &sku);
        let may = most(rooms().map(held_back));
        let reserved = rooms().map(|room| held_back(room).reserved).min().unwrap_or_default();
        let torn = apart.map(|(_, most)| Room { sellable: most, reserved, ..Room::default() }.free());
        let may = torn.map_or(may, |torn| torn.max(may));
        let sellable = rooms().map(|room| room.sellable).min().unwrap_or_default();
        let sellable = apart.map_or(sellable, |(least, _)| least.min(sellable));
        let asked = rooms().map(|room| room.asked).max().unwrap_or_default();
        let least = Room { sellable, asked, ..Room::default() }.least();
        let is_little = offer < least && !self.keeps_back.load(Ordering::Relaxed);
        (offer > may || is_little).then(|| format!("{offer} of {sku} are offered, and {least} to {may} may be"))
    }
}

/// The least and the most that could be sold of a SKU by whoever read one facility after another; none where there is
/// only one.
fn apart(seen: &VecDeque<Seen>, sku: &str) -> Option<(Decimal, Decimal)> {
    let places: BTreeSet<&String> =
        seen.iter().flat_map(|one| one.apart.keys()).filter(|(own, _)| own == sku).map(|(_, place)| place).collect();
    let there =
        |one: &Seen, place: &String| one.apart.get(&(sku.to_owned(), place.clone())).copied().unwrap_or_default();
    let bounds = places.into_iter().map(|place| {
        let all = || seen.iter().map(|one| there(one, place));
        (all().min().unwrap_or_default(), all().max().unwrap_or_default())
    });
    bounds.reduce(|(least, most), (low, high)| (least.saturating_add(low), most.saturating_add(high)))
}

/// The most that may be offered by whoever reads what is asked for first, and what can be sold then or later.
fn most(rooms: impl Iterator<Item = Room>) -> Decimal {
    let mut reserved = None;
    let free = rooms.map(|room| {
        let least = reserved.map_or(room.reserved, |least: Decimal| least.min(room.reserved));
        reserved = Some(least);
        Room { reserved: least, ..room }.free()
    });
    free.max().unwrap_or_default()
}
