//! Listens, routes, and ends with the runtime.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;

use super::admission::Admission;
use super::connection::{self, Service};
use super::receive::BODY_BYTES_MAX;
use super::seats::{CONNECTIONS_MAX, DESCRIPTORS_KEPT_BACK, DESCRIPTORS_USUAL, Limits, Seats};
use super::shared::Shared;
use super::{admin, metrics, page, webhook};
use crate::runtime::Runtime;
use crate::world::Task;

/// A service that listens.
#[derive(Debug)]
pub struct Serving {
    /// Where.
    pub address: SocketAddr,
    /// Ends when the runtime stops.
    pub task: Task<()>,
}

/// Listens and serves until the runtime stops.
///
/// # Errors
/// Where the address cannot be listened on.
pub async fn serve(runtime: Arc<Runtime>, listen: SocketAddr, admission: Admission) -> std::io::Result<Serving> {
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let loopback = address.ip().is_loopback();
    if !loopback && admission.token.is_none() {
        tracing::warn!("/api answers 403: the service listens on {address} and PETIOLE_ADMIN_TOKEN is not set");
    }
    let stopping = runtime.stopping();
    let seats = Seats::new(limits(), Arc::clone(&runtime.world.clock));
    let spawner = Arc::clone(&runtime.world.spawner);
    let (refused, board) = (Arc::default(), Arc::default());
    let shared = Shared { runtime, admission, refused, seats: Arc::clone(&seats), board, loopback };
    let router = Router::new()
        .route("/webhooks/{account}", post(webhook::accept))
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics::metrics))
        .nest("/api/v1", admin::routes(&shared))
        .merge(page::routes(&shared))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(shared);
    let service = Service { router, seats, spawner: Arc::clone(&spawner) };
    let task = spawner.start(connection::serve(listener, service, stopping));
    Ok(Serving { address, task })
}

/// What connections may take of the descriptors that this process may have, as many as the system lets it.
fn limits() -> Limits {
    let wanted = CONNECTIONS_MAX.saturating_add(DESCRIPTORS_KEPT_BACK);
    let soft = || rlimit::getrlimit(rlimit::Resource::NOFILE).map(|(soft, _)| soft);
    let descriptors = rlimit::increase_nofile_limit(wanted).or_else(|_| soft()).unwrap_or(DESCRIPTORS_USUAL);
    let limits = Limits::of_descriptors(descriptors);
    tracing::info!(total = limits.total, per_address = limits.per_address, descriptors, "connections at most");
    limits
}

async fn ready(State(shared): State<Shared>) -> Response {
    if let Some(trouble) = shared.runtime.store_trouble.load_full() {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("no work can be taken up: {trouble}\n")).into_response();
    }
    let keeps = shared.runtime.store.keeps().await;
    match keeps.and(shared.runtime.store.counts().await) {
        Ok(_) => "ready\n".into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
    }
}
