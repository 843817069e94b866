//! The catalogue's part of the API: which request is answered where, and single rows.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::query::Query;
use super::{Answer, LeafLink, Refusal};
use crate::world::Method;

/// Lists that are filtered row by row.
const SORTED: [&str; 9] = [
    "brands",
    "batches",
    "companies",
    "company-staff",
    "licenses",
    "product-lines",
    "product-categories",
    "product-subcategories",
    "strains",
];

impl LeafLink {
    /// Answers what concerns products and what they are sorted by; `None` for the rest.
    pub(super) fn catalogue(
        &mut self,
        now: Timestamp,
        (method, parts): (Method, &[&str]),
        query: &Query,
        body: &Result<Json, Refusal>,
    ) -> Option<Answer> {
        let body = || body.clone();
        Some(match (method, parts) {
            (Method::Get, ["products"]) => self.list_products(query),
            (Method::Post, ["products"]) => body().and_then(|body| self.create_product(now, &body)),
            (Method::Get, ["products", id]) => self.show_product(id, query),
            (Method::Patch, ["products", id]) => body().and_then(|body| self.edit_product(now, id, &body)),
            (Method::Delete, ["products", id]) => self.archive_product(now, id),
            (Method::Get, ["products", id, "products"]) => self.product(id).map(|product| {
                let rows = self.state.varieties_of(product.id).map(|one| self.state.product_view(one, &[]));
                query.page(rows.collect())
            }),
            (Method::Post, ["product-lines"]) => body().and_then(|body| self.create_line(&body)),
            (Method::Patch, ["product-lines", id]) => body().and_then(|body| self.edit_line(id, &body)),
            (Method::Post, ["strains"]) => body().and_then(|body| self.create_strain(&body)),
            (Method::Post, ["batches"]) => body().and_then(|body| self.create_batch(&body)),
            (Method::Get, [kind]) if SORTED.contains(kind) => self.sorted(kind, query),
            (Method::Get, [kind, id]) if SORTED.contains(kind) => self.one_of(kind, id).map(|row| query.select(row)),
            (Method::Get, ["customers"]) => self.list_customers(query),
            (Method::Get, ["customers", id]) => self.show_customer(id, query),
            (Method::Get, ["contacts"]) => Ok(query.page(self.state.contacts())),
            (Method::Get, ["contacts", id, "customers"]) => self.customers_of_contact(id, query),
            _ => return None,
        })
    }

    pub(super) fn one_of(&self, kind: &str, id: &str) -> Answer {
        let rows = self.state.rows(kind);
        rows.into_iter()
            .find(|row| row.get("id").is_some_and(|known| known.to_string() == id))
            .ok_or_else(Refusal::not_found)
    }
}
