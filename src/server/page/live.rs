//! `GET /live`: that something changed, as it does, for pages that look at themselves again then.
//!
//! Says no more than that, at most once in [`PACE`]; what is new the page asks for as anybody else does. It counts as
//! an idle connection, so that whoever brings webhooks goes before it, and ends before idle ones are closed.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use http_body_util::channel::{Channel, Sender};

use crate::runtime::Runtime;
use crate::runtime::memory::tap::Wanted;
use crate::server::shared::Shared;

/// The least time between two words.
const PACE: Duration = Duration::from_millis(800);

/// How long nothing is said where nothing happens: times go on, and not everything is a happening.
const QUIET: Duration = Duration::from_secs(15);

/// How many words a stream has; browsers ask for the next one by themselves. With [`QUIET`] that is less than idle
/// connections get.
const WORDS: usize = 4;

/// How long a browser waits before it asks for the next stream, in the form of the protocol.
const BEGINS: &[u8] = b"retry: 1000\n\n";

/// Something changed.
const CHANGED: &[u8] = b"event: changed\ndata: \n\n";

pub(super) async fn stream(State(shared): State<Shared>) -> Response {
    let (sender, body) = Channel::<Bytes>::new(1);
    let runtime = Arc::clone(&shared.runtime);
    drop(shared.runtime.world.spawner.start(async move { tell(&runtime, sender).await }));
    ([(CONTENT_TYPE, "text/event-stream")], Body::new(body)).into_response()
}

async fn tell(runtime: &Runtime, mut to: Sender<Bytes>) {
    let mut stopping = runtime.stopping();
    if to.send_data(Bytes::from_static(BEGINS)).await.is_err() {
        return;
    }
    let mut since = runtime.tap.since(None, &Wanted::default(), runtime.world.clock.now()).next;
    for _ in 0..WORDS {
        let quiet = runtime.world.clock.sleep(QUIET);
        tokio::pin!(quiet);
        loop {
            // Made before the look, so that nothing is missed between look and wait.
            let news = runtime.tap.news();
            let next = runtime.tap.since(Some(since), &Wanted::default(), runtime.world.clock.now()).next;
            if next != since {
                since = next;
                break;
            }
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stops| *stops) => return,
                () = &mut quiet => break,
                () = news => {}
            }
        }
        if to.send_data(Bytes::from_static(CHANGED)).await.is_err() {
            return;
        }
        runtime.world.clock.sleep(PACE).await;
    }
}
