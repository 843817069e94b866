//! What buyers and sellers take into their heads next.

use serde_json::{Value as Json, json};

use super::LeafLink;
use super::order::Order;
use super::transition::by_people;
use crate::simulator::whim::{Mood, Whim};

/// Terms that orders are changed to.
const TERMS: [&str; 5] = ["Net 15", "Net 30", "COD", "Net 7", "Consignment"];

impl LeafLink {
    /// The next act; none where nobody can do what was thought of.
    pub(super) fn next_whim(&self, mood: &Mood<'_>) -> Option<Whim> {
        match mood.below(24) {
            0..7 => self.places(mood),
            7..14 => self.moves(mood),
            14..18 => self.edits(mood),
            18 => self.combines(mood),
            19 => self.splits(mood),
            20 => Some(self.joins()),
            21 => self.prices(mood),
            _ => self.counts(mood),
        }
    }

    fn places(&self, mood: &Mood<'_>) -> Option<Whim> {
        let customers: Vec<i64> = self.state.customers.keys().copied().collect();
        let mut body = json!({ "customer": mood.one_of(&customers)?, "draft": mood.below(12) == 0 });
        let fields = body.as_object_mut()?;
        if mood.below(3) == 0 {
            fields.insert("payment_term".to_owned(), json!(mood.one_of(&TERMS)?));
        }
        if mood.below(4) == 0 {
            fields.insert("notes".to_owned(), json!(format!("gate {}", mood.below(9))));
        }
        if mood.below(4) == 0 {
            fields.insert("discount".to_owned(), json!(mood.below(20)));
            fields.insert("discount_type".to_owned(), json!("$"));
        }
        Some(Whim::new("submit", body))
    }

    fn order_where(&self, mood: &Mood<'_>, is_meant: impl Fn(&Order) -> bool) -> Option<&Order> {
        let meant: Vec<&Order> = self.state.orders.values().filter(|order| is_meant(order)).collect();
        mood.aimed(&meant, |order| order.number.clone()).copied()
    }

    fn moves(&self, mood: &Mood<'_>) -> Option<Whim> {
        let order = self.order_where(mood, |order| !by_people(&order.status).is_empty())?;
        let act = mood.one_of(&by_people(&order.status)).copied()?;
        // What ends an order is rarer than what takes it on.
        let ends = matches!(act, "reject" | "cancel");
        (!ends || mood.below(3) == 0).then(|| Whim::new(act, json!({ "order": order.number })))
    }

    fn edits(&self, mood: &Mood<'_>) -> Option<Whim> {
        let order = self.order_where(mood, |order| matches!(order.status.as_str(), "Submitted" | "Accepted"))?;
        let line = mood.one_of(&order.lines)?;
        let units = self.state.products.get(&line.product)?.units_per_case;
        let body = match mood.below(3) {
            0 => json!({ "order": order.number, "payment_term": mood.one_of(&TERMS)? }),
            1 => json!({ "order": order.number, "notes": format!("ring {}", mood.below(9)) }),
            _ => {
                let quantity = units.saturating_mul(1 + mood.below(4));
                json!({ "order": order.number, "lines": [{ "product": line.product, "quantity": quantity }] })
            }
        };
        Some(Whim::new("edit", body))
    }

    fn combines(&self, mood: &Mood<'_>) -> Option<Whim> {
        let is_open = |order: &Order| matches!(order.status.as_str(), "Submitted" | "Accepted");
        let first = self.order_where(mood, is_open)?;
        let is_other = |order: &Order| is_open(order) && order.customer == first.customer;
        let numbers: Vec<&String> =
            self.state.orders.values().filter(|order| is_other(order)).map(|order| &order.number).take(3).collect();
        (numbers.len() > 1).then(|| Whim::new("combine", json!({ "orders": numbers })))
    }

    fn splits(&self, mood: &Mood<'_>) -> Option<Whim> {
        let can = |order: &Order| order.lines.len() > 1 && matches!(order.status.as_str(), "Submitted" | "Accepted");
        let order = self.order_where(mood, can)?;
        let sku = &self.state.products.get(&order.lines.first()?.product)?.sku;
        Some(Whim::new("split", json!({ "order": order.number, "skus": [sku] })))
    }

    fn joins(&self) -> Whim {
        let number = self.state.customers.len();
        let name = format!("Late Bloom {number}");
        Whim::new("customer", json!({ "name": name, "license_number": format!("C12-{number:07}-LIC") }))
    }

    fn sku(&self, mood: &Mood<'_>) -> Option<&str> {
        let all: Vec<(String, &str)> =
            self.state.products.values().map(|one| (format!("/products/{}/", one.id), one.sku.as_str())).collect();
        mood.aimed(&all, |(address, _)| address.clone()).map(|(_, sku)| *sku)
    }

    fn prices(&self, mood: &Mood<'_>) -> Option<Whim> {
        let body: Json = json!({ "sku": self.sku(mood)?, "price": 10 + mood.below(90) });
        Some(Whim::new("product", body))
    }

    fn counts(&self, mood: &Mood<'_>) -> Option<Whim> {
        Some(Whim::new("stock", json!({ "sku": self.sku(mood)?, "quantity": mood.below(400) })))
    }
}
