//! Products made, changed and archived.
//!
//! Everything that is wrong is told at once. Fields that are unknown or can only be read are
//! ignored. A product is never deleted.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::category::{self, FLOWER};
use super::order::merge_external_ids;
use super::product::{INHERITED, Product};
use super::product_field::{self as field, FIELDS, Kind, Target};
use super::{Answer, LeafLink, Refusal};

/// The id of the first product.
const FIRST: i64 = 3001;

impl LeafLink {
    /// `POST /products/`
    pub(super) fn create_product(&mut self, now: Timestamp, body: &Json) -> Answer {
        let fields = self.checked(None, body)?;
        let id = self.next_id(FIRST, |state| state.products.keys().last().copied());
        let mut product = Product::blank((id, self.state.company.id), now);
        change(&mut product, fields)?;
        self.put(product);
        self.told("create", id)
    }

    /// `PATCH /products/{id}/`
    pub(super) fn edit_product(&mut self, now: Timestamp, id: &str, body: &Json) -> Answer {
        let mut product = self.product(id)?.clone();
        let mut fields = self.checked(Some(&product), body)?;
        let shared = {
            let (quantity, reserved) = self.state.stock(&product);
            (quantity - product.quantity, reserved)
        };
        if let Some(available) = body.get("available_inventory").filter(|value| !value.is_null()) {
            let available = field::decimal(available, 4)
                .map_err(|told| Refusal::new(400, json!({ "available_inventory": told })))?;
            fields.insert("quantity".to_owned(), json!(format!("{:.4}", available + shared.1)));
        }
        let stocked = fields.contains_key("quantity");
        change(&mut product, fields)?;
        if stocked {
            // What is set is the stock of the whole family.
            product.quantity -= shared.0;
        }
        product.modified = now;
        let id = product.id;
        self.put(product);
        self.told("edit", id)
    }

    /// `DELETE /products/{id}/`
    pub(super) fn archive_product(&mut self, now: Timestamp, id: &str) -> Answer {
        let mut product = self.product(id)?.clone();
        "Archived".clone_into(&mut product.listing_state);
        product.modified = now;
        let id = product.id;
        self.put(product);
        self.told("edit", id)
    }

    pub(super) fn product(&self, id: &str) -> Result<&Product, Refusal> {
        id.parse().ok().and_then(|id: i64| self.state.products.get(&id)).ok_or_else(Refusal::not_found)
    }

    /// Keeps a product, and whose variety it is.
    pub(super) fn put(&mut self, product: Product) {
        let id = product.id;
        let before = self.state.products.get(&id).and_then(|known| known.whole("parent"));
        if let Some(children) = before.and_then(|parent| self.state.varieties.get_mut(&parent)) {
            children.remove(&id);
        }
        if let Some(parent) = product.whole("parent") {
            self.state.varieties.entry(parent).or_default().insert(id);
        }
        self.state.products.insert(id, product);
    }

    /// Tells of a product and shows it.
    pub(super) fn told(&mut self, action: &str, id: i64) -> Answer {
        let product = self.state.products.get(&id).ok_or_else(Refusal::not_found)?;
        let view = self.state.product_view(product, &[]);
        self.tell(action, &view);
        Ok(view)
    }

    /// Every field that is sent, checked alone and with the others.
    fn checked(&self, known: Option<&Product>, body: &Json) -> Result<Map<String, Json>, Refusal> {
        let Some(sent) = body.as_object() else {
            let told = "Invalid data. Expected a dictionary.";
            return Err(Refusal::new(400, json!({ "non_field_errors": [told] })));
        };
        let (mut read, mut wrong) = (Map::new(), Map::new());
        let exists = |target: Target, id: i64| self.exists(target, id);
        for one in FIELDS {
            match sent.get(one.name) {
                None if one.required && known.is_none() => {
                    wrong.insert(one.name.to_owned(), json!(["This field is required."]));
                }
                None => {}
                Some(Json::Null) if one.null => {
                    read.insert(one.name.to_owned(), Json::Null);
                }
                Some(Json::Null) => {
                    wrong.insert(one.name.to_owned(), json!(["This field may not be null."]));
                }
                Some(value) => match field::read(one.kind, value, &exists) {
                    Ok(value) => drop(read.insert(one.name.to_owned(), value)),
                    Err(told) => drop(wrong.insert(one.name.to_owned(), told)),
                },
            }
        }
        let sent_both = known.is_some() && sent.contains_key("quantity") && sent.contains_key("available_inventory");
        if sent_both {
            wrong.insert("quantity".to_owned(), json!(["Set either quantity or available_inventory."]));
        }
        for (name, told) in self.together(known, &read) {
            wrong.entry(name).or_insert_with(|| json!([told]));
        }
        if wrong.is_empty() { Ok(read) } else { Err(Refusal::new(400, Json::Object(wrong))) }
    }

    pub(super) fn exists(&self, target: Target, id: i64) -> bool {
        let state = &self.state;
        let among = |rows: &[Json]| rows.iter().any(|row| row.get("id").and_then(Json::as_i64) == Some(id));
        match target {
            Target::Seller => state.company.id == id,
            // Whether a manufacturer must be one's own company is not published: any seller will do.
            Target::Company => self.states().any(|state| state.company.id == id),
            Target::Brand => among(&state.brands),
            Target::ProductLine => state.product_lines.contains_key(&id),
            Target::License => among(&state.licenses),
            Target::Category => category::is_category(id),
            Target::SubCategory => category::category_of(id).is_some(),
            Target::Strain => among(&state.strains),
            Target::Product => state.products.contains_key(&id),
        }
    }

    /// What fields must have in common, where any of them is sent.
    fn together(&self, known: Option<&Product>, read: &Map<String, Json>) -> Vec<(String, String)> {
        let kept = known.map(|product| {
            let mut all = product.fields.clone();
            all.insert("brand".to_owned(), json!(product.brand));
            all.insert("unit_multiplier".to_owned(), json!(product.units_per_case));
            all
        });
        let value = |name: &str| read.get(name).or_else(|| kept.as_ref().and_then(|kept| kept.get(name)));
        let id = |name: &str| value(name).and_then(Json::as_i64);
        let sent = |names: &[&str]| known.is_none() || names.iter().any(|name| read.contains_key(*name));
        let mut wrong = Vec::new();
        let mut refuse = |name: &str, text: &str| wrong.push((name.to_owned(), text.to_owned()));
        if let Some(sku) = read.get("sku").and_then(Json::as_str) {
            // Archived products keep their SKU: assumed.
            let twin = |other: &Product| other.sku == sku && known.is_none_or(|own| own.id != other.id);
            if sku.contains(',') {
                refuse("sku", "Commas are not supported.");
            } else if self.state.products.values().any(twin) {
                refuse("sku", "Product with this SKU already exists for this seller.");
            }
        }
        if let Some(sub) = id("sub_category").filter(|_| sent(&["category", "sub_category"]))
            && id("category").is_some_and(|category| category::category_of(sub) != Some(category))
        {
            refuse("sub_category", "Sub-category does not belong to the category.");
        }
        let line = id("product_line").and_then(|line| self.state.product_lines.get(&line));
        if let Some(line) = line.filter(|_| sent(&["brand", "product_line"]))
            && line.get("brand").and_then(Json::as_i64) != id("brand")
        {
            refuse("product_line", "Product line does not belong to the brand.");
        }
        let strains = value("strains").and_then(Json::as_array).is_some_and(|strains| !strains.is_empty());
        if id("category") == Some(FLOWER) && !strains && sent(&["category", "strains"]) {
            refuse("strains", "This field is required for products in the Flower category.");
        }
        if read.get("license") == Some(&Json::Null) && !id("category").is_some_and(category::is_ancillary) {
            refuse("license", "A license is required, except for ancillary products.");
        }
        let cases = id("unit_multiplier").is_some_and(|units| units > 1);
        if cases
            && sent(&["unit_multiplier", "sell_in_unit_of_measure"])
            && value("sell_in_unit_of_measure") != Some(&json!("Case"))
        {
            refuse("sell_in_unit_of_measure", "Set to \"Case\" where unit_multiplier is greater than 1.");
        }
        let own = id("parent").is_some_and(|parent| known.is_some_and(|product| product.id == parent));
        if own {
            refuse("parent", "A product cannot be its own parent.");
        }
        match id("inventory_management") {
            Some(INHERITED) if id("parent").is_none() && sent(&["inventory_management", "parent"]) => {
                refuse("inventory_management", "Only varieties inherit inventory.");
            }
            Some(1) if known.is_none() && !read.contains_key("quantity") => {
                refuse("quantity", "This field is required.");
            }
            _ => {}
        }
        wrong
    }
}

/// Puts checked values into a product.
fn change(product: &mut Product, read: Map<String, Json>) -> Result<(), Refusal> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let amount = |value: &Json| value.as_str().and_then(|text| text.parse::<Decimal>().ok()).unwrap_or_default();
    for (name, value) in read {
        match name.as_str() {
            "name" => product.name = text(&value),
            "sku" => product.sku = text(&value),
            "listing_state" => product.listing_state = text(&value),
            "brand" => product.brand = value.as_i64().unwrap_or_default(),
            "unit_multiplier" => product.units_per_case = value.as_i64().unwrap_or(1),
            "quantity" => product.quantity = amount(&value),
            "wholesale_price" => product.case_price = value.get("amount").map(amount).unwrap_or_default(),
            "external_ids" => merge_external_ids(&mut product.external_ids, &value)?,
            "seller" => {}
            _ => drop(product.fields.insert(name, value)),
        }
    }
    Ok(())
}

/// Whether a field of products can be written, for people as for the API.
pub(super) fn is_writable(name: &str) -> bool {
    FIELDS.iter().any(|one| one.name == name && !matches!(one.kind, Kind::ExternalIds))
}
