//! The fields of a product that can be written, and how one value is checked.
//!
//! Messages are those of the framework that the real system's answers point to; the system's own
//! are not published. Knows single fields only; what they must have in common stands elsewhere.

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::category;
use super::order::merge_external_ids;

/// What values of a field are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Text of at most so many characters, not empty.
    Text(usize),
    /// Text that may be empty.
    Note,
    /// A whole number of at least this.
    Whole(i64),
    /// A decimal of up to four digits behind the point, 0 or more.
    Quantity,
    /// `{amount, currency}`.
    Money,
    Truth,
    Instant,
    /// A date.
    Day,
    Choice(&'static [&'static str]),
    /// 1 managed, 2 unlimited, 3 inherited; as number or text.
    Management,
    Denomination,
    /// The id of another record.
    Key(Target),
    /// Ids of other records, none twice.
    Keys(Target),
    /// `{id}` of another product.
    Parent,
    Specs,
    Texts,
    ExternalIds,
}

/// What an id stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    Seller,
    Company,
    Brand,
    ProductLine,
    License,
    Category,
    SubCategory,
    Strain,
    Product,
}

/// A field that can be written.
pub(super) struct Field {
    pub name: &'static str,
    pub kind: Kind,
    /// Whether a new product needs it.
    pub required: bool,
    pub null: bool,
}

const fn needed(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: true, null: false }
}

const fn free(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false, null: true }
}

const STATES: &[&str] = &["Available", "Archived", "Sample", "Backorder", "Internal", "Unavailable"];
const MEASURES: &[&str] = &["Milligram", "Gram", "Kilogram", "Ounce", "Pound", "Unit", "Liter", "Milliliter"];
pub(super) const CLASSIFICATIONS: &[&str] =
    &["sativa", "indica", "hybrid", "na", "11-cbd", "high-cbd", "sativa-hybrid", "indica-hybrid"];
const SPECS: &[&str] = &[
    "thc",
    "thca",
    "cbn",
    "cbg",
    "cbd",
    "solvents",
    "flowering",
    "growth",
    "cannabinoids",
    "terpenes",
    "nugget",
    "other",
    "yield",
    "cbc",
    "thcv",
    "cbda",
    "delta-8-thc",
    "total-thc",
    "total-cbd",
    "cbl",
    "delta-9-thc",
    "cbga",
    "cbdv",
];
const CURRENCIES: &[&str] = &["USD", "CAD"];

/// All of them. Names without published bounds may be as long as a SKU.
pub(super) const FIELDS: &[Field] = &[
    needed("name", Kind::Text(255)),
    needed("sku", Kind::Text(255)),
    needed("description", Kind::Note),
    needed("seller", Kind::Key(Target::Seller)),
    needed("brand", Kind::Key(Target::Brand)),
    needed("manufacturer", Kind::Key(Target::Company)),
    needed("license", Kind::Key(Target::License)),
    needed("category", Kind::Key(Target::Category)),
    needed("sub_category", Kind::Key(Target::SubCategory)),
    needed("strain_classification", Kind::Choice(CLASSIFICATIONS)),
    needed("listing_state", Kind::Choice(STATES)),
    needed("inventory_management", Kind::Management),
    needed("unit_of_measure", Kind::Choice(MEASURES)),
    needed("unit_denomination", Kind::Denomination),
    needed("wholesale_price", Kind::Money),
    needed("retail_price", Kind::Money),
    needed("sale_price", Kind::Money),
    needed("minimum_order", Kind::Quantity),
    // The published example writes null here.
    Field { name: "maximum_order", kind: Kind::Quantity, required: true, null: true },
    Field { name: "quantity", kind: Kind::Quantity, required: false, null: false },
    Field { name: "unit_multiplier", kind: Kind::Whole(1), required: false, null: false },
    free("sell_in_unit_of_measure", Kind::Choice(&["Case"])),
    free("base_units_per_unit", Kind::Quantity),
    free("product_line", Kind::Key(Target::ProductLine)),
    Field { name: "strains", kind: Kind::Keys(Target::Strain), required: false, null: false },
    free("parent", Kind::Parent),
    free("grow_type", Kind::Whole(1)),
    free("display_listing_state", Kind::Text(255)),
    free("drop_date", Kind::Instant),
    free("featured", Kind::Truth),
    free("tagline", Kind::Note),
    free("AVAILABLE_FOR_SAMPLES", Kind::Truth),
    free("allow_fractional_quantities", Kind::Truth),
    free("show_quantity", Kind::Truth),
    free("threshold_value", Kind::Whole(0)),
    free("threshold_action", Kind::Choice(&["default", "backorder", "unavailable", "internal"])),
    free("reverse_threshold_value", Kind::Whole(0)),
    free("reverse_threshold_action", Kind::Choice(&["default", "available", "internal"])),
    free("product_data_items", Kind::Specs),
    free("seller_internal_id", Kind::Note),
    free("extern_acct_id", Kind::Note),
    free("extern_income_acct_id", Kind::Note),
    free("extern_sts_ids", Kind::Texts),
    Field { name: "external_ids", kind: Kind::ExternalIds, required: false, null: false },
];

/// Checks one value that is not null. What comes back is kept; what is refused, told.
pub(super) fn read(kind: Kind, value: &Json, known: &dyn Fn(Target, i64) -> bool) -> Result<Json, Json> {
    let refuse = |text: &str| Err(json!([text]));
    match kind {
        Kind::Text(most) => match value.as_str().map(str::trim) {
            None => refuse("Not a valid string."),
            Some("") => refuse("This field may not be blank."),
            Some(text) if text.chars().count() > most => {
                Err(json!([format!("Ensure this field has no more than {most} characters.")]))
            }
            Some(text) => Ok(json!(text)),
        },
        Kind::Note => value.as_str().map_or_else(|| refuse("Not a valid string."), |text| Ok(json!(text))),
        Kind::Whole(least) => match whole(value) {
            None => refuse("A valid integer is required."),
            Some(number) if number < least => {
                Err(json!([format!("Ensure this value is greater than or equal to {least}.")]))
            }
            Some(number) => Ok(json!(number)),
        },
        Kind::Quantity => decimal(value, 4).map(|number| json!(format!("{number:.4}"))),
        Kind::Money => price(value),
        Kind::Truth => value.as_bool().map_or_else(|| refuse("Must be a valid boolean."), |truth| Ok(json!(truth))),
        Kind::Instant => match value.as_str().and_then(crate::value::timestamp::parse) {
            Some(at) => Ok(json!(super::state::stamp(at))),
            None => refuse("Datetime has wrong format. Use ISO 8601."),
        },
        Kind::Day => match value.as_str().and_then(crate::value::timestamp::parse_date) {
            Some(day) => Ok(json!(day.to_string())),
            None => refuse("Date has wrong format. Use YYYY-MM-DD."),
        },
        Kind::Choice(words) => choice(words, value),
        Kind::Management => match whole(value).filter(|id| (1..=3).contains(id)) {
            Some(id) => Ok(json!(id)),
            None => Err(not_a_choice(value)),
        },
        Kind::Denomination => key(value, |id| category::denomination(id).is_some()),
        Kind::Key(Target::License) if value == "N/A" => Ok(Json::Null),
        Kind::Key(target) => key(value, |id| known(target, id)),
        Kind::Keys(target) => {
            let Some(ids) = value.as_array() else { return refuse("Expected a list of items.") };
            let mut kept: Vec<Json> = Vec::new();
            for id in ids {
                let id = key(id, |id| known(target, id))?;
                if !kept.contains(&id) {
                    kept.push(id);
                }
            }
            Ok(Json::Array(kept))
        }
        Kind::Parent => match value.get("id") {
            Some(id) => key(id, |id| known(Target::Product, id)),
            None => Err(json!({ "id": ["This field is required."] })),
        },
        Kind::Specs => specs(value),
        Kind::Texts => {
            let texts = value.as_array().filter(|rows| rows.iter().all(Json::is_string));
            texts.map_or_else(|| refuse("Expected a list of items."), |_| Ok(value.clone()))
        }
        Kind::ExternalIds => {
            let mut kept = serde_json::Map::new();
            let refused = merge_external_ids(&mut kept, value).err();
            refused.map_or(Ok(()), |one| Err(one.body.get("external_ids").cloned().unwrap_or_default()))?;
            Ok(value.clone())
        }
    }
}

pub(super) fn choice(words: &[&str], value: &Json) -> Result<Json, Json> {
    if value.as_str().is_some_and(|word| words.contains(&word)) { Ok(value.clone()) } else { Err(not_a_choice(value)) }
}

fn not_a_choice(value: &Json) -> Json {
    json!([format!("\"{}\" is not a valid choice.", value.as_str().map_or_else(|| value.to_string(), str::to_owned))])
}

/// A whole number, also where it is text.
pub(super) fn whole(value: &Json) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

pub(super) fn key(value: &Json, known: impl Fn(i64) -> bool) -> Result<Json, Json> {
    match whole(value) {
        Some(id) if known(id) => Ok(json!(id)),
        Some(id) => Err(json!([format!("Invalid pk \"{id}\" - object does not exist.")])),
        None => {
            let kind = match value {
                Json::Object(_) => "dict",
                Json::Array(_) => "list",
                Json::Bool(_) => "bool",
                Json::Number(_) => "float",
                _ => "str",
            };
            Err(json!([format!("Incorrect type. Expected pk value, received {kind}.")]))
        }
    }
}

pub(super) fn decimal(value: &Json, places: u32) -> Result<Decimal, Json> {
    let text = match value {
        Json::Number(number) => number.to_string(),
        Json::String(text) => text.trim().to_owned(),
        _ => String::new(),
    };
    let number: Decimal = text.parse().map_err(|_| json!(["A valid number is required."]))?;
    if number.normalize().scale() > places {
        return Err(json!([format!("Ensure that there are no more than {places} decimal places.")]));
    }
    if number < Decimal::ZERO {
        return Err(json!(["Ensure this value is greater than or equal to 0."]));
    }
    Ok(number)
}

fn price(value: &Json) -> Result<Json, Json> {
    let Some(fields) = value.as_object() else { return Err(json!(["Expected an object with amount and currency."])) };
    let mut errors = serde_json::Map::new();
    let missing = || json!(["This field is required."]);
    let amount = fields.get("amount").map_or_else(|| Err(missing()), |amount| decimal(amount, 2));
    let currency = fields.get("currency").map_or_else(|| Err(missing()), |word| choice(CURRENCIES, word));
    match (amount, currency) {
        (Ok(amount), Ok(currency)) => Ok(json!({ "amount": format!("{amount:.2}"), "currency": currency })),
        (amount, currency) => {
            errors.extend(amount.err().map(|told| ("amount".to_owned(), told)));
            errors.extend(currency.err().map(|told| ("currency".to_owned(), told)));
            Err(Json::Object(errors))
        }
    }
}

/// Specifications: a decimal with its unit, or a text. One entry of errors for each one sent.
fn specs(value: &Json) -> Result<Json, Json> {
    let Some(rows) = value.as_array() else { return Err(json!(["Expected a list of items."])) };
    let (mut kept, mut errors) = (Vec::new(), Vec::new());
    for row in rows {
        let part = |name: &str| row.get(name).filter(|value| !value.is_null());
        let mut wrong = serde_json::Map::new();
        match part("spec_type") {
            None => wrong.extend([("spec_type".to_owned(), json!(["This field is required."]))]),
            Some(word) => wrong.extend(choice(SPECS, word).err().map(|told| ("spec_type".to_owned(), told))),
        }
        for name in ["decimal_value", "max_decimal_value"] {
            wrong.extend(part(name).and_then(|one| decimal(one, 4).err()).map(|told| (name.to_owned(), told)));
        }
        if part("decimal_value").is_some() {
            let unit = part("dosage_unit")
                .map_or_else(|| Err(json!(["This field is required."])), |u| choice(&["mg", "%"], u));
            wrong.extend(unit.err().map(|told| ("dosage_unit".to_owned(), told)));
        } else if part("text_value").is_none() {
            wrong.insert("text_value".to_owned(), json!(["Set either decimal_value or text_value."]));
        }
        let names = ["spec_type", "dosage_unit", "decimal_value", "max_decimal_value", "text_value"];
        let row: serde_json::Map<String, Json> =
            names.iter().map(|name| ((*name).to_owned(), row.get(*name).cloned().unwrap_or_default())).collect();
        kept.push(Json::Object(row));
        errors.push(Json::Object(wrong));
    }
    let clean = errors.iter().all(|one| one.as_object().is_some_and(serde_json::Map::is_empty));
    if clean { Ok(Json::Array(kept)) } else { Err(Json::Array(errors)) }
}
