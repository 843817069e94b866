//! What people at the warehouse take into their heads next.

use serde_json::json;

use super::company::Company;
use super::order::{Order, Status};
use crate::simulator::whim::{Mood, Whim};

/// The next act; none where nobody can do what was thought of.
pub(super) fn next(company: &Company, mood: &Mood<'_>) -> Option<Whim> {
    match mood.below(20) {
        0..5 => allocates(company, mood),
        5..8 => ships(company, mood),
        8 => releases(company, mood),
        9 => cancels(company, mood),
        10 => agrees(company, mood),
        11..16 => counts(company, mood),
        16 | 17 => describes(company, mood),
        18 => enters(company, mood),
        _ => moves(company, mood),
    }
}

fn order_where<'a>(company: &'a Company, mood: &Mood<'_>, is_meant: impl Fn(&Order) -> bool) -> Option<&'a Order> {
    let meant: Vec<&Order> = company.orders.values().filter(|order| is_meant(order)).collect();
    mood.aimed(&meant, |order| order.spelled_id()).copied()
}

fn allocates(company: &Company, mood: &Mood<'_>) -> Option<Whim> {
    let order = order_where(company, mood, |order| order.status.is_open() && order.status != Status::Allocated)?;
    let id = order.spelled_id();
    if mood.below(3) == 0 {
        let sku = &mood.one_of(&order.lines)?.sku;
        return Some(Whim::new("allocate", json!({ "order": id, "lines": [{ "sku": sku, "qty": 1 }] })));
    }
    Some(Whim::new("allocate", json!({ "order": id })))
}

fn ships(company: &Company, mood: &Mood<'_>) -> Option<Whim> {
    let order = order_where(company, mood, |order| order.status == Status::Allocated)?;
    Some(Whim::new("ship", json!({ "order": order.spelled_id() })))
}

fn releases(company: &Company, mood: &Mood<'_>) -> Option<Whim> {
    let order = order_where(company, mood, |order| order.status.is_open() && order.status != Status::Created)?;
    Some(Whim::new("deallocate", json!({ "order": order.spelled_id() })))
}

fn cancels(company: &Company, mood: &Mood<'_>) -> Option<Whim> {
    let order = order_where(company, mood, |order| order.status.is_open())?;
    Some(Whim::new("cancel", json!({ "order": order.spelled_id() })))
}

fn agrees(company: &Company, mood: &Mood<'_>) -> Option<Whim> {
    let terms: Vec<&String> = company.payment_terms.values().map(|term| &term.name).collect();
    let order = order_where(company, mood, |order| order.status.is_open())?;
    Some(Whim::new("payment_term", json!({ "order": order.spelled_id(), "payment_term": mood.one_of(&terms)? })))
}

fn moves(company: &Company, mood: &Mood<'_>) -> Option<Whim> {
    let facilities: Vec<&String> = company.facilities.iter().map(|one| &one.id).collect();
    let order = order_where(company, mood, |order| order.status == Status::Created)?;
    Some(Whim::new("move", json!({ "order": order.spelled_id(), "facility": mood.one_of(&facilities)? })))
}

fn sku(company: &Company, mood: &Mood<'_>) -> Option<String> {
    let skus: Vec<String> = company.items.values().map(|item| item.sku.clone()).collect();
    mood.aimed(&skus, Clone::clone).cloned()
}

fn counts(company: &Company, mood: &Mood<'_>) -> Option<Whim> {
    let facilities: Vec<&String> = company.facilities.iter().map(|one| &one.id).collect();
    let facility = mood.one_of(&facilities)?;
    Some(Whim::new("stock", json!({ "sku": sku(company, mood)?, "facility": facility, "qty": mood.below(900) })))
}

fn describes(company: &Company, mood: &Mood<'_>) -> Option<Whim> {
    let sku = sku(company, mood)?;
    Some(Whim::new(
        "item",
        if mood.below(2) == 0 {
            json!({ "sku": sku, "price": 5 + mood.below(60) })
        } else {
            json!({ "sku": sku, "description": format!("the {}th of its kind", mood.below(99)) })
        },
    ))
}

/// An item like one that there is, under a SKU of its own.
fn enters(company: &Company, mood: &Mood<'_>) -> Option<Whim> {
    let like = company.items.get(&mood.one_of(&company.items.keys().copied().collect::<Vec<_>>()).copied()?)?;
    // Of the usual two brands always the first, so that seeds mean what they meant.
    let brand = if company.brands.len() > 2 { like.brand.clone()? } else { company.brands.first()?.name.clone() };
    let number = company.items.len();
    let strain = like.strain.as_ref().map(|(_, name, _)| name);
    let body = json!({
        "sku": format!("NEW-{number:03}"), "name": format!("{} {number}", like.name), "price": 9 + mood.below(40),
        "brand": brand, "strain": strain,
    });
    Some(Whim::new("item", body))
}
