//! Chance, all of it from one seed: a row of numbers of its own for each purpose, so that what one part draws moves
//! nothing in another.

use std::time::Duration;

use crate::world::{Random, SeededRandom};

/// A row of numbers.
pub(super) struct Chance(SeededRandom);

impl Chance {
    /// The row of a purpose under a seed.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        let mixed = purpose.bytes().fold(seed ^ 0x9e37_79b9_7f4a_7c15, |mixed, byte| {
            (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(23)
        });
        Self(SeededRandom::new(mixed))
    }

    /// Whether something happens that does once in so many times; never for none.
    pub(super) fn once_in(&self, times: u64) -> bool {
        times > 0 && self.0.below(times) == 0
    }

    /// A length between two, both ends included, in whole milliseconds.
    pub(super) fn length(&self, least: Duration, most: Duration) -> Duration {
        let span = u64::try_from(most.saturating_sub(least).as_millis()).unwrap_or(u64::MAX);
        least.saturating_add(Duration::from_millis(self.0.below(span.saturating_add(1))))
    }

    /// A power of two, each as likely, between those of two exponents.
    pub(super) fn power(&self, least: u32, most: u32) -> u64 {
        let exponent = u64::from(least).saturating_add(self.0.below(u64::from(most.saturating_sub(least)) + 1));
        1_u64.checked_shl(u32::try_from(exponent).unwrap_or(u32::MAX)).unwrap_or(u64::MAX)
    }

    /// One of these.
    pub(super) fn one_of<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        let at = self.0.below(u64::try_from(all.len()).unwrap_or(u64::MAX));
        usize::try_from(at).ok().and_then(|at| all.get(at))
    }
}

impl Random for Chance {
    fn below(&self, bound: u64) -> u64 {
        self.0.below(bound)
    }
}
