//! Which resource answers which path below `/external/api/`.
//!
//! One line per endpoint; paths have no trailing slash. Knows only names and methods.

use super::call::Call;
use super::company::Company;
use super::reply::{Answer, Refusal};
use super::{catalogue, contacts, destinations, facilities, inventory, items, orders, payment_terms, sales_reps};
use crate::world::Method::{Get, Post, Put};

/// Answers a call that has been authenticated.
pub(super) fn answer(company: &mut Company, call: &Call, resource: &str) -> Answer {
    let path: Vec<&str> = resource.split('/').collect();
    match (call.method(), path.as_slice()) {
        (Get, ["v1", "facilities"]) => facilities::list(company, call),
        (Get, ["v1", "facilities", id]) => facilities::one(company, id),
        (Get, ["v1", "items"]) => items::list(company, call),
        (Get, ["v1", "items", id]) => items::one(company, id),
        (Get, ["v1", "itemvariations", id]) => items::variation(company, id),
        (Get, ["v1", "items", id, "itemvariations"]) => items::variations(company, call, id),
        (Get, ["v1", "items", id, "art"]) => items::art(company, id),
        (Get, ["v1", "itemclasses"]) => catalogue::classes(company, call),
        (Get, ["v1", "itemcategories"]) => catalogue::categories(company, call),
        (Get, ["v1", "inventorytypes"]) => catalogue::inventory_types(call),
        (Get, ["v1", "uoms"]) => catalogue::uoms(call),
        (Get, ["v1", "brands"]) => catalogue::brands(company, call),
        (Get, ["v1", "strains"]) => catalogue::strains(company, call),
        (Get, ["v1", "strains", id]) => catalogue::strain(company, id),
        (Get, ["v1", "inventory"]) => inventory::list(company, call),
        (Get, ["v1", "inventory", "summary"]) => inventory::summary(company, call),
        (Get, ["v1", "packages"]) => inventory::packages(company, call),
        (Get, ["v1", "packages", id]) => inventory::package(company, call, id),
        (Get, ["v1", "sales-reps"]) => sales_reps::list(company, call),
        (Get, ["v1", "order-payment-terms"]) => payment_terms::list(company, call),
        (Get, ["v1", "order-payment-terms", id]) => payment_terms::one(company, call, id),
        (Post, ["v1", "order-payment-terms"]) => payment_terms::create(company, call),
        (Get, ["v1", "destinations"]) => destinations::list(company, call),
        (Post, ["v1", "destinations"]) => destinations::create(company, call),
        (Get, ["v1", "destinations", id]) => destinations::one(company, id),
        (Put, ["v1", "destinations", id]) => destinations::update(company, call, id),
        (Get, ["v1", "destinations", id, "contacts"]) => contacts::list(company, call, id),
        (Post, ["v1", "destinations", id, "contacts"]) => contacts::create(company, call, id),
        (Put, ["v1", "destinations", id, "contacts"]) => contacts::update(company, call, id),
        (Get, ["v1", "outbound-orders"]) => orders::list(company, call),
        (Post, ["v1", "outbound-orders"]) => orders::create(company, call),
        (Get, ["v1", "outbound-orders", id]) => orders::one(company, call, id),
        (Put, ["v1", "outbound-orders", id]) => orders::update(company, call, id),
        _ => Err(Refusal::not_found()),
    }
}
