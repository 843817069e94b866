//! Why a call did not do what was asked, told apart by what to do about it.

use std::fmt;
use std::time::Duration;

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Try again later.
    Transient {
        /// What happened.
        message: String,
        /// Not before this much time, where the peer says so.
        retry_after: Option<Duration>,
        /// Whether the peer may have done it all the same.
        maybe_done: bool,
    },
    /// Refused for good, in the peer's own words.
    Refused {
        /// The status.
        status: u16,
        /// The peer's words.
        message: String,
    },
    /// The account's key is wrong or may not do this.
    Unauthorised {
        /// The status.
        status: u16,
        /// The peer's words.
        message: String,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transient { message, .. } => out.write_str(message),
            Self::Refused { status, message } => write!(out, "refused ({status}): {message}"),
            Self::Unauthorised { status, message } => {
                write!(out, "the key is not accepted ({status}): {message}; check the account's api key")
            }
        }
    }
}
