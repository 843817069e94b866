//! Word between processes that there may be work: a hint, never the truth.
//!
//! One connection of its own, outside the pool, which listens and tells. What is told is empty; many words within a few
//! milliseconds are one. Where the connection breaks it is made anew, and that counts as word: what was told meanwhile
//! is not known.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::Address;
use super::limits::{LISTEN_REST, TELL_REST};
use super::session::settings;
use super::tls;
use crate::store::error::StoreError;

/// Word to others and from them.
pub(super) struct Wire {
    told: Arc<Notify>,
    tells: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Wire {
    /// Begins to listen.
    pub(super) fn new(address: Address) -> Result<Self, StoreError> {
        let connector = tls::connector(address.trust)?;
        let (told, tells) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let task = tokio::spawn(keep(address, connector, (Arc::clone(&told), Arc::clone(&tells))));
        Ok(Self { told, tells, task })
    }

    /// Tells others soon.
    pub(super) fn tell(&self) {
        self.tells.notify_one();
    }

    /// Until others told something.
    pub(super) async fn told(&self) {
        self.told.notified().await;
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Listens and tells for ever, over one connection after another.
async fn keep(address: Address, connector: MakeRustlsConnect, (told, tells): (Arc<Notify>, Arc<Notify>)) {
    loop {
        if let Ok((client, heard)) = connect(&address, connector.clone(), &told).await {
            tell(&client, heard, &tells).await;
            tracing::debug!(place = address.place, "the connection that listens for work of others is made anew");
        }
        tokio::time::sleep(rest()).await;
    }
}

/// Processes that lost the same server do not come back all at once.
fn rest() -> Duration {
    LISTEN_REST.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// A connection that listens, with the task that hears what comes over it.
async fn connect(
    address: &Address,
    connector: MakeRustlsConnect,
    told: &Arc<Notify>,
) -> Result<(Client, Heard), tokio_postgres::Error> {
    let (client, mut connection) = address.config.connect(connector).await?;
    let own = Arc::new(AtomicI32::new(0));
    let (hears, ours) = (Arc::clone(told), Arc::clone(&own));
    let heard = Heard(tokio::spawn(async move {
        loop {
            match std::future::poll_fn(|context| connection.poll_message(context)).await {
                // What this process told it knows.
                Some(Ok(AsyncMessage::Notification(word))) if word.process_id() == ours.load(Ordering::Relaxed) => {}
                Some(Ok(AsyncMessage::Notification(_))) => hears.notify_one(),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            }
        }
    }));
    client.batch_execute(&settings()).await?;
    let number: i32 = client.query_one("SELECT pg_backend_pid()", &[]).await?.try_get(0)?;
    own.store(number, Ordering::Relaxed);
    client.batch_execute("LISTEN petiole").await?;
    told.notify_one();
    Ok((client, heard))
}

/// The task that hears what comes over a connection.
struct Heard(JoinHandle<()>);

impl Drop for Heard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Tells others whenever there is something to tell, until the connection breaks.
async fn tell(client: &Client, mut heard: Heard, tells: &Notify) {
    loop {
        tokio::select! {
            biased;
            _ = &mut heard.0 => return,
            () = tells.notified() => {
                if client.batch_execute("NOTIFY petiole").await.is_err() {
                    return;
                }
                tokio::time::sleep(TELL_REST).await;
            }
        }
    }
}
