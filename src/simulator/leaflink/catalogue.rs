//! Products and customers, and single records of the plain lists.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::order::merge_external_ids;
use super::order_view::external;
use super::query::Query;
use super::state::{Product, money, stamp};
use super::{Answer, LeafLink, Refusal};

impl Product {
    pub(super) fn view(&self) -> Json {
        let available = (self.quantity - self.reserved).normalize().to_string();
        let mut shown = json!({
            "id": self.id, "name": self.name, "display_name": self.name, "sku": self.sku, "seller": self.seller, "brand": self.brand,
            "manufacturer": self.seller, "category": 7, "sub_category": 14, "strain_classification": "hybrid",
            "listing_state": self.listing_state, "inventory_management": 1,
            "quantity": format!("{:.4}", self.quantity), "reserved_qty": format!("{:.4}", self.reserved),
            "available_inventory": serde_json::from_str::<Json>(&available).unwrap_or_default(),
            "unit_of_measure": "Unit", "unit_denomination": { "id": 1, "value": "1" }, "unit_multiplier": self.units_per_case,
            "wholesale_price": money(self.case_price), "retail_price": money(Decimal::ZERO), "sale_price": money(Decimal::ZERO),
            "minimum_order": "1", "maximum_order": "100000", "external_ids": self.external_ids,
            "created_on": stamp(self.modified), "modified": stamp(self.modified),
        });
        if let (true, Some(fields)) = (self.units_per_case > 1, shown.as_object_mut()) {
            fields.insert("sell_in_unit_of_measure".to_owned(), json!("Case"));
        }
        shown
    }
}

impl LeafLink {
    /// `GET /products/`
    pub(super) fn list_products(&self, query: &Query) -> Answer {
        let skus = query.list("sku");
        let rows = self
            .state
            .products
            .values()
            .filter(|product| skus.as_ref().is_none_or(|list| list.contains(&product.sku.as_str())))
            .filter(|product| query.get("id").is_none_or(|id| id == product.id.to_string()))
            .filter(|product| query.get("brand").is_none_or(|brand| brand == product.brand.to_string()))
            .filter(|product| query.spans("modified", product.modified) && external(query, &product.external_ids))
            .map(Product::view)
            .collect();
        Ok(query.page(rows))
    }

    /// `PATCH /products/{id}/`: stock and external ids.
    pub(super) fn edit_product(&mut self, now: Timestamp, id: &str, body: &Json) -> Answer {
        let id: i64 = id.parse().map_err(|_| Refusal::not_found())?;
        let product = self.state.products.get_mut(&id).ok_or_else(Refusal::not_found)?;
        let number =
            |name: &str| body.get(name).and_then(|value| value.to_string().trim_matches('"').parse::<Decimal>().ok());
        match (number("quantity"), number("available_inventory")) {
            (Some(_), Some(_)) => {
                return Err(Refusal::new(400, json!({ "quantity": ["Set either quantity or available_inventory."] })));
            }
            (Some(quantity), None) => product.quantity = quantity,
            (None, Some(available)) => product.quantity = available + product.reserved,
            (None, None) => {}
        }
        if let Some(ids) = body.get("external_ids") {
            merge_external_ids(&mut product.external_ids, ids)?;
        }
        product.modified = now;
        let view = product.view();
        self.tell("edit", &view);
        Ok(view)
    }

    /// `GET /customers/`
    pub(super) fn list_customers(&self, query: &Query) -> Answer {
        let text = |row: &Json, name: &str| row.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let changed = |row: &Json| crate::value::timestamp::parse(&text(row, "modified")).unwrap_or(Timestamp::MIN);
        let rows = self
            .state
            .rows("customers")
            .into_iter()
            .filter(|row| query.get("license_number").is_none_or(|number| text(row, "license_number") == number))
            .filter(|row| {
                query
                    .get("license_number__startswith")
                    .is_none_or(|number| text(row, "license_number").starts_with(number))
            })
            .filter(|row| query.get("name").is_none_or(|name| text(row, "name") == name))
            .filter(|row| query.get("id").is_none_or(|id| row.get("id").is_some_and(|known| known.to_string() == id)))
            .filter(|row| query.spans("modified", changed(row)))
            .collect();
        Ok(query.page(rows))
    }

    pub(super) fn one_of(&self, kind: &str, id: &str) -> Answer {
        let rows = self.state.rows(kind);
        rows.into_iter()
            .find(|row| row.get("id").is_some_and(|known| known.to_string() == id))
            .ok_or_else(Refusal::not_found)
    }
}
