//! What lies in one facility: by package, and summed by item.
//!
//! Every item lies in one lot and one package per facility here, so summary rows are the same
//! whichever way they are grouped. The header decides the facility; rows do not name it.

use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::call::Call;
use super::company::Company;
use super::facilities;
use super::inventory_view as view;
use super::items::Item;
use super::paging;
use super::reply::{Answer, Refusal, Reply};
use super::stock::{self, Stock};

/// Filters common to all three lists and the fields that they compare.
const FILTERS: [(&str, &str); 15] = [
    ("inventory_type", "inventory_type"),
    ("item_class", "item_class"),
    ("item_category", "item_category"),
    ("item_name", "item_name"),
    ("item_variation_id", "item_variation_id"),
    ("variation_name", "variation_name"),
    ("strain_id", "strain_id"),
    ("strain_name", "strain_name"),
    ("item_retail_display_name", "item_retail_display_name"),
    ("lot_number", "lot_number"),
    ("uom", "uom"),
    ("is_external", "external"),
    ("package_id", "package_id"),
    ("package_status", "package_status"),
    ("is_sample", "is_sample"),
];

pub(super) fn summary(company: &Company, call: &Call) -> Answer {
    let facility = facilities::required(company, call)?;
    if let Some(group) = call.query.first("group_by")
        && !["item_name", "item_id", "lot_number"].contains(&group)
    {
        return Err(Refusal::bad("group_by must be item_name or lot_number"));
    }
    let all = call.query.is_true("include_all_items");
    let shown =
        |stock: Option<&Stock>| all || stock.is_some_and(|stock| !(company.hide_empty_stock && stock.is_nothing()));
    page(company, call, shown, |item, stock| view::summary(item, facility, stock))
}

pub(super) fn list(company: &Company, call: &Call) -> Answer {
    let facility = facilities::required(company, call)?;
    page(company, call, is_there, |item, stock| view::row(item, facility, stock))
}

pub(super) fn packages(company: &Company, call: &Call) -> Answer {
    let facility = facilities::required(company, call)?;
    page(company, call, is_there, |item, stock| view::package(item, facility, stock))
}

/// A package by id comes as an array of one, as documented.
pub(super) fn package(company: &Company, call: &Call, id: &str) -> Answer {
    let facility = facilities::required(company, call)?;
    let found = company.items.values().find(|item| stock::package_id(item.id, facility) == id);
    let item = found.ok_or_else(Refusal::not_found)?;
    let stock = company.stock.get(&(item.id, facility)).ok_or_else(Refusal::not_found)?;
    Ok(Reply::Data(Json::Array(vec![view::package(item, facility, stock)])))
}

/// An empty package is consumed, and consumed ones are hidden.
fn is_there(stock: Option<&Stock>) -> bool {
    stock.is_some_and(|stock| !stock.on_hand.is_zero())
}

/// The header's facility's rows that pass the filters, in order of item id.
fn page(
    company: &Company,
    call: &Call,
    shown: impl Fn(Option<&Stock>) -> bool,
    view: impl Fn(&Item, &Stock) -> Json,
) -> Answer {
    let facility = facilities::required(company, call)?;
    let (query, nothing) = (&call.query, Stock::default());
    let filtered = query.has_any(&FILTERS);
    let available = query.first("has_available_qty").map(|wanted| wanted == "true");
    let mut found = Vec::new();
    for item in company.items.values() {
        let stock = company.stock.get(&(item.id, facility));
        if !shown(stock) || !query.accepts("sku", &item.sku) || !query.accepts("item_id", &item.id.to_string()) {
            continue;
        }
        let stock = stock.unwrap_or(&nothing);
        if available.is_none_or(|wanted| wanted == (stock.available() > Decimal::ZERO))
            && query.accepts_time("last_updated_timestamp", Some(stock.updated))?
            && (!filtered || query.accepts_row(&view(item, stock), &FILTERS))
        {
            found.push((item, stock));
        }
    }
    paging::page(call, &found, |(item, stock)| view(item, stock))
}
