//! Operations over connections: each whole or not at all, tried again where another one was in the way.
//!
//! A connection goes back only after an operation that came to its end: what was left in the middle, because whoever
//! asked is gone or because the server is, takes the connection with it, and the server undoes what it had begun.

use std::sync::Arc;

use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, Pool, QueueMode, RecyclingMethod, Runtime,
};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::address::Address;
use super::fault::Fault;
use super::limits::{
    CONNECT_TIMEOUT, CONNECTIONS, IDLE_IN_TRANSACTION_TIMEOUT, LOCK_TIMEOUT, POOL_WAIT, RETRY_REST, STATEMENT_TIMEOUT,
    TRIES_MAX,
};
use super::tls;
use crate::store::codec::nanos;
use crate::store::doubt::Doubt;
use crate::store::error::StoreError;
use crate::world::Clock;

/// A connection that is asked.
pub(super) type Session = ClientWrapper;

/// A value of a statement.
pub(super) type Bound<'a> = &'a (dyn ToSql + Sync);

/// The connections of a process.
pub(super) struct Sessions {
    pool: Pool,
    pub(super) place: String,
    /// The clock by which everything is due, in the place of the database's: for tests.
    given: Option<Arc<dyn Clock>>,
    /// Whether what is written is kept.
    pub(super) doubt: Doubt,
}

/// What an operation is to others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    /// Statements that change nothing.
    Read,
    /// One statement, or several that each stand alone.
    Write,
    /// All of it at once.
    Whole,
}

impl Sessions {
    /// None is made yet.
    pub(super) fn new(address: &Address, given: Option<Arc<dyn Clock>>) -> Result<Self, StoreError> {
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(address.config.clone(), tls::connector(address.trust)?, recycling);
        let prepare = Hook::async_fn(|session: &mut ClientWrapper, _| {
            Box::pin(async move { session.batch_execute(&settings()).await.map_err(HookError::Backend) })
        });
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            // Who was busy last has its statements ready, and stays so where there is little to do.
            .queue_mode(QueueMode::Lifo)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(POOL_WAIT))
            // The name is looked up and each host tried within this, and the session is told its limits.
            .create_timeout(Some(CONNECT_TIMEOUT.saturating_mul(2)))
            .post_create(prepare)
            .build()
            .map_err(|error| StoreError::Unavailable(format!("{}: {error}", address.place)))?;
        Ok(Self { pool, place: address.place.clone(), given, doubt: Doubt::default() })
    }

    /// Whether another clock than the database's says what is due.
    pub(super) fn has_clock(&self) -> bool {
        self.given.is_some()
    }

    /// A connection for one operation.
    pub(super) async fn lend(&self) -> Result<Lent, Fault> {
        let lent = Lent(Some(self.pool.get().await?));
        if let (Some(clock), Some(session)) = (&self.given, lent.session()) {
            session.batch_execute(&format!("SET petiole.given = '{}'", nanos(clock.now()))).await?;
        }
        Ok(lent)
    }

    /// What is told of how an operation ended.
    pub(super) fn told<T>(&self, span: Span, outcome: Result<T, Fault>) -> Result<T, StoreError> {
        let outcome = outcome.map_err(|fault| fault.told(&self.place));
        if span != Span::Read && matches!(outcome, Err(StoreError::Unavailable(_) | StoreError::Damaged(_))) {
            self.doubt.raise();
        }
        outcome
    }
}

/// Does an operation over a connection, and anew where another operation was in the way: `read` and `write` are
/// statements that each stand alone, `whole` is one transaction.
macro_rules! ask {
    (read $sessions:expr, $session:ident => $operation:expr) => {
        $crate::store::postgres::session::ask!($sessions, Read, $session => $operation)
    };
    (write $store:expr, $session:ident => $operation:expr) => {
        $crate::store::postgres::session::ask!($store.may_write()?, Write, $session => $operation)
    };
    (whole $store:expr, $session:ident => $operation:expr) => {
        $crate::store::postgres::session::ask!($store.may_write()?, Whole, $session => $operation)
    };
    ($sessions:expr, $span:ident, $session:ident => $operation:expr) => {{
        use $crate::store::postgres::fault::Fault;
        use $crate::store::postgres::session::{Sessions, Span, Tries, through};
        let sessions: &Sessions = $sessions;
        let mut tries = Tries::default();
        loop {
            let outcome = match sessions.lend().await {
                Ok(lent) => {
                    let outcome = match lent.session() {
                        Some($session) => through($session, Span::$span, $operation).await,
                        None => Err(Fault::nowhere()),
                    };
                    lent.end(Span::$span, &outcome).await;
                    outcome
                }
                Err(fault) => Err(fault),
            };
            if !tries.again(&outcome).await {
                break sessions.told(Span::$span, outcome);
            }
        }
    }};
}
pub(super) use ask;

/// How often an operation was tried.
#[derive(Default)]
pub(super) struct Tries(u32);

impl Tries {
    /// Whether it is tried once more, after a rest.
    pub(super) async fn again<T>(&mut self, outcome: &Result<T, Fault>) -> bool {
        self.0 += 1;
        let again = self.0 < TRIES_MAX && matches!(outcome, Err(fault) if fault.is_of_others());
        if again {
            tokio::time::sleep(RETRY_REST.saturating_mul(self.0).mul_f64(fastrand::f64())).await;
        }
        again
    }
}

/// Does an operation over a connection.
pub(super) async fn through<T>(
    session: &Session,
    span: Span,
    operation: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    if span != Span::Whole {
        return operation.await;
    }
    // Sent together with the first statement: answers come in the order in which was asked.
    let begun = async { Ok(session.batch_execute("BEGIN").await?) };
    let ((), done) = tokio::try_join!(biased; begun, operation)?;
    session.batch_execute("COMMIT").await?;
    Ok(done)
}

/// What each connection is told at its beginning. A statement is planned once: each finds its rows by an index,
/// whatever is bound to it, and planning it anew costs more than running it.
pub(super) fn settings() -> String {
    format!(
        "SET statement_timeout = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}; \
         SET default_transaction_isolation = 'read committed'; \
         SET plan_cache_mode = force_generic_plan; SET jit = off",
        STATEMENT_TIMEOUT.as_millis(),
        LOCK_TIMEOUT.as_millis(),
        IDLE_IN_TRANSACTION_TIMEOUT.as_millis()
    )
}

/// A connection out of the pool, which does not go back there by itself.
pub(super) struct Lent(Option<Object>);

impl Lent {
    pub(super) fn session(&self) -> Option<&Session> {
        self.0.as_deref()
    }

    /// Gives it back after an operation that came to an end, if it is well.
    pub(super) async fn end<T>(mut self, span: Span, outcome: &Result<T, Fault>) {
        let is_well = match (outcome, self.session()) {
            (Ok(_), _) => true,
            (Err(fault), Some(session)) if !fault.breaks_connection() => {
                span != Span::Whole || session.batch_execute("ROLLBACK").await.is_ok()
            }
            (Err(_), _) => false,
        };
        if is_well {
            drop(self.0.take());
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(object) = self.0.take() {
            drop(Object::take(object));
        }
    }
}

/// The rows that a statement answers.
pub(super) async fn rows(session: &Session, statement: &str, bound: &[Bound<'_>]) -> Result<Vec<Row>, Fault> {
    let prepared = session.prepare_cached(statement).await?;
    Ok(session.query(&prepared, bound).await?)
}

/// The one row that a statement answers, if any.
pub(super) async fn row(session: &Session, statement: &str, bound: &[Bound<'_>]) -> Result<Option<Row>, Fault> {
    Ok(rows(session, statement, bound).await?.into_iter().next())
}

/// How many rows a statement changed.
pub(super) async fn execute(session: &Session, statement: &str, bound: &[Bound<'_>]) -> Result<u64, Fault> {
    let prepared = session.prepare_cached(statement).await?;
    Ok(session.execute(&prepared, bound).await?)
}
