//! All records of one company, and the two ways in which they change together.
//!
//! Owns lookup by id and name, numbering, and the notices of what changed. Orders are changed
//! only through [`Company::add_order`] and [`Company::change_order`], so the stock's figures for
//! ordered and allocated always equal the sums over open orders.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::catalogue::{Brand, Strain};
use super::destinations::Destination;
use super::facilities::Facility;
use super::items::Item;
use super::order::{Order, Status};
use super::payment_terms::PaymentTerm;
use super::reply::Refusal;
use super::sales_reps::SalesRep;
use super::stock::Stock;
use super::webhooks::{Notice, Subject};

/// The records.
#[derive(Clone, Debug, Default)]
pub(super) struct Company {
    /// The instant of the call being answered, to the second.
    pub(super) now: Timestamp,
    /// Facilities; the first one is the default in control paths.
    pub(super) facilities: Vec<Facility>,
    /// Brands in order of id.
    pub(super) brands: Vec<Brand>,
    /// Strains in order of appearance.
    pub(super) strains: Vec<Strain>,
    /// Items by id.
    pub(super) items: BTreeMap<u64, Item>,
    /// Item ids by SKU, which several items may bear.
    pub(super) skus: BTreeMap<String, BTreeSet<u64>>,
    /// Stock by item id and the facility's place in the list.
    pub(super) stock: BTreeMap<(u64, usize), Stock>,
    /// Destinations by id.
    pub(super) destinations: BTreeMap<String, Destination>,
    /// Sales representatives by id.
    pub(super) sales_reps: BTreeMap<u64, SalesRep>,
    /// Payment terms by id.
    pub(super) payment_terms: BTreeMap<u64, PaymentTerm>,
    /// Outbound orders by number.
    pub(super) orders: BTreeMap<u64, Order>,
    /// Changes that no webhook has told yet.
    pub(super) notices: Vec<Notice>,
    /// Whether the inventory summary leaves out what there is nothing of.
    pub(super) hide_empty_stock: bool,
    /// The last number given by [`Company::next_serial`].
    pub(super) serial: u64,
}

impl Company {
    /// A number not given before, for charges, notes, contacts and destinations.
    pub(super) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Notes a change once, however often it happens in one call.
    pub(super) fn notice(&mut self, action: &'static str, subject: Subject) {
        if !self.notices.iter().any(|known| known.subject == subject) {
            self.notices.push(Notice { action, subject });
        }
    }

    /// The eldest item of this SKU.
    pub(super) fn item_by_sku(&self, sku: &str) -> Option<&Item> {
        self.skus.get(sku).and_then(BTreeSet::first).and_then(|id| self.items.get(id))
    }

    /// Keeps an item, new or changed.
    pub(super) fn put_item(&mut self, item: Item) {
        if let Some(before) = self.items.get(&item.id)
            && let Some(ids) = self.skus.get_mut(&before.sku)
        {
            ids.remove(&item.id);
        }
        self.skus.entry(item.sku.clone()).or_default().insert(item.id);
        self.items.insert(item.id, item);
    }

    /// Makes all items of a SKU disappear, their stock with them. Orders keep their lines. No webhook tells.
    pub(super) fn remove_item(&mut self, sku: &str) -> bool {
        let ids = self.skus.remove(sku).unwrap_or_default();
        self.items.retain(|id, _| !ids.contains(id));
        self.stock.retain(|(item, _), _| !ids.contains(item));
        !ids.is_empty()
    }

    /// The facility's place in the list.
    pub(super) fn facility(&self, id: &str) -> Result<usize, Refusal> {
        self.facilities
            .iter()
            .position(|facility| facility.id == id)
            .ok_or_else(|| Refusal::bad(format!("facility with ID {id} does not exist")))
    }

    /// Sets what lies in a facility, counted by hand.
    pub(super) fn set_on_hand(&mut self, item: u64, facility: usize, on_hand: Decimal) {
        let now = self.now;
        let stock = self.stock.entry((item, facility)).or_default();
        stock.on_hand = on_hand;
        stock.updated = now;
        self.notice("update", Subject::Stock(item, facility));
    }

    /// Adds an order under a new number, which it returns.
    pub(super) fn add_order(&mut self, mut order: Order) -> u64 {
        let id = self.orders.last_key_value().map_or(order.id, |(last, _)| last + 1);
        order.id = id;
        order.created = self.now;
        order.updated = self.now;
        self.notice("create", Subject::Order(id));
        self.settle(None, &order);
        self.orders.insert(id, order);
        id
    }

    /// Changes an order and the stock behind it. What an order ships leaves the facility.
    pub(super) fn change_order(&mut self, id: u64, change: impl FnOnce(&mut Order)) {
        let Some(mut order) = self.orders.remove(&id) else { return };
        let before = order.clone();
        change(&mut order);
        order.updated = self.now;
        self.notice("update", Subject::Order(id));
        self.settle(Some(&before), &order);
        self.orders.insert(id, order);
    }

    /// Moves the stock's figures from what the order was to what it is.
    fn settle(&mut self, before: Option<&Order>, after: &Order) {
        let mut changes: BTreeMap<(u64, usize), Stock> = BTreeMap::new();
        let mut book = |order: &Order, sign: Decimal| {
            for line in order.lines.iter().filter(|_| order.status.is_open()) {
                let change = changes.entry((line.item, order.facility)).or_default();
                change.on_order += sign * line.qty;
                change.allocated += sign * line.allocated;
            }
        };
        if let Some(before) = before {
            book(before, -Decimal::ONE);
        }
        book(after, Decimal::ONE);
        if after.status == Status::Shipped && before.is_none_or(|before| before.status != Status::Shipped) {
            for line in &after.lines {
                changes.entry((line.item, after.facility)).or_default().on_hand -= line.allocated;
            }
        }
        let now = self.now;
        for ((item, facility), change) in changes {
            if self.items.contains_key(&item) && !change.is_nothing() {
                self.stock.entry((item, facility)).or_default().add(&change, now);
                self.notice("update", Subject::Stock(item, facility));
            }
        }
    }
}
