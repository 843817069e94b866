//! Destinations: the licensed stores that orders go to.
//!
//! Neither names nor licenses are unique. Rows show no time stamps although they can be filtered
//! by one, as documented.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::call::Call;
use super::company::Company;
use super::contacts::{self, Contact};
use super::destination_input::{self, BILLING_FIELDS, TEXT_FIELDS};
use super::fields::Fields;
use super::paging;
use super::reply::{Answer, Refusal, Reply};

/// Filters and the fields that they compare.
const FILTERS: [(&str, &str); 4] =
    [("destination_type", "type"), ("facility_name", "name"), ("alias", "alias"), ("license_number", "license_number")];

/// A store.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    /// Twenty hex digits.
    pub(super) id: String,
    /// The fields that callers write, as they wrote them.
    pub(super) fields: Map<String, Json>,
    /// People there, by contact id.
    pub(super) contacts: BTreeMap<u64, Contact>,
    /// When it last changed.
    pub(super) updated: Timestamp,
}

impl Destination {
    /// A written text field; empty where there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Json::as_str).unwrap_or_default()
    }

    /// Every field but the people.
    pub(super) fn core(&self) -> Map<String, Json> {
        let mut row: Map<String, Json> = TEXT_FIELDS.iter().map(|name| ((*name).to_owned(), Json::Null)).collect();
        let billing: Map<String, Json> = BILLING_FIELDS.iter().map(|name| ((*name).to_owned(), Json::Null)).collect();
        row.insert("billing".to_owned(), Json::Object(billing));
        row.insert("active".to_owned(), json!(true));
        row.extend(self.fields.clone());
        row.insert("id".to_owned(), json!(self.id));
        row.insert("timezone".to_owned(), json!("America/Los_Angeles"));
        row.insert("license_type".to_owned(), Json::Null);
        row.insert("total_open_balance".to_owned(), json!("0.00"));
        row.insert("number_open_invoices".to_owned(), json!("0"));
        row
    }

    fn view(&self) -> Json {
        let mut row = self.core();
        let people: Vec<Json> = self.contacts.values().map(|contact| contact.view(&self.id)).collect();
        row.insert("contacts".to_owned(), if people.is_empty() { Json::Null } else { Json::Array(people) });
        Json::Object(row)
    }
}

pub(super) fn list(company: &Company, call: &Call) -> Answer {
    let pattern = call.query.first("search").unwrap_or_default().to_lowercase();
    let mut found = Vec::new();
    for destination in company.destinations.values() {
        let matches = pattern.is_empty()
            || ["name", "alias", "license_number"]
                .iter()
                .any(|name| destination.text(name).to_lowercase().contains(&pattern));
        let filtered = FILTERS.iter().all(|(parameter, name)| call.query.accepts(parameter, destination.text(name)));
        if matches && filtered && call.query.accepts_time("last_updated_timestamp", Some(destination.updated))? {
            found.push(destination);
        }
    }
    paging::page(call, &found, |destination| destination.view())
}

pub(super) fn one(company: &Company, id: &str) -> Answer {
    let destination = company.destinations.get(id).ok_or_else(Refusal::not_found)?;
    Ok(Reply::Data(destination.view()))
}

pub(super) fn create(company: &mut Company, call: &Call) -> Answer {
    let body = call.body()?;
    let fields = Fields::body(&body)?;
    fields.required_text("name")?;
    fields.required_text("type")?;
    let written = destination_input::read(&fields, Map::new())?;
    let id = add(company, written);
    one(company, &id)
}

/// Replaces the fields that are sent; the others stay.
pub(super) fn update(company: &mut Company, call: &Call, id: &str) -> Answer {
    let current = company.destinations.get(id).ok_or_else(Refusal::not_found)?.fields.clone();
    let body = call.body()?;
    let fields = Fields::body(&body)?;
    if fields.has("name") {
        fields.required_text("name")?;
    }
    let written = destination_input::read(&fields, current)?;
    let now = company.now;
    if let Some(destination) = company.destinations.get_mut(id) {
        destination.fields = written;
        destination.updated = now;
    }
    one(company, id)
}

/// Enters a store with these fields and returns its id.
pub(super) fn add(company: &mut Company, fields: Map<String, Json>) -> String {
    let id = format!("9da408{:014x}", company.next_serial());
    let (contacts, updated) = (BTreeMap::new(), company.now);
    company.destinations.insert(id.clone(), Destination { id: id.clone(), fields, contacts, updated });
    id
}

/// What an order's `destination` or `distributor` names.
pub(super) enum Choice {
    /// A store that is known.
    Known(String),
    /// A store to be entered.
    New(Map<String, Json>),
}

/// Reads an order's store: an id alone, or one found by its name, or a new one.
pub(super) fn choose(company: &Company, fields: &Fields) -> Result<Choice, Refusal> {
    if let Some(id) = fields.text("id")? {
        if fields.names().count() > 1 {
            return Err(Refusal::bad(format!("no other fields may be passed with {}", fields.name("id"))));
        }
        if !company.destinations.contains_key(&id) {
            return Err(Refusal::bad(format!("{} {id} does not exist", fields.name("id"))));
        }
        return Ok(Choice::Known(id));
    }
    let name = fields.required_text("name")?;
    let written = destination_input::read(fields, Map::new())?;
    if let Some(contact) = fields.object("contact")? {
        contacts::read(&contact, Map::new())?;
    }
    let known = company.destinations.values().find(|destination| destination.text("name") == name);
    Ok(known.map_or(Choice::New(written), |destination| Choice::Known(destination.id.clone())))
}

/// The id of the store that an order names, entered if need be.
pub(super) fn settle(company: &mut Company, choice: Choice) -> String {
    match choice {
        Choice::Known(id) => id,
        Choice::New(fields) => add(company, fields),
    }
}
