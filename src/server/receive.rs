//! A webhook, from its bytes to its answer: verified as it came, durable before it is answered.
//!
//! A plain function of what came and of the desk that it came to; knows no connection and no HTTP library. Whoever
//! calls it gives the answer back, counts what was refused, and wakes who works on what was taken.

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::connector::SignatureError;
use crate::connector::webhook::{self, Named};
use crate::runtime::Live;
use crate::runtime::memory::departed::Departed;
use crate::runtime::pairing::echo;
use crate::store::{Hint, HintSource, RecordRef, Store};
use crate::value::key;
use crate::world::{Planted, World};

/// The largest body, in bytes.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// After how many seconds to try again what cannot be taken now.
const RETRY_AFTER: u32 = 5;

/// What came, for the account that the address names.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The account's name.
    pub account: &'a str,
    /// Header names and values; names compare without regard to case.
    pub headers: &'a [(String, String)],
    /// The body as it came.
    pub body: &'a [u8],
}

/// What a webhook comes to: the rules in service, and where hints are kept.
pub struct Desk<'a> {
    /// The rules in service, with the accounts' secrets.
    pub live: &'a Live,
    /// What the rules lost a moment ago.
    pub departed: &'a Departed,
    /// What the outside gives: what time it is.
    pub world: &'a World,
    /// Where hints are kept.
    pub store: &'a dyn Store,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// What is said, without a line's end.
    pub text: &'static str,
    /// After how many seconds to send the same again, where it may be taken then.
    pub retry_after: Option<u32>,
    /// Where it was not believed or leads to nothing.
    pub refused: Option<Refusal>,
    /// Whether there is work that was not there before.
    pub brings_work: bool,
    /// What is said in the place of the text, as it came.
    pub given_back: Option<String>,
}

/// What is to be counted of a webhook that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Whether there is such an account, or was a moment ago.
    pub known: bool,
    /// Why.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

/// Takes a webhook in, or says why not.
pub async fn receive(desk: &Desk<'_>, delivery: &Delivery<'_>) -> Answer {
    let now = desk.world.clock.now();
    let (named, body) = match verified(desk, delivery) {
        Err((status, why)) => return refused(desk, delivery.account, (status, why), now),
        Ok(found) => found,
    };
    if let Some(text) = asked_back(desk, delivery.account, &body) {
        return Answer { given_back: Some(text), ..answer(200, "given back") };
    }
    let mut hints: Vec<Hint> = Vec::new();
    let mut impossible = None;
    let is_single = named.len() == 1;
    let mut is_own = false;
    for one in named {
        let (record, id) = match one {
            Named::Nothing => continue,
            Named::Impossible(key) => {
                impossible = impossible.or(Some(key));
                continue;
            }
            Named::Record(record, id) => (record, id),
        };
        let plan = &desk.live.plan;
        let system = plan.accounts.get(delivery.account).map(|account| &account.system);
        let first = system.and_then(|system| plan.record(system, &record)).is_some_and(|kind| kind.first);
        let target = RecordRef { account: delivery.account.to_owned(), record, id };
        if is_single && is_echo(desk, &target, &body).await {
            is_own = true;
        } else if !hints.iter().any(|hint| hint.target == target) {
            hints.push(Hint { at: now, source: HintSource::Webhook, target, version: None, first });
        }
    }
    if is_own {
        return answer(202, "accepted; it shows what petiole wrote");
    }
    let refused = impossible.map(|key| {
        let why = format!("{} is no key that a record can have; the next poll will look", key::shown(&key));
        Refusal { known: true, why, at: now }
    });
    match (hints.is_empty(), refused) {
        (true, None) => answer(202, "accepted; it names no record, so the next poll will look"),
        (true, refused) => {
            let text = "accepted; no record can have the key that it names, so the next poll will look";
            Answer { refused, ..answer(202, text) }
        }
        (false, refused) => kept(desk, hints, refused).await,
    }
}

/// What the system wants back, to know that its messages come here.
fn asked_back(desk: &Desk<'_>, account: &str, body: &Json) -> Option<String> {
    let plan = &desk.live.plan;
    let system = plan.accounts.get(account).and_then(|account| plan.systems.get(&account.system))?;
    webhook::challenge(system.webhook.as_ref()?, body)
}

/// Keeps what a webhook told.
async fn kept(desk: &Desk<'_>, hints: Vec<Hint>, refused: Option<Refusal>) -> Answer {
    match desk.store.accept(hints, None).await {
        Ok(_) => Answer { brings_work: true, refused, ..answer(202, "accepted") },
        Err(_) if desk.world.plants(Planted::Acknowledged) => answer(202, "accepted"),
        Err(trouble) => {
            tracing::error!(%trouble, "a webhook could not be kept");
            Answer { retry_after: Some(RETRY_AFTER), ..answer(503, "the store cannot take it now") }
        }
    }
}

/// Whether it shows a record just as petiole left it. Where that cannot be told, it is a change like any other.
async fn is_echo(desk: &Desk<'_>, target: &RecordRef, body: &Json) -> bool {
    let live = desk.live;
    let system = live.plan.accounts.get(&target.account).and_then(|account| live.plan.systems.get(&account.system));
    let kind = system.and_then(|system| live.plan.record(&system.name, &target.record));
    let shown = system.and_then(|system| system.webhook.as_ref());
    let shown = shown.and_then(|rules| webhook::shown(rules, &target.record, body));
    let (Some(kind), Some(shown), Some(peer)) = (kind, shown, live.peers.get(&target.account)) else { return false };
    let Some(row) = peer.as_told(kind, shown) else { return false };
    echo::is_own(live, target, &row, (desk.store, desk.world.clock.as_ref())).await.unwrap_or(false)
}

/// Where the rules lost the account a moment ago, the same may be taken a moment later.
fn refused(desk: &Desk<'_>, account: &str, (status, why): (u16, &'static str), now: Timestamp) -> Answer {
    let may_open = status == 404 && desk.departed.may_open(account, now);
    let (status, why) = if may_open { (503, "this account is not in the rules at this moment") } else { (status, why) };
    let known = may_open || desk.live.plan.accounts.contains_key(account);
    Answer {
        retry_after: may_open.then_some(RETRY_AFTER),
        refused: Some(Refusal { known, why: why.to_owned(), at: now }),
        ..answer(status, why)
    }
}

/// The records that a webhook names, once account, signature and form are right, and the body.
fn verified(desk: &Desk<'_>, delivery: &Delivery<'_>) -> Result<(Vec<Named>, Json), (u16, &'static str)> {
    let (Delivery { account, headers, body }, live) = (*delivery, desk.live);
    let is_believed = desk.world.plants(Planted::Signature);
    if body.len() > BODY_BYTES_MAX {
        return Err((413, "the body is larger than 1 MiB"));
    }
    let system = live.plan.accounts.get(account).and_then(|account| live.plan.systems.get(&account.system));
    let Some(rules) = system.and_then(|system| system.webhook.as_ref()) else {
        return Err((404, "no account of this name takes webhooks"));
    };
    let header = |name: &str| {
        let found = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    let peer = live.peers.get(account);
    let believed = peer.map(|peer| peer.believes(header, (body, desk.world.clock.now())));
    match believed.unwrap_or(Err(SignatureError::Missing)) {
        Err(SignatureError::Stale) if !is_believed => return Err((401, "the signature is of another time than now")),
        Err(_) if !is_believed => return Err((401, "the signature is missing or wrong")),
        _ => {}
    }
    let Some(parsed) = webhook::body_of(header("Content-Type"), body) else {
        return Err((400, "the body is no JSON"));
    };
    Ok((webhook::named_records(rules, header, &parsed), parsed))
}

fn answer(status: u16, text: &'static str) -> Answer {
    Answer { status, text, retry_after: None, refused: None, brings_work: false, given_back: None }
}
