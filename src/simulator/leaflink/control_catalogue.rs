//! What people do to the menu: products, stock, brands, product lines, strains, batches.
//!
//! What people leave out is filled in, so that a SKU is enough; what they say is checked as the
//! API checks it.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::product_write::is_writable;
use super::state::money;
use super::{Answer, LeafLink, Refusal};

fn refuse(text: impl Into<String>) -> Refusal {
    Refusal::new(400, json!({ "message": text.into() }))
}

fn word<'a>(body: &'a Json, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Json::as_str)
}

impl LeafLink {
    /// One act; refused where nobody can do it.
    pub(super) fn catalogue_act(&mut self, now: Timestamp, act: &str, body: &Json) -> Answer {
        match act {
            "product" => self.enter_product(now, body),
            "stock" => self.count(now, body),
            "archive" => {
                let id = self.meant(body)?;
                self.archive_product(now, &id.to_string()).map(|_| json!({ "id": id }))
            }
            "remove" => self.remove(body),
            "brand" => self.add_brand(body),
            "product_line" => {
                let first = json!(self.state.first_brand());
                let brand = body.get("brand").cloned().unwrap_or(first);
                self.create_line(&json!({ "name": body.get("name"), "brand": brand }))
            }
            "strain" => {
                let kind = body.get("strain_classification").cloned().unwrap_or(json!("hybrid"));
                self.create_strain(&json!({ "name": body.get("name"), "strain_classification": kind }))
            }
            "batch" => {
                let number = body.get("number").cloned().unwrap_or_default();
                let owner = self.state.company.id;
                self.create_batch(&json!({ "owner": owner, "production_batch_number": number,
                "batch_date": "2026-01-01", "testing_source": "app" }))
                    .map(|row| json!({ "id": row.get("id") }))
            }
            other => Err(refuse(format!("nobody can `{other}`"))),
        }
    }

    /// Enters a product, or changes the one of this `sku` or `product` id. `new_sku` renames it.
    fn enter_product(&mut self, now: Timestamp, body: &Json) -> Answer {
        let mut fields: serde_json::Map<String, Json> = body.as_object().cloned().unwrap_or_default();
        fields.retain(|name, _| is_writable(name));
        if let Some(units) = body.get("units_per_case") {
            fields.insert("unit_multiplier".to_owned(), units.clone());
            fields.insert("sell_in_unit_of_measure".to_owned(), if *units == 1 { Json::Null } else { json!("Case") });
        }
        if let Some(price) = body.get("price") {
            let amount = price.as_str().map_or_else(|| price.to_string(), str::to_owned);
            fields.insert("wholesale_price".to_owned(), json!({ "amount": amount, "currency": "USD" }));
        }
        if let Ok(id) = self.meant(body) {
            fields.remove("sku");
            fields.extend(body.get("new_sku").map(|sku| ("sku".to_owned(), sku.clone())));
            return self.edit_product(now, &id.to_string(), &Json::Object(fields)).map(|_| json!({ "id": id }));
        }
        let sku = word(body, "sku").ok_or_else(|| refuse("sku is needed"))?;
        let (own, brand) = (self.state.company.id, self.state.first_brand());
        let license = self.state.licenses.first().and_then(|one| one.get("id")).cloned().unwrap_or_default();
        let usual = json!({
            "name": sku, "sku": sku, "description": sku, "seller": own, "manufacturer": own, "brand": brand,
            "license": license,
            "category": 7, "sub_category": 14, "strain_classification": "na", "listing_state": "Available",
            "inventory_management": 1, "quantity": "100", "unit_of_measure": "Unit", "unit_denomination": 1,
            "wholesale_price": money(Decimal::TEN), "retail_price": money(Decimal::ZERO),
            "sale_price": money(Decimal::ZERO),
            "minimum_order": "1", "maximum_order": "100000",
        });
        let mut whole = usual.as_object().cloned().unwrap_or_default();
        whole.extend(fields);
        let made = self.create_product(now, &Json::Object(whole))?;
        Ok(json!({ "id": made.get("id") }))
    }

    /// Makes a record disappear: `customer` or `order` by its key, or the product that `product` or `sku` names. The
    /// API itself lets nothing of these go; LeafLink's own people merge and remove.
    fn remove(&mut self, body: &Json) -> Answer {
        let (customer, order) = (body.get("customer").and_then(Json::as_i64), word(body, "order"));
        let done = match (customer, order) {
            (Some(id), _) => self.state.customers.remove(&id).is_some(),
            (None, Some(number)) => self.state.orders.remove(number).is_some(),
            (None, None) => {
                let id = self.meant(body)?;
                self.state.products.remove(&id).is_some()
            }
        };
        if done { Ok(body.clone()) } else { Err(refuse("there is no such record")) }
    }

    /// Sets what there is of a product.
    fn count(&mut self, now: Timestamp, body: &Json) -> Answer {
        let id = self.meant(body)?;
        let quantity = body.get("quantity").cloned().ok_or_else(|| refuse("quantity is a number"))?;
        self.edit_product(now, &id.to_string(), &json!({ "quantity": quantity }))?;
        Ok(json!({ "sku": body.get("sku"), "id": id }))
    }

    /// Brands are made in the pages only.
    fn add_brand(&mut self, body: &Json) -> Answer {
        let name = word(body, "name").ok_or_else(|| refuse("name is needed"))?;
        let last =
            |state: &super::state::State| state.brands.last().and_then(|one| one.get("id")).and_then(Json::as_i64);
        let id = self.next_id(41, last);
        let brand = super::state::brand(id, name, self.state.company.id);
        self.state.brands.push(brand.clone());
        Ok(brand)
    }

    /// The product that a body names by `product` or `sku`.
    fn meant(&self, body: &Json) -> Result<i64, Refusal> {
        let (id, sku) = (body.get("product").and_then(Json::as_i64), word(body, "sku"));
        let found =
            self.state.products.values().find(|one| id.map_or(Some(one.sku.as_str()) == sku, |id| id == one.id));
        found.map(|one| one.id).ok_or_else(|| refuse(format!("no product {}", sku.unwrap_or_default())))
    }
}
