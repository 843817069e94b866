//! How stock is shown: a summary row, an inventory row, a package.
//!
//! Only the summary has `sellable_qty` and `on_order_qty`.

use serde_json::{Value as Json, json};

use super::item_view;
use super::items::Item;
use super::spelling;
use super::stock::{self, Stock};

/// A row of the summary, which is also the data of its webhook.
pub(super) fn summary(item: &Item, facility: usize, stock: &Stock) -> Json {
    let mut row = about(item, facility, stock);
    merge(
        &mut row,
        json!({
            "sellable_qty": spelling::number(stock.sellable()),
            "on_order_qty": spelling::number(stock.on_order),
        }),
    );
    row
}

/// A package as the inventory shows it.
pub(super) fn row(item: &Item, facility: usize, stock: &Stock) -> Json {
    let mut row = package(item, facility, stock);
    merge(&mut row, json!({"inventory_id": format!("{}{}", item.id, facility + 1)}));
    row
}

/// A package.
pub(super) fn package(item: &Item, facility: usize, stock: &Stock) -> Json {
    let id = stock::package_id(item.id, facility);
    let status = if stock.allocated.is_zero() { "Created" } else { "Assigned to order" };
    let mut row = about(item, facility, stock);
    merge(
        &mut row,
        json!({
            "package_id": id, "original_package_id": id, "package_status": status,
            "original_qty": spelling::number(stock.on_hand), "uom_id": 1,
            "area_id": null, "area_name": null, "location_id": null, "location_name": null, "is_locked": false,
            "lock_code": {"name": null, "can_add_to_outbound_order": null, "exclude_from_global_inventory": null},
            "sell_by_lot": false, "ref_field_1": null, "ref_field_2": null, "ref_field_3": null, "is_sample": false,
            "extraction_method": null, "production_date": null, "harvest_date": null, "lab_test_result_id": null,
            "origin_harvest": null, "external_lab_test_results": null,
            "created_by": "flourish_software", "created_timestamp": spelling::seconds(item.created),
            "last_updated_by": "flourish_software",
        }),
    );
    row
}

/// What all three have in common.
fn about(item: &Item, facility: usize, stock: &Stock) -> Json {
    let (strain_id, strain_name) = match &item.strain {
        Some((id, name, _)) => (json!(id), json!(name)),
        None => (Json::Null, Json::Null),
    };
    json!({
        "inventory_type": item_view::of(item, "inventory_type", "Cannabis"), "item_class": item.class,
        "item_category": item.category, "external": false,
        "item_id": item.id.to_string(), "item_name": item.name, "item_retail_display_name": item_view::of(item,
        "retail_display_name", item.name.clone()),
        "item_variation_id": null, "variation_name": null, "variation_retail_display_name": "",
        "sku": item.sku, "strain_id": strain_id, "strain_name": strain_name, "uom": item_view::of(item, "uom", "ea"),
        "uom_description": item_view::of(item, "uom_description", "Each"),
        "lot_number": stock::lot_number(item.id, facility), "item_description": item_view::of(item, "item_description",
        ""), "brand": item.brand,
        "thc_ratio": null, "cbd_ratio": null, "price": spelling::number(item.price), "cost": item_view::of(item, "cost",
        0), "taxable": false,
        "is_tax_exempt": false, "unit_weight": null, "weight_uom": null, "weight_uom_description": null,
        "unit_volume": null, "volume_uom": null, "volume_uom_description": null,
        "qty": spelling::number(stock.on_hand), "available_qty": spelling::number(stock.available()),
        "non_available_qty": spelling::number(stock.allocated),
        "last_updated_timestamp": spelling::seconds(stock.updated),
    })
}

fn merge(row: &mut Json, more: Json) {
    if let (Json::Object(row), Json::Object(more)) = (row, more) {
        row.extend(more);
    }
}
