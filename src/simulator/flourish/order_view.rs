//! How an order is shown: in full by GET and webhooks, and differently by POST and PUT.
//!
//! The answers to writes name the facility by id alone, give the representative's id as a number
//! and leave out the statuses; they are in the envelope, as the official client reads them.

use serde_json::{Map, Value as Json, json};

use super::company::Company;
use super::contacts;
use super::order::{Line, Order, Status};
use super::spelling;
use super::stock;

/// Who entered orders.
const BY: &str = "api";

/// What GET and webhooks show.
pub(super) fn full(company: &Company, order: &Order) -> Json {
    let mut row = common(company, order);
    let facility = company.facilities.get(order.facility);
    let more = json!({
        "total_refund": 0, "total_returns": 0,
        "delivered_timestamp": null,
        "order_status": order.status.as_str(), "payment_status": "Awaiting Payment",
        "origin_type": order.origin_type, "tax_type": null,
        "origin_facility": {
            "id": facility.map(|facility| &facility.id), "facility_name": facility.map(|facility| &facility.name),
        },
        "sales_rep": sales_rep(company, order, true),
        "order_lines": order.lines.iter().map(|line| full_line(order, line)).collect::<Vec<_>>(),
    });
    if let Json::Object(more) = more {
        row.extend(more);
    }
    Json::Object(row)
}

/// What POST and PUT answer.
pub(super) fn written(company: &Company, order: &Order) -> Json {
    let mut row = common(company, order);
    let facility = company.facilities.get(order.facility);
    row.insert("origin_facility_id".to_owned(), json!(facility.map(|facility| &facility.id)));
    row.insert("last_updated_by".to_owned(), json!(BY));
    row.insert("sales_rep".to_owned(), sales_rep(company, order, false));
    row.insert("order_lines".to_owned(), order.lines.iter().map(|line| Json::Object(base_line(order, line))).collect());
    Json::Object(row)
}

fn common(company: &Company, order: &Order) -> Map<String, Json> {
    let mut row = json!({
        "id": order.spelled_id(), "original_order_id": order.original_order_id, "shipment_id": null,
        "order_timestamp": spelling::milliseconds(order.placed),
        "sub_total_price": spelling::number(order.sub_total()), "taxes": 0, "excise_tax_rate": null,
        "total_discounts": spelling::number(order.total_discounts()),
        "total_charges": spelling::number(order.total_charges()),
        "total_price": spelling::number(order.total()), "total_paid": 0, "delivery_fee": 0,
        "shipped_timestamp": order.shipped.map(spelling::seconds),
        "requested_delivery_date": order.requested_delivery_date.as_deref().unwrap_or_default(),
        "invoice_date": order.invoice_date.as_deref().unwrap_or_default(),
        "is_approved": false, "pretax_discounts": order.pretax_discounts, "payment_term": order.payment_term,
        "tax_payment_direction": null,
        "distributor": order.distributor.as_ref().map(|id| store(company, id, None)),
        "destination": store(company, &order.destination, order.contact),
        "charges": charges(order), "discounts": discounts(order), "notes": notes(order),
        "created_by": BY, "created_timestamp": spelling::seconds(order.created),
        "last_updated_timestamp": spelling::seconds(order.updated),
    });
    let mut fields = row.as_object_mut().map(std::mem::take).unwrap_or_default();
    for (at, text) in order.ref_fields.iter().enumerate() {
        fields.insert(format!("ref_field_{}", at + 1), json!(text));
    }
    fields
}

fn store(company: &Company, id: &str, contact: Option<u64>) -> Json {
    let destination = company.destinations.get(id);
    let mut row = destination.map(super::destinations::Destination::core).unwrap_or_default();
    row.insert("contact".to_owned(), contacts::on_order(destination, contact));
    Json::Object(row)
}

/// Nobody is the id `"0"` in full and null in answers to writes.
fn sales_rep(company: &Company, order: &Order, full: bool) -> Json {
    let Some(rep) = order.sales_rep.and_then(|id| company.sales_reps.get(&id)) else {
        return if full {
            json!({
                "id": "0", "first_name": "", "middle_name": null, "last_name": "", "phone_number": null,
                "email": null, "active": null,
            })
        } else {
            Json::Null
        };
    };
    let id = if full { json!(rep.id.to_string()) } else { json!(rep.id) };
    json!({
        "id": id, "first_name": rep.first_name, "middle_name": rep.middle_name, "last_name": rep.last_name,
        "phone_number": rep.phone_number, "email": rep.email, "active": true,
    })
}

fn full_line(order: &Order, line: &Line) -> Json {
    let status = match order.status {
        Status::Shipped | Status::Cancelled => order.status.as_str(),
        _ if line.allocated >= line.qty => "Allocated",
        _ => "Created",
    };
    let lot = line.lot_number.clone().unwrap_or_else(|| stock::lot_number(line.item, order.facility));
    let details: Vec<Json> = Some(line)
        .filter(|line| !line.allocated.is_zero())
        .map(|line| {
            json!({
                "package_id": stock::package_id(line.item, order.facility), "lot_number": lot,
                "qty": spelling::number(line.allocated), "returned": false,
                "created_by": BY, "created_timestamp": spelling::seconds(line.created),
                "last_updated_by": BY, "last_updated_timestamp": spelling::seconds(order.updated),
            })
        })
        .into_iter()
        .collect();
    let mut row = base_line(order, line);
    let more = json!({
        "item_name": line.item_name, "retail_display_name": line.item_name, "item_uom": "ea",
        "strain_name": line.strain.as_ref().map(|(_, name)| name), "variation_name": null, "unit_qty": null,
        "allocated_qty": spelling::number(line.allocated), "order_line_status": status,
        "needs_fulfillment": true, "taxes": [], "order_line_dtls": details,
    });
    if let Json::Object(more) = more {
        row.extend(more);
    }
    // The line's own lot is shown in answers to writes only.
    row.remove("lot_number");
    Json::Object(row)
}

fn base_line(order: &Order, line: &Line) -> Map<String, Json> {
    let mut row = json!({
        "item_id": line.item.to_string(), "sku": line.sku, "item_variation_pk": line.item_variation_pk,
        "strain_id": line.strain.as_ref().map(|(id, _)| id), "lot_number": line.lot_number,
        "order_qty": spelling::number(line.qty), "allocated_qty": null,
        "unit_price": spelling::number(line.unit_price), "discount_price": spelling::number(line.discount_price),
        "line_total_price": spelling::number(line.total()), "qty_returned": 0, "taxes": null,
        "created_by": BY, "created_timestamp": spelling::seconds(line.created),
        "last_updated_by": BY, "last_updated_timestamp": spelling::seconds(order.updated),
    });
    row.as_object_mut().map(std::mem::take).unwrap_or_default()
}

fn method(is_percentage: bool) -> &'static str {
    if is_percentage { "percentage" } else { "dollar" }
}

fn charges(order: &Order) -> Vec<Json> {
    let row = |charge: &super::order::Adjustment| {
        json!({
            "id": charge.id, "charge_id": 1, "custom_name": "", "method": method(charge.is_percentage),
            "amount": spelling::number(charge.amount), "value": spelling::number(charge.value(order.sub_total())),
            "created_by": BY, "created_timestamp": spelling::seconds(order.created),
            "last_updated_by": BY, "last_updated_timestamp": spelling::seconds(order.updated),
        })
    };
    order.charges.iter().map(row).collect()
}

fn discounts(order: &Order) -> Vec<Json> {
    let row = |discount: &super::order::Adjustment| {
        json!({
            "id": discount.id, "order_line_pk": 0, "discount_id": 1, "discount_name": "", "discount_reason_id": 0,
            "level": "order", "method": method(discount.is_percentage),
            "discount_value": spelling::number(discount.value(order.sub_total())), "promo_code": null,
            "amount": spelling::number(discount.amount), "approved_by": null, "on": false,
            "created_by": BY, "created_timestamp": spelling::seconds(order.created),
            "last_updated_by": BY, "last_updated_timestamp": spelling::seconds(order.updated),
        })
    };
    order.discounts.iter().map(row).collect()
}

fn notes(order: &Order) -> Vec<Json> {
    let row = |note: &super::order::Note| {
        json!({
            "id": note.id, "subject": note.subject, "note": note.text, "active": 1,
            "internal_only": i32::from(note.internal_only), "is_facility_note": 0,
            "created_by": BY, "created_timestamp": spelling::seconds(note.created),
            "last_updated_by": BY, "last_updated_timestamp": spelling::seconds(note.created),
        })
    };
    order.notes.iter().map(row).collect()
}
