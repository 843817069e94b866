//! How each fault of a run was mended, found out from what came after it.
//!
//! Looks at what was seen from outside: calls that came back, records that the process looked at and what told of
//! them, the process that began again. What nothing of that explains is mended where both sides went together in the
//! end; else it is not.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::chronicle::{About, Call, Event, What};
use super::options::Fault;
use crate::world::Method;

/// How a fault was mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mend {
    /// After how long.
    pub after: Duration,
    /// What mended it, in a few words.
    pub how: &'static str,
}

/// A fault that struck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mishap {
    /// When.
    pub at: Timestamp,
    /// Its kind, in a few words.
    pub kind: String,
    /// The account concerned; none: petiole itself.
    pub account: Option<String>,
    /// The call or the record concerned; empty where there is none.
    pub about: String,
    /// How it was mended; none: it was not.
    pub mended: Option<Mend>,
}

/// Everything that went wrong, in the order in which it did. `rest`: when both sides had come to rest in the end.
pub(super) fn mishaps(events: &[Event], rest: Option<Timestamp>) -> Vec<Mishap> {
    let mishap = |(at, event): (usize, &Event)| {
        let after = events.get(at.saturating_add(1)..).unwrap_or_default();
        let (kind, account, about, found) = match &event.what {
            // Told as the peer goes away.
            What::Struck(Fault::Outage, _) => return None,
            What::Struck(fault, about) => {
                let (account, told) = told(about.as_ref());
                (words(*fault), account, told, by_kind((*fault, about.as_ref()), event.at, after))
            }
            What::Away(account, until) => {
                let back = |what: &What| matches!(what, What::CameBack(call, true) if call.account == *account);
                let there = after.iter().filter(|event| event.at >= *until);
                let how = "its work was put off meanwhile, and went on then";
                ("away".to_owned(), Some(account.clone()), String::new(), first(there, back).map(|at| (at, how)))
            }
            _ => return None,
        };
        let found = found.or_else(|| Some((rest?, "both sides were found in step in the end")));
        let length = |at: Timestamp| Duration::try_from(at.duration_since(event.at)).unwrap_or_default();
        let mended = found.map(|(at, how)| Mend { after: length(at), how });
        Some(Mishap { at: event.at, kind, account, about, mended })
    };
    events.iter().enumerate().filter_map(mishap).collect()
}

/// Writes that peers granted, and those of them that said something new.
pub(super) fn writes(events: &[Event]) -> (u64, u64) {
    let mut counts = (0_u64, 0_u64);
    for event in events {
        if let What::Wrote(_, new) = &event.what {
            counts = (counts.0.saturating_add(1), counts.1.saturating_add(u64::from(*new)));
        }
    }
    counts
}

/// How often somebody at either system did something.
pub(super) fn acts(events: &[Event]) -> usize {
    events.iter().filter(|event| matches!(event.what, What::Acted)).count()
}

fn told(about: Option<&About>) -> (Option<String>, String) {
    match about {
        Some(About::Call(call)) => (Some(call.account.clone()), format!("{} {}", call.method, call.path)),
        Some(About::Webhook(account, record)) => {
            let named = |record: &crate::store::RecordRef| format!("{} {}", record.record, record.id);
            (Some(account.clone()), record.as_ref().map(named).unwrap_or_default())
        }
        None => (None, String::new()),
    }
}

fn first<'e>(events: impl IntoIterator<Item = &'e Event>, is_it: impl Fn(&What) -> bool) -> Option<Timestamp> {
    events.into_iter().find(|event| is_it(&event.what)).map(|event| event.at)
}

type Found = Option<(Timestamp, &'static str)>;

fn by_kind((fault, about): (Fault, Option<&About>), at: Timestamp, after: &[Event]) -> Found {
    match fault {
        Fault::WebhookForged => {
            let refused = |what: &What| matches!(what, What::Heard(_, 401));
            first(after.iter().take_while(|event| event.at == at), refused).map(|at| (at, "refused: it is not signed"))
        }
        Fault::WebhookTwice => Some((at, "the two were taken as one")),
        Fault::WebhookLost | Fault::WebhookLate => about.and_then(|about| by_look((fault, about), at, after)),
        Fault::Crash | Fault::CrashBeforeCommit | Fault::CrashAfterCommit | Fault::Restart => {
            let begins = |what: &What| matches!(what, What::Begins);
            first(after, begins).map(|at| (at, "began again, and went on with what it had kept"))
        }
        Fault::Reload => Some((at, "served by the same rules as before")),
        Fault::DiskSlow => Some((at, "waited for")),
        Fault::DiskRefuses | Fault::DiskUncertain => {
            first(after, |what| matches!(what, What::Kept)).map(|at| (at, "done again"))
        }
        _ => match about {
            Some(About::Call(call)) => by_call((fault, call), after),
            _ => None,
        },
    }
}

/// A webhook that did not come in time: something else told of the record.
fn by_look((fault, about): (Fault, &About), at: Timestamp, after: &[Event]) -> Found {
    let About::Webhook(_, Some(record)) = about else { return None };
    let looked = first(after, |what| matches!(what, What::Looked(target) if target == record));
    let Some(looked) = looked else { return Some((at, "nothing was to be done for it")) };
    // Of what came until then.
    let until = after.iter().take_while(|event| event.at <= looked);
    let came = |what: &What| matches!(what, What::Heard(Some(named), 202) if named == record);
    let how = match (first(until, came).is_some(), fault) {
        (false, _) => "petiole looked for changes by itself, and found it",
        (true, Fault::WebhookLate) => "a webhook came, and the record was read as it was then",
        (true, _) => "a later webhook told of the same record",
    };
    Some((looked, how))
}

/// A call that did not come back as it should: asked again, or found done.
fn by_call((fault, call): (Fault, &Call), after: &[Event]) -> Found {
    let came_back = |event: &&Event, fits: &dyn Fn(&Call) -> bool| match &event.what {
        What::CameBack(other, true) => fits(other),
        _ => false,
    };
    let reads = call.method == Method::Get;
    let again = after.iter().find(|event| came_back(event, &|other| other.is_like(call))).map(|event| event.at);
    let is_done = matches!(fault, Fault::LostAfter | Fault::BrokenOff | Fault::FailedAfter | Fault::Late);
    if reads || !is_done {
        let how = match (fault, reads) {
            (Fault::Throttled, _) => "waited, and asked again",
            (Fault::Absent, _) => "read again, and it was there",
            (_, true) => "asked again",
            (_, false) => "sent again",
        };
        return again.map(|at| (at, how));
    }
    let read = |other: &Call| other.account == call.account && other.method == Method::Get;
    let looked = after.iter().find(|event| came_back(event, &read)).map(|event| event.at);
    let same = |other: &Call| other.is_like(call) && other.body == call.body;
    let sent = after.iter().find(|event| came_back(event, &same)).map(|event| event.at);
    match (looked, sent) {
        (Some(looked), Some(sent)) if sent < looked => Some((sent, "sent again, which says nothing new")),
        (Some(looked), _) => Some((looked, "read what is there now, and went on from that")),
        (None, sent) => sent.map(|at| (at, "sent again")),
    }
}

/// The kind of a fault, in a few words.
fn words(fault: Fault) -> String {
    let known = BTreeMap::from([
        (Fault::Unreachable, "not reachable"),
        (Fault::LostBefore, "request lost on its way"),
        (Fault::LostAfter, "done, and the answer lost"),
        (Fault::BrokenOff, "done, and the answer cut off"),
        (Fault::FailedBefore, "error 502, nothing done"),
        (Fault::FailedAfter, "error 502, although done"),
        (Fault::Throttled, "error 429, too many requests"),
        (Fault::Late, "no answer in time"),
        (Fault::Absent, "a record not shown for a moment"),
        (Fault::WebhookLost, "webhook lost"),
        (Fault::WebhookTwice, "webhook sent twice"),
        (Fault::WebhookLate, "webhook late"),
        (Fault::WebhookForged, "webhook forged"),
        (Fault::DiskSlow, "store slow to write"),
        (Fault::DiskRefuses, "store refuses to write"),
        (Fault::DiskUncertain, "store writes, and says that it did not"),
        (Fault::CrashBeforeCommit, "crash right before a write to the store"),
        (Fault::CrashAfterCommit, "crash right after a write to the store"),
        (Fault::Crash, "crash"),
        (Fault::Restart, "stopped and started"),
        (Fault::Reload, "rules read anew"),
    ]);
    let spaced =
        |letter: char| if letter.is_uppercase() { format!(" {}", letter.to_lowercase()) } else { letter.into() };
    let own_name = || format!("{fault:?}").chars().map(spaced).collect::<String>().trim().to_owned();
    known.get(&fault).map_or_else(own_name, |words| (*words).to_owned())
}
