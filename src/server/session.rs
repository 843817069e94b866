//! What a browser keeps of a sign-in: until when it holds and its name, sealed with the token, and never the token
//! itself.
//!
//! Of a sign-in nothing is kept here, so that every node that has the token knows it, and another token ends it
//! everywhere. That one was ended is kept in the store, so that what was copied from a browser ends with it.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

use crate::store::{Store, StoreError};

/// How long a sign-in holds.
const LASTS: SignedDuration = SignedDuration::from_hours(12);

/// The name under which a browser keeps it.
const NAME: &str = "petiole_session";

/// Under which name the store keeps that sign-ins were ended. No account is called so.
const KEPT: &str = "*";

/// The header that has a browser keep a sign-in of this name. Off loopback it goes over HTTPS only.
pub(super) fn begun(token: &str, (now, name): (Timestamp, u64), loopback: bool) -> Option<String> {
    let session = format!("{}-{name:016x}", now.checked_add(LASTS).ok()?.as_second());
    Some(kept(NAME, &format!("{session}.{}", seal(token, &session)?), LASTS.as_secs(), loopback))
}

/// The sign-in that a request carries, where it holds by itself: its time is not over, and the token sealed it.
pub(super) fn carried(token: &str, headers: &HeaderMap, now: Timestamp) -> Option<String> {
    cookies(headers, NAME).find_map(|kept| holds(token, kept, now)).map(str::to_owned)
}

/// Ends a sign-in, on every node.
pub(super) async fn end(store: &dyn Store, session: &str, now: Timestamp) -> Result<(), StoreError> {
    store.mark(KEPT, &ended_as(session), now, None).await
}

/// Whether a sign-in was ended.
pub(super) async fn is_ended(store: &dyn Store, session: &str) -> Result<bool, StoreError> {
    Ok(store.cursor(KEPT, &ended_as(session)).await?.is_some())
}

fn ended_as(session: &str) -> String {
    format!("signed-out {session}")
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

/// What a browser keeps under a name; by an accident of paths there may be several.
pub(super) fn cookies<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h str> {
    let texts = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(move |(known, _)| *known == name).map(|(_, value)| value)
}

fn holds<'k>(token: &str, kept: &'k str, now: Timestamp) -> Option<&'k str> {
    let (session, sealed) = kept.split_once('.')?;
    let until: i64 = session.split_once('-')?.0.parse().ok()?;
    let claimed = hex::decode(sealed).unwrap_or_default();
    let is_sealed = mac(token, session)?.verify_slice(&claimed).is_ok();
    (now.as_second() < until && is_sealed).then_some(session)
}

fn seal(token: &str, session: &str) -> Option<String> {
    Some(hex::encode(mac(token, session)?.finalize().into_bytes()))
}

fn mac(token: &str, session: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).ok()?;
    mac.update(format!("petiole signed in until {session}").as_bytes());
    Some(mac)
}
