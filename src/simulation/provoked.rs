//! What brings a planted fault to light: which faults of the world, how often, and how narrow the world is for it.
//!
//! A run that looks for what is planted has these faults and no others, so that it is short and does not depend on what
//! a seed happens to leave out. It knows nothing of how a planted fault is done.

use super::options::{Fault, Options};
use crate::simulator::Roof;
use crate::world::Planted;

/// How large the world is at most in which something planted is looked for: items, and customers.
const SMALL: (usize, usize) = (4, 3);

/// How many rows a page has there.
const ROWS: u32 = 2;

/// How many calls a minute peers allow there that want few, and in one go.
const FEW: (u32, u32) = (60, 5);

/// Answers that are lost after something was done.
const LOST_ANSWERS: &[(Fault, u64)] = &[(Fault::LostAfter, 8), (Fault::BrokenOff, 8), (Fault::FailedAfter, 8)];

/// Answers that are lost, and lists that do not show yet what was done: a look before the next try finds nothing.
const UNSEEN: &[(Fault, u64)] = &[(Fault::LostAfter, 4), (Fault::ListLate, 1)];

/// Ends of the process while answers are lost and lists do not show yet what was done.
const UNSEEN_ENDS: &[(Fault, u64)] =
    &[(Fault::LostAfter, 8), (Fault::Crash, 4), (Fault::ListLate, 1), (Fault::Absent, 2)];

/// Calls that fail without anything being done.
const FAILED_CALLS: &[(Fault, u64)] = &[(Fault::Unreachable, 8), (Fault::LostBefore, 8), (Fault::FailedBefore, 8)];

/// Webhooks that come twice, in any order, or not at all.
const BAD_WEBHOOKS: &[(Fault, u64)] = &[(Fault::WebhookLost, 4), (Fault::WebhookTwice, 2), (Fault::WebhookLate, 2)];

/// Webhooks that do not come.
const NO_WEBHOOKS: &[(Fault, u64)] = &[(Fault::WebhookLost, 1)];

/// Neither webhooks nor lists that show what changed a moment ago.
const ONLY_SWEEPS: &[(Fault, u64)] = &[(Fault::WebhookLost, 1), (Fault::ListLate, 1)];

/// Peers that are away for a while.
const AWAY: &[(Fault, u64)] = &[(Fault::Outage, 8), (Fault::Unreachable, 8)];

/// Rules that are changed and read anew.
const SAVES: &[(Fault, u64)] = &[(Fault::Save, 4), (Fault::Reload, 8)];

/// What a seed means in the world that brings out what is planted.
pub(super) fn provoked(drawn: Options, planted: Planted) -> Options {
    let rates = faults(planted).iter().copied().collect();
    let most = if is_rare(planted) { (usize::MAX, usize::MAX) } else { SMALL };
    let (items, customers) = (drawn.items.min(most.0), drawn.customers.min(most.1));
    let page = (planted == Planted::FirstRows).then_some(ROWS);
    let calls = (planted == Planted::Budget).then_some(FEW);
    let alike = planted == Planted::Nameless;
    Options { rates, items, customers, page, calls, alike, for_good: None, ..drawn }
}

/// The accounts that bring out what is planted, where it shows with several only.
pub(super) fn roof(planted: Planted) -> Option<Roof> {
    match planted {
        Planted::FirstAccount => Some(Roof::Brands),
        Planted::Nameless => Some(Roof::Both),
        _ => None,
    }
}

/// How often which faults come where this is planted.
fn faults(planted: Planted) -> &'static [(Fault, u64)] {
    match planted {
        Planted::SecondLook => &[(Fault::LostAfter, 6), (Fault::Late, 6), (Fault::ListLate, 2), (Fault::Absent, 4)],
        Planted::SentAgain => LOST_ANSWERS,
        Planted::LostAnswer => UNSEEN,
        Planted::Intents => UNSEEN_ENDS,
        Planted::PutOff | Planted::Early => FAILED_CALLS,
        Planted::Attempts | Planted::Pauses => AWAY,
        Planted::Parks | Planted::FirstRows | Planted::Budget | Planted::Journal => &[],
        Planted::Cursor | Planted::Polls => NO_WEBHOOKS,
        Planted::Sweeps | Planted::Overlap => ONLY_SWEEPS,
        Planted::Turns => &[(Fault::Late, 4), (Fault::WebhookTwice, 1), (Fault::WebhookLate, 2)],
        Planted::Rested | Planted::Stale | Planted::ReadOrder | Planted::Wake => BAD_WEBHOOKS,
        Planted::Fought => &[(Fault::LostAfter, 8), (Fault::WebhookLate, 2)],
        Planted::GoneAtOnce => &[(Fault::Absent, 8)],
        Planted::Signature => &[(Fault::WebhookForged, 4)],
        Planted::Acknowledged => &[(Fault::DiskRefuses, 16)],
        Planted::Silence => &[(Fault::Throttled, 16)],
        Planted::Memory | Planted::Generation => SAVES,
        Planted::FirstAccount | Planted::Nameless => &[],
        Planted::Halfway => &[(Fault::Unreachable, 8), (Fault::FailedBefore, 8), (Fault::Crash, 8)],
    }
}

/// Whether it shows in a large world only.
fn is_rare(planted: Planted) -> bool {
    matches!(planted, Planted::Turns | Planted::Halfway)
}
