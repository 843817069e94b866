//! Work whose task ends by a fault of petiole's own: its record is given back, and parked in the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use petiole::simulator::Size;
use petiole::world::{Method, Request, Response, Transport, TransportError};
use serde_json::json;

use crate::recovery::{Stage, Stumble};
use crate::support::send_async;

/// How long put-off work is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A transport that fails as no transport should, where one record is read.
struct Panicking {
    inner: Arc<dyn Transport>,
    at: String,
    times: AtomicU64,
}

#[async_trait]
impl Transport for Panicking {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let is_it = request.method == Method::Get && request.url.contains(&self.at);
        let left =
            self.times.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(u64::from(is_it)));
        assert!(!is_it || left.is_err(), "the sky fell on test-key");
        self.inner.send(request).await
    }
}

/// Two orders, and a stage on which reading the first panics so often.
async fn stage(times: u64) -> (Stage, Arc<Panicking>) {
    let mut stage = Stage::set(Size::default()).await;
    let url = format!("{}/_control/submit", stage.sides["leaflink"].origin());
    let made = send_async(Method::Post, &url, &json!({ "count": 2 })).await;
    let number = made["orders"][0]["number"].as_str().unwrap();
    let at = format!("/orders-received/{number}/");
    let inner = Arc::clone(&stage.world.transport);
    let panicking = Arc::new(Panicking { inner, at, times: AtomicU64::new(times) });
    stage.world.transport = Arc::clone(&panicking) as Arc<dyn Transport>;
    (stage, panicking)
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test);
}

async fn orders(stage: &Stage) -> usize {
    stage.state("flourish").await["orders"].as_array().unwrap().len()
}

#[test]
fn work_that_breaks_off_is_done_again() {
    run(async {
        let (stage, panicking) = stage(2).await;
        stage.goes_on(PATIENCE, (u64::MAX, Stumble::Refused)).await;
        assert_eq!((panicking.times.load(Ordering::SeqCst), orders(&stage).await), (0, 2));
        let counts = stage.store().await.counts().await.unwrap();
        assert_eq!((counts.pending, counts.in_flight, counts.parked), (0, 0, 0));
    });
}

#[test]
fn work_that_breaks_off_each_time_is_parked_and_the_rest_goes_on() {
    run(async {
        let (stage, panicking) = stage(u64::MAX).await;
        stage.goes_on(PATIENCE, (u64::MAX, Stumble::Refused)).await;
        assert_eq!(orders(&stage).await, 1, "the other order crossed");
        let store = stage.store().await;
        let parks = store.parks().await.unwrap();
        assert!(!parks.is_empty());
        for park in &parks {
            let draft = &park.draft;
            assert_eq!((draft.code.as_str(), draft.target.record.as_str()), ("broke-off", "order"));
            assert!(
                draft.message.contains("the sky fell on ***") && draft.message.contains("3 times"),
                "{}",
                draft.message
            );
        }
        let counts = store.counts().await.unwrap();
        assert_eq!((counts.pending, counts.in_flight), (0, 0));
        panicking.times.store(0, Ordering::SeqCst);
        store.retry(None).await.unwrap();
        drop(store);
        stage.goes_on(PATIENCE, (u64::MAX, Stumble::Refused)).await;
        assert_eq!(orders(&stage).await, 2, "it crosses once the fault is mended");
        assert!(stage.store().await.parks().await.unwrap().is_empty());
    });
}
