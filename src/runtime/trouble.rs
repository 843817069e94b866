//! Why work is put off or stopped: the peer, the store, or a limit.

use std::fmt;
use std::time::Duration;

use super::limits::LISTING_AGE_MAX;
use crate::connector::Failure;
use crate::store::{Reach, StoreError};

/// Work cannot go on now.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// The peer cannot be reached or is not well; the work is tried again.
    Later {
        /// What happened, in the peer's words where there are any.
        reason: String,
        /// Not before this much time.
        after: Option<Duration>,
    },
    /// The peer's answer cannot be relied on; the work is parked until it is well again.
    Unreadable {
        /// The kind of finding.
        code: &'static str,
        /// What is wrong with the answer.
        message: String,
    },
    /// A person has it wait, by this word.
    Held(Reach),
    /// The store cannot take it; nothing was lost, nothing goes on.
    Store(StoreError),
    /// Petiole itself is at fault: the work is parked, since another try would end the same.
    Bug(String),
}

impl Trouble {
    /// The rules in service have no such part, although they name it. Nothing may be concluded from that, least of all
    /// that nothing is there.
    pub fn unknown(what: &str) -> Self {
        Self::Bug(format!("the rules have no {what}, although they name it"))
    }

    /// Whether somebody else has the work by now, so that nothing more may be done for it here.
    pub fn is_lost_claim(&self) -> bool {
        matches!(self, Self::Store(StoreError::LostClaim))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Later { reason, .. } => out.write_str(reason),
            Self::Unreadable { message, .. } | Self::Bug(message) => out.write_str(message),
            Self::Held(reach) => write!(out, "held by a person: {reach}"),
            Self::Store(error) => error.fmt(out),
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A failed read of a peer: whatever it was, the work is put off and the reason shown.
pub fn later(account: &str, failure: &Failure) -> Trouble {
    let after = match failure {
        Failure::Transient { retry_after, .. } => *retry_after,
        _ => Some(LISTING_AGE_MAX),
    };
    Trouble::Later { reason: format!("{account}: {failure}"), after }
}

/// After a lost answer the record is looked at again at once: its trace may be there already.
pub(crate) fn put_off(account: &str, failure: &Failure, unseen: bool) -> Trouble {
    match later(account, failure) {
        Trouble::Later { reason, .. } if unseen => Trouble::Later { reason, after: Some(Duration::ZERO) },
        other => other,
    }
}

/// A reload took an account away a moment ago, which may be half a file.
pub(crate) fn not_in_the_rules(what: &str) -> Trouble {
    Trouble::Later { reason: format!("{what}: the account is not in the rules at this moment"), after: None }
}
