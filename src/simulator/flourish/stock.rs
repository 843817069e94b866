//! How much there is of an item at one facility, and how much of it can be sold.
//!
//! On order counts what open orders ask for, allocated what is assigned to them. Nothing is
//! locked here, so sellable is available less what is on order but not allocated; it may be negative.

use jiff::Timestamp;
use rust_decimal::Decimal;

/// Quantities in the item's own unit.
#[derive(Clone, Debug, Default)]
pub(super) struct Stock {
    /// Everything in the facility.
    pub(super) on_hand: Decimal,
    /// Ordered on orders not yet shipped.
    pub(super) on_order: Decimal,
    /// Assigned to those orders.
    pub(super) allocated: Decimal,
    /// When any of it last changed.
    pub(super) updated: Timestamp,
}

impl Stock {
    pub(super) fn available(&self) -> Decimal {
        self.on_hand - self.allocated
    }

    pub(super) fn sellable(&self) -> Decimal {
        self.available() - (self.on_order - self.allocated)
    }

    /// Whether there is nothing and nothing is asked for; of a change, whether it changes nothing.
    pub(super) fn is_nothing(&self) -> bool {
        self.on_hand.is_zero() && self.on_order.is_zero() && self.allocated.is_zero()
    }

    pub(super) fn add(&mut self, change: &Stock, now: Timestamp) {
        self.on_hand += change.on_hand;
        self.on_order += change.on_order;
        self.allocated += change.allocated;
        self.updated = now;
    }
}

/// The one lot in which an item lies at a facility.
pub(super) fn lot_number(item: u64, facility: usize) -> String {
    format!("L-{item}-{}", facility + 1)
}

/// The one package in which an item lies at a facility.
pub(super) fn package_id(item: u64, facility: usize) -> String {
    format!("PKG-{item}-{:03}", facility + 1)
}
