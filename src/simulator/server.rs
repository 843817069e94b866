//! A simulator behind HTTP, as a real system would be met.
//!
//! Owns the listening socket, the one lock around the simulator, the delivery of webhooks and the
//! faults in between. Knows no system. The lock is never held over an await.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{self, HeaderMap};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::connection::{Cut, CuttableListener};
use super::control;
use super::courier::Courier;
use super::fault::{Fate, FaultPlan, Faults, bad_gateway};
use super::request_log::RequestLog;
use super::simulator::Simulator;
use crate::world::{Clock, Method, Request, Response, Transport};

/// The largest request body read, in bytes.
const REQUEST_BYTES_MAX: usize = 8 * 1024 * 1024;
/// What a simulator is told the exchange may take; it answers at once.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Where webhooks go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// An absolute URL.
    pub url: String,
}

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The subscriber to begin with, if any.
    pub webhook: Option<Subscription>,
    /// The faults to begin with.
    pub faults: Faults,
    /// The seed of what the faults leave to chance.
    pub seed: u64,
}

/// A simulator that is being served. Dropping it ends the service too, without waiting.
#[derive(Debug)]
pub struct Served {
    /// Where it listens.
    pub address: SocketAddr,
    stop: watch::Sender<()>,
    server: JoinHandle<()>,
    courier: JoinHandle<()>,
}

impl Served {
    /// The base of its URLs, without a slash at the end.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no more requests, answers those begun, and stops. Waiting webhooks are lost.
    pub async fn shutdown(self) {
        let Self { stop, server, courier, .. } = self;
        drop(stop);
        // A task that panicked has ended as well.
        let _ = server.await;
        let _ = courier.await;
    }
}

/// Serves the simulator until the returned handle is shut down or dropped.
///
/// # Errors
/// Where the address cannot be listened on.
pub async fn serve(
    simulator: Box<dyn Simulator>,
    options: Options,
    clock: Arc<dyn Clock>,
    transport: Arc<dyn Transport>,
) -> io::Result<Served> {
    let listener = TcpListener::bind(options.listen).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = watch::channel(());
    let shell = Arc::new(Shell {
        simulator: Mutex::new(simulator),
        faults: Mutex::new(FaultPlan::new(options.faults, options.seed)),
        log: Mutex::new(RequestLog::default()),
        courier: Courier::new(options.webhook.map(|subscription| subscription.url), transport),
        clock,
    });
    let app = Router::new().fallback(answer).with_state(Arc::clone(&shell));
    let mut until = stopped.clone();
    let serving = axum::serve(CuttableListener(listener), app.into_make_service_with_connect_info::<Cut>())
        .with_graceful_shutdown(async move { while until.changed().await.is_ok() {} });
    let server = tokio::spawn(async move {
        // Serving ends only by the shutdown; single connections' failures are their own.
        let _ = serving.await;
    });
    let courier = tokio::spawn(async move { shell.courier.run(&shell.faults, stopped).await });
    Ok(Served { address, stop, server, courier })
}

/// What the requests share.
pub(super) struct Shell {
    pub(super) simulator: Mutex<Box<dyn Simulator>>,
    pub(super) faults: Mutex<FaultPlan>,
    pub(super) log: Mutex<RequestLog>,
    pub(super) courier: Courier,
    clock: Arc<dyn Clock>,
}

async fn answer(
    State(shell): State<Arc<Shell>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: http::Request<Body>,
) -> http::Response<Body> {
    let (parts, body) = request.into_parts();
    let Some(method) = Method::parse(parts.method.as_str()) else {
        return bare(405);
    };
    let Ok(body) = to_bytes(body, REQUEST_BYTES_MAX).await else {
        return bare(413);
    };
    let url = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned();
    let headers = headers(&parts.headers);
    let request = Request { method, url, headers, body: body.into(), timeout: REQUEST_TIMEOUT };
    if request.url.starts_with(control::PREFIX) {
        let own = control::answer(&shell, &request);
        return export(own.unwrap_or_else(|| handle(&shell, &request)));
    }
    let delay = lock(&shell.faults).faults().delay_ms;
    if delay > 0 {
        shell.clock.sleep(Duration::from_millis(delay)).await;
    }
    exchange(&shell, &cut, &request)
}

/// One request of a client, faults included.
fn exchange(shell: &Shell, cut: &Cut, request: &Request) -> http::Response<Body> {
    let refused = lock(&shell.faults).before();
    if let Some(response) = refused {
        lock(&shell.log).note(request, None, Some(response.status));
        return export(response);
    }
    let keeps = lock(&shell.faults).faults().keeps.clone();
    let taken = lock(&shell.faults).shifted(keeps.taken(request));
    let ignored = lock(&shell.faults).ignored(request);
    let response = keeps.shown(handle(shell, ignored.as_ref().unwrap_or(&taken)));
    let handled = response.status;
    let edit = lock(&shell.faults).edit_after(request, handled);
    if let Some(edit) = edit {
        handle(shell, &edit);
    }
    let fate = lock(&shell.faults).after(request.method, handled);
    let (response, answered) = match fate {
        Fate::Answered => {
            let faults = &mut lock(&shell.faults);
            let shown = faults.rewritten(request, response);
            (faults.dated(shell.clock.now(), shown), Some(handled))
        }
        Fate::Failed => (bad_gateway(), Some(502)),
        Fate::Cut => {
            cut.pull();
            (response, None)
        }
    };
    lock(&shell.log).note(request, Some(handled), answered);
    export(response)
}

/// Has the simulator answer. Its webhooks are queued under its lock, so that they keep its order.
fn handle(shell: &Shell, request: &Request) -> Response {
    let mut simulator = lock(&shell.simulator);
    let outcome = simulator.handle(shell.clock.now(), request);
    if !outcome.webhooks.is_empty() {
        shell.courier.post(outcome.webhooks, &mut lock(&shell.faults));
    }
    outcome.response
}

/// The guard, also where another task panicked: a simulator's state is only for tests.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    map.iter().map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect()
}

fn export(response: Response) -> http::Response<Body> {
    let mut builder = http::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        builder = builder.header(name, value);
    }
    builder.body(Body::from(response.body)).unwrap_or_else(|_| bare(500))
}

fn bare(status: u16) -> http::Response<Body> {
    let mut response = http::Response::new(Body::empty());
    if let Ok(status) = http::StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    response
}
