//! What people do in Flourish's own pages, as `/_control/` paths.
//!
//! Answers are bare JSON, 200, or 400 with `message`. Everything here fires the same webhooks as
//! the API. Orders are named by id, or by the caller's own number for them.

use rust_decimal::Decimal;
use serde_json::json;

use super::call::Call;
use super::company::Company;
use super::fields::Fields;
use super::items::Item;
use super::reply::{Answer, Refusal, Reply};
use super::seed;
use super::webhooks::Subject;
use super::{control_orders, control_state};
use crate::world::Method::{Get, Post};

/// Items entered by hand have ids above this.
const FIRST_ITEM_BY_HAND: u64 = 90_000;

/// Answers `/_control/<action>`.
pub(super) fn answer(company: &mut Company, call: &Call, action: &str) -> Answer {
    if call.method() == Get && action == "state" {
        return Ok(Reply::Bare(control_state::view(company)));
    }
    if call.method() != Post {
        return Err(Refusal::bad(format!("no control path {} {}", call.method(), call.path())));
    }
    let body = call.body()?;
    let fields = Fields::body(&body)?;
    match action {
        "allocate" => control_orders::allocate(company, &fields),
        "deallocate" => control_orders::deallocate(company, &fields),
        "ship" => control_orders::ship(company, &fields),
        "cancel" => control_orders::cancel(company, &fields),
        "order" => control_orders::enter(company, &fields),
        "lines" => control_orders::lines(company, &fields),
        "payment_term" => control_orders::payment_term(company, &fields),
        "move" => control_orders::relocate(company, &fields),
        "stock" => stock(company, &fields),
        "item" => item(company, &fields),
        "remove_item" => remove_item(company, &fields),
        "sales_rep_required" => sales_rep_required(company, &fields),
        _ => Err(Refusal::bad(format!("no control path POST {}", call.path()))),
    }
}

/// The facility that a body names; the first one where it names none.
pub(super) fn facility(company: &Company, fields: &Fields) -> Result<usize, Refusal> {
    fields.text("facility")?.map_or(Ok(0), |id| company.facility(&id))
}

/// Counts an item at a facility.
fn stock(company: &mut Company, fields: &Fields) -> Answer {
    fields.only(&[&["sku", "facility", "qty"]])?;
    let (sku, qty) = (fields.required_text("sku")?, fields.required_decimal("qty")?);
    let facility = facility(company, fields)?;
    let item = company.item_by_sku(&sku).ok_or_else(|| unknown(&sku))?.id;
    if qty < Decimal::ZERO {
        return Err(fields.wrong("qty", "0 or more"));
    }
    company.set_on_hand(item, facility, qty);
    Ok(Reply::Bare(json!({"sku": sku, "qty": super::spelling::number(qty)})))
}

/// Enters an item, or changes what is sent of one that is there.
fn item(company: &mut Company, fields: &Fields) -> Answer {
    fields.only(&[
        &["sku", "name", "brand", "price", "active", "ecommerce_active", "strain"],
        &["description", "category", "sub_category", "product_line", "uom"],
    ])?;
    let sku = fields.required_text("sku")?;
    let known = company.item_by_sku(&sku).cloned();
    let action = if known.is_some() { "update" } else { "create" };
    let mut item = known.unwrap_or_else(|| blank(company, &sku));
    if let Some(name) = fields.text("name")? {
        let (class, category, sub_category) = seed::class(&name);
        (item.class, item.category) = (class, category.to_owned());
        item.sub_category = sub_category.map(str::to_owned);
        item.name = name;
    }
    item.description = fields.text("description")?.unwrap_or(item.description);
    item.category = fields.text("category")?.unwrap_or(item.category);
    item.sub_category = fields.text("sub_category")?.or(item.sub_category);
    item.product_line = fields.text("product_line")?.or(item.product_line);
    item.uom = fields.text("uom")?.unwrap_or(item.uom);
    item.price = fields.decimal("price")?.unwrap_or(item.price);
    item.active = fields.truth("active")?.unwrap_or(item.active);
    item.ecommerce_active = fields.truth("ecommerce_active")?.unwrap_or(item.ecommerce_active);
    let (brand, strain) = (fields.text("brand")?, fields.text("strain")?);
    if let Some(brand) = brand {
        company.ensure_brand(&brand);
        item.brand = Some(brand);
    }
    if let Some(strain) = strain {
        let strain = company.ensure_strain(&strain, "Hybrid");
        item.strain = Some((strain.id, strain.name, strain.kind));
    }
    item.updated = company.now;
    let id = item.id;
    company.notice(action, Subject::Item(id));
    company.skus.insert(sku.clone(), id);
    company.items.insert(id, item);
    Ok(Reply::Bare(json!({"id": id.to_string(), "sku": sku})))
}

fn blank(company: &mut Company, sku: &str) -> Item {
    Item {
        id: FIRST_ITEM_BY_HAND + company.next_serial(),
        sku: sku.to_owned(),
        name: sku.to_owned(),
        brand: None,
        strain: None,
        class: "Other",
        category: "Other".to_owned(),
        description: String::new(),
        sub_category: None,
        product_line: None,
        uom: "ea".to_owned(),
        price: Decimal::ZERO,
        active: true,
        ecommerce_active: true,
        created: company.now,
        updated: company.now,
    }
}

/// Makes an item disappear, so that its SKU becomes unknown.
fn remove_item(company: &mut Company, fields: &Fields) -> Answer {
    fields.only(&[&["sku"]])?;
    let sku = fields.required_text("sku")?;
    if !company.remove_item(&sku) {
        return Err(unknown(&sku));
    }
    Ok(Reply::Bare(json!({"sku": sku})))
}

/// Sets whether a facility insists on a sales representative.
fn sales_rep_required(company: &mut Company, fields: &Fields) -> Answer {
    fields.only(&[&["facility", "required"]])?;
    let at = facility(company, fields)?;
    let required = fields.truth("required")?.ok_or_else(|| fields.missing("required"))?;
    if let Some(facility) = company.facilities.get_mut(at) {
        facility.sales_rep_required = required;
    }
    Ok(Reply::Bare(json!({"required": required})))
}

pub(super) fn unknown(sku: &str) -> Refusal {
    Refusal::bad(format!("item with SKU {sku} does not exist"))
}
