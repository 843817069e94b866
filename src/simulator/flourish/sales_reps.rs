//! Sales representatives: read-only, but an order may bring a new one.
//!
//! The header is required yet the list is the whole company's, as the published rows suggest.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::call::Call;
use super::company::Company;
use super::facilities;
use super::fields::Fields;
use super::paging;
use super::reply::{Answer, Refusal};
use super::spelling;

/// A person who sells.
#[derive(Clone, Debug)]
pub(super) struct SalesRep {
    /// A number.
    pub(super) id: u64,
    /// First name.
    pub(super) first_name: String,
    /// Middle name.
    pub(super) middle_name: Option<String>,
    /// Last name.
    pub(super) last_name: String,
    /// Phone number.
    pub(super) phone_number: Option<String>,
    /// E-mail address, by which orders find the person.
    pub(super) email: Option<String>,
    /// The facility's id.
    pub(super) facility_id: Option<String>,
    /// When the person was entered.
    pub(super) created: Timestamp,
}

/// Whom an order names.
pub(super) enum Choice {
    /// Somebody known.
    Known(u64),
    /// Somebody to be entered; the id is not set yet.
    New(Box<SalesRep>),
}

pub(super) fn list(company: &Company, call: &Call) -> Answer {
    facilities::required(company, call)?;
    let reps: Vec<&SalesRep> = company.sales_reps.values().collect();
    paging::page(call, &reps, |rep| view(rep))
}

/// Reads an order's `sales_rep`: an id alone, or a person found by e-mail. The id `0` that
/// answers show means nobody.
pub(super) fn read(company: &Company, fields: &Fields) -> Result<Option<Choice>, Refusal> {
    fields.only(&[&[
        "id",
        "first_name",
        "middle_name",
        "last_name",
        "phone_number",
        "email",
        "active",
        "facility_id",
    ]])?;
    if let Some(id) = fields.text("id")? {
        if fields.names().count() > 1 {
            return Err(Refusal::bad("no other fields may be passed with sales_rep.id"));
        }
        if id == "0" {
            return Ok(None);
        }
        let known = id.parse().ok().filter(|id| company.sales_reps.contains_key(id));
        return known
            .map(|id| Some(Choice::Known(id)))
            .ok_or_else(|| Refusal::bad(format!("sales rep with ID {id} does not exist")));
    }
    let email = fields.required_text("email")?;
    let known = company
        .sales_reps
        .values()
        .find(|rep| rep.email.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(&email)));
    if let Some(rep) = known {
        return Ok(Some(Choice::Known(rep.id)));
    }
    Ok(Some(Choice::New(Box::new(SalesRep {
        id: 0,
        first_name: fields.text("first_name")?.unwrap_or_default(),
        middle_name: fields.text("middle_name")?,
        last_name: fields.text("last_name")?.unwrap_or_default(),
        phone_number: fields.text("phone_number")?,
        email: Some(email),
        facility_id: None,
        created: company.now,
    }))))
}

/// The id of whom the order names, entered if need be.
pub(super) fn settle(company: &mut Company, choice: Choice) -> u64 {
    match choice {
        Choice::Known(id) => id,
        Choice::New(mut rep) => {
            rep.id = company.sales_reps.last_key_value().map_or(1, |(last, _)| last + 1);
            let id = rep.id;
            company.sales_reps.insert(id, *rep);
            id
        }
    }
}

fn view(rep: &SalesRep) -> Json {
    let created = spelling::seconds(rep.created);
    json!({
        "sales_rep_id": rep.id, "first_name": rep.first_name, "middle_name": rep.middle_name,
        "last_name": rep.last_name, "phone_number": rep.phone_number, "email": rep.email,
        "facility_id": rep.facility_id, "active": true,
        "created_by": "flourish_software", "created_timestamp": created,
        "last_updated_by": "flourish_software", "last_updated_timestamp": created,
    })
}
