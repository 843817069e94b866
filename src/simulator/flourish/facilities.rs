//! The company's own facilities, and the `FacilityID` header that names one.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::call::Call;
use super::company::Company;
use super::paging;
use super::reply::{Answer, Refusal, Reply};
use super::spelling;

/// A place that ships.
#[derive(Clone, Debug)]
pub(super) struct Facility {
    /// 24 hex digits.
    pub(super) id: String,
    /// What it is called.
    pub(super) name: String,
    /// Its license number.
    pub(super) license: String,
    /// Whether outbound orders must have a sales representative.
    pub(super) sales_rep_required: bool,
    /// When it was set up.
    pub(super) created: Timestamp,
}

pub(super) fn list(company: &Company, call: &Call) -> Answer {
    let table = [("facility_type", "facility_type"), ("active", "active")];
    let rows: Vec<Json> =
        company.facilities.iter().map(view).filter(|row| call.query.accepts_row(row, &table)).collect();
    paging::page(call, &rows, Json::clone)
}

pub(super) fn one(company: &Company, id: &str) -> Answer {
    let facility = company.facilities.iter().find(|facility| facility.id == id).ok_or_else(Refusal::not_found)?;
    Ok(Reply::Data(view(facility)))
}

/// The facility that the header names; the endpoint cannot do without.
pub(super) fn required(company: &Company, call: &Call) -> Result<usize, Refusal> {
    optional(company, call)?.ok_or_else(|| Refusal::bad("FacilityID header is required"))
}

/// The facility that the header names, if any. One that does not exist is refused.
pub(super) fn optional(company: &Company, call: &Call) -> Result<Option<usize>, Refusal> {
    call.header("FacilityID").filter(|id| !id.is_empty()).map(|id| company.facility(id)).transpose()
}

fn view(facility: &Facility) -> Json {
    let billing = ["address_line_1", "address_line_2", "city", "state", "zip_code", "country"];
    let billing: Map<String, Json> = billing.iter().map(|name| ((*name).to_owned(), Json::Null)).collect();
    json!({
        "id": facility.id, "alias": facility.name, "facility_name": facility.name, "facility_type": "Distributor",
        "company_email": null, "company_phone_number": null,
        "address_line_1": "1 Depot Rd", "address_line_2": null, "city": "Oakland", "state": "CA", "zip_code": "94607",
        "country": "United States", "timezone": "America/Los_Angeles", "billing": billing,
        "local_license_number": null, "license_number": facility.license, "license_type": null,
        "external_id": null, "website": null, "notes": null, "active": true, "contacts": null,
        "total_open_balance": null, "number_open_invoices": null, "synced_from_compliance": 0,
        "sales_rep_required_for_outbound": facility.sales_rep_required,
        "created_timestamp": spelling::seconds(facility.created),
        "last_updated_timestamp": spelling::seconds(facility.created),
    })
}
