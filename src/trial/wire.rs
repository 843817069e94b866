//! The world of a test: peers behind a transport, and a clock that moves only where somebody sleeps.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use crate::peer::Peer;
use crate::simulator::Simulator;
use crate::world::{Clock, Request, Response, Transport, TransportError};

/// When every test begins: 2026-01-05 12:00 UTC, in seconds.
const BEGIN: i64 = 1_767_614_400;

/// How long a call takes.
const EXCHANGE: Duration = Duration::from_millis(1);

/// The scheme and the end of the host of peers in memory: `http://ACCOUNT.peer`.
const SCHEME: &str = "http://";
const HOST_END: &str = ".peer";

/// Where the peer of an account is.
pub(super) fn base_url(account: &str) -> String {
    format!("{SCHEME}{account}{HOST_END}")
}

/// Time that passes only while somebody sleeps.
pub(super) struct StoodClock(Mutex<Timestamp>);

impl StoodClock {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Timestamp::from_second(BEGIN).unwrap_or(Timestamp::UNIX_EPOCH)))
    }

    /// Lets time pass.
    pub(super) fn pass(&self, duration: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let by = SignedDuration::try_from(duration).unwrap_or_default();
        *now = now.checked_add(by).unwrap_or(*now);
    }
}

#[async_trait]
impl Clock for StoodClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep(&self, duration: Duration) {
        self.pass(duration);
    }
}

/// Peers by account, behind one transport.
pub(super) struct Wire {
    peers: BTreeMap<String, Mutex<Peer>>,
    clock: Arc<StoodClock>,
}

impl Wire {
    pub(super) fn new(peers: BTreeMap<String, Peer>, clock: Arc<StoodClock>) -> Self {
        Self { peers: peers.into_iter().map(|(name, peer)| (name, Mutex::new(peer))).collect(), clock }
    }

    /// The peer of an account.
    pub(super) fn peer(&self, account: &str) -> Option<MutexGuard<'_, Peer>> {
        self.peers.get(account).map(|peer| peer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// All peers.
    pub(super) fn peers(&self) -> impl Iterator<Item = (&String, MutexGuard<'_, Peer>)> {
        self.peers.iter().map(|(name, peer)| (name, peer.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

#[async_trait]
impl Transport for Wire {
    fn peers_are_whole(&self) -> bool {
        false
    }

    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let rest = request.url.strip_prefix(SCHEME).unwrap_or_default();
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let account = host.strip_suffix(HOST_END).unwrap_or_default();
        let Some(mut peer) = self.peer(account) else {
            return Err(TransportError::Unreachable(format!("no peer is at {host}")));
        };
        let request = Request { url: path.to_owned(), ..request.clone() };
        // No two calls share an instant, so that their order can be told.
        self.clock.pass(EXCHANGE);
        Ok(peer.handle(self.clock.now(), &request).response)
    }
}
