//! `/_control/` from outside a company: a new world, all that is there, and for whom an act is.
//!
//! An act is for the company in `company`; else for the one that has the order, customer or SKU
//! it names; else for the first.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::super::world_input::WorldInput;
use super::state::State;
use super::{Answer, LeafLink, Refusal};
use crate::world::Method;

impl LeafLink {
    pub(super) fn people(&mut self, now: Timestamp, (method, act): (Method, &str), body: &[u8]) -> Answer {
        match (method, act) {
            (Method::Get, "state") => Ok(self.all()),
            (Method::Post, "world") => {
                let input = WorldInput::read(body).map_err(|text| Refusal::new(400, json!({ "message": text })))?;
                self.begin(&input);
                Ok(json!({ "companies": self.companies() }))
            }
            _ => {
                let at = self.concerned(&serde_json::from_slice(body).unwrap_or_default())?;
                self.acting(at, |own| own.control(now, (method, act), body))
            }
        }
    }

    fn concerned(&self, body: &Json) -> Result<usize, Refusal> {
        if let Some(company) = body.get("company") {
            let known = self.states().position(|state| json!(state.company.id) == *company);
            return known
                .ok_or_else(|| Refusal::new(400, json!({ "message": format!("there is no company {company}") })));
        }
        let first = |list: &str, name: &str| body.get(list).and_then(|list| list.get(0)).and_then(|one| one.get(name));
        let order = body.get("order").or_else(|| body.pointer("/orders/0")).and_then(Json::as_str);
        let sku = body.get("sku").or_else(|| first("lines", "sku")).and_then(Json::as_str);
        let customer = body.get("customer").and_then(Json::as_i64);
        let has = |state: &State| {
            order.is_some_and(|number| state.orders.contains_key(number))
                || customer.is_some_and(|id| state.customers.contains_key(&id))
                || order.is_none()
                    && customer.is_none()
                    && sku.is_some_and(|sku| state.products.values().any(|product| product.sku == sku))
        };
        Ok(self.states().position(has).unwrap_or(0))
    }

    /// Every company with the keys that open it.
    fn companies(&self) -> Vec<Json> {
        let shown = |state: &State| {
            let mut view = state.company.view();
            let more = json!({
                "keys": state.company.keys, "brands": state.brands, "staff": state.staff,
                "products": state.products.len(), "customers": state.customers.len(), "orders": state.orders.len(),
            });
            if let (Json::Object(view), Json::Object(more)) = (&mut view, more) {
                view.extend(more);
            }
            view
        };
        self.states().map(shown).collect()
    }

    /// All companies' rows under the names of one company's, each with its company.
    fn all(&mut self) -> Json {
        let mut shown = Map::new();
        for at in 0..=self.others.len() {
            let (company, part) = self.acting(at, |own| (own.state.company.id, own.summary()));
            for (name, rows) in part.as_object().into_iter().flatten() {
                let all = shown.entry(name.clone()).or_insert_with(|| json!([]));
                let (Some(all), Some(rows)) = (all.as_array_mut(), rows.as_array()) else { continue };
                all.extend(rows.iter().cloned().map(|mut row| {
                    if let Some(fields) = row.as_object_mut() {
                        fields.insert("company".to_owned(), json!(company));
                    }
                    row
                }));
            }
        }
        shown.insert("companies".to_owned(), Json::Array(self.companies()));
        Json::Object(shown)
    }
}
