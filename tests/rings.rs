//! Records that wait for one another, each held by a worker of its own: the ring is named, and nobody waits.

use std::sync::Arc;

use petiole::runtime::memory::pair_lock::PairLocks;
use tokio::sync::Barrier;

/// Each chain holds its own lock and asks for the next one's, the last for the first's.
async fn ring_of(count: usize) -> Vec<Result<(), String>> {
    let locks = Arc::new(PairLocks::default());
    let all_hold = Arc::new(Barrier::new(count));
    let work = |at: usize| {
        let (locks, all_hold) = (Arc::clone(&locks), Arc::clone(&all_hold));
        tokio::spawn(async move {
            let chain = async {
                let called = |at: usize| format!("order {}", at % count + 1);
                let (_own, _) = locks.lock(&called(at), &called(at)).await.unwrap();
                all_hold.wait().await;
                let next = locks.lock(&called(at + 1), &called(at + 1)).await;
                next.map(drop).map_err(|ring| ring.to_string())
            };
            locks.chained(chain).await
        })
    };
    let mut ends = Vec::new();
    for worker in (0..count).map(work).collect::<Vec<_>>() {
        ends.push(worker.await.unwrap());
    }
    ends
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_would_close_a_ring_is_told_it_and_the_others_go_on() {
    for count in 2..=5 {
        let ends = ring_of(count).await;
        let told: Vec<&String> = ends.iter().filter_map(|end| end.as_ref().err()).collect();
        assert_eq!(told.len(), 1, "{count} chains: {ends:?}");
        for order in 1..=count {
            assert!(told[0].contains(&format!("order {order}")), "{count} chains: {}", told[0]);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_wait_that_closes_no_ring_is_only_a_wait() {
    let locks = Arc::new(PairLocks::default());
    let (own, waited) = locks.lock("order 1", "order 1").await.unwrap();
    assert!(!waited);
    let other = Arc::clone(&locks);
    let asked = tokio::spawn(async move { other.lock("order 1", "order 1").await.map(|(_, waited)| waited) });
    tokio::task::yield_now().await;
    drop(own);
    asked.await.unwrap().unwrap();
}
