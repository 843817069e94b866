//! A budget that several processes share: what is granted is used, given back, and never used beyond its time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use petiole::connector::budget::{Granted, SharedBudget};
use petiole::value::Record;
use petiole::world::Clock as _;

use super::{Bench, NOT_THERE, answer, answer_with};

/// Grants what it is told to, and remembers what it was asked.
#[derive(Default)]
struct Grants {
    answers: Mutex<VecDeque<Result<Granted, Duration>>>,
    asked: Mutex<Vec<String>>,
    /// For how long writes may last; for ever, where nothing is said. Zero: none is to be made.
    lasts: Mutex<Option<Duration>>,
}

#[async_trait]
impl SharedBudget for Grants {
    async fn draw(&self, calls: u32, per_minute: u32) -> Result<Granted, Duration> {
        self.asked.lock().unwrap().push(format!("draw {calls} of {per_minute}"));
        self.answers.lock().unwrap().pop_front().expect("asked once too often")
    }
    async fn give_back(&self, granted: Granted, unused: u32) {
        self.asked.lock().unwrap().push(format!("give back {unused} of {}", granted.number));
    }
    async fn lasts(&self) -> Result<Duration, Duration> {
        match *self.lasts.lock().unwrap() {
            None => Ok(Duration::MAX),
            Some(Duration::ZERO) => Err(Duration::from_secs(1)),
            Some(lasts) => Ok(lasts),
        }
    }
    async fn pause(&self, length: Duration) {
        self.asked.lock().unwrap().push(format!("pause {}", length.as_secs()));
    }
}

fn granted(number: i64, calls: u32) -> Result<Granted, Duration> {
    Ok(Granted { number, calls, lasts: Duration::from_secs(1), wait: Duration::ZERO })
}

fn nothing_for(wait: Duration) -> Result<Granted, Duration> {
    Ok(Granted { number: 0, calls: 0, lasts: Duration::from_secs(1), wait })
}

fn bench(calls: usize, answers: Vec<Result<Granted, Duration>>) -> (Bench, Arc<Grants>) {
    let bench = Bench::new((0..calls).map(|_| answer(404, NOT_THERE)).collect());
    let grants = Arc::new(Grants { answers: Mutex::new(answers.into()), ..Grants::default() });
    bench.connector.share(Arc::clone(&grants) as _);
    (bench, grants)
}

async fn read(bench: &Bench) {
    assert!(bench.connector.read(&bench.order(), "1").await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_granted_is_used_in_its_time_and_the_rest_given_back() {
    let (bench, grants) = bench(5, vec![granted(1, 3), granted(2, 2), granted(3, 9)]);
    read(&bench).await;
    read(&bench).await;
    assert_eq!(grants.asked.lock().unwrap().len(), 1, "one question for several calls");
    bench.clock.sleep(Duration::from_secs(1)).await;
    read(&bench).await;
    read(&bench).await;
    read(&bench).await;
    let asked = grants.asked.lock().unwrap().clone();
    let draws: Vec<&String> = asked.iter().filter(|line| line.starts_with("draw")).collect();
    assert_eq!((draws.len(), asked[1].as_str()), (3, "give back 1 of 1"), "{asked:?}");
    assert_eq!(bench.asked().len(), 5);
}

#[tokio::test]
async fn with_nothing_granted_a_call_waits_or_is_put_off() {
    let (bench, grants) =
        bench(1, vec![nothing_for(Duration::from_secs(7)), nothing_for(Duration::ZERO), granted(1, 1)]);
    let before = bench.clock.now();
    read(&bench).await;
    let waited = bench.clock.now().duration_since(before).unsigned_abs();
    assert!(waited > Duration::from_secs(7) && waited < Duration::from_secs(8), "{waited:?}");
    assert_eq!(grants.asked.lock().unwrap().len(), 3);

    for answer in [nothing_for(Duration::from_mins(10)), Err(Duration::from_mins(10))] {
        let (bench, _) = self::bench(0, vec![answer]);
        let found = bench.connector.read(&bench.order(), "1").await.unwrap_err();
        assert_eq!(found.retry_after(), Some(Duration::from_mins(10)));
        assert!(bench.asked().is_empty(), "nothing was sent");
    }
}

#[tokio::test]
async fn a_grant_that_came_too_late_is_not_used() {
    struct Slow(Arc<Bench>, Grants);
    #[async_trait]
    impl SharedBudget for Slow {
        async fn draw(&self, calls: u32, per_minute: u32) -> Result<Granted, Duration> {
            if self.1.asked.lock().unwrap().is_empty() {
                self.0.clock.sleep(Duration::from_secs(2)).await;
            }
            self.1.draw(calls, per_minute).await
        }
        async fn give_back(&self, granted: Granted, unused: u32) {
            self.1.give_back(granted, unused).await;
        }
        async fn lasts(&self) -> Result<Duration, Duration> {
            self.1.lasts().await
        }
        async fn pause(&self, _: Duration) {}
    }
    let bench = Arc::new(Bench::new(vec![answer(404, NOT_THERE)]));
    let grants = Grants { answers: Mutex::new(vec![granted(1, 3), granted(2, 3)].into()), ..Grants::default() };
    let slow = Arc::new(Slow(Arc::clone(&bench), grants));
    bench.connector.share(Arc::clone(&slow) as _);
    read(&bench).await;
    let asked = slow.1.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert_eq!(asked[1], "give back 3 of 1");
}

#[tokio::test]
async fn a_peers_wish_for_silence_is_told_to_all() {
    let bench = Bench::new(vec![answer_with(429, ("Retry-After", "120"), "")]);
    let grants = Arc::new(Grants { answers: Mutex::new(vec![granted(1, 3)].into()), ..Grants::default() });
    bench.connector.share(Arc::clone(&grants) as _);
    assert!(bench.connector.read(&bench.order(), "1").await.is_err());
    assert_eq!(grants.asked.lock().unwrap().last().map(String::as_str), Some("pause 120"));
}

#[tokio::test]
async fn no_write_lasts_longer_than_what_it_is_made_for_is_ones_own() {
    let (bench, grants) = bench(2, vec![granted(1, 9)]);
    let usual = Bench::new(vec![answer(404, NOT_THERE)]);
    assert!(usual.connector.create(&usual.order(), &Record::new()).await.is_err());
    let usual = usual.asked()[0].timeout;
    *grants.lasts.lock().unwrap() = Some(Duration::from_secs(3));
    assert!(bench.connector.create(&bench.order(), &Record::new()).await.is_err());
    read(&bench).await;
    let asked = bench.asked();
    assert!(usual > Duration::from_secs(3));
    assert_eq!([asked[0].timeout, asked[1].timeout], [Duration::from_secs(3), usual], "a read is nobody's");
    *grants.lasts.lock().unwrap() = Some(Duration::ZERO);
    let found = bench.connector.create(&bench.order(), &Record::new()).await.unwrap_err();
    assert!(found.is_transient() && found.to_string().contains("not sent"), "{found}");
    assert_eq!(bench.asked().len(), 2, "nothing was sent");
}
