//! What callers may write of an outbound order.
//!
//! One reading serves POST, which begins with a blank order, and PUT, which begins with the
//! order as it is: what is sent replaces, what is absent stays, notes are added. Everything is
//! checked before anything is entered. That `payment_term`, `requested_delivery_date` and the
//! reference fields are honoured is assumed.

use jiff::Timestamp;

use super::company::Company;
use super::contacts;
use super::destinations;
use super::fields::Fields;
use super::order::Order;
use super::order_lines;
use super::payment_terms;
use super::reply::Refusal;
use super::sales_reps;
use crate::value::timestamp;

const FIELDS: [&str; 14] = [
    "original_order_id",
    "order_timestamp",
    "destination",
    "distributor",
    "sales_rep",
    "pretax_discounts",
    "invoice_date",
    "requested_delivery_date",
    "payment_term",
    "notes",
    "charges",
    "discounts",
    "order_lines",
    "order_status",
];

const REF_FIELDS: [&str; 5] = ["ref_field_1", "ref_field_2", "ref_field_3", "ref_field_4", "ref_field_5"];

const READ_ONLY: [&str; 25] = [
    "id",
    "shipment_id",
    "sub_total_price",
    "taxes",
    "excise_tax_rate",
    "total_discounts",
    "total_charges",
    "total_price",
    "total_paid",
    "total_refund",
    "total_returns",
    "shipped_timestamp",
    "delivered_timestamp",
    "is_approved",
    "payment_status",
    "origin_type",
    "tax_type",
    "tax_payment_direction",
    "origin_facility",
    "origin_facility_id",
    "created_by",
    "created_timestamp",
    "last_updated_by",
    "last_updated_timestamp",
    "delivery_fee",
];

/// Refuses what no order has, and what every write must have.
pub(super) fn check(fields: &Fields) -> Result<Timestamp, Refusal> {
    fields.only(&[&FIELDS, &REF_FIELDS, &READ_ONLY])?;
    fields.object("destination")?.ok_or_else(|| fields.missing("destination"))?;
    let placed = fields.required_text("order_timestamp")?;
    timestamp::parse(&placed).ok_or_else(|| fields.wrong("order_timestamp", "an ISO 8601 datetime"))
}

/// Lays the body over the order.
pub(super) fn read(company: &mut Company, fields: &Fields, mut order: Order) -> Result<Order, Refusal> {
    order.placed = check(fields)?;
    order.lines = order_lines::lines(company, fields)?;
    details(company, fields, &mut order)?;
    let rep = match fields.object("sales_rep")? {
        Some(person) => sales_reps::read(company, &person)?,
        None => None,
    };
    let required = company.facilities.get(order.facility).is_some_and(|facility| facility.sales_rep_required);
    if required && rep.is_none() {
        return Err(Refusal::bad("sales_rep is required for outbound orders of this facility"));
    }
    let store = fields.object("destination")?.ok_or_else(|| fields.missing("destination"))?;
    let destination = destinations::choose(company, &store)?;
    let distributor = fields.object("distributor")?.map(|store| destinations::choose(company, &store)).transpose()?;
    let person = store.object("contact")?.map(|person| contacts::read(&person, serde_json::Map::new())).transpose()?;
    // From here on nothing can be refused, so nothing is entered for an order that is.
    if fields.has("sales_rep") {
        order.sales_rep = rep.map(|choice| sales_reps::settle(company, choice));
    }
    let id = destinations::settle(company, destination);
    if person.is_some() || order.destination != id {
        order.contact = person.and_then(|person| contacts::settle(company, &id, person));
    }
    order.destination = id;
    if fields.has("distributor") {
        order.distributor = distributor.map(|choice| destinations::settle(company, choice));
    }
    Ok(order)
}

fn details(company: &mut Company, fields: &Fields, order: &mut Order) -> Result<(), Refusal> {
    if fields.has("original_order_id") {
        order.original_order_id = fields.text("original_order_id")?;
    }
    if let Some(pretax) = fields.truth("pretax_discounts")? {
        order.pretax_discounts = pretax;
    }
    if fields.has("invoice_date") {
        order.invoice_date = day(fields, "invoice_date")?;
    }
    if fields.has("requested_delivery_date") {
        order.requested_delivery_date = day(fields, "requested_delivery_date")?;
    }
    if fields.has("payment_term") {
        order.payment_term = payment_terms::read(company, fields)?;
    }
    for (name, slot) in REF_FIELDS.into_iter().zip(&mut order.ref_fields).filter(|(name, _)| fields.has(name)) {
        *slot = fields.text(name)?;
    }
    if let Some(charges) = order_lines::adjustments(company, fields, "charges")? {
        order.charges = charges;
    }
    if let Some(discounts) = order_lines::adjustments(company, fields, "discounts")? {
        order.discounts = discounts;
    }
    order.notes.extend(order_lines::notes(company, fields)?);
    Ok(())
}

/// A day as `YYYY-MM-DD`; empty text means none.
pub(super) fn day(fields: &Fields, name: &str) -> Result<Option<String>, Refusal> {
    let text = fields.text(name)?.filter(|text| !text.is_empty());
    match text {
        Some(text) if text.len() != 10 || timestamp::parse_date(&text).is_none() => {
            Err(fields.wrong(name, "a date as YYYY-MM-DD"))
        }
        text => Ok(text),
    }
}
