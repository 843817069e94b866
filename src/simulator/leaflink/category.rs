//! What products are sorted by that no company can change: categories, their subcategories, and
//! unit denominations.
//!
//! Ids differ per environment in the real system; those of the published example (7 and 14) fit.
//! The names beyond the documented ones are assumed.

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

/// Id, name, whether without cannabis.
const CATEGORIES: [(i64, &str, bool); 7] = [
    (1, "Accessories", true),
    (2, "Cartridges", false),
    (3, "Concentrates", false),
    (4, "Flower", false),
    (5, "Pre-Rolls", false),
    (6, "Topicals", false),
    (7, "Edibles & Ingestibles", false),
];

/// Id, category, name.
const SUBCATEGORIES: [(i64, i64, &str); 24] = [
    (1, 1, "Batteries"),
    (2, 1, "Packaging"),
    (3, 2, "510 Thread"),
    (4, 2, "Disposables"),
    (5, 2, "Pods"),
    (6, 3, "Live Resin"),
    (7, 3, "Rosin"),
    (8, 3, "Shatter"),
    (9, 3, "Wax"),
    (10, 4, "Bulk Flower"),
    (11, 4, "Packaged Eighths"),
    (12, 4, "Packaged Ounces"),
    (13, 4, "Packaged Quarters"),
    (14, 7, "Chocolates"),
    (15, 7, "Gummies"),
    (16, 7, "Beverages"),
    (17, 7, "Baked Goods"),
    (18, 4, "Clones"),
    (19, 4, "Seeds"),
    (20, 5, "Singles"),
    (21, 5, "Multi-Packs"),
    (22, 5, "Infused"),
    (23, 6, "Balms"),
    (24, 6, "Lotions"),
];

/// The category whose products have strains.
pub(super) const FLOWER: i64 = 4;

/// Denominations in the order of their ids, from 1.
const DENOMINATIONS: [&str; 25] = [
    "1", "1/2", "1/4", "1/8", "3/4", "2", "3 1/2", "7", "14", "6", "28", "5 1/4", "4", "2 1/2", "8", "3 3/4", "1/10",
    "6/5", "3/2", "2/10", "1/5", "1/3", "1/6", "3/10", "4/10",
];

fn slug(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

/// All categories.
pub(super) fn categories() -> Vec<Json> {
    let view =
        |(id, name, _): &(i64, &str, bool)| json!({ "id": id, "name": name, "slug": slug(name), "description": "" });
    CATEGORIES.iter().map(view).collect()
}

/// All subcategories.
pub(super) fn subcategories() -> Vec<Json> {
    let view = |(id, category, name): &(i64, i64, &str)| {
        json!({ "id": id, "name": name, "slug": slug(name),
    "description": "", "category": category })
    };
    SUBCATEGORIES.iter().map(view).collect()
}

pub(super) fn is_category(id: i64) -> bool {
    CATEGORIES.iter().any(|(known, _, _)| *known == id)
}

/// Whether its products are without cannabis and need no license.
pub(super) fn is_ancillary(id: i64) -> bool {
    CATEGORIES.iter().any(|(known, _, ancillary)| *known == id && *ancillary)
}

/// The category that a subcategory belongs to.
pub(super) fn category_of(subcategory: i64) -> Option<i64> {
    SUBCATEGORIES.iter().find(|(id, _, _)| *id == subcategory).map(|(_, category, _)| *category)
}

/// Category and subcategory by what a product's name says.
pub(super) fn of_name(name: &str) -> (i64, i64) {
    let words = [("Jar", 11), ("Pouch", 13), ("Pre-Roll", 20), ("Cartridge", 3), ("Gummies", 15), ("Resin", 6)];
    let found = words.iter().find(|(word, _)| name.contains(word)).map_or(14, |(_, id)| *id);
    (category_of(found).unwrap_or_default(), found)
}

/// A denomination as it is read; `None` where there is none of this id.
pub(super) fn denomination(id: i64) -> Option<Json> {
    let at = usize::try_from(id).ok()?.checked_sub(1)?;
    let label = *DENOMINATIONS.get(at)?;
    let part = |text: &str| match text.split_once('/') {
        Some((over, under)) => Some(over.parse::<Decimal>().ok()? / under.parse::<Decimal>().ok()?),
        None => text.parse::<Decimal>().ok(),
    };
    let value: Decimal = label.split(' ').filter_map(part).sum();
    // Only the first one's name is published.
    let name = if id == 1 { "One" } else { label };
    Some(json!({ "id": id, "value": format!("{value:.5}"), "name": name, "label": label }))
}
