//! Stands between the service and a simulator: passes every call on, and lets a test see it before it is sent and
//! before its answer arrives.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http;
use petiole::simulator;
use petiole::world::{HttpTransport, Method, Request, Response, Transport};

use super::Trade;

/// The largest body that passes through, in bytes.
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// When a call is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// It was sent, and the system has not seen it yet.
    Before,
    /// The system has done it, and the answer is still under way.
    After,
}

/// Sees a call go by. False: it goes no further, and the caller gets a 500.
pub(crate) type Look = dyn Fn(When, &Request) -> bool + Send + Sync;

/// What becomes of an answer on its way.
pub(crate) type Change = dyn Fn(&Request, Response) -> Response + Send + Sync;

/// Headers of an answer that are passed on.
const PASSED: [&str; 3] = ["content-type", "date", "retry-after"];

#[derive(Clone)]
struct Between {
    look: Arc<Look>,
    change: Arc<Change>,
    origin: String,
    transport: Arc<HttpTransport>,
}

impl Between {
    /// A look may wait for calls of its own, so it does not hold up the others.
    async fn looks(&self, when: When, request: &Request) -> bool {
        let (look, request) = (Arc::clone(&self.look), request.clone());
        tokio::task::spawn_blocking(move || look(when, &request)).await.unwrap()
    }
}

async fn pass(State(between): State<Between>, request: http::Request<Body>) -> http::Response<Body> {
    let (parts, body) = request.into_parts();
    // What belongs to one connection is not passed on.
    let own = ["host", "content-length", "connection", "accept-encoding", "transfer-encoding"];
    let headers = parts
        .headers
        .iter()
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let request = Request {
        method: Method::parse(parts.method.as_str()).unwrap(),
        url: format!("{}{}", between.origin, parts.uri),
        headers,
        body: to_bytes(body, BODY_BYTES_MAX).await.unwrap().into(),
        timeout: std::time::Duration::from_secs(30),
    };
    let dead = || http::Response::builder().status(500).body(Body::empty()).unwrap();
    if !between.looks(When::Before, &request).await {
        return dead();
    }
    let answer = between.transport.send(request.clone()).await.unwrap();
    if !between.looks(When::After, &request).await {
        return dead();
    }
    let answer = (between.change)(&request, answer);
    let mut passed = http::Response::builder().status(answer.status);
    for (name, value) in answer.headers.iter().filter(|(name, _)| PASSED.contains(&name.to_ascii_lowercase().as_str()))
    {
        passed = passed.header(name, value);
    }
    passed.body(Body::from(answer.body)).unwrap()
}

/// Go-betweens of both simulators, for as long as this lives.
pub(crate) struct GoBetween {
    /// The environment that leads the service through them.
    pub(crate) environment: [(String, String); 2],
    _runtime: tokio::runtime::Runtime,
}

impl GoBetween {
    pub(crate) fn new(trade: &Trade, look: &Arc<Look>) -> Self {
        Self::changing(trade, look, &(Arc::new(|_: &Request, answer| answer) as Arc<Change>))
    }

    /// Go-betweens that change answers on their way.
    pub(crate) fn changing(trade: &Trade, look: &Arc<Look>, change: &Arc<Change>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let environment = [("flourish", &trade.flourish), ("leaflink", &trade.leaflink)].map(|(name, side)| {
            let origin = runtime.block_on(serve(Arc::clone(look), Arc::clone(change), side.url.clone()));
            (format!("{}_BASE_URL", name.to_uppercase()), format!("{origin}{}", simulator::base_path(name)))
        });
        Self { environment, _runtime: runtime }
    }
}

async fn serve(look: Arc<Look>, change: Arc<Change>, origin: String) -> String {
    let listener = tokio::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
    let address = listener.local_addr().unwrap();
    let transport = Arc::new(HttpTransport::new().unwrap());
    let app = Router::new().fallback(pass).with_state(Between { look, change, origin, transport });
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}
