//! Customers and the people there.
//!
//! A contact is a record of its own; a customer shows its contacts where they are asked for with
//! `include_children=contacts`. What such a child looks like is not published: here, like the contact.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::query::Query;
use super::state::State;
use super::{Answer, LeafLink, Refusal};

/// How far a contact's id is from its customer's; each customer begins with one.
const CONTACTS_FROM: i64 = 500_000;

/// A person at a customer.
pub(super) fn contact(customer: i64, owner: i64, email: &str, at: &str) -> Json {
    json!({
        "id": CONTACTS_FROM + customer, "owner": owner, "first_name": "Store", "last_name": "Buyer", "email": email,
        "role": "Buyer", "phone": null, "delete": false, "created_on": at, "modified": at,
    })
}

impl State {
    /// Every contact of the company, in the order of its customers.
    pub(super) fn contacts(&self) -> Vec<Json> {
        self.customers.values().flat_map(|customer| customer.contacts.clone()).collect()
    }

    fn with_children(&self, mut row: Json, query: &Query) -> Json {
        let id = row.get("id").and_then(Json::as_i64).unwrap_or_default();
        if let (true, Json::Object(fields)) = (query.includes("contacts"), &mut row) {
            let contacts = self.customers.get(&id).map(|customer| customer.contacts.clone());
            fields.insert("contacts".to_owned(), json!(contacts.unwrap_or_default()));
        }
        row
    }
}

impl LeafLink {
    /// `GET /customers/`
    pub(super) fn list_customers(&self, query: &Query) -> Answer {
        let text = |row: &Json, name: &str| row.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let changed = |row: &Json| crate::value::timestamp::parse(&text(row, "modified")).unwrap_or(Timestamp::MIN);
        let rows = self
            .state
            .rows("customers")
            .into_iter()
            .filter(|row| query.get("license_number").is_none_or(|number| text(row, "license_number") == number))
            .filter(|row| {
                query
                    .get("license_number__startswith")
                    .is_none_or(|number| text(row, "license_number").starts_with(number))
            })
            .filter(|row| query.get("name").is_none_or(|name| text(row, "name") == name))
            .filter(|row| query.get("id").is_none_or(|id| row.get("id").is_some_and(|known| known.to_string() == id)))
            .filter(|row| query.spans("modified", changed(row)))
            .map(|row| self.state.with_children(row, query))
            .collect();
        Ok(query.page(rows))
    }

    /// `GET /customers/{id}/`
    pub(super) fn show_customer(&self, id: &str, query: &Query) -> Answer {
        self.one_of("customers", id).map(|row| self.state.with_children(row, query))
    }

    /// `GET /contacts/{id}/customers/`
    pub(super) fn customers_of_contact(&self, id: &str, query: &Query) -> Answer {
        let is_it = |contact: &Json| contact.get("id").is_some_and(|known| known.to_string() == id);
        let rows: Vec<Json> = self
            .state
            .customers
            .values()
            .filter(|customer| customer.contacts.iter().any(is_it))
            .map(|customer| json!({ "contact": id.parse::<i64>().ok(), "company": customer.id, "is_primary": true }))
            .collect();
        if rows.is_empty() { Err(Refusal::not_found()) } else { Ok(query.page(rows)) }
    }
}
