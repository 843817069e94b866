//! What working out expressions may cost: operations, counted, so that the same rules and records always stop at the
//! same place, whatever the machine is doing.
//!
//! A list that is read costs its length. Scripts count their own operations (`script/limits.rs`).

use std::cell::Cell;

/// Operations of all expressions of one decision: a second of work or so, far beyond what ten thousand waiting orders
/// ask.
pub const OPERATIONS_MAX: u64 = 5_000_000;

/// Operations left.
#[derive(Debug)]
pub struct Fuel(Cell<u64>);

impl Default for Fuel {
    fn default() -> Self {
        Self(Cell::new(OPERATIONS_MAX))
    }
}

/// There is no fuel left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted;

impl Fuel {
    /// Pays for some operations.
    ///
    /// # Errors
    /// [`Exhausted`] where fewer are left, then and from then on.
    pub fn spend(&self, operations: usize) -> Result<(), Exhausted> {
        let left = self.0.get().checked_sub(u64::try_from(operations).unwrap_or(u64::MAX));
        self.0.set(left.unwrap_or(0));
        left.map(|_| ()).ok_or(Exhausted)
    }
}
