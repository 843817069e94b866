//! How an account stands: its calls so far, what its budget and its breaker let through, and what its clock shows.
//!
//! Counts and tells; the one thing it does is to let the next call try. Makes no call.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use jiff::Timestamp;

use super::breaker::BreakerState;
use super::connector::Connector;
use super::signature::{self, SignatureError};
use crate::world::Method;

impl Connector {
    /// A call is made.
    pub(super) fn note_call(&self, method: Method) {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner).entry(method.as_str()).or_default() += 1;
    }

    /// A call of this purpose ended, with this status where an answer came.
    pub(super) fn note_answer(&self, purpose: &'static str, status: Option<u16>) {
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner).entry((purpose, status)).or_default() += 1;
    }

    /// Requests sent so far by method (`GET`), answered or not.
    pub fn calls(&self) -> BTreeMap<&'static str, u64> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Requests that ended, by what they were for and the status of the answer; no status where none came.
    pub fn answers(&self) -> BTreeMap<(&'static str, Option<u16>), u64> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a webhook comes from this account's peer, by the rules of its system.
    ///
    /// # Errors
    /// [`SignatureError`]; also where the system sends none.
    pub fn believes<'a>(
        &self,
        header: impl Fn(&str) -> Option<&'a str>,
        (body, now): (&[u8], Timestamp),
    ) -> Result<(), SignatureError> {
        let rules = self.system.webhook.as_ref().ok_or(SignatureError::Missing)?;
        signature::verify(rules, &self.account, header, (body, now))
    }

    /// How many calls could begin at once.
    pub fn calls_left(&self) -> u32 {
        self.rate_limit.left(self.clock.steady())
    }

    /// For how long every call has had to wait for its turn, if so.
    pub fn short_for(&self) -> Option<std::time::Duration> {
        self.rate_limit.short_for(self.clock.steady())
    }

    /// The next call may try whether the peer is well again, however long was to be waited for that.
    pub fn try_now(&self) {
        self.breaker.try_now();
    }

    /// What the breaker lets through.
    pub fn breaker(&self) -> BreakerState {
        match self.breaker.state() {
            BreakerState::Open { until } => BreakerState::Open { until: self.shown(until) },
            other => other,
        }
    }

    /// Until when the peer asked for silence, if it did.
    pub fn paused_until(&self) -> Option<Timestamp> {
        self.rate_limit.paused_until(self.clock.steady()).map(|until| self.shown(until))
    }

    /// A steady instant as the clock shows it.
    pub(super) fn shown(&self, steady: Timestamp) -> Timestamp {
        self.clock.now().checked_add(steady.duration_since(self.clock.steady())).unwrap_or(steady)
    }

    /// What the peer's clock shows now, as far as its `Date` headers tell; else what ours does.
    pub fn peer_now(&self) -> Timestamp {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let theirs = ahead.and_then(|ahead| self.clock.steady().checked_add(ahead).ok());
        theirs.unwrap_or_else(|| self.clock.now())
    }
}
