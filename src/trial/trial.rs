//! Runs tests, many side by side, each on a stage of its own.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::asserted::{Asserted, asserted};
use super::came::Came;
use super::coverage::{Coverage, measure};
use super::given;
use super::judge::{Failure, judge};
use super::met::Met;
use super::stage::Stage;
use super::telling::tellings;
use super::unmentioned::{Unmentioned, unmentioned};
use crate::language::plan::Plan;
use crate::language::plan::heard;
use crate::language::plan::test::RuleTest;
use crate::language::source::SourceMap;
use crate::world::{Clock as _, SystemClock, threads};

/// What came of a set of tests.
#[derive(Debug)]
pub struct Trial<'a> {
    /// Each test in file order.
    pub outcomes: Vec<Outcome<'a>>,
    /// What they exercised together.
    pub coverage: Coverage,
}

/// What came of one test.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The test.
    pub test: &'a RuleTest,
    /// Why it failed; empty: it passed.
    pub failures: Vec<Failure>,
    /// What came of it besides what it expects.
    pub unmentioned: Vec<Unmentioned>,
}

/// What came of playing one test.
struct Played {
    failures: Vec<Failure>,
    unmentioned: Vec<Unmentioned>,
    asserted: Asserted,
}

impl Played {
    /// A test that did not come to an end holds nothing.
    fn broken(test: &RuleTest, message: String) -> Self {
        Self { failures: vec![broken(test, message)], unmentioned: Vec::new(), asserted: Asserted::default() }
    }
}

impl Trial<'_> {
    /// How many tests failed.
    pub fn failed(&self) -> usize {
        self.outcomes.iter().filter(|outcome| !outcome.failures.is_empty()).count()
    }
}

/// Runs these tests under a plan, each for no longer than this.
pub fn run<'a>(plan: &Plan, sources: &SourceMap, (tests, timeout): (&[&'a RuleTest], Duration)) -> Trial<'a> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Outcome<'a>, Asserted)>> = Mutex::default();
    let lock = || done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    threads::side_by_side(tests.len(), || {
        while let Some(test) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
            let Played { failures, unmentioned, asserted } = one(plan, test, timeout);
            let at = tests.iter().position(|known| std::ptr::eq(*known, *test)).unwrap_or_default();
            lock().push((at, Outcome { test, failures, unmentioned }, asserted));
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(at, ..)| *at);
    let mut whole = Asserted::default();
    let mut outcomes = Vec::new();
    for (_, outcome, asserted) in done {
        whole.join(asserted);
        outcomes.push(outcome);
    }
    Trial { outcomes, coverage: measure(plan, sources, &whole) }
}

/// One test from the first record to the verdict, on one thread.
fn one(plan: &Plan, test: &RuleTest, timeout: Duration) -> Played {
    let ended = threads::on_this(async {
        // A test that hangs is one that hangs by the wall's clock; its own stands still.
        let played = tokio::select! {
            biased;
            played = play(plan, test) => played,
            () = SystemClock.sleep(timeout) => {
                let limit = jiff::SignedDuration::try_from(timeout).unwrap_or_default();
                Err(format!("it did not come to an end within {limit:#}; `--timeout` gives it longer"))
            }
        };
        let _ = heard::take();
        played.unwrap_or_else(|message| Played::broken(test, message))
    });
    ended.unwrap_or_else(|error| Played::broken(test, error.to_string()))
}

async fn play(plan: &Plan, test: &RuleTest) -> Result<Played, String> {
    let mut stage = Stage::new(plan, test)?;
    let placed = given::place(&stage, test).await?;
    let _ = stage.happened();
    heard::listen();
    let changed = given::change(&stage, test, &placed)?;
    stage.run(changed).await?;
    let heard = heard::take();
    let parks = stage.runtime.store.parks().await.map_err(|error| error.to_string())?;
    let happened = stage.happened();
    let met = test.then.iter().map(|expectation| Met::of(&stage, expectation)).collect();
    let tellings = tellings(&happened);
    let came = Came { writes: stage.writes(), happened, parks, heard: &heard, stage: &stage, met, tellings };
    let (failures, unmentioned) = (judge(test, &came), unmentioned(test, &came));
    let asserted = asserted(plan, test, &came);
    Ok(Played { failures, unmentioned, asserted })
}

fn broken(test: &RuleTest, message: String) -> Failure {
    Failure { message, span: test.span, gaps: Vec::new(), lines: Vec::new(), notes: Vec::new() }
}
