//! The engine's limits, each with its unit.

use std::time::Duration;

/// Connections of one process, beside the one that listens.
pub(super) const CONNECTIONS: usize = 16;

/// How long a connection may take to be made.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an operation waits for a connection to be free.
pub(super) const POOL_WAIT: Duration = Duration::from_secs(10);

/// How long a statement may run.
pub(super) const STATEMENT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a statement waits for a lock.
pub(super) const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a transaction may stand open with nothing asked of it: a process that stands still holds no lock longer.
pub(super) const IDLE_IN_TRANSACTION_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a step of the schema waits for another process that takes one.
pub(super) const SCHEMA_WAIT: Duration = Duration::from_mins(2);

/// After how long without a word a connection is asked whether it still is one, how often, and how many times.
pub(super) const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
/// See [`KEEPALIVE_IDLE`].
pub(super) const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
/// See [`KEEPALIVE_IDLE`].
pub(super) const KEEPALIVE_RETRIES: u32 = 3;

/// How long what was sent may stay unanswered by the other machine before the connection counts as broken.
pub(super) const TCP_USER_TIMEOUT: Duration = Duration::from_secs(30);

/// How often an operation is tried in all that met another one in its way.
pub(super) const TRIES_MAX: u32 = 10;

/// How long at most an operation rests before its second try; before each further one as much longer.
pub(super) const RETRY_REST: Duration = Duration::from_millis(20);

/// How long this process tells others nothing after it told them of work.
pub(super) const TELL_REST: Duration = Duration::from_millis(20);

/// How long at most it rests before it listens anew.
pub(super) const LISTEN_REST: Duration = Duration::from_secs(2);

/// The oldest server that is understood, as `server_version_num` counts.
pub(super) const SERVER_VERSION_MIN: i32 = 140_000;

/// The longest time from now that is kept: beyond that it is for ever.
pub(super) const LENGTH_MAX: Duration = Duration::from_hours(50 * 365 * 24);

/// A length of time as the database adds it: in nanoseconds.
pub(super) fn length(of: Duration) -> i64 {
    i64::try_from(of.min(LENGTH_MAX).as_nanos()).unwrap_or(i64::MAX)
}
