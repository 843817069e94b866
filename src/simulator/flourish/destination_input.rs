//! What callers may write of a destination.
//!
//! Fields that only answers carry are accepted and ignored, so that an answer can be sent back;
//! anything else unknown is refused. Types and states are checked.

use serde_json::{Map, Value as Json, json};

use super::fields::Fields;
use super::reply::Refusal;

/// The text fields.
pub(super) const TEXT_FIELDS: [&str; 16] = [
    "type",
    "name",
    "alias",
    "company_email",
    "company_phone_number",
    "website",
    "address_line_1",
    "address_line_2",
    "city",
    "state",
    "zip_code",
    "country",
    "local_license_number",
    "license_number",
    "external_id",
    "notes",
];

/// The fields of `billing`.
pub(super) const BILLING_FIELDS: [&str; 6] =
    ["address_line_1", "address_line_2", "city", "state", "zip_code", "country"];

const READ_ONLY: [&str; 11] = [
    "id",
    "timezone",
    "license_type",
    "contact",
    "contacts",
    "total_open_balance",
    "number_open_invoices",
    "created_by",
    "created_timestamp",
    "last_updated_by",
    "last_updated_timestamp",
];

const TYPES: [&str; 8] =
    ["Laboratory", "Processor", "Grower", "Dispensary", "Distributor", "Manufacturer", "Other", "Microbusiness"];

/// Lays the fields that are sent over those that were there.
pub(super) fn read(fields: &Fields, mut written: Map<String, Json>) -> Result<Map<String, Json>, Refusal> {
    fields.only(&[&TEXT_FIELDS, &READ_ONLY, &["billing", "active"]])?;
    for name in TEXT_FIELDS.into_iter().filter(|name| fields.has(name)) {
        written.insert(name.to_owned(), json!(fields.text(name)?));
    }
    if let Some(kind) = fields.text("type")?
        && !TYPES.contains(&kind.as_str())
    {
        return Err(fields.wrong("type", &format!("one of {}", TYPES.join(", "))));
    }
    state(fields)?;
    if let Some(active) = fields.truth("active")? {
        written.insert("active".to_owned(), json!(active));
    }
    if let Some(billing) = fields.object("billing")? {
        billing.only(&[&BILLING_FIELDS])?;
        state(&billing)?;
        let mut address = Map::new();
        for name in BILLING_FIELDS {
            address.insert(name.to_owned(), json!(billing.text(name)?));
        }
        written.insert("billing".to_owned(), Json::Object(address));
    }
    Ok(written)
}

/// A state is two letters, if it is there at all.
fn state(fields: &Fields) -> Result<(), Refusal> {
    let state = fields.text("state")?.unwrap_or_default();
    let fits = state.is_empty() || (state.len() == 2 && state.bytes().all(|letter| letter.is_ascii_uppercase()));
    if fits { Ok(()) } else { Err(fields.wrong("state", "a two-letter abbreviation")) }
}
