//! What a browser keeps of a sign-in: until when it holds, sealed with the token, and never the token itself.
//!
//! Nothing of it is kept here, so that every node that has the token knows it, and another token ends it everywhere.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

/// How long a sign-in holds.
const LASTS: SignedDuration = SignedDuration::from_hours(12);

/// The name under which a browser keeps it.
const NAME: &str = "petiole_session";

/// The header that has a browser keep a sign-in. Off loopback it goes over HTTPS only.
pub(super) fn begun(token: &str, now: Timestamp, loopback: bool) -> Option<String> {
    let until = now.checked_add(LASTS).ok()?.as_second();
    Some(kept(NAME, &format!("{until}.{}", seal(token, until)?), LASTS.as_secs(), loopback))
}

/// The header that has a browser forget it.
pub(super) fn ended(loopback: bool) -> String {
    kept(NAME, "", 0, loopback)
}

/// Something that a browser keeps for so many seconds, where no script reads it and no other site's page sends it.
pub(super) fn kept(name: &str, value: &str, seconds: i64, loopback: bool) -> String {
    let secure = if loopback { "" } else { "; Secure" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

/// Whether a request carries a sign-in that holds.
pub(super) fn is_kept(token: &str, headers: &HeaderMap, now: Timestamp) -> bool {
    cookies(headers, NAME).any(|kept| holds(token, kept, now))
}

/// What a browser keeps under a name; by an accident of paths there may be several.
pub(super) fn cookies<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h str> {
    let texts = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(move |(known, _)| *known == name).map(|(_, value)| value)
}

fn holds(token: &str, kept: &str, now: Timestamp) -> bool {
    let Some((until, sealed)) = kept.split_once('.') else { return false };
    let Ok(until) = until.parse::<i64>() else { return false };
    let claimed = hex::decode(sealed).unwrap_or_default();
    now.as_second() < until && mac(token, until).is_some_and(|mac| mac.verify_slice(&claimed).is_ok())
}

fn seal(token: &str, until: i64) -> Option<String> {
    Some(hex::encode(mac(token, until)?.finalize().into_bytes()))
}

fn mac(token: &str, until: i64) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).ok()?;
    mac.update(format!("petiole signed in until {until}").as_bytes());
    Some(mac)
}
