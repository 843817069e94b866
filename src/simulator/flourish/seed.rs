//! The company that a trade begins as.
//!
//! Nobody has ordered yet. Everything is dated to one instant, and no webhook tells of it.

use std::str::FromStr;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::company::Company;
use super::facilities::Facility;
use super::items::Item;
use super::sales_reps::SalesRep;
use super::stock::Stock;
use super::{contacts, destinations, payment_terms};
use crate::simulator::Trade;
use crate::simulator::trade;

/// When everything was entered.
const SEEDED_AT: &str = "2026-01-01T08:00:00Z";
/// The first item's id.
const FIRST_ITEM: u64 = 4_101;
/// Every how many customers one is known already.
const KNOWN_EVERY: usize = 3;
/// The customer whose name another store bears too.
const NAMESAKE_OF: usize = 1;
/// That store's license.
const NAMESAKE_LICENSE: &str = "C10-9999999-LIC";

/// The field of an item with the shop's sub-category.
pub(super) const SUB_CATEGORY: &str = "ecommerce_sub_category_name";

/// The company.
pub(super) fn company(trade: &Trade) -> Company {
    let now = Timestamp::from_str(SEEDED_AT).unwrap_or_default();
    let mut company = Company { now, ..Company::default() };
    for facility in &trade.facilities {
        company.facilities.push(Facility {
            id: facility.id.clone(),
            name: facility.name.clone(),
            license: facility.license.clone(),
            sales_rep_required: false,
            created: now,
        });
    }
    for brand in &trade.brands {
        company.ensure_brand(brand);
    }
    for (id, known) in (FIRST_ITEM..).zip(&trade.items) {
        item(&mut company, id, known, trade);
    }
    for (id, rep) in (1..).zip(&trade.reps) {
        let facility_id = trade.facilities.get(rep.facility).map(|facility| facility.id.clone());
        let person = SalesRep {
            id,
            first_name: rep.first_name.to_owned(),
            middle_name: None,
            last_name: rep.last_name.to_owned(),
            phone_number: None,
            email: Some(rep.email.clone()),
            facility_id,
            created: now,
        };
        company.sales_reps.insert(id, person);
    }
    for (name, days) in [("Cash on Delivery", 0), ("Net 15", 15), ("Net 30", 30)] {
        payment_terms::add(&mut company, name.to_owned(), days);
    }
    for customer in trade.customers.iter().step_by(KNOWN_EVERY) {
        store(&mut company, customer, &customer.license);
    }
    if let Some(customer) = trade.customers.get(NAMESAKE_OF) {
        store(&mut company, customer, NAMESAKE_LICENSE);
    }
    company.notices.clear();
    company
}

/// The first facility holds most of an item, every other one some.
fn item(company: &mut Company, id: u64, known: &trade::Item, trade: &Trade) {
    let strain = company.ensure_strain(&known.strain, known.strain_type);
    let (class, category, sub_category) = class(&known.name);
    let now = company.now;
    let item = Item {
        id,
        sku: known.sku.clone(),
        name: known.name.clone(),
        brand: trade.brands.get(known.brand).cloned(),
        strain: Some((strain.id, strain.name, strain.kind)),
        class: class.to_owned(),
        category: category.to_owned(),
        case_units: None,
        more: Map::from_iter(sub_category.map(|name| (SUB_CATEGORY.to_owned(), json!(name)))),
        price: known.unit_price,
        active: true,
        ecommerce_active: true,
        created: now,
        updated: now,
    };
    company.put_item(item);
    let places = i64::try_from(company.facilities.len()).unwrap_or(1).max(1);
    let share = known.stock / (4 * places);
    for facility in 0..company.facilities.len() {
        let here = if facility == 0 { known.stock - share * (places - 1) } else { share };
        let stock = Stock { on_hand: Decimal::from(here), updated: now, ..Stock::default() };
        company.stock.insert((id, facility), stock);
    }
}

/// Class, category and the shop's sub-category by what the item's name says.
pub(super) fn class(name: &str) -> (&'static str, &'static str, Option<&'static str>) {
    let classes = [
        ("Jar", "Buds", "Flower", "Packaged Eighths"),
        ("Pouch", "Buds", "Flower", "Packaged Quarters"),
        ("Pre-Roll", "Buds", "Pre-Rolls", "Singles"),
        ("Cartridge", "Concentrate", "Vape Cartridges", "510 Thread"),
        ("Resin", "Concentrate", "Concentrate", "Live Resin"),
        ("Gummies", "InfusedEdible", "Edibles", "Gummies"),
    ];
    let found = classes.iter().find(|(word, ..)| name.contains(word));
    found.map_or(("Other", "Other", None), |(_, class, category, sub)| (*class, *category, Some(*sub)))
}

fn store(company: &mut Company, customer: &trade::Customer, license: &str) {
    let address = json!({
        "address_line_1": customer.street, "address_line_2": null, "city": customer.city, "state": customer.state,
        "zip_code": customer.zip, "country": "United States",
    });
    let mut fields: Map<String, Json> = address.as_object().cloned().unwrap_or_default();
    fields.insert("billing".to_owned(), address);
    for (name, value) in [
        ("type", "Dispensary"),
        ("name", &customer.name),
        ("alias", &customer.name),
        ("company_email", &customer.email),
        ("company_phone_number", &customer.phone),
        ("license_number", license),
    ] {
        fields.insert(name.to_owned(), json!(value));
    }
    let id = destinations::add(company, fields);
    let person = json!({"first_name": "Store", "last_name": "Buyer", "email": customer.email, "is_primary": 1});
    contacts::add(company, &id, person.as_object().cloned().unwrap_or_default());
}
