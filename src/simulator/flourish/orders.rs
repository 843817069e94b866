//! Outbound orders: list, read, create, update, cancel.
//!
//! A PUT works only while nothing is assigned, and changes no status but to `Cancelled`. Texts
//! for cancelling are documented; those for other refusals are ours. An unknown order reads 204.

use serde_json::Value as Json;

use super::call::Call;
use super::company::Company;
use super::facilities;
use super::fields::Fields;
use super::order::{Order, Status};
use super::order_input;
use super::order_lines;
use super::order_view as view;
use super::paging;
use super::reply::{Answer, Refusal, Reply};

/// How orders made through the API are said to have come in. Assumed.
const ORIGIN_API: &str = "Order Management System";

pub(super) fn list(company: &Company, call: &Call) -> Answer {
    let facility = facilities::optional(company, call)?;
    let query = &call.query;
    let mut found = Vec::new();
    for order in company.orders.values() {
        if facility.is_none_or(|facility| facility == order.facility)
            && query.accepts("order_status", order.status.as_str())
            && query.accepts("order_origin", order.origin_type)
            && query.accepts("order_payment_status", "Awaiting Payment")
            && query.accepts("order_id", &order.spelled_id())
            && query.accepts_time("created_timestamp", Some(order.created))?
            && query.accepts_time("last_updated_timestamp", Some(order.updated))?
            && query.accepts_time("completed_timestamp", order.shipped)?
        {
            found.push(order);
        }
    }
    paging::page(call, &found, |order| view::full(company, order))
}

pub(super) fn one(company: &Company, call: &Call, id: &str) -> Answer {
    facilities::optional(company, call)?;
    Ok(find(company, id).map_or(Reply::Nothing, |order| Reply::Data(view::full(company, order))))
}

pub(super) fn create(company: &mut Company, call: &Call) -> Answer {
    let facility = facilities::required(company, call)?;
    let body = call.body()?;
    let fields = Fields::body(&body)?;
    if let Some(status) = fields.text("order_status")?
        && status != "Created"
    {
        return Err(Refusal::bad("order_status cannot be set on a new order"));
    }
    let blank = Order::blank(facility, ORIGIN_API, company.now);
    let order = order_input::read(company, &fields, blank)?;
    let id = company.add_order(order);
    Ok(answer(company, id))
}

pub(super) fn update(company: &mut Company, call: &Call, id: &str) -> Answer {
    let facility = facilities::required(company, call)?;
    let unknown = || Refusal::bad(format!("order with ID {id} does not exist"));
    let current = find(company, id).ok_or_else(unknown)?.clone();
    if current.facility != facility {
        return Err(Refusal::bad(format!("order with ID {id} does not belong to the facility in FacilityID")));
    }
    let body = call.body()?;
    let fields = Fields::body(&body)?;
    let status = fields.text("order_status")?.unwrap_or_default();
    let cancel = status == Status::Cancelled.as_str();
    match current.status {
        Status::Shipped => return Err(Refusal::bad("Order has already been shipped")),
        Status::Cancelled => return Err(Refusal::bad("Order has already been cancelled")),
        Status::Created => {}
        _ => return Err(Refusal::bad("order cannot be updated while inventory is allocated to it")),
    }
    let number = current.id;
    if cancel {
        order_input::check(&fields)?;
        let notes = order_lines::notes(company, &fields)?;
        company.change_order(number, |order| {
            order.notes.extend(notes);
            order.cancel();
        });
    } else if status.is_empty() || status == current.status.as_str() {
        let changed = order_input::read(company, &fields, current)?;
        company.change_order(number, |order| *order = changed);
    } else {
        return Err(Refusal::bad("order_status can only be changed to Cancelled"));
    }
    Ok(answer(company, number))
}

/// The order of this id, which may lack leading zeros.
pub(super) fn find<'a>(company: &'a Company, id: &str) -> Option<&'a Order> {
    id.parse().ok().and_then(|number: u64| company.orders.get(&number))
}

fn answer(company: &Company, id: u64) -> Reply {
    Reply::Data(company.orders.get(&id).map_or(Json::Null, |order| view::written(company, order)))
}
