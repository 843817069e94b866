//! What all answers of an account tell together: whether it is reached, opened, on time and within its budget.

use std::time::Duration;

use jiff::SignedDuration;

use super::look::{Look, Said};
use super::mended::{Spot, keys, mend};
use crate::connector::probe::{Answered, Exchange};
use crate::store::checkup::{Checked, Health};
use crate::value::duration;
use crate::world::TablePlace;

/// From how long on a call is slow.
const SLOW: Duration = Duration::from_secs(5);

/// How far clocks may be apart before somebody should look, and before what rests on them goes wrong.
const APART: SignedDuration = SignedDuration::from_secs(30);
const FAR_APART: SignedDuration = SignedDuration::from_mins(5);

/// What is told before the records are.
pub(super) fn of(look: &Look<'_>, said: &Said, exchanges: &[Exchange]) -> Vec<Checked> {
    let mut checked = vec![reach(look, said, exchanges)];
    let answers: Vec<&Answered> = exchanges.iter().filter_map(Exchange::answered).collect();
    if !answers.iter().any(|answer| !answer.is_web_page) {
        return checked;
    }
    // A folder has neither.
    let peer = look.live.peers.get(&look.account.name);
    if !peer.is_some_and(|peer| TablePlace::is_folder(&peer.base_url())) {
        checked.extend(credentials(look, said));
        checked.push(clock(&answers));
    }
    checked.push(budget(look, &answers));
    checked
}

fn reach(look: &Look<'_>, said: &Said, exchanges: &[Exchange]) -> Checked {
    let what = "reach";
    let url = look.live.peers.get(&look.account.name).map(|peer| peer.base_url()).unwrap_or_default();
    let spot = |last| Spot { account: look.account, system: look.system(), last: Some(last) };
    let Some(first) = exchanges.first() else {
        let unused = || "live pipelines use no list of its system".to_owned();
        let why = said.first.as_ref().map_or_else(unused, ToString::to_string);
        let mend = match said.first {
            Some(_) => "set what is missing, and ask again",
            None => "where pipelines are to use the account, see that they are live; else there is nothing to do",
        };
        return Checked::ill(what, Health::Doubtful, format!("{url}: nothing was asked: {why}"), mend);
    };
    let lost = exchanges.iter().find_map(|one| Some((one, one.answer.as_ref().err()?)));
    let has_answered = exchanges.iter().any(|one| one.answered().is_some_and(|answer| !answer.is_web_page));
    match (&said.first, lost) {
        (Some(failure), Some((one, error))) if !has_answered => {
            let mend = mend(failure, &spot(one));
            Checked::ill(what, Health::Wrong, format!("{url}: {}", redacted(look, &error.to_string())), mend)
        }
        (Some(failure), None) if !has_answered => {
            let page = exchanges.iter().find(|one| one.is_web_page()).unwrap_or(first);
            let status = page.answered().map(|answer| answer.status).unwrap_or_default();
            let seen = format!("{url}: a web page (HTML) comes where the API should answer (status {status})");
            Checked::ill(what, Health::Wrong, seen, mend(failure, &spot(page)))
        }
        (Some(failure), Some((one, error))) => {
            let seen = format!("{url} answers, but not always: {}", redacted(look, &error.to_string()));
            Checked::ill(what, Health::Wrong, seen, mend(failure, &spot(one)))
        }
        _ => in_time(&url, exchanges),
    }
}

fn in_time(url: &str, exchanges: &[Exchange]) -> Checked {
    let longest = exchanges.iter().map(|one| one.took).max().unwrap_or_default();
    let seen = format!("{url} answers, within {}", duration::text(Duration::from_millis(millis(longest))));
    if longest < SLOW {
        return Checked::well("reach", seen);
    }
    let mend = "ask again when the peer has less to do; where that stays, its support: everything waits as long";
    Checked::ill("reach", Health::Doubtful, format!("{seen}, which is slow"), mend)
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX).max(1)
}

fn redacted(look: &Look<'_>, text: &str) -> String {
    look.live.peers.get(&look.account.name).map(|peer| peer.redact(text)).unwrap_or_default()
}

/// Whether the credentials open anything; none where no answer tells.
fn credentials(look: &Look<'_>, said: &Said) -> Option<Checked> {
    if said.shown > 0 {
        return Some(Checked::well("credentials", "accepted"));
    }
    let (refusal, _) = said.refused.first()?;
    let mend = keys(&Spot { account: look.account, system: look.system(), last: None });
    Some(Checked::ill("credentials", Health::Wrong, refusal.to_string(), mend))
}

/// How far the clocks are apart, by the answer that tells it best.
fn clock(answers: &[&Answered]) -> Checked {
    let nearest = answers.iter().filter_map(|answer| answer.ahead).min_by_key(|ahead| ahead.abs());
    let Some(ahead) = nearest else {
        return Checked::well("clock", "not known: no answer has a `Date` header");
    };
    let way = if ahead.is_negative() { "behind" } else { "ahead of" };
    let apart = Duration::from_secs(ahead.abs().as_secs().unsigned_abs());
    let seen = format!("{} {way} this machine's", duration::text(apart));
    let health = match ahead.abs() {
        apart if apart > FAR_APART => Health::Wrong,
        apart if apart > APART => Health::Doubtful,
        _ => return Checked::well("clock", "in step with this machine's"),
    };
    let mend = "set this machine's clock by NTP; if it is right, the peer's is wrong: signatures may be refused, and \
                looks for changes may pass some by";
    Checked::ill("clock", health, seen, mend)
}

/// What the system file allows, and what the peer says of that where it says anything.
fn budget(look: &Look<'_>, answers: &[&Answered]) -> Checked {
    let limit = look.system().map(|system| system.limits.per_minute).unwrap_or_default();
    let told = answers.iter().rev().find(|answer| !answer.allowance.is_empty()).map(|answer| &answer.allowance);
    let says = |(name, value): &(&'static str, String)| format!("{name} {value}");
    let words = told.map(|told| told.iter().map(says).collect::<Vec<_>>().join(", "));
    let seen = match words {
        Some(words) => format!("{limit} calls a minute by the system file; the peer says {words}"),
        None => format!("{limit} calls a minute by the system file"),
    };
    let is_spent = |(name, value): &(&'static str, String)| *name == "RateLimit-Remaining" && value == "0";
    let is_short = told.is_some_and(|told| told.iter().any(is_spent)) || answers.iter().any(|one| one.status == 429);
    if !is_short {
        return Checked::well("budget", seen);
    }
    let mend = "wait; others may use the same key, or `limits.per_minute` in the system file is too much";
    Checked::ill("budget", Health::Doubtful, format!("{seen}; nothing of it is left now"), mend)
}
