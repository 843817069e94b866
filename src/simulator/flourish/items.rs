//! Items: read-only to callers, changed by people through control paths.
//!
//! There is no filter by SKU, as in the real API. Items have no pictures here, and no variation but a
//! case.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};

use super::call::Call;
use super::company::Company;
use super::item_view;
use super::paging;
use super::reply::{Answer, Refusal, Reply};

/// Filters and the fields that they compare.
const FILTERS: [(&str, &str); 20] = [
    ("item_id", "id"),
    ("inventory_type", "inventory_type"),
    ("item_class", "item_class"),
    ("item_category", "item_category"),
    ("item_name", "item_name"),
    ("strain_required", "strain_required"),
    ("strain_name", "strain_name"),
    ("retail_display_name", "retail_display_name"),
    ("uom", "uom"),
    ("sellable", "sellable"),
    ("is_medical", "is_medical"),
    ("active", "active"),
    ("is_external", "external"),
    ("brand_name", "brand"),
    ("ecommerce_active", "ecommerce_active"),
    ("ecommerce_item_name", "ecommerce_item_name"),
    ("ecommerce_category_name", "ecommerce_category_name"),
    ("ecommerce_sub_category_name", "ecommerce_sub_category_name"),
    ("item_strain_type_name", "item_strain_type_name"),
    ("strain_type_name", "strain_type_name"),
];

/// An item.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// A number that answers spell as text.
    pub(super) id: u64,
    /// Stock keeping unit.
    pub(super) sku: String,
    /// What it is called.
    pub(super) name: String,
    /// The brand's name.
    pub(super) brand: Option<String>,
    /// The strain's id, name and type.
    pub(super) strain: Option<(String, String, String)>,
    /// Item class.
    pub(super) class: String,
    /// Item category.
    pub(super) category: String,
    /// Price of one unit in dollars.
    pub(super) price: Decimal,
    /// Whether it is in use.
    pub(super) active: bool,
    /// Whether it is for sale online.
    pub(super) ecommerce_active: bool,
    /// Units in a case, where it is sold by the case too; a variation.
    pub(super) case_units: Option<i64>,
    /// Documented fields that mean nothing here, as people set them.
    pub(super) more: Map<String, Json>,
    /// When it was entered.
    pub(super) created: Timestamp,
    /// When it last changed.
    pub(super) updated: Timestamp,
}

pub(super) fn list(company: &Company, call: &Call) -> Answer {
    let brand_ids: Vec<&str> = call.query.values("brand_id").collect();
    let brands: Vec<&str> = company
        .brands
        .iter()
        .filter(|brand| brand_ids.contains(&brand.id.to_string().as_str()))
        .map(|brand| brand.name.as_str())
        .collect();
    let filtered = call.query.has_any(&FILTERS);
    let mut found = Vec::new();
    for item in company.items.values() {
        let of_brand = brand_ids.is_empty() || item.brand.as_deref().is_some_and(|name| brands.contains(&name));
        if of_brand
            && call.query.accepts_time("last_updated_timestamp", Some(item.updated))?
            && (!filtered || call.query.accepts_row(&item_view::core(item), &FILTERS))
        {
            found.push(item);
        }
    }
    paging::page(call, &found, |item| item_view::full(item))
}

pub(super) fn one(company: &Company, id: &str) -> Answer {
    Ok(Reply::Data(item_view::full(find(company, id)?)))
}

pub(super) fn variations(company: &Company, call: &Call, id: &str) -> Answer {
    let rows: Vec<Json> = item_view::case(find(company, id)?).into_iter().collect();
    paging::page(call, &rows, Json::clone)
}

/// A variation by its own number, which is that of its item here.
pub(super) fn variation(company: &Company, id: &str) -> Answer {
    let item = find(company, id)?;
    item_view::case(item).map(Reply::Data).ok_or_else(Refusal::not_found)
}

pub(super) fn art(company: &Company, id: &str) -> Answer {
    find(company, id)?;
    Ok(Reply::Nothing)
}

fn find<'a>(company: &'a Company, id: &str) -> Result<&'a Item, Refusal> {
    id.parse().ok().and_then(|id: u64| company.items.get(&id)).ok_or_else(Refusal::not_found)
}
