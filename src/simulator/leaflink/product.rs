//! A product: what is kept of it, and how it is read.
//!
//! What is read differs from what is written: the license and the unit denomination are objects,
//! and what can be reckoned is added. Varieties whose inventory is inherited draw on their
//! parent's stock, so stock is always told of the whole family.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::category;
use super::state::{State, money, stamp};

/// `inventory_management` of a variety that draws on its parent's stock.
pub(super) const INHERITED: i64 = 3;

/// A product on the menu.
#[derive(Clone, Debug)]
pub(super) struct Product {
    pub id: i64,
    pub seller: i64,
    pub sku: String,
    pub name: String,
    pub brand: i64,
    pub units_per_case: i64,
    pub case_price: Decimal,
    pub quantity: Decimal,
    pub reserved: Decimal,
    pub listing_state: String,
    pub external_ids: Map<String, Json>,
    pub created: Timestamp,
    pub modified: Timestamp,
    /// Everything else that can be written, as it was checked: ids as ids, decimals as text.
    pub fields: Map<String, Json>,
}

impl Product {
    /// A product of which nothing is said yet.
    pub(super) fn blank((id, seller): (i64, i64), now: Timestamp) -> Self {
        let fields = json!({
            "description": "", "manufacturer": seller, "product_line": null, "license": null, "parent": null,
            "category": null, "sub_category": null, "strain_classification": "na", "strains": [], "grow_type": null,
            "display_listing_state": null, "drop_date": null, "featured": false, "tagline": null,
            "AVAILABLE_FOR_SAMPLES": true, "allow_fractional_quantities": false, "show_quantity": true,
            "unit_of_measure": "Unit", "unit_denomination": 1, "sell_in_unit_of_measure": null,
            "base_units_per_unit": null,
            "retail_price": money(Decimal::ZERO), "sale_price": money(Decimal::ZERO),
            "minimum_order": "1.0000", "maximum_order": "100000.0000", "inventory_management": 1,
            "threshold_value": null, "threshold_action": "default", "reverse_threshold_value": null,
            "reverse_threshold_action": "default", "product_data_items": [], "seller_internal_id": null,
            "extern_acct_id": null, "extern_income_acct_id": "", "extern_sts_ids": null,
        });
        Self {
            id,
            seller,
            sku: String::new(),
            name: String::new(),
            brand: 0,
            units_per_case: 1,
            case_price: Decimal::ZERO,
            quantity: Decimal::ZERO,
            reserved: Decimal::ZERO,
            listing_state: "Available".to_owned(),
            external_ids: Map::new(),
            created: now,
            modified: now,
            fields: fields.as_object().cloned().unwrap_or_default(),
        }
    }

    /// A field that is a whole number.
    pub(super) fn whole(&self, name: &str) -> Option<i64> {
        self.fields.get(name).and_then(Json::as_i64)
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Json::as_str).unwrap_or_default()
    }

    /// The product whose stock this one draws on, if it is not its own.
    pub(super) fn draws_on(&self) -> Option<i64> {
        self.whole("parent").filter(|_| self.whole("inventory_management") == Some(INHERITED))
    }
}

impl State {
    /// Quantity and what is reserved of it, of a product with all that draws on the same stock.
    pub(super) fn stock(&self, product: &Product) -> (Decimal, Decimal) {
        let holder = product.draws_on().and_then(|id| self.products.get(&id)).unwrap_or(product);
        let mut stock = (holder.quantity, holder.reserved);
        for child in self.varieties_of(holder.id).filter(|child| child.draws_on().is_some()) {
            stock = (stock.0 + child.quantity, stock.1 + child.reserved);
        }
        stock
    }

    pub(super) fn varieties_of(&self, parent: i64) -> impl Iterator<Item = &Product> {
        let ids = self.varieties.get(&parent).into_iter().flatten();
        ids.filter_map(|id| self.products.get(id))
    }

    /// A product as it is read, with the children asked for.
    pub(super) fn product_view(&self, product: &Product, children: &[&str]) -> Json {
        let mut fields = product.fields.clone();
        if let Json::Object(more) = self.reckoned(product) {
            fields.extend(more);
        }
        if fields.get("sell_in_unit_of_measure") == Some(&Json::Null) {
            fields.remove("sell_in_unit_of_measure");
        }
        if fields.get("display_listing_state") == Some(&Json::Null) {
            fields.insert("display_listing_state".to_owned(), json!(product.listing_state));
        }
        for child in children {
            let rows = match *child {
                // What a strain looks like as a child is assumed.
                "strains" => {
                    let ids = product.fields.get("strains").and_then(Json::as_array).cloned().unwrap_or_default();
                    self.strains
                        .iter()
                        .filter(|one| one.get("id").is_some_and(|id| ids.contains(id)))
                        .cloned()
                        .collect()
                }
                _ => Vec::new(),
            };
            fields.insert((*child).to_owned(), Json::Array(rows));
        }
        Json::Object(fields)
    }

    /// What is not kept as it is shown.
    fn reckoned(&self, product: &Product) -> Json {
        let parent = product.whole("parent").and_then(|id| self.products.get(&id));
        let license = product.whole("license");
        let license = self.licenses.iter().find(|one| one.get("id").and_then(Json::as_i64) == license);
        let (quantity, reserved) = self.stock(product);
        let available = (quantity - reserved).normalize().to_string();
        let sale = product.fields.get("sale_price").and_then(|sale| sale.get("amount")).and_then(Json::as_str);
        let sale: Decimal = sale.and_then(|amount| amount.parse().ok()).unwrap_or_default();
        let discount = if sale.is_zero() || product.case_price.is_zero() {
            Decimal::ZERO
        } else {
            ((product.case_price - sale) / product.case_price * Decimal::ONE_HUNDRED).trunc().normalize()
        };
        json!({
            "id": product.id, "name": product.name, "sku": product.sku, "seller": product.seller,
            "brand": product.brand,
            "display_name": parent.map_or_else(|| product.name.clone(), |parent| format!("{} {}", parent.name,
            product.name)),
            "parent": parent.map(|parent| json!({ "id": parent.id })), "license": license,
            "children_count": self.varieties_of(product.id).count(), "has_deals_eligible_children": false,
            "listing_state": product.listing_state, "dropped": null, "featured_on_deals": false,
            "quantity": format!("{quantity:.4}"), "reserved_qty": format!("{reserved:.4}"),
            "available_inventory": serde_json::from_str::<Json>(&available).unwrap_or_default(),
            "unit_denomination": product.whole("unit_denomination").and_then(category::denomination),
            "unit_multiplier": product.units_per_case,
            "wholesale_price": money(product.case_price), "price_schedule_price": money(product.case_price),
            "discount_percent": discount.to_string().parse::<i64>().unwrap_or_default(),
            "strain_classification_display": display(product.text("strain_classification")),
            "is_ancillary": product.whole("category").is_some_and(category::is_ancillary),
            "is_medical_line_item": false,
            "image_count": 0, "s2s_conversion_amount": "1.0000", "external_ids": product.external_ids,
            "created_on": stamp(product.created), "last_edit": stamp(product.modified),
            "modified": stamp(product.modified),
        })
    }
}

/// `N/A` is published; the others are assumed.
fn display(classification: &str) -> String {
    if classification == "na" {
        return "N/A".to_owned();
    }
    let word = |word: &str| match word {
        "cbd" => "CBD".to_owned(),
        "11" => "1:1".to_owned(),
        _ => word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect(),
    };
    classification.split('-').map(word).collect::<Vec<String>>().join(" ")
}
