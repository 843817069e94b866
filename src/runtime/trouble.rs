//! Why work is put off or stopped: the peer, the store, or a limit.

use std::fmt;
use std::time::Duration;

use crate::store::StoreError;

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
    /// The store cannot take it; nothing was lost, nothing goes on.
    Store(StoreError),
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Later { reason, .. } => out.write_str(reason),
            Self::Unreadable { message, .. } => out.write_str(message),
            Self::Store(error) => error.fmt(out),
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
