//! A summary of all records for tests and demonstrations.
//!
//! Not a part of the API; its shape is documented nowhere but here.

use serde_json::{Value as Json, json};

use super::company::Company;
use super::order::Order;
use super::spelling::number;

/// Orders, destinations, items, stock, facilities and sales representatives.
pub(super) fn view(company: &Company) -> Json {
    let destinations: Vec<Json> = company
        .destinations
        .values()
        .map(
            |store| json!({"id": store.id, "name": store.text("name"), "license_number": store.text("license_number")}),
        )
        .collect();
    let items: Vec<Json> = company
        .items
        .values()
        .map(|item| {
            json!({
                "id": item.id.to_string(), "sku": item.sku, "name": item.name, "price": number(item.price),
                "active": item.active, "ecommerce_active": item.ecommerce_active, "brand": item.brand,
                "category": item.category, "strain": item.strain.as_ref().map(|(_, name, _)| name),
            })
        })
        .collect();
    let stock: Vec<Json> = company
        .stock
        .iter()
        .map(|((item, facility), stock)| {
            json!({
                "facility": company.facilities.get(*facility).map(|facility| &facility.id),
                "sku": company.items.get(item).map(|item| &item.sku),
                "qty": number(stock.on_hand), "on_order": number(stock.on_order),
                "allocated": number(stock.allocated), "sellable": number(stock.sellable()),
            })
        })
        .collect();
    let facilities: Vec<Json> = company
        .facilities
        .iter()
        .map(|one| json!({"id": one.id, "name": one.name, "sales_rep_required": one.sales_rep_required}))
        .collect();
    let reps: Vec<Json> = company
        .sales_reps
        .values()
        .map(|rep| json!({"id": rep.id, "email": rep.email, "facility": rep.facility_id}))
        .collect();
    let orders: Vec<Json> = company.orders.values().map(|known| order(company, known)).collect();
    json!({
        "orders": orders, "destinations": destinations, "items": items, "stock": stock, "facilities": facilities,
        "sales_reps": reps,
    })
}

fn order(company: &Company, order: &Order) -> Json {
    let rep = order.sales_rep.and_then(|id| company.sales_reps.get(&id));
    let lines: Vec<Json> = order
        .lines
        .iter()
        .map(|line| {
            json!({
                "sku": line.sku, "qty": number(line.qty), "allocated": number(line.allocated),
                "unit_price": number(line.unit_price), "discount": number(line.discount_price),
                "lot": line.lot_number,
            })
        })
        .collect();
    json!({
        "id": order.spelled_id(), "original_order_id": order.original_order_id,
        "order_status": order.status.as_str(),
        "facility": company.facilities.get(order.facility).map(|facility| &facility.id),
        "destination": {
            "id": order.destination,
            "license_number": company.destinations.get(&order.destination).map(|store| store.text("license_number")),
        },
        "sales_rep": rep.and_then(|rep| rep.email.as_deref()), "lines": lines,
        "total_price": number(order.total()), "payment_term": order.payment_term,
        "requested_delivery_date": order.requested_delivery_date.as_deref().unwrap_or_default(),
        "notes": order.notes.iter().map(|note| &note.text).collect::<Vec<_>>(),
    })
}
