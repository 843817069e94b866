//! People at a destination.
//!
//! Writes take an array and answer with one. An order that brings a contact finds the person by
//! e-mail address among the destination's people.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::call::Call;
use super::company::Company;
use super::destinations::Destination;
use super::fields::Fields;
use super::paging;
use super::reply::{Answer, Refusal, Reply};
use super::spelling;

const TEXT_FIELDS: [&str; 7] =
    ["first_name", "middle_name", "last_name", "email", "phone_number", "department", "notes"];

const READ_ONLY: [&str; 6] = [
    "facility_contact_id",
    "facility_id",
    "created_by",
    "created_timestamp",
    "last_updated_by",
    "last_updated_timestamp",
];

/// A person.
#[derive(Clone, Debug)]
pub(super) struct Contact {
    /// A number.
    pub(super) id: u64,
    /// The fields that callers write.
    pub(super) fields: Map<String, Json>,
    /// When the person was entered.
    pub(super) created: Timestamp,
    /// When the person last changed.
    pub(super) updated: Timestamp,
}

impl Contact {
    /// Every field.
    pub(super) fn view(&self, destination: &str) -> Json {
        let mut row = blank();
        row.extend(self.fields.clone());
        row.insert("facility_contact_id".to_owned(), json!(self.id));
        row.insert("facility_id".to_owned(), json!(destination));
        row.insert("created_by".to_owned(), json!("api"));
        row.insert("created_timestamp".to_owned(), json!(spelling::seconds(self.created)));
        row.insert("last_updated_by".to_owned(), json!("api"));
        row.insert("last_updated_timestamp".to_owned(), json!(spelling::seconds(self.updated)));
        Json::Object(row)
    }
}

pub(super) fn list(company: &Company, call: &Call, id: &str) -> Answer {
    let destination = company.destinations.get(id).ok_or_else(Refusal::not_found)?;
    let people: Vec<&Contact> = destination.contacts.values().collect();
    paging::page(call, &people, |contact| contact.view(id))
}

pub(super) fn create(company: &mut Company, call: &Call, id: &str) -> Answer {
    company.destinations.get(id).ok_or_else(Refusal::not_found)?;
    let body = call.body()?;
    let written = rows(&body)?.iter().map(|row| read(row, Map::new())).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<u64> = written.into_iter().filter_map(|fields| add(company, id, fields)).collect();
    shown(company, id, &ids)
}

pub(super) fn update(company: &mut Company, call: &Call, id: &str) -> Answer {
    let destination = company.destinations.get(id).ok_or_else(Refusal::not_found)?;
    let body = call.body()?;
    let mut changes = Vec::new();
    for row in rows(&body)? {
        let number = row.integer("facility_contact_id")?.ok_or_else(|| row.missing("facility_contact_id"))?;
        let known = u64::try_from(number).ok().and_then(|number| destination.contacts.get(&number));
        let known = known.ok_or_else(|| row.wrong("facility_contact_id", "a contact of this destination"))?;
        changes.push((known.id, read(&row, known.fields.clone())?));
    }
    let ids: Vec<u64> = changes.iter().map(|(number, _)| *number).collect();
    let now = company.now;
    if let Some(destination) = company.destinations.get_mut(id) {
        for (number, fields) in changes {
            if let Some(contact) = destination.contacts.get_mut(&number) {
                contact.fields = fields;
                contact.updated = now;
            }
        }
    }
    shown(company, id, &ids)
}

/// Lays the fields that are sent over those that were there.
pub(super) fn read(fields: &Fields, mut written: Map<String, Json>) -> Result<Map<String, Json>, Refusal> {
    fields.only(&[&TEXT_FIELDS, &READ_ONLY, &["is_primary"]])?;
    for name in TEXT_FIELDS.into_iter().filter(|name| fields.has(name)) {
        written.insert(name.to_owned(), json!(fields.text(name)?));
    }
    match fields.integer("is_primary")? {
        None => {}
        Some(flag @ (0 | 1)) => drop(written.insert("is_primary".to_owned(), json!(flag))),
        Some(_) => return Err(fields.wrong("is_primary", "1 or 0")),
    }
    Ok(written)
}

/// Enters a person and returns the id; nothing where the destination is unknown.
pub(super) fn add(company: &mut Company, destination: &str, fields: Map<String, Json>) -> Option<u64> {
    let (id, now) = (company.next_serial(), company.now);
    let people = &mut company.destinations.get_mut(destination)?.contacts;
    people.insert(id, Contact { id, fields, created: now, updated: now });
    Some(id)
}

/// The contact that an order brings: found by e-mail, else entered.
pub(super) fn settle(company: &mut Company, destination: &str, fields: Map<String, Json>) -> Option<u64> {
    let email = fields.get("email").and_then(Json::as_str).unwrap_or_default().to_owned();
    let same = |contact: &&Contact| contact.fields.get("email").and_then(Json::as_str) == Some(email.as_str());
    let known = company.destinations.get(destination)?.contacts.values().find(same).map(|contact| contact.id);
    known.or_else(|| add(company, destination, fields))
}

/// An order's contact: five texts, empty where there is nobody.
pub(super) fn on_order(destination: Option<&Destination>, id: Option<u64>) -> Json {
    let person = destination.zip(id).and_then(|(destination, id)| destination.contacts.get(&id));
    let row: Map<String, Json> = TEXT_FIELDS
        .into_iter()
        .take(5)
        .map(|name| {
            let value = person.and_then(|person| person.fields.get(name)).filter(|value| !value.is_null());
            (name.to_owned(), value.cloned().unwrap_or_else(|| json!("")))
        })
        .collect();
    Json::Object(row)
}

fn blank() -> Map<String, Json> {
    let mut row: Map<String, Json> = TEXT_FIELDS.iter().map(|name| ((*name).to_owned(), Json::Null)).collect();
    row.insert("is_primary".to_owned(), json!(0));
    row
}

fn rows(body: &Json) -> Result<Vec<Fields<'_>>, Refusal> {
    let rows = body.as_array().ok_or_else(|| Refusal::bad("request body must be a JSON array"))?;
    rows.iter().enumerate().map(|(at, row)| Fields::at(row, format!("[{at}]"))).collect()
}

fn shown(company: &Company, id: &str, people: &[u64]) -> Answer {
    let destination = company.destinations.get(id).ok_or_else(Refusal::not_found)?;
    let rows = people.iter().filter_map(|number| destination.contacts.get(number)).map(|contact| contact.view(id));
    Ok(Reply::Data(Json::Array(rows.collect())))
}
