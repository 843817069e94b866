//! Everything the system remembers, and how a world begins.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::super::trade::Trade;
use super::company::Company;
use super::order::Order;

/// A product on the menu.
#[derive(Clone, Debug)]
pub(super) struct Product {
    pub id: i64,
    pub seller: i64,
    pub sku: String,
    pub name: String,
    pub brand: i64,
    pub units_per_case: i64,
    pub case_price: Decimal,
    pub quantity: Decimal,
    pub reserved: Decimal,
    pub listing_state: String,
    pub external_ids: serde_json::Map<String, Json>,
    pub modified: Timestamp,
}

/// The seller's record of a buyer.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    pub id: i64,
    pub name: String,
    pub fields: Json,
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
    pub next_line: i64,
}

/// How far apart companies' ids are of what each has of its own.
const APART: i64 = 1_000_000;

/// The same for people.
const STAFF_APART: i64 = 1_000;

/// When the world began.
const BEGAN: &str = "2026-01-02T08:00:00Z";

impl State {
    /// What the company at this place of so many has of a trade: its share of the brands, dealt out in turn, with
    /// their items, and records of its own of all stores and people.
    pub(super) fn new(trade: &Trade, seed: u64, (place, of): (usize, usize)) -> Self {
        let company = Company::new(place);
        let own = company.id;
        let apart = i64::try_from(place).unwrap_or(0);
        let began = BEGAN.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let id = |base: i64, at: usize| base + i64::try_from(at).unwrap_or(0);
        let sells = |brand: usize| brand % of.max(1) == place;
        let products = trade.items.iter().enumerate().filter(|(_, item)| sells(item.brand)).map(|(at, item)| {
            let product = Product {
                id: id(3001, at),
                seller: own,
                sku: item.sku.clone(),
                name: item.name.clone(),
                brand: id(41, item.brand),
                units_per_case: item.units_per_case,
                case_price: item.unit_price * Decimal::from(item.units_per_case),
                quantity: Decimal::from(item.stock),
                reserved: Decimal::ZERO,
                listing_state: "Available".to_owned(),
                external_ids: serde_json::Map::new(),
                modified: began,
            };
            (product.id, product)
        });
        let customers = trade.customers.iter().enumerate().map(|(at, one)| {
            let number = id(90_001 + apart * APART, at);
            let fields = json!({
                "id": number, "name": one.name, "nickname": null, "dba": one.name, "owner": own, "partner": number + 1000,
                "license_number": one.license, "email": one.email, "phone": one.phone, "website": null,
                "address": one.street, "unit_number": null, "city": one.city, "state": one.state, "zipcode": one.zip,
                "country": "United States", "managers": [id(71 + apart * STAFF_APART, one.rep)], "external_ids": {}, "archived": false,
                "payment_term": null, "created_on": stamp(began), "modified": stamp(began),
            });
            (number, Customer { id: number, name: one.name.clone(), fields, rep: id(71 + apart * STAFF_APART, one.rep) })
        });
        let brand = |(at, name): (usize, &String)| json!({ "id": id(41, at), "name": name, "company": own });
        let staff = |(at, rep): (usize, &super::super::trade::Rep)| {
            json!({
                "id": id(71 + apart * STAFF_APART, at), "user": id(1071, at), "company": own, "email": rep.email, "is_active": true, "is_admin": false,
                "display_name": format!("{} {}", rep.first_name, rep.last_name),
            })
        };
        Self {
            random: fastrand::Rng::with_seed(seed.wrapping_add(apart.unsigned_abs())),
            products: products.collect(),
            customers: customers.collect(),
            orders: BTreeMap::new(),
            batches: BTreeMap::new(),
            brands: trade.brands.iter().enumerate().filter(|(at, _)| sells(*at)).map(brand).collect(),
            staff: trade.reps.iter().enumerate().map(staff).collect(),
            next_line: 700_001 + apart * APART,
            company,
        }
    }

    /// The rows of a plain list, in id order.
    pub(super) fn rows(&self, kind: &str) -> Vec<Json> {
        match kind {
            "products" => self.products.values().map(Product::view).collect(),
            "customers" => self.customers.values().map(|one| one.fields.clone()).collect(),
            "brands" => self.brands.clone(),
            "company-staff" => self.staff.clone(),
            "batches" => self.batches.values().cloned().collect(),
            "companies" => vec![self.company.view()],
            _ => vec![json!({ "id": 2619, "number": "C11-0000001-LIC", "type": "Recreational" })],
        }
    }

    pub(super) fn first_brand(&self) -> i64 {
        self.brands.first().and_then(|brand| brand.get("id")).and_then(Json::as_i64).unwrap_or_default()
    }

    pub(super) fn first_rep(&self) -> i64 {
        self.staff.first().and_then(|one| one.get("id")).and_then(Json::as_i64).unwrap_or_default()
    }

    pub(super) fn product_by_sku(&mut self, sku: &str) -> Option<&mut Product> {
        self.products.values_mut().find(|product| product.sku == sku)
    }
}

/// An instant as the API writes it: microseconds and a numeric offset.
pub(super) fn stamp(instant: Timestamp) -> String {
    format!("{instant:.6}").replace('Z', "+00:00")
}

/// Money as order lines and products write it.
pub(super) fn money(amount: Decimal) -> Json {
    json!({ "amount": format!("{:.2}", amount.round_dp(2)), "currency": "USD" })
}
