//! Who holds a connection, how many there may be, and which give way.
//!
//! A connection is a seat. One that waits for its client, silent or in the middle of a request, is closed after a
//! while, and gives way to a newcomer where all seats are taken; one that the service works for is never taken away.
//! Knows no HTTP.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use super::bodies::{BODIES_BYTES_MAX, Bodies};
use super::metric::{CONNECTIONS, CONNECTIONS_CLOSED, CONNECTIONS_MAX as MOST, Exposition};
use crate::world::Clock;

/// Connections at once, however many descriptors there are.
pub const CONNECTIONS_MAX: u64 = 1024;

/// Descriptors kept back for the store, the log, the watch of the rules and calls to peers.
pub const DESCRIPTORS_KEPT_BACK: u64 = 256;

/// What systems give a process that does not say how many descriptors it has.
pub const DESCRIPTORS_USUAL: u64 = 1024;

/// The share of the descriptors, in percent, that connections get however few there are.
const SHARE_PERCENT_MIN: u64 = 25;

/// The share of the connections, in percent, that one address gets: many may stand behind it, as behind a proxy.
const ADDRESS_SHARE_PERCENT: u64 = 75;

/// How long a connection may be silent before its first request and between two. Proxies keep theirs for 60 s.
const SILENT_MAX: Duration = Duration::from_secs(75);

/// How long a request's head may take from its first byte.
const HEAD_MAX: Duration = Duration::from_secs(10);

/// How long a request's body may take once its head is there.
const BODY_MAX: Duration = Duration::from_secs(30);

/// How long the log is silent about full seats after it told of them.
const TOLD_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// What connections may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once.
    pub total: usize,
    /// Connections at once of one address; in IPv6, of one network of 64 bits.
    pub per_address: usize,
    /// How long one may be silent.
    pub silent: Duration,
    /// How long a request's head may take.
    pub head: Duration,
    /// How long a request's body may take.
    pub body: Duration,
    /// Bytes of bodies at once.
    pub bodies: usize,
}

impl Limits {
    /// The limits where a process may have this many descriptors open.
    pub fn of_descriptors(descriptors: u64) -> Self {
        let least = descriptors.saturating_mul(SHARE_PERCENT_MIN) / 100;
        let total = descriptors.saturating_sub(DESCRIPTORS_KEPT_BACK).max(least).clamp(1, CONNECTIONS_MAX);
        let per_address = (total * ADDRESS_SHARE_PERCENT / 100).max(1);
        Self {
            total: usize::try_from(total).unwrap_or(1),
            per_address: usize::try_from(per_address).unwrap_or(1),
            silent: SILENT_MAX,
            head: HEAD_MAX,
            body: BODY_MAX,
            bodies: BODIES_BYTES_MAX,
        }
    }
}

/// Where a connection is in the course of its requests, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing of a request has come yet.
    Silent,
    Head,
    Body,
    /// The service works on a request.
    Working,
    /// The seat was taken away.
    Left,
}

/// Why a connection was closed or not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    Silent,
    Slow,
    MadeRoom,
    Refused,
    /// There was no room for its body.
    NoRoom,
}

impl Why {
    fn as_str(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Slow => "slow",
            Self::MadeRoom => "made_room",
            Self::Refused => "refused",
            Self::NoRoom => "no_room",
        }
    }
}

/// One connection's seat.
#[derive(Debug)]
pub struct Seat {
    network: IpAddr,
    phase: Mutex<(Phase, Timestamp)>,
    left: Notify,
}

impl Seat {
    /// A byte has come; of a silent connection it is the first of a request.
    pub fn hears(&self, now: Timestamp) {
        self.step(now, |phase| (phase == Phase::Silent).then_some(Phase::Head));
    }

    /// A request's head is there.
    pub fn has_head(&self, now: Timestamp) {
        self.step(now, |phase| matches!(phase, Phase::Silent | Phase::Head).then_some(Phase::Body));
    }

    /// A request is there, and the service works on it. False where the seat was taken away.
    pub fn works(&self, now: Timestamp) -> bool {
        self.step(now, |phase| (phase != Phase::Left).then_some(Phase::Working))
    }

    /// The answer is made.
    pub fn is_done(&self, now: Timestamp) {
        self.step(now, |phase| (phase == Phase::Working).then_some(Phase::Silent));
    }

    /// Returns once the seat was taken away.
    pub async fn left(&self) {
        self.left.notified().await;
    }

    fn leaves(&self, now: Timestamp) -> bool {
        let waits = |phase| matches!(phase, Phase::Silent | Phase::Head | Phase::Body);
        let leaves = self.step(now, |phase| waits(phase).then_some(Phase::Left));
        if leaves {
            self.left.notify_one();
        }
        leaves
    }

    fn step(&self, now: Timestamp, next: impl FnOnce(Phase) -> Option<Phase>) -> bool {
        let mut phase = lock(&self.phase);
        let Some(next) = next(phase.0) else { return false };
        *phase = (next, now);
        true
    }

    /// Since when it waits for its client, and why it is closed if that takes too long.
    fn waits(&self, limits: &Limits) -> Option<(Timestamp, Duration, Why)> {
        let (phase, since) = *lock(&self.phase);
        match phase {
            Phase::Silent => Some((since, limits.silent, Why::Silent)),
            Phase::Head => Some((since, limits.head, Why::Slow)),
            Phase::Body => Some((since, limits.body, Why::Slow)),
            Phase::Working | Phase::Left => None,
        }
    }
}

/// All seats.
pub struct Seats {
    limits: Limits,
    clock: Arc<dyn Clock>,
    next: AtomicU64,
    taken: Mutex<BTreeMap<u64, Arc<Seat>>>,
    closed: Mutex<BTreeMap<Why, u64>>,
    told: Mutex<Option<Timestamp>>,
    told_of_bodies: Mutex<Option<Timestamp>>,
    /// The room for what they send.
    pub bodies: Bodies,
}

impl Seats {
    /// As many as the limits say, all free.
    pub fn new(limits: Limits, clock: Arc<dyn Clock>) -> Arc<Self> {
        let (taken, closed, told) = (Mutex::default(), Mutex::default(), Mutex::default());
        let bodies = Bodies::new(limits.bodies);
        Arc::new(Self {
            limits,
            clock,
            next: AtomicU64::default(),
            taken,
            closed,
            told,
            told_of_bodies: Mutex::default(),
            bodies,
        })
    }

    /// A seat for a connection from this address; none where all are taken and worked for.
    pub fn take(self: &Arc<Self>, address: IpAddr) -> Option<Taken> {
        let now = self.now();
        let network = network(address);
        let mut taken = lock(&self.taken);
        let own = taken.values().filter(|seat| seat.network == network).count();
        if own >= self.limits.per_address {
            self.make_room(&mut taken, Some(network), now)?;
        } else if taken.len() >= self.limits.total {
            self.make_room(&mut taken, None, now)?;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let seat = Arc::new(Seat { network, phase: Mutex::new((Phase::Silent, now)), left: Notify::new() });
        taken.insert(number, Arc::clone(&seat));
        Some(Taken { seats: Arc::clone(self), number, seat })
    }

    /// The longest waiting connection gives way: one of this network, or of whichever holds the most.
    fn make_room(&self, taken: &mut BTreeMap<u64, Arc<Seat>>, of: Option<IpAddr>, now: Timestamp) -> Option<()> {
        self.tell(taken.len(), of, now);
        let mut held: BTreeMap<IpAddr, usize> = BTreeMap::new();
        for seat in taken.values() {
            *held.entry(seat.network).or_default() += 1;
        }
        let concerned = |seat: &Arc<Seat>| of.is_none_or(|network| seat.network == network);
        let mut waiting: Vec<(usize, Timestamp, u64)> = taken
            .iter()
            .filter(|(_, seat)| concerned(seat))
            .filter_map(|(number, seat)| {
                let most = usize::MAX - held.get(&seat.network).copied().unwrap_or_default();
                Some((most, seat.waits(&self.limits)?.0, *number))
            })
            .collect();
        waiting.sort_unstable();
        // One that waited may be worked for by now.
        let gone = waiting.iter().find(|(.., number)| taken.get(number).is_some_and(|seat| seat.leaves(now)));
        let Some((.., number)) = gone else {
            self.count(Why::Refused);
            return None;
        };
        taken.remove(number);
        self.count(Why::MadeRoom);
        Some(())
    }

    /// Says in the log, once in a while, that all seats are taken.
    fn tell(&self, open: usize, of: Option<IpAddr>, now: Timestamp) {
        let mut told = lock(&self.told);
        if told.is_some_and(|told| now.duration_since(told).abs() < TOLD_EVERY) {
            return;
        }
        *told = Some(now);
        let Limits { total, per_address, .. } = self.limits;
        match of {
            Some(network) => {
                tracing::warn!(open, per_address, %network, "one address holds its share of connections; idle ones \
                     give way");
            }
            None => tracing::warn!(open, total, "all connections are taken; idle ones give way to new ones"),
        }
    }

    /// Closes what waits for its client for too long.
    pub fn close_overdue(&self) {
        let now = self.now();
        for seat in lock(&self.taken).values() {
            let Some((since, longest, why)) = seat.waits(&self.limits) else { continue };
            let longest = SignedDuration::try_from(longest).unwrap_or(SignedDuration::MAX);
            if now.duration_since(since) >= longest && seat.leaves(now) {
                self.count(why);
            }
        }
    }

    /// Counts a request whose body there was no room for, and says so in the log once in a while.
    pub fn no_room(&self) {
        self.count(Why::NoRoom);
        let (now, mut told) = (self.now(), lock(&self.told_of_bodies));
        if told.is_none_or(|told| now.duration_since(told).abs() >= TOLD_EVERY) {
            *told = Some(now);
            let bytes = self.limits.bodies;
            tracing::warn!(bytes, "requests hold as many bytes as there is room for; further large ones answer 503");
        }
    }

    /// An instant of the clock that only moves on.
    pub fn now(&self) -> Timestamp {
        self.clock.steady()
    }

    /// Waits on that clock.
    pub async fn sleep(&self, length: Duration) {
        self.clock.sleep(length).await;
    }

    /// The counts for Prometheus.
    pub fn metrics(&self) -> String {
        let mut text = Exposition::default();
        self.put(&mut text);
        text.to_string()
    }

    pub(super) fn put(&self, text: &mut Exposition) {
        let open = lock(&self.taken).len();
        text.put(CONNECTIONS, &[], open);
        text.put(MOST, &[], self.limits.total);
        let closed = lock(&self.closed);
        for why in [Why::Silent, Why::Slow, Why::MadeRoom, Why::Refused, Why::NoRoom] {
            text.put(CONNECTIONS_CLOSED, &[why.as_str()], closed.get(&why).copied().unwrap_or_default());
        }
    }

    fn count(&self, why: Why) {
        *lock(&self.closed).entry(why).or_default() += 1;
    }
}

/// A seat that is free again when this goes.
pub struct Taken {
    seats: Arc<Seats>,
    number: u64,
    /// The seat.
    pub seat: Arc<Seat>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        lock(&self.seats.taken).remove(&self.number);
    }
}

/// What counts as one address: whoever has one of IPv6 has a whole network of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
