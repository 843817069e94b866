//! What people do in Flourish's own pages, as `/_control/` paths.
//!
//! Answers are bare JSON, 200, or 400 with `message`. Everything here fires the same webhooks as
//! the API. Orders are named by id, or by the caller's own number for them.

use rust_decimal::Decimal;
use serde_json::json;

use super::acts::ACTS;
use super::call::Call;
use super::company::Company;
use super::fields::Fields;
use super::reply::{Answer, Refusal, Reply};
use super::{control_items, control_orders, control_state};
use crate::simulator::act::Act;
use crate::world::Method::{Get, Post};

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
    let act = Act::posted(ACTS, action);
    let act =
        act.ok_or_else(|| Refusal::bad(format!("nobody can `{action}`; GET /_control/ lists what people can do")))?;
    if let Some(name) = act.stranger(fields.names()) {
        return Err(Refusal::bad(format!("unknown field {name}")));
    }
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
        "item" => control_items::item(company, &fields),
        "remove_item" => control_items::remove(company, &fields),
        "remove_destination" => remove_destination(company, &fields),
        "remove_order" => control_orders::remove(company, &fields),
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
    fields.only(&[&["sku", "item", "facility", "qty"]])?;
    let qty = fields.required_decimal("qty")?;
    let facility = facility(company, fields)?;
    let named = control_items::find(company, fields)?;
    let known = named.ok_or_else(|| unknown(&fields.text("sku").ok().flatten().unwrap_or_default()))?;
    let (item, sku) = (known.id, known.sku.clone());
    if qty < Decimal::ZERO {
        return Err(fields.wrong("qty", "0 or more"));
    }
    company.set_on_hand(item, facility, qty);
    Ok(Reply::Bare(json!({"sku": sku, "qty": super::spelling::number(qty)})))
}

/// Makes a store disappear, named by its id. Orders keep it.
fn remove_destination(company: &mut Company, fields: &Fields) -> Answer {
    fields.only(&[&["destination"]])?;
    let id = fields.required_text("destination")?;
    company.destinations.remove(&id).ok_or_else(|| fields.wrong("destination", "the id of one"))?;
    Ok(Reply::Bare(json!({"destination": id})))
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
