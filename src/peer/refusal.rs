//! Why a peer refuses a request, and with which status.
//!
//! A status that the system file reads as "try later" or "gone" is never used for a refusal that
//! is meant for good.

use crate::language::plan::{ErrorMeaning, ErrorRules, WordedError};

/// What is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) reason: Reason,
    pub(super) message: String,
}

/// Kinds of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// No credentials.
    Unauthorised,
    /// The record is not there.
    Gone,
    /// No such call.
    Unknown,
    /// The request cannot be read.
    Malformed,
    /// A value is missing or cannot stand where it stands.
    Invalid,
    /// The record's state does not allow it.
    Conflict,
    /// The record is another by now.
    Stale,
    /// A page behind the last, which the system answers with this status.
    Behind(u16),
}

impl Refusal {
    pub(super) fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Reason::Invalid, message)
    }

    /// The status by which the system's clients understand it.
    pub(super) fn status(&self, rules: &ErrorRules) -> u16 {
        let wished = match self.reason {
            Reason::Unauthorised => return 401,
            Reason::Gone if rules.gone.contains(&404) => return 404,
            Reason::Gone => return rules.gone.first().copied().unwrap_or(404),
            Reason::Unknown => 405,
            Reason::Malformed => 400,
            Reason::Invalid => 422,
            Reason::Conflict => 409,
            Reason::Behind(status) => return status,
            Reason::Stale => {
                let worded = self.word(rules).map(|row| row.status);
                return worded.or(rules.stale.first().copied()).unwrap_or(412);
            }
        };
        [wished, 400, 422, 409]
            .into_iter()
            .find(|one| ![&rules.gone, &rules.later, &rules.stale].iter().any(|known| known.contains(one)))
            .unwrap_or(400)
    }

    /// The word by which the system's clients understand it, where a status alone does not say it.
    pub(super) fn word<'r>(&self, rules: &'r ErrorRules) -> Option<&'r WordedError> {
        let means = |row: &&WordedError| row.means == ErrorMeaning::Stale;
        rules.worded.iter().find(means).filter(|_| self.reason == Reason::Stale)
    }
}
