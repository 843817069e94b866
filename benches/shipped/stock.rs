//! A change of stock of one SKU beside open orders, of which a tenth is not over yet and is weighed against it.

use std::collections::HashSet;
use std::sync::Arc;

use petiole::engine::{Base, Found, Listed, Situation, Want};
use petiole::language::plan::Side;
use petiole::value::Value;
use rust_decimal::Decimal;
use serde_json::json;

use super::rules;

/// Products that orders are about.
const PRODUCTS: usize = 200;

/// Lines of each open order, each of another product.
const LINES: usize = 3;

/// Of so many open orders one waits.
const WAITING: usize = 10;

/// The product whose stock changed.
const CHANGED: usize = 7;

/// Open orders, as a kept listing has them and over types.
pub(crate) struct Stock {
    product: Value,
    orders: Found,
    typed: Vec<Order>,
    linked: HashSet<String>,
}

struct Order {
    number: String,
    open: bool,
    lines: Vec<(usize, Decimal)>,
}

fn product() -> Value {
    let product = json!({ "id": CHANGED, "sku": format!("SKU-{CHANGED}"), "available_inventory": "1" });
    rules::record("leaflink", "product", &product)
}

fn listed(record: &str, rows: Vec<Value>) -> Found {
    let kind = rules::live().plan.record("leaflink", record).expect("a record");
    Found::Listed(Arc::new(Listed::new(kind, "leaflink", rows.into_iter())))
}

impl Stock {
    /// So many open orders.
    pub(crate) fn new(open: usize) -> Self {
        let typed: Vec<Order> = (0..open).map(order).collect();
        let sent = |order: &Order| {
            let line = |(product, quantity): &(usize, Decimal)| json!({ "product": product, "quantity": quantity.to_string() });
            let lines: Vec<_> = order.lines.iter().map(line).collect();
            rules::record(
                "leaflink",
                "order",
                &json!({ "number": order.number, "status": "Accepted", "line_items": lines }),
            )
        };
        let linked =
            typed.iter().enumerate().filter(|(at, _)| at % WAITING != 0).map(|(_, order)| order.number.clone());
        Self {
            product: product(),
            orders: listed("order", typed.iter().map(sent).collect()),
            linked: linked.collect(),
            typed,
        }
    }

    /// The pair, linked, with more in stock than was offered.
    pub(crate) fn situation(&self) -> Situation {
        let row = |facility: &str, sellable: &str| {
            let sku = format!("SKU-{CHANGED}");
            rules::record(
                "flourish",
                "inventory_summary",
                &json!({ "sku": sku, "facility": facility, "sellable_qty": sellable }),
            )
        };
        let rows: Value = vec![row("F1", "90000"), row("F2", "12.5")].into();
        let mut at = rules::situation(rules::pipeline("stock"), Side::Left, [Some(rows), Some(self.product.clone())]);
        at.base = Some(Base::new());
        at
    }

    /// What is read for it.
    pub(crate) fn answer(&self, want: &Want) -> Found {
        match want {
            Want::Find { record, .. } if record == "product" => Found::Records(vec![self.product.clone()]),
            Want::List { record, .. } if record == "order" => self.orders.clone(),
            Want::Linked { id, .. } if self.linked.contains(id) => Found::Key(Value::text(format!("out-{id}"))),
            Want::Linked { .. } => Found::Records(Vec::new()),
            other => panic!("{other:?}"),
        }
    }

    /// What may be sold, by somebody who walks through all open orders.
    pub(crate) fn by_hand(&self) -> Decimal {
        let sellable = Decimal::from(90_000) + Decimal::new(125, 1);
        let own = |order: &&Order| order.open && order.lines.iter().any(|(product, _)| *product == CHANGED);
        let waiting = self.typed.iter().filter(own).filter(|order| !self.linked.contains(&order.number));
        let lines = waiting.flat_map(|order| &order.lines).filter(|(product, _)| *product == CHANGED);
        (sellable - lines.map(|(_, quantity)| quantity).sum::<Decimal>()).max(Decimal::ZERO).normalize()
    }
}

fn order(at: usize) -> Order {
    let line = |line: usize| ((at * LINES + line * 67) % PRODUCTS, Decimal::from(line + at % 5 + 1));
    Order { number: format!("order-{at:06}"), open: true, lines: (0..LINES).map(line).collect() }
}
