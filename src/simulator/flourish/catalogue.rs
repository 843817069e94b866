//! What items are sorted by: brands, strains, classes, categories, inventory types, units.
//!
//! All read-only. A strain by id comes as an array of one, as documented.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::call::Call;
use super::company::Company;
use super::paging;
use super::reply::{Answer, Refusal, Reply};
use super::spelling;

/// A brand.
#[derive(Clone, Debug)]
pub(super) struct Brand {
    /// A number that items do not show.
    pub(super) id: u64,
    /// What items show.
    pub(super) name: String,
}

/// A strain.
#[derive(Clone, Debug)]
pub(super) struct Strain {
    /// Eight hex digits.
    pub(super) id: String,
    /// What it is called.
    pub(super) name: String,
    /// `Sativa`, `Indica` or `Hybrid`.
    pub(super) kind: String,
    /// When it was entered.
    pub(super) created: Timestamp,
}

impl Company {
    /// The brand of this name, entered if need be.
    pub(super) fn ensure_brand(&mut self, name: &str) {
        if !self.brands.iter().any(|brand| brand.name == name) {
            let id = self.brands.last().map_or(16, |last| last.id + 1);
            self.brands.push(Brand { id, name: name.to_owned() });
        }
    }

    /// The strain of this name, entered if need be.
    pub(super) fn ensure_strain(&mut self, name: &str, kind: &str) -> Strain {
        if let Some(known) = self.strains.iter().find(|strain| strain.name == name) {
            return known.clone();
        }
        let id = format!("7fe0{:04x}", 0xa1b0 + self.strains.len());
        let strain = Strain { id, name: name.to_owned(), kind: kind.to_owned(), created: self.now };
        self.strains.push(strain.clone());
        strain
    }
}

pub(super) fn brands(company: &Company, call: &Call) -> Answer {
    // All brands here are active, and that is what is listed unless deactivated ones are asked for.
    let wanted = call.query.first("active") != Some("false");
    let table = [("brand_id", "brand_id"), ("brand_name", "brand_name")];
    let rows: Vec<Json> = company
        .brands
        .iter()
        .filter(|_| wanted)
        .map(|brand| json!({"brand_id": brand.id, "brand_name": brand.name, "active": 1}))
        .filter(|row| call.query.accepts_row(row, &table))
        .collect();
    paging::page(call, &rows, Json::clone)
}

pub(super) fn strains(company: &Company, call: &Call) -> Answer {
    paging::page(call, &company.strains, strain_view)
}

pub(super) fn strain(company: &Company, id: &str) -> Answer {
    let strain = company.strains.iter().find(|strain| strain.id == id).ok_or_else(Refusal::not_found)?;
    let mut view = strain_view(strain);
    let created = spelling::seconds(strain.created);
    let more = json!({
        "feel": null, "external": false, "created_by": "flourish_software", "created_timestamp": created,
        "last_updated_by": "flourish_software", "last_updated_timestamp": created,
    });
    if let (Json::Object(view), Json::Object(more)) = (&mut view, more) {
        view.extend(more);
    }
    Ok(Reply::Data(json!([view])))
}

fn strain_view(strain: &Strain) -> Json {
    let abbreviation: String = strain.name.split(' ').filter_map(|word| word.chars().next()).collect();
    json!({
        "id": strain.id, "strain_name": strain.name, "abbreviation": abbreviation, "description": "",
        "type": strain.kind, "indica_percentage": 0, "sativa_percentage": 0, "thc_level": null, "cbd_level": null,
        "veg_length_days": 21, "flower_length_days": 56, "active": true,
    })
}

pub(super) fn classes(_: &Company, call: &Call) -> Answer {
    let cannabis = ["Buds", "Concentrate", "InfusedEdible", "InfusedNonEdible", "Other", "Plants", "ShakeTrim"];
    let general = ["Raw Materials", "Supplies"].map(|kind| (kind, "General"));
    let rows: Vec<Json> = cannabis
        .iter()
        .map(|class| ("Cannabis", *class))
        .chain(general)
        .map(|(kind, class)| json!({"inventory_type": kind, "item_class": class}))
        .collect();
    paging::page(call, &rows, Json::clone)
}

pub(super) fn categories(company: &Company, call: &Call) -> Answer {
    let used: BTreeSet<(&str, &str)> =
        company.items.values().map(|item| (item.class.as_str(), item.category.as_str())).collect();
    let rows: Vec<Json> = used
        .iter()
        .map(|(class, category)| json!({"inventory_type": "Cannabis", "item_class": class, "item_category": category}))
        .collect();
    paging::page(call, &rows, Json::clone)
}

pub(super) fn inventory_types(call: &Call) -> Answer {
    paging::page(call, &["Cannabis", "Non-Inventory", "Raw Materials", "Supplies"], |name| json!(name))
}

pub(super) fn uoms(call: &Call) -> Answer {
    let units = [
        ("count", "ea", "Each"),
        ("weight", "g", "Gram"),
        ("weight", "kg", "Kilogram"),
        ("weight", "mg", "Milligram"),
        ("weight", "oz", "Ounce"),
        ("weight", "lb", "Pound"),
        ("weight", "t", "Metric Tons"),
        ("length", "in", "Inch"),
        ("length", "cm", "Centimeter"),
        ("volume", "ml", "Milliliters"),
        ("volume", "l", "Liters"),
        ("volume", "fl oz", "Fluid Ounces"),
        ("volume", "gal", "Gallons"),
        ("volume", "pt", "Pints"),
        ("volume", "qt", "Quarts"),
    ];
    paging::page(call, &units, |(kind, unit, name)| json!({"uom_type": kind, "uom": unit, "description": name}))
}
