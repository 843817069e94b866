//! What looks at each call while it passes by: as it sets out and comes back, and right before and right after a peer
//! does what it asks for.
//!
//! Each asks the peers themselves and the plan, never the engine. What a call may not do is told to the trace.

mod budget;
mod lands;
mod moves;
mod needless;
mod owners;
mod stock;
mod wiped;

use std::sync::Arc;

use jiff::Timestamp;

use self::budget::Budget;
pub(super) use self::budget::UnderWay;
use self::lands::Lands;
use self::moves::Moves;
use self::needless::Needless;
pub(super) use self::needless::Since;
use self::owners::Owners;
pub(super) use self::stock::KEPT_BACK;
use self::stock::Stock;
use self::wiped::Wiped;
use super::options::Options;
use super::peers::Peers;
use super::trace::Trace;
use crate::language::plan::Plan;
use crate::simulator::agreement::stock_follows;
use crate::world::{Request, Response};

/// All that looks on.
pub(super) struct Watches {
    trace: Arc<Trace>,
    budget: Budget,
    moves: Moves,
    wiped: Wiped,
    needless: Needless,
    /// Under the shipped rules only.
    stock: Option<Stock>,
    owners: Option<Owners>,
    lands: Option<Lands>,
}

impl Watches {
    /// What looks on under these rules. `shipped`: whether they promise what the shipped ones do.
    pub(super) fn new(plan: &Plan, (options, shipped): (&Options, bool), trace: &Arc<Trace>) -> Self {
        let stock = (shipped && stock_follows(&options.settings)).then(Stock::default);
        let owners = shipped.then(|| Owners::new(&options.settings));
        let lands = shipped.then(|| Lands::new(&options.settings));
        let (budget, moves) = (Budget::new(plan), Moves::new(plan, shipped));
        Self {
            trace: Arc::clone(trace),
            budget,
            moves,
            wiped: Wiped::default(),
            needless: Needless::default(),
            stock,
            owners,
            lands,
        }
    }

    /// The rules come to keep something back of what there is to offer, and may for the rest of the storm.
    pub(super) fn offers_less(&self) {
        self.stock.iter().for_each(Stock::offers_less);
    }

    /// These rules come to serve.
    pub(super) fn serves(&self, plan: &Plan, now: Timestamp) {
        self.stock.iter().for_each(|stock| stock.serves(plan, now));
    }

    /// A call sets out, and is under way until what comes back is dropped.
    pub(super) fn sets_out(&self, account: &str, (now, life): (Timestamp, u64)) -> UnderWay {
        let (under_way, wrong) = self.budget.sets_out(account, (now, life));
        self.tell(wrong);
        under_way
    }

    /// What its caller is told.
    pub(super) fn comes_back(&self, (account, request): (&str, &Request), answer: &Response, now: Timestamp) {
        self.budget.heard(account, answer, now);
        self.needless.heard((account, request), answer);
    }

    /// People did something.
    pub(super) fn people(&self, peers: &Peers) {
        self.moves.note(peers);
        self.needless.forget();
        self.stock.iter().for_each(|stock| stock.note(peers));
    }

    /// What its caller gave up long ago reaches a peer: whatever it says was not said just now.
    pub(super) fn unheard(&self) {
        self.needless.forget();
    }

    /// A peer is about to do what it is asked.
    pub(super) fn before(&self, peers: &Peers, (account, request): (&str, &Request)) {
        self.moves.note(peers);
        self.wiped.before(peers, (account, request));
        self.needless.before(peers, (account, request));
        self.tell(self.stock.as_ref().and_then(|stock| stock.wrong(peers, (account, request))));
        self.tell(self.owners.as_ref().and_then(|owners| owners.wrong(request)));
        self.tell(self.lands.as_ref().and_then(|lands| lands.before(peers, (account, request))));
    }

    /// A peer did it, for the process as it is since then.
    pub(super) fn after(&self, peers: &Peers, (account, request): (&str, &Request), since: Since) {
        self.tell(self.moves.wrong(peers, account));
        self.tell(self.wiped.wrong(peers, (account, request)));
        self.tell(self.lands.as_ref().and_then(|lands| lands.wrong(peers)));
        self.tell(self.needless.wrong(peers, (account, request), since));
    }

    fn tell(&self, wrong: Option<String>) {
        wrong.into_iter().for_each(|what| self.trace.wrong(what));
    }
}
