//! What two simulated systems hold when they are at rest under the shipped rules, found out from their states alone.
//!
//! Shares nothing with the engine, or both could be wrong together. What is named, in an inbox or a report, is no gap.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::setup::{Held, Market, Setup, rows, text};
use crate::world::Request;

/// Something that should not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What the records concerned are called: a report that has one of these in it names it.
    pub names: Vec<String>,
    /// In a sentence.
    pub what: String,
    /// Whether it is one of orders, and not of stock.
    pub of_orders: bool,
    /// The account of the marketplace that is concerned.
    pub account: String,
}

impl Gap {
    fn new(names: &[&str], what: String) -> Self {
        let names = names.iter().filter(|name| !name.is_empty()).map(|name| (*name).to_owned()).collect();
        Self { names, what, of_orders: true, account: String::new() }
    }
}

fn number(row: &Json, name: &str) -> Decimal {
    let value = row.get(name).unwrap_or(&Json::Null);
    value.to_string().trim_matches('"').parse().unwrap_or_default()
}

/// Records of one system that are the same thing, where nobody but a program makes such.
pub fn doubled(system: &str, state: &Json) -> Vec<String> {
    let (list, name) = match system {
        "flourish" => ("orders", "original_order_id"),
        "leaflink" => ("products", "sku"),
        _ => return Vec::new(),
    };
    let mut seen = BTreeMap::<&str, usize>::new();
    for row in rows(state, list).filter(|row| text(row, "order_status") != "Cancelled") {
        *seen.entry(text(row, name)).or_default() += 1;
    }
    let stores = rows(state, "destinations").map(|row| text(row, "license_number"));
    let mut licenses = BTreeMap::<&str, usize>::new();
    stores.for_each(|license| *licenses.entry(license).or_default() += 1);
    let all = seen.into_iter().chain(licenses);
    all.filter(|(name, count)| !name.is_empty() && *count > 1)
        .map(|(name, count)| format!("{system} has {name} {count} times"))
        .collect()
}

/// How many records of each kind a system's own lists count, by what their kinds are called in its system file; of the
/// kinds that its state shows, where its accounts are set up so. None where the system is none of these.
pub fn listed(system: &str, state: &Json, setup: &Setup) -> Option<BTreeMap<&'static str, usize>> {
    let count = |name: &str| rows(state, name).count();
    Some(match system {
        "flourish" => {
            let here = rows(state, "stock").filter(|row| setup.offers(state, text(row, "facility")));
            // A row for each item; what has no SKU belongs to nothing.
            let stock: BTreeSet<&str> = here.map(|row| text(row, "sku")).filter(|sku| !sku.is_empty()).collect();
            BTreeMap::from([
                ("outbound_order", count("orders")),
                ("destination", count("destinations")),
                ("item", count("items")),
                ("inventory_summary", stock.len()),
            ])
        }
        "leaflink" => BTreeMap::from([
            ("order", count("orders")),
            ("product", count("products")),
            ("customer", count("customers")),
        ]),
        _ => return None,
    })
}

/// Where orders and stock of both systems do not go together. `turned`: settings that stand otherwise than shipped.
pub fn gaps(held: &Held, turned: &BTreeMap<String, String>) -> Vec<Gap> {
    let mut by_number = BTreeMap::<&str, &Json>::new();
    for order in rows(&held.warehouse, "orders") {
        let known = by_number.entry(text(order, "original_order_id")).or_insert(order);
        if text(known, "order_status") == "Cancelled" {
            *known = order;
        }
    }
    let mut found = Vec::new();
    for (account, order) in held.orders() {
        let own = match by_number.get(text(order, "number")) {
            Some(counterpart) => pair(order, counterpart),
            None => alone(order, held.market(account)).into_iter().collect(),
        };
        found.extend(own.into_iter().map(|gap| Gap { account: account.to_owned(), ..gap }));
    }
    if stock_follows(turned) {
        found.extend(stock(held));
    }
    found
}

fn is_dead(status: &str) -> bool {
    matches!(status, "Cancelled" | "Rejected" | "Combined")
}

fn alone(order: &Json, market: Option<&Market>) -> Option<Gap> {
    let (number, status) = (text(order, "number"), text(order, "status"));
    let brings = market.map_or(status == "Submitted", |market| market.statuses.iter().any(|one| one == status));
    brings.then(|| Gap::new(&[number], format!("order {number} is {} and never crossed", status.to_lowercase())))
}

fn pair(order: &Json, counterpart: &Json) -> Vec<Gap> {
    let (number, id) = (text(order, "number"), text(counterpart, "id"));
    let (here, there) = (text(order, "status"), text(counterpart, "order_status"));
    let names = [number, id];
    let goes = match there {
        "Cancelled" => is_dead(here) || here == "Complete",
        _ if is_dead(here) => false,
        "Created" => here != "Submitted",
        "Partially Allocated" => !matches!(here, "Submitted" | "Backorder"),
        "Allocated" => matches!(here, "Fulfilled" | "Shipped" | "Complete"),
        "Shipped" | "Completed" => matches!(here, "Shipped" | "Complete"),
        _ => true,
    };
    let mut found = Vec::new();
    if !goes {
        found.push(Gap::new(&names, format!("order {number} is {here}, and {id} is {there}")));
    }
    if !is_dead(here) && there == "Created" {
        let (ours, theirs) = (sums(order, "quantity"), sums(counterpart, "qty"));
        if ours != theirs {
            found.push(Gap::new(&names, format!("order {number} has {ours:?}, and {id} has {theirs:?}")));
        }
    }
    found
}

/// Quantities by SKU.
fn sums<'a>(order: &'a Json, name: &str) -> BTreeMap<&'a str, Decimal> {
    let mut sums = BTreeMap::new();
    for line in rows(order, "lines") {
        let sum = sums.entry(text(line, "sku")).or_insert(Decimal::ZERO);
        *sum = sum.saturating_add(number(line, name)).normalize();
    }
    sums.retain(|_, sum| !sum.is_zero());
    sums
}

/// What there is to offer of one SKU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// What can be sold at the facilities whose stock is offered.
    pub sellable: Decimal,
    /// What orders of any account ask for that the warehouse does not have.
    pub reserved: Decimal,
    /// What orders ask for that the marketplace holds back, whether the warehouse has them or not.
    pub asked: Decimal,
}

impl Room {
    /// What may be offered.
    pub fn free(self) -> Decimal {
        less(self.sellable, self.reserved)
    }

    /// What is offered at least, however an order that is on its way is counted.
    pub fn least(self) -> Decimal {
        less(self.sellable, self.asked)
    }
}

fn less(sellable: Decimal, taken: Decimal) -> Decimal {
    sellable.saturating_sub(taken).max(Decimal::ZERO).normalize()
}

/// What there is to offer right now, by SKU.
pub fn room(held: &Held) -> BTreeMap<String, Room> {
    let warehouse = held.warehouse.as_ref();
    let crossed: BTreeSet<&str> = rows(warehouse, "orders").map(|order| text(order, "original_order_id")).collect();
    let mut found = BTreeMap::<String, Room>::new();
    for row in rows(warehouse, "stock").filter(|row| held.offers(text(row, "facility"))) {
        let room = found.entry(text(row, "sku").to_owned()).or_default();
        room.sellable = room.sellable.saturating_add(number(row, "sellable"));
    }
    let waits = |order: &&Json| matches!(text(order, "status"), "Submitted" | "Accepted");
    for order in held.orders().map(|(_, order)| order).filter(waits) {
        let is_new = !crossed.contains(text(order, "number"));
        for (sku, quantity) in sums(order, "quantity") {
            // Of what the warehouse never counted nothing is told to anybody.
            let Some(room) = found.get_mut(sku) else { continue };
            room.asked = room.asked.saturating_add(quantity);
            if is_new {
                room.reserved = room.reserved.saturating_add(quantity);
            }
        }
    }
    found
}

/// What can be sold of each SKU at each facility whose stock is offered.
pub fn sellable(held: &Held) -> BTreeMap<(String, String), Decimal> {
    let mut found = BTreeMap::<(String, String), Decimal>::new();
    for row in rows(&held.warehouse, "stock").filter(|row| held.offers(text(row, "facility"))) {
        let there = found.entry((text(row, "sku").to_owned(), text(row, "facility").to_owned())).or_default();
        *there = there.saturating_add(number(row, "sellable"));
    }
    found
}

/// The SKU whose stock a request to the marketplace sets, and to what.
pub fn offered(request: &Request, marketplace: &Json) -> Option<(String, Decimal)> {
    let id = request.url.split_once("/products/")?.1.trim_end_matches('/');
    let body: Json = serde_json::from_slice(&request.body).ok()?;
    body.get("available_inventory").filter(|value| !value.is_null())?;
    let named = |row: &&Json| row.get("id").is_some_and(|own| own.to_string() == id);
    let product = rows(marketplace, "products").find(named)?;
    Some((text(product, "sku").to_owned(), number(&body, "available_inventory")))
}

/// Whether stock follows the warehouse where settings are turned so.
pub fn stock_follows(turned: &BTreeMap<String, String>) -> bool {
    turned.get("source_of_truth.inventory").is_none_or(|owner| owner != "leaflink")
}

fn stock(held: &Held) -> Vec<Gap> {
    let room = room(held);
    let mut found = Vec::new();
    for (account, product) in held.products() {
        let sku = text(product, "sku");
        let shown = number(product, "quantity").saturating_sub(number(product, "reserved")).normalize();
        if let Some(may) = room.get(sku).map(|room| room.free()).filter(|may| *may != shown) {
            let what = format!("{shown} of {sku} are offered, and {may} may be");
            found.push(Gap { of_orders: false, account: account.to_owned(), ..Gap::new(&[sku], what) });
        }
    }
    found
}
