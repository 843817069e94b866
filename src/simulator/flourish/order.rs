//! An outbound order and its arithmetic.
//!
//! Owns statuses and totals. Orders are changed only through the company, which keeps the stock
//! in step. There are no taxes and no delivery fee here.

use jiff::Timestamp;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value as Json;

/// The number of the first order.
const FIRST_NUMBER: u64 = 10_001;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// Nothing is assigned yet.
    Created,
    /// Something is assigned.
    PartiallyAllocated,
    /// Everything is assigned.
    Allocated,
    /// It left the facility.
    Shipped,
    /// It was called off.
    Cancelled,
}

impl Status {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::PartiallyAllocated => "Partially Allocated",
            Self::Allocated => "Allocated",
            Self::Shipped => "Shipped",
            Self::Cancelled => "Cancelled",
        }
    }

    /// Whether the order still asks for stock.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Created | Self::PartiallyAllocated | Self::Allocated)
    }
}

/// An order.
#[derive(Clone, Debug)]
pub(super) struct Order {
    /// A number that answers spell with eight digits.
    pub(super) id: u64,
    /// The caller's own number for it.
    pub(super) original_order_id: Option<String>,
    /// The facility's place in the list.
    pub(super) facility: usize,
    /// The destination's id.
    pub(super) destination: String,
    /// The contact at the destination.
    pub(super) contact: Option<u64>,
    /// The distributor's id.
    pub(super) distributor: Option<String>,
    /// The sales representative's id.
    pub(super) sales_rep: Option<u64>,
    /// When it was placed.
    pub(super) placed: Timestamp,
    /// A day.
    pub(super) invoice_date: Option<String>,
    /// A day.
    pub(super) requested_delivery_date: Option<String>,
    /// A term's name.
    pub(super) payment_term: Option<String>,
    /// Whether discounts come off before taxes.
    pub(super) pretax_discounts: bool,
    /// Five texts of the caller's own.
    pub(super) ref_fields: [Option<String>; 5],
    /// Where it stands.
    pub(super) status: Status,
    /// How it came in.
    pub(super) origin_type: &'static str,
    /// What is ordered.
    pub(super) lines: Vec<Line>,
    /// What is added.
    pub(super) charges: Vec<Adjustment>,
    /// What is taken off the whole order.
    pub(super) discounts: Vec<Adjustment>,
    /// What was remarked.
    pub(super) notes: Vec<Note>,
    /// When it left.
    pub(super) shipped: Option<Timestamp>,
    /// When it was entered.
    pub(super) created: Timestamp,
    /// When it last changed.
    pub(super) updated: Timestamp,
}

/// What is ordered of one item, with what the item was called then.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Item id.
    pub(super) item: u64,
    /// The item's SKU.
    pub(super) sku: String,
    /// The item's name.
    pub(super) item_name: String,
    /// The strain's id and name.
    pub(super) strain: Option<(String, String)>,
    /// As sent.
    pub(super) item_variation_pk: Json,
    /// The only lot that may be assigned.
    pub(super) lot_number: Option<String>,
    /// Units ordered.
    pub(super) qty: Decimal,
    /// Units assigned; may be more than ordered.
    pub(super) allocated: Decimal,
    /// Dollars for one unit.
    pub(super) unit_price: Decimal,
    /// Dollars off the whole line.
    pub(super) discount_price: Decimal,
    /// When it was entered.
    pub(super) created: Timestamp,
}

impl Line {
    pub(super) fn total(&self) -> Decimal {
        self.qty * self.unit_price - self.discount_price
    }
}

/// A charge or a discount on the whole order.
#[derive(Clone, Debug)]
pub(super) struct Adjustment {
    /// A number.
    pub(super) id: u64,
    /// Dollars or per cent.
    pub(super) amount: Decimal,
    /// Whether `amount` is per cent of the sub-total.
    pub(super) is_percentage: bool,
}

impl Adjustment {
    /// Dollars, rounded to cents.
    pub(super) fn value(&self, sub_total: Decimal) -> Decimal {
        if self.is_percentage {
            let exact = sub_total * self.amount / Decimal::ONE_HUNDRED;
            exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
        } else {
            self.amount
        }
    }
}

/// A remark.
#[derive(Clone, Debug)]
pub(super) struct Note {
    /// A number.
    pub(super) id: u64,
    /// What it is about.
    pub(super) subject: String,
    /// The text.
    pub(super) text: String,
    /// Whether it is not for the customer.
    pub(super) internal_only: bool,
    /// When it was written.
    pub(super) created: Timestamp,
}

impl Order {
    /// An order with nothing in it.
    pub(super) fn blank(facility: usize, origin_type: &'static str, now: Timestamp) -> Self {
        Self {
            id: FIRST_NUMBER,
            original_order_id: None,
            facility,
            destination: String::new(),
            contact: None,
            distributor: None,
            sales_rep: None,
            placed: now,
            invoice_date: None,
            requested_delivery_date: None,
            payment_term: None,
            pretax_discounts: false,
            ref_fields: [const { None }; 5],
            status: Status::Created,
            origin_type,
            lines: Vec::new(),
            charges: Vec::new(),
            discounts: Vec::new(),
            notes: Vec::new(),
            shipped: None,
            created: now,
            updated: now,
        }
    }

    /// Eight digits.
    pub(super) fn spelled_id(&self) -> String {
        format!("{:08}", self.id)
    }

    pub(super) fn sub_total(&self) -> Decimal {
        self.lines.iter().map(Line::total).sum()
    }

    pub(super) fn total_discounts(&self) -> Decimal {
        self.discounts.iter().map(|discount| discount.value(self.sub_total())).sum()
    }

    pub(super) fn total_charges(&self) -> Decimal {
        self.charges.iter().map(|charge| charge.value(self.sub_total())).sum()
    }

    pub(super) fn total(&self) -> Decimal {
        self.sub_total() - self.total_discounts() + self.total_charges()
    }

    /// Reads the status off what is assigned; only for open orders.
    pub(super) fn restate(&mut self) {
        if !self.status.is_open() {
            return;
        }
        self.status = if self.lines.iter().all(|line| line.allocated.is_zero()) {
            Status::Created
        } else if self.lines.iter().all(|line| line.allocated >= line.qty) {
            Status::Allocated
        } else {
            Status::PartiallyAllocated
        };
    }

    /// Calls the order off and releases what was assigned.
    pub(super) fn cancel(&mut self) {
        self.status = Status::Cancelled;
        for line in &mut self.lines {
            line.allocated = Decimal::ZERO;
        }
    }
}
