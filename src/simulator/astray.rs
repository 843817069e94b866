//! What stands, or is about to be written, where it does not belong: at another account than its own.
//!
//! Shares nothing with the engine, as [`agreement`](super::agreement) does not.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::setup::{Held, rows, text};
use crate::world::{Method, Request};

/// What stands at an account and is another one's.
pub fn astray(held: &Held) -> Option<String> {
    product(held).or_else(|| order(held))
}

/// A product at an account that does not take its brand.
fn product(held: &Held) -> Option<String> {
    let brands: BTreeMap<&str, &str> =
        rows(&held.warehouse, "items").map(|item| (text(item, "sku"), text(item, "brand"))).collect();
    held.markets.iter().find_map(|(account, state)| {
        let taken = held.market(account)?.brands.as_ref()?;
        let is_other = |sku: &&str| brands.get(sku).is_some_and(|brand| !taken.contains(*brand));
        let sku = rows(state, "products").map(|row| text(row, "sku")).find(is_other)?;
        Some(format!("{sku} is at {account}, which does not take it"))
    })
}

/// An order at the warehouse that is nobody's, or goes to another store than its own; and one at the marketplace that
/// bears the id of another's.
fn order(held: &Held) -> Option<String> {
    let known: BTreeMap<&str, (&str, &Json)> =
        held.orders().map(|(account, order)| (text(order, "number"), (account, order))).collect();
    for own in rows(&held.warehouse, "orders") {
        let (id, number) = (text(own, "id"), text(own, "original_order_id"));
        let Some((account, order)) = known.get(number) else {
            return Some(format!("the warehouse has {id} for {number}, which is no order of anybody"));
        };
        let there = own.pointer("/destination/license_number").and_then(Json::as_str);
        let license = license(held, account, order);
        if license.is_some() && license != there {
            return Some(format!("{number} of {account} is for {license:?}, and {id} goes to {there:?}"));
        }
    }
    let numbers: BTreeMap<&str, &str> =
        rows(&held.warehouse, "orders").map(|own| (text(own, "id"), text(own, "original_order_id"))).collect();
    held.orders().find_map(|(account, order)| {
        let borne = order.get("external_ids").and_then(Json::as_object).into_iter().flatten();
        let number = text(order, "number");
        let id = borne.filter_map(|(_, id)| id.as_str()).find(|id| numbers.get(id) != Some(&number))?;
        Some(format!("{number} of {account} bears {id}, which is not for it"))
    })
}

/// The license of the store that an order of an account is from.
fn license<'a>(held: &'a Held, account: &str, order: &Json) -> Option<&'a str> {
    let customers = held.markets.get(account).map(|state| rows(state, "customers"));
    let customer = customers.into_iter().flatten().find(|one| one.get("id") == order.get("customer"))?;
    Some(text(customer, "license_number")).filter(|license| !license.is_empty())
}

/// Where an order that is about to be made would ship from, where that is another place than its own. `turned`:
/// settings that stand otherwise than shipped.
pub fn shipped_from(request: &Request, held: &Held, turned: &BTreeMap<String, String>) -> Option<String> {
    let path = request.url.split('?').next().unwrap_or_default();
    if request.method != Method::Post || !path.ends_with("/outbound-orders") {
        return None;
    }
    let body: Json = serde_json::from_slice(&request.body).ok()?;
    let number = text(&body, "original_order_id");
    let Some((account, order)) = held.orders().find(|(_, order)| text(order, "number") == number) else {
        return Some(format!("{number} is made at the warehouse, and is no order of anybody"));
    };
    let usual = held.market(account)?.facility.as_str();
    let rep = text(order, "sales_rep").to_lowercase();
    let mut reps = rows(&held.warehouse, "sales_reps");
    let own = reps.find(|one| !rep.is_empty() && text(one, "email").to_lowercase() == rep);
    let by_rep = turned.get("orders.route_by").is_none_or(|by| by == "sales_rep");
    let due = own.filter(|_| by_rep).map(|one| text(one, "facility")).filter(|id| !id.is_empty()).unwrap_or(usual);
    let there = request.header("FacilityID").unwrap_or_default();
    (there != due).then(|| format!("{number} of {account} is to ship from {due}, and is made at {there}"))
}
