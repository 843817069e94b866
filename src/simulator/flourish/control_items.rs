//! What people do with items: enter, change, remove. The API cannot.
//!
//! An item is named by `item`, its id, or by `sku`, which means the eldest where several items
//! bear it. Whatever changes is told by the `item` webhook.

use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::company::Company;
use super::fields::Fields;
use super::item_view;
use super::items::Item;
use super::reply::{Answer, Refusal, Reply};
use super::seed;
use super::webhooks::Subject;

/// Items entered by hand have ids above this.
const FIRST_BY_HAND: u64 = 90_000;

/// What names an item, and what is said of it in words of our own.
const OWN: [&str; 13] = [
    "item",
    "sku",
    "new",
    "new_sku",
    "name",
    "brand",
    "price",
    "active",
    "ecommerce_active",
    "strain",
    "strain_type",
    "description",
    "case_units",
];

/// Enters an item, or changes what is sent of one that is there. `new` enters one even where the SKU is taken.
pub(super) fn item(company: &mut Company, fields: &Fields) -> Answer {
    if let Some(name) = fields.names().find(|name| !OWN.contains(name) && !item_view::is_free(name)) {
        return Err(Refusal::bad(format!("unknown field {name}")));
    }
    let new = fields.truth("new")?.unwrap_or_default();
    let known = if new { None } else { find(company, fields)?.cloned() };
    let action = if known.is_some() { "update" } else { "create" };
    let mut item = match known {
        Some(item) => item,
        None if new => blank(company, &fields.text("sku")?.unwrap_or_default()),
        None => blank(company, &fields.required_text("sku")?),
    };
    describe(company, fields, &mut item)?;
    item.updated = company.now;
    let (id, sku) = (item.id, item.sku.clone());
    company.notice(action, Subject::Item(id));
    company.put_item(item);
    Ok(Reply::Bare(json!({"id": id.to_string(), "sku": sku})))
}

fn describe(company: &mut Company, fields: &Fields, item: &mut Item) -> Result<(), Refusal> {
    if let Some(name) = fields.text("name")? {
        let (class, category, sub_category) = seed::class(&name);
        (item.class, item.category) = (class.to_owned(), category.to_owned());
        item.more.extend(sub_category.map(|name| (seed::SUB_CATEGORY.to_owned(), json!(name))));
        item.name = name;
    }
    item.sku = fields.text("new_sku")?.unwrap_or_else(|| item.sku.clone());
    item.price = fields.decimal("price")?.unwrap_or(item.price);
    item.active = fields.truth("active")?.unwrap_or(item.active);
    item.ecommerce_active = fields.truth("ecommerce_active")?.unwrap_or(item.ecommerce_active);
    item.case_units = fields.integer("case_units")?.or(item.case_units);
    let (brand, strain, kind) = (fields.text("brand")?, fields.text("strain")?, fields.text("strain_type")?);
    if let Some(brand) = brand {
        company.ensure_brand(&brand);
        item.brand = Some(brand);
    } else if fields.has("brand") {
        item.brand = None;
    }
    if let Some(strain) = strain {
        let strain = company.ensure_strain(&strain, kind.as_deref().unwrap_or("Hybrid"));
        item.strain = Some((strain.id, strain.name, strain.kind));
    } else if fields.has("strain") {
        item.strain = None;
    }
    item.category = fields.text("item_category")?.unwrap_or_else(|| item.category.clone());
    item.class = fields.text("item_class")?.unwrap_or_else(|| item.class.clone());
    if let Some(text) = fields.text("description")? {
        item.more.insert("item_description".to_owned(), json!(text));
    }
    for name in fields.names().filter(|name| item_view::is_free(name) && !OWN.contains(name)) {
        if !["item_class", "item_category"].contains(&name) {
            item.more.insert(name.to_owned(), fields.get(name).cloned().unwrap_or(Json::Null));
        }
    }
    Ok(())
}

fn blank(company: &mut Company, sku: &str) -> Item {
    Item {
        id: FIRST_BY_HAND + company.next_serial(),
        sku: sku.to_owned(),
        name: sku.to_owned(),
        brand: None,
        strain: None,
        class: "Other".to_owned(),
        category: "Other".to_owned(),
        price: Decimal::ZERO,
        active: true,
        ecommerce_active: true,
        case_units: None,
        more: Map::new(),
        created: company.now,
        updated: company.now,
    }
}

/// The item that a body names, if it is there. An id that is not there is refused.
pub(super) fn find<'a>(company: &'a Company, fields: &Fields) -> Result<Option<&'a Item>, Refusal> {
    match fields.get("item") {
        Some(id) => {
            let id = id.as_u64().or_else(|| id.as_str().and_then(|id| id.parse().ok()));
            let item = id.and_then(|id| company.items.get(&id));
            item.map(Some).ok_or_else(|| fields.wrong("item", "the id of one"))
        }
        None => Ok(fields.text("sku")?.and_then(|sku| company.item_by_sku(&sku))),
    }
}

/// Makes an item disappear, so that its SKU becomes unknown.
pub(super) fn remove(company: &mut Company, fields: &Fields) -> Answer {
    fields.only(&[&["sku"]])?;
    let sku = fields.required_text("sku")?;
    if !company.remove_item(&sku) {
        return Err(super::control::unknown(&sku));
    }
    Ok(Reply::Bare(json!({"sku": sku})))
}
