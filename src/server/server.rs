//! Listens, routes, and ends with the runtime.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::guard::Admission;
use super::refused::Refused;
use super::{admin, status, webhook};
use crate::runtime::Runtime;

/// The largest request body, in bytes.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// What handlers share.
#[derive(Clone)]
pub struct Shared {
    /// The runtime.
    pub runtime: Arc<Runtime>,
    /// Who may use `/api`.
    pub admission: Admission,
    /// The webhooks that were not taken.
    pub refused: Arc<Refused>,
    /// Whether only this machine can reach the service.
    pub loopback: bool,
}

/// A service that listens.
#[derive(Debug)]
pub struct Serving {
    /// Where.
    pub address: SocketAddr,
    /// Ends when the runtime stops.
    pub task: JoinHandle<()>,
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
    let mut stopping = runtime.stopping();
    let shared = Shared { runtime, admission, refused: Arc::default(), loopback };
    let router = Router::new()
        .route("/webhooks/{account}", post(webhook::accept))
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(status::metrics))
        .nest("/api/v1", admin::routes(&shared))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(shared);
    let task = tokio::spawn(async move {
        let ended = async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        };
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(ended).await {
            tracing::error!(%error, "the service stopped listening");
        }
    });
    Ok(Serving { address, task })
}

async fn ready(State(shared): State<Shared>) -> Response {
    match shared.runtime.store.counts().await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
    }
}
