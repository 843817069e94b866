//! Connections: accepted within the limits, served, and closed where their clients take too long.
//!
//! Knows HTTP/1.1 and no routes. A request is read whole before the service works on it, so that a client that sends
//! it slowly holds up nobody.

use std::convert::Infallible;
use std::io::{self, Write as _};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower_service::Service as _;

use super::bodies::{Bodies, Room};
use super::receive::BODY_BYTES_MAX;
use super::seats::{Seat, Seats, Taken};
use crate::world::{Spawner, Tasks};

/// The largest head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// How often it is looked whose client takes too long.
const LOOK: Duration = Duration::from_millis(500);

/// How long nothing is accepted after the system could not.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a connection is told for which there is no seat.
const NO_SEAT: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// What connections are served with.
pub struct Service {
    /// Answers requests.
    pub router: Router,
    /// Who may hold a connection.
    pub seats: Arc<Seats>,
    /// Serves each in a task of its own.
    pub spawner: Arc<dyn Spawner>,
}

/// Accepts and serves until told to stop, then lets what was asked be answered.
pub async fn serve(listener: TcpListener, service: Service, stopping: watch::Receiver<bool>) {
    let Service { router, seats, spawner } = service;
    let mut open = Tasks::default();
    let mut ended = pin!({
        let mut stopping = stopping.clone();
        async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        }
    });
    let mut look = pin!(seats.sleep(LOOK));
    loop {
        tokio::select! {
            biased;
            () = &mut ended => break,
            () = &mut look => {
                seats.close_overdue();
                look.set(seats.sleep(LOOK));
            }
            Some(_) = open.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => match seats.take(address.ip()) {
                    Some(taken) => {
                        let (router, stopping) = (router.clone(), stopping.clone());
                        let talk = converse(stream, router, (taken, Arc::clone(&seats)), stopping);
                        open.start(spawner.as_ref(), talk);
                    }
                    None => refuse(stream),
                },
                // Whoever it was is gone.
                Err(error) if is_theirs(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "no connection can be accepted");
                    seats.sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

fn is_theirs(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Says why and closes; where it cannot be said at once, it is not.
fn refuse(stream: TcpStream) {
    if let Ok(mut stream) = stream.into_std() {
        let _ = stream.write(NO_SEAT);
    }
}

async fn converse(
    stream: TcpStream,
    router: Router,
    (taken, seats): (Taken, Arc<Seats>),
    mut stopping: watch::Receiver<bool>,
) {
    // Small answers should not wait for the client's acknowledgement; failing that is harmless.
    let _ = stream.set_nodelay(true);
    let seat = Arc::clone(&taken.seat);
    let heard = Heard { stream, seat: Arc::clone(&seat), seats: Arc::clone(&seats) };
    let service = service_fn(|request| answer(router.clone(), request, (Arc::clone(&seat), Arc::clone(&seats))));
    let serving = http1::Builder::new().max_buf_size(HEAD_BYTES_MAX).serve_connection(TokioIo::new(heard), service);
    let mut serving = pin!(serving);
    tokio::select! {
        biased;
        () = seat.left() => return,
        _ = serving.as_mut() => return,
        _ = stopping.wait_for(|stop| *stop) => serving.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        biased;
        () = seat.left() => {}
        _ = serving => {}
    }
}

/// Reads a request whole and has it answered. An error closes the connection.
async fn answer(
    router: Router,
    request: Request<Incoming>,
    (seat, seats): (Arc<Seat>, Arc<Seats>),
) -> Result<Response, hyper::Error> {
    seat.has_head(seats.now());
    let (head, body) = request.into_parts();
    let mut room = Room::default();
    let Some(body) = whole(body, &seats.bodies, &mut room).await? else {
        seats.no_room();
        return Ok(no_room());
    };
    if !seat.works(seats.now()) {
        // The connection goes before anything else is looked at.
        return Ok(std::future::pending().await);
    }
    let mut router = router;
    let answered: Result<Response, Infallible> = router.call(Request::from_parts(head, Body::from(body))).await;
    seat.is_done(seats.now());
    Ok(answered.unwrap_or_else(|never| match never {}))
}

/// A body, or as much of it as shows that it is too large. None where there is no room for it.
async fn whole(mut body: Incoming, bodies: &Bodies, room: &mut Room) -> Result<Option<Vec<u8>>, hyper::Error> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Some(data) = frame?.data_ref() {
            if !bodies.take(room, bytes.len().saturating_add(data.len()), data.len()) {
                return Ok(None);
            }
            bytes.extend_from_slice(data);
        }
        if bytes.len() > BODY_BYTES_MAX {
            break;
        }
    }
    Ok(Some(bytes))
}

/// Asks for the same again a little later; what is left of the body is not read.
fn no_room() -> Response {
    let headers = [("Retry-After", "5"), ("Connection", "close")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, "too many bytes of requests are held now\n").into_response()
}

/// A connection that notes when something comes.
struct Heard {
    stream: TcpStream,
    seat: Arc<Seat>,
    seats: Arc<Seats>,
}

impl AsyncRead for Heard {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.seat.hears(self.seats.now());
        }
        read
    }
}

impl AsyncWrite for Heard {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
