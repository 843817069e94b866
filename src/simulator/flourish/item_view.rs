//! How an item is shown.
//!
//! Items carry some hundred and fifty fields; those that mean nothing here are null, under their
//! documented names.

use serde_json::{Map, Value as Json, json};

use super::items::Item;
use super::spelling;

/// Fields that are always null here.
const NULLS: &str = "part_number ndc_number product_code barcode season season_year style style_sfx color color_sfx \
    color_desc version special_instructions ref_field_1 ref_field_2 ref_field_3 ref_field_4 ref_field_5 shelf_days \
    reorder_point days_of_supply default_supplier unit_weight weight_uom_id weight_uom weight_uom_description \
    unit_volume volume_uom_id volume_uom volume_uom_description unit_height unit_width unit_length dimension_uom_id \
    dimension_uom dimension_uom_description unit_cbd_percent unit_thc_percent thc_ratio cbd_ratio cbd_mg_per_day \
    thc_mg_per_day cbd_per_dose cbd_per_dose_uom_id cbd_per_dose_uom cbd_per_dose_uom_description thc_per_dose \
    thc_per_dose_uom_id thc_per_dose_uom thc_per_dose_uom_description cbd_per_unit unit_cbd_content_uom_id \
    cbd_per_unit_uom cbd_per_unit_uom_description thc_per_unit unit_thc_content_uom_id thc_per_unit_uom \
    thc_per_unit_uom_description total_cannabinoids_per_dose total_cannabinoids_per_day \
    total_cannabinoids_per_unit number_of_servings num_doses_per_unit num_days_per_unit dose_measurement \
    unit_measurement usable_cannabis_qty usable_cannabis_qty_uom_id usable_cannabis_qty_uom \
    usable_cannabis_qty_uom_description unit_days unit_cannabinoids item_ingredients allergens serving_size \
    serving_size_grams storage_instructions helpful_tips warning leaflink_id leaflink_company";

/// Every field.
pub(super) fn full(item: &Item) -> Json {
    let mut fields: Map<String, Json> = NULLS.split_whitespace().map(|name| (name.to_owned(), Json::Null)).collect();
    fields.extend(item.more.clone());
    if let Json::Object(core) = core(item) {
        fields.extend(core);
    }
    Json::Object(fields)
}

/// Fields with a value of their own that people may set as they like.
const FREE: [&str; 17] = [
    "retail_display_name",
    "item_description",
    "inventory_type",
    "item_class",
    "item_category",
    "product_source_type",
    "strain_required",
    "item_strain_type_name",
    "cost",
    "sellable",
    "is_medical",
    "uom",
    "uom_description",
    "ecommerce_item_name",
    "ecommerce_category_name",
    "ecommerce_sub_category_name",
    "integration_status_id",
];

/// Whether people may set a field, under its documented name, to whatever they like.
pub(super) fn is_free(name: &str) -> bool {
    FREE.contains(&name) || NULLS.split_whitespace().any(|known| known == name)
}

/// An item's value under a documented name; this one where people set none.
pub(super) fn of(item: &Item, name: &str, usual: impl Into<Json>) -> Json {
    item.more.get(name).cloned().unwrap_or_else(|| usual.into())
}

/// The one variation that an item may have: a case of so many units. Its number is its item's, assumed.
pub(super) fn case(item: &Item) -> Option<Json> {
    let units = item.case_units?;
    let price = item.price * rust_decimal::Decimal::from(units);
    Some(json!({
        "id": item.id.to_string(), "item_id": item.id.to_string(), "variation_name": "Case",
        "variation_description": "",
        "unit_qty": units, "unit_price": spelling::number(price), "unit_cost": 0, "sku": item.sku,
        "retail_display_name": item.name, "part_number": null, "taxable": false, "active": item.active,
        "ecommerce_active": item.ecommerce_active, "ecommerce_item": null, "ecommerce_category": null,
        "ecommerce_sub_category": null,
    }))
}

/// The fields that have values, which are those that filters compare.
pub(super) fn core(item: &Item) -> Json {
    let (strain_id, strain_name, strain_type) = match &item.strain {
        Some((id, name, kind)) => (json!(id), json!(name), json!(kind)),
        None => (Json::Null, Json::Null, Json::Null),
    };
    let mut shown = json!({
        "id": item.id.to_string(), "item_name": item.name, "sku": item.sku, "retail_display_name": item.name,
        "item_description": "", "active": item.active, "external": false,
        "inventory_type": "Cannabis", "item_class": item.class, "item_category": item.category,
        "product_source_type": "Mixed", "brand": item.brand,
        "strain_required": item.strain.is_some(), "strain_id": strain_id, "strain_name": strain_name,
        "strain_type_name": strain_type, "item_strain_type_name": null,
        "price": spelling::number(item.price), "cost": 0,
        "sellable": true, "needs_fulfillment": true, "is_medical": false, "is_tax_exempt": false,
        "lot_tracked": true, "serial_number_tracked": false, "use_by_date_req": false, "single_unit_package": false,
        "sync_each_by_weight_or_volume_uom": false, "plant_additive": 0,
        "standard_qty_uom_id": 1, "uom": "ea", "uom_description": "Each",
        "ecommerce_active": item.ecommerce_active, "ecommerce_item_name": null,
        "ecommerce_category_name": null, "ecommerce_sub_category_name": null, "integration_status_id": 40,
        "created_by": "flourish_software", "created_timestamp": spelling::seconds(item.created),
        "last_updated_by": "flourish_software", "last_updated_timestamp": spelling::seconds(item.updated),
    });
    if let Json::Object(fields) = &mut shown {
        fields.extend(item.more.clone());
    }
    shown
}
