//! Everything the system remembers, and how a world begins.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::super::trade::Trade;
use super::category;
use super::company::Company;
use super::customer::contact;
use super::order::Order;
pub(super) use super::product::Product;

/// The seller's record of a buyer.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    pub id: i64,
    pub name: String,
    pub fields: Json,
    /// People there.
    pub contacts: Vec<Json>,
    pub rep: i64,
}

#[derive(Debug)]
pub(super) struct State {
    pub company: Company,
    pub random: fastrand::Rng,
    pub products: BTreeMap<i64, Product>,
    pub customers: BTreeMap<i64, Customer>,
    pub orders: BTreeMap<String, Order>,
    pub batches: BTreeMap<i64, Json>,
    pub brands: Vec<Json>,
    pub staff: Vec<Json>,
    pub licenses: Vec<Json>,
    pub strains: Vec<Json>,
    pub product_lines: BTreeMap<i64, Json>,
    /// Products by the product of which they are varieties.
    pub varieties: BTreeMap<i64, BTreeSet<i64>>,
    pub next_line: i64,
}

/// How far apart companies' ids are of what each has of its own.
const APART: i64 = 1_000_000;

/// The same for people.
const STAFF_APART: i64 = 1_000;

/// The id of the first company's license.
const LICENSE: i64 = 2619;

/// What one of several companies has of a trade.
pub(super) struct Share<'a> {
    /// Its place among them.
    pub place: usize,
    /// Whether it lists a brand of the trade, by its place there.
    pub sells: &'a dyn Fn(usize) -> bool,
    /// Whether its records of stores and people bear the ids that those of the others bear, in another order.
    pub alike: bool,
}

/// When the world began.
const BEGAN: &str = "2026-01-02T08:00:00Z";

impl State {
    /// What a company has of a trade: its share of the brands, with their items, and records of its own of all stores
    /// and people.
    pub(super) fn new(trade: &Trade, seed: u64, share: &Share<'_>) -> Self {
        let (company, place) = (Company::new(share.place), i64::try_from(share.place).unwrap_or(0));
        let own = company.id;
        let (apart, turns) = if share.alike { (0, place % 2 == 1) } else { (place, false) };
        let began = BEGAN.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let id = |base: i64, at: usize| base + i64::try_from(at).unwrap_or(0);
        let person = |at: usize| id(71 + apart * STAFF_APART, at);
        let strains = strains(trade);
        let license = LICENSE + place;
        let products =
            trade.items.iter().enumerate().filter(|(_, item)| (share.sells)(item.brand)).map(|(at, item)| {
                let mut product = Product::blank((id(3001 + place * APART, at), own), began);
                product.sku.clone_from(&item.sku);
                product.name.clone_from(&item.name);
                product.brand = id(41, item.brand);
                product.units_per_case = item.units_per_case;
                product.case_price = item.unit_price * Decimal::from(item.units_per_case);
                product.quantity = Decimal::from(item.stock);
                let (category, sub_category) = category::of_name(&item.name);
                let sell_in = (item.units_per_case > 1).then_some("Case");
                let strain = strains.iter().find(|one| one.get("name").and_then(Json::as_str) == Some(&item.strain));
                let more = json!({
                    "description": item.name, "category": category, "sub_category": sub_category, "license": license,
                    "strain_classification": item.strain_type.to_lowercase(), "sell_in_unit_of_measure": sell_in,
                    "strains": strain.and_then(|one| one.get("id")).into_iter().collect::<Vec<_>>(),
                });
                product.fields.extend(more.as_object().cloned().unwrap_or_default());
                (product.id, product)
            });
        let last = trade.customers.len().saturating_sub(1);
        let customers = trade.customers.iter().enumerate().map(|(at, one)| {
            let number = id(90_001 + apart * APART, if turns { last - at } else { at });
            let fields = json!({
                "id": number, "name": one.name, "nickname": null, "dba": one.name, "owner": own,
                "partner": number + 1000, "license_number": one.license, "email": one.email,
                "phone": one.phone, "website": null,
                "address": one.street, "unit_number": null, "city": one.city, "state": one.state, "zipcode": one.zip,
                "corporate_address": null, "country": "United States", "managers": [person(one.rep)],
                "external_ids": {}, "archived": false,
                "payment_term": null, "created_on": stamp(began), "modified": stamp(began),
            });
            let contacts = vec![contact(number, own, &one.email, &stamp(began))];
            (number, Customer { id: number, name: one.name.clone(), fields, contacts, rep: person(one.rep) })
        });
        let brand = |(at, name): (usize, &String)| brand(id(41, at), name, own);
        let staff = |(at, rep): (usize, &super::super::trade::Rep)| {
            json!({
                "id": person(at), "user": id(1071, at), "company": own, "email": rep.email,
                "is_active": true, "is_admin": false,
                "display_name": format!("{} {}", rep.first_name, rep.last_name),
            })
        };
        Self {
            random: fastrand::Rng::with_seed(seed.wrapping_add(place.unsigned_abs())),
            products: products.collect(),
            customers: customers.collect(),
            orders: BTreeMap::new(),
            batches: BTreeMap::new(),
            licenses: vec![json!({
                "id": license, "number": format!("C11-{:07}-LIC", place + 1), "type": "Recreational",
                "display_type": "Adult Use", "classification": "Distributor",
            })],
            strains,
            product_lines: BTreeMap::new(),
            varieties: BTreeMap::new(),
            brands: trade.brands.iter().enumerate().filter(|(at, _)| (share.sells)(*at)).map(brand).collect(),
            staff: trade.reps.iter().enumerate().map(staff).collect(),
            next_line: 700_001 + apart * APART,
            company,
        }
    }

    /// The rows of a plain list, in id order.
    pub(super) fn rows(&self, kind: &str) -> Vec<Json> {
        match kind {
            "products" => self.products.values().map(|one| self.product_view(one, &[])).collect(),
            "customers" => self.customers.values().map(|one| one.fields.clone()).collect(),
            "brands" => self.brands.clone(),
            "company-staff" => self.staff.clone(),
            "batches" => self.batches.values().cloned().collect(),
            "companies" => vec![self.company.view()],
            "licenses" => self.licenses.clone(),
            "strains" => self.strains.clone(),
            "product-lines" => self.product_lines.values().cloned().collect(),
            "product-categories" => category::categories(),
            "product-subcategories" => category::subcategories(),
            _ => Vec::new(),
        }
    }

    pub(super) fn first_brand(&self) -> i64 {
        self.brands.first().and_then(|brand| brand.get("id")).and_then(Json::as_i64).unwrap_or_default()
    }

    pub(super) fn first_rep(&self) -> i64 {
        self.staff.first().and_then(|one| one.get("id")).and_then(Json::as_i64).unwrap_or_default()
    }
}

/// A brand as it is read.
pub(super) fn brand(id: i64, name: &str, company: i64) -> Json {
    json!({ "id": id, "name": name, "company": company, "description": "", "image": null, "banner": null })
}

/// Strains that every company finds: those of the trade's items, in order of appearance.
fn strains(trade: &Trade) -> Vec<Json> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for item in &trade.items {
        if !found.iter().any(|(name, _)| *name == item.strain) {
            found.push((&item.strain, item.strain_type));
        }
    }
    let row = |(id, (name, kind)): (i64, (&str, &str))| {
        json!({ "id": id, "name": name, "parents": [], "company": null,
    "strain_classification": kind.to_lowercase() })
    };
    (1..).zip(found).map(row).collect()
}

/// An instant as the API writes it: microseconds and a numeric offset.
pub(super) fn stamp(instant: Timestamp) -> String {
    format!("{instant:.6}").replace('Z', "+00:00")
}

/// Money as order lines and products write it.
pub(super) fn money(amount: Decimal) -> Json {
    json!({ "amount": format!("{:.2}", amount.round_dp(2)), "currency": "USD" })
}
