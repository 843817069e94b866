//! What a write between the two simulated systems may do under the shipped rules, judged by what both hold.
//!
//! Shares nothing with the engine, as [`agreement`](super::agreement) does not.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::agreement::stock_follows;
use super::setup::{Held, rows, text};
use crate::world::{Method, Request};

/// How an order stands on both sides; empty where one does not have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    marketplace: String,
    warehouse: String,
}

/// How every order stands, under each of its names.
pub fn standing(held: &Held) -> BTreeMap<String, Standing> {
    let mut all = BTreeMap::<String, Standing>::new();
    for (_, order) in held.orders() {
        let known = all.entry(text(order, "number").to_owned()).or_default();
        text(order, "status").clone_into(&mut known.marketplace);
    }
    for order in rows(&held.warehouse, "orders") {
        let known = all.entry(text(order, "original_order_id").to_owned()).or_default();
        // Of two for one number the living one counts.
        if known.warehouse.is_empty() || known.warehouse == "Cancelled" {
            text(order, "order_status").clone_into(&mut known.warehouse);
        }
        let own = Standing { warehouse: text(order, "order_status").to_owned(), ..known.clone() };
        all.insert(text(order, "id").to_owned(), own);
    }
    all
}

/// Whether the other side asks for the state that a system's order is taken to.
pub fn is_due(system: &str, to: &str, order: &Standing) -> bool {
    if system == "flourish" {
        return to == "Cancelled" && matches!(order.marketplace.as_str(), "Cancelled" | "Rejected" | "Combined");
    }
    match to {
        "Accepted" => !matches!(order.warehouse.as_str(), "" | "Cancelled"),
        "Fulfilled" => matches!(order.warehouse.as_str(), "Allocated" | "Shipped" | "Completed"),
        "Shipped" => matches!(order.warehouse.as_str(), "Shipped" | "Completed"),
        "Rejected" => order.warehouse == "Cancelled",
        _ => false,
    }
}

/// A field of a change of a product of the marketplace that the service may not say, as the switches stand that are
/// turned otherwise than shipped.
pub fn forbidden(request: &Request, turned: &BTreeMap<String, String>) -> Option<String> {
    if request.method != Method::Patch || !request.url.contains("/products/") {
        return None;
    }
    let body: Json = serde_json::from_slice(&request.body).ok()?;
    let describes = turned.get("source_of_truth.products").is_none_or(|owner| owner != "leaflink");
    let may = |name: &str| match name {
        "available_inventory" => stock_follows(turned),
        // Said when a product is made, and never again.
        "listing_state" | "license" | "quantity" | "retail_price" | "sale_price" | "minimum_order" => false,
        _ => describes,
    };
    body.as_object()?.keys().find(|name| !may(name)).cloned()
}
