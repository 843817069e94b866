//! Randomness, always from a seed that can be printed.
//!
//! Used for back-off jitter and simulated faults; nothing here is fit for secrets.

use std::sync::{Mutex, PoisonError};

/// A source of random numbers.
pub trait Random: Send + Sync {
    /// A number from zero up to, not including, `bound`; zero where `bound` is zero.
    fn below(&self, bound: u64) -> u64;
}

/// A generator that gives the same row of numbers for the same seed.
#[derive(Debug)]
pub struct SeededRandom(Mutex<fastrand::Rng>);

impl SeededRandom {
    /// A generator started from this seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(fastrand::Rng::with_seed(seed)))
    }

    /// A generator started from a seed the machine gives.
    pub fn from_entropy() -> Self {
        Self(Mutex::new(fastrand::Rng::new()))
    }
}

impl Random for SeededRandom {
    fn below(&self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).u64(0..bound)
    }
}
