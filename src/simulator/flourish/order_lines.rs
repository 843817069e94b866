//! What callers may write of an order's lines, charges, discounts and notes.
//!
//! A line names its item by id or by SKU; the strain may be left out, as the official client
//! does. Texts for unknown items are ours. Fields of a GET line are accepted and ignored.

use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::company::Company;
use super::fields::Fields;
use super::items::Item;
use super::order::{Adjustment, Line, Note};
use super::reply::Refusal;

/// Lines on one order.
const LINES_MAX: usize = 1_000;

const LINE_FIELDS: [&str; 8] =
    ["item_id", "sku", "item_variation_pk", "strain_id", "lot_number", "order_qty", "unit_price", "discount_price"];

const LINE_READ_ONLY: [&str; 17] = [
    "item_name",
    "retail_display_name",
    "strain_name",
    "variation_name",
    "unit_qty",
    "item_uom",
    "allocated_qty",
    "line_total_price",
    "qty_returned",
    "order_line_status",
    "needs_fulfillment",
    "taxes",
    "order_line_dtls",
    "created_by",
    "created_timestamp",
    "last_updated_by",
    "last_updated_timestamp",
];

/// Reads `order_lines`, which must be there and not be empty.
pub(super) fn lines(company: &Company, fields: &Fields) -> Result<Vec<Line>, Refusal> {
    let rows = fields.list("order_lines")?.unwrap_or_default();
    if rows.is_empty() {
        return Err(fields.missing("order_lines"));
    }
    if rows.len() > LINES_MAX {
        return Err(fields.wrong("order_lines", &format!("at most {LINES_MAX} lines")));
    }
    rows.iter().map(|row| line(company, row)).collect()
}

fn line(company: &Company, row: &Fields) -> Result<Line, Refusal> {
    row.only(&[&LINE_FIELDS, &LINE_READ_ONLY])?;
    let item = item(company, row)?;
    let qty = row.required_decimal("order_qty")?;
    if qty <= Decimal::ZERO {
        return Err(row.wrong("order_qty", "greater than 0"));
    }
    let unit_price = row.required_decimal("unit_price")?;
    let discount_price = row.decimal("discount_price")?.unwrap_or_default();
    if unit_price < Decimal::ZERO {
        return Err(row.wrong("unit_price", "0 or more"));
    }
    let strain = match row.text("strain_id")? {
        None => item.strain.as_ref().map(|(id, name, _)| (id.clone(), name.clone())),
        Some(id) => {
            let known = company.strains.iter().find(|strain| strain.id == id);
            let known = known.ok_or_else(|| Refusal::bad(format!("strain with ID {id} does not exist")))?;
            Some((id, known.name.clone()))
        }
    };
    Ok(Line {
        strain,
        item_variation_pk: row.get("item_variation_pk").cloned().unwrap_or(Json::Null),
        lot_number: row.text("lot_number")?,
        ..plain(item, qty, unit_price, discount_price, company)
    })
}

/// The item that a line names; where id and SKU are both sent, the id decides.
fn item<'a>(company: &'a Company, row: &Fields) -> Result<&'a Item, Refusal> {
    if let Some(id) = row.text("item_id")? {
        let known = id.parse().ok().and_then(|id: u64| company.items.get(&id));
        return known.ok_or_else(|| Refusal::bad(format!("item with ID {id} does not exist")));
    }
    match row.text("sku")? {
        Some(sku) => {
            company.item_by_sku(&sku).ok_or_else(|| Refusal::bad(format!("item with SKU {sku} does not exist")))
        }
        None => Err(Refusal::bad(format!("{} or {} is required", row.name("item_id"), row.name("sku")))),
    }
}

/// A line of the item's own strain from any lot.
pub(super) fn plain(item: &Item, qty: Decimal, unit_price: Decimal, discount: Decimal, company: &Company) -> Line {
    Line {
        item: item.id,
        sku: item.sku.clone(),
        item_name: item.name.clone(),
        strain: item.strain.as_ref().map(|(id, name, _)| (id.clone(), name.clone())),
        item_variation_pk: Json::Null,
        lot_number: None,
        qty,
        allocated: Decimal::ZERO,
        unit_price,
        discount_price: discount,
        created: company.now,
    }
}

/// Reads `charges` or `discounts`; nothing where the field is absent.
pub(super) fn adjustments(
    company: &mut Company,
    fields: &Fields,
    name: &str,
) -> Result<Option<Vec<Adjustment>>, Refusal> {
    let Some(rows) = fields.list(name)? else { return Ok(None) };
    let mut read = Vec::new();
    for row in rows {
        let amount = row.required_decimal("amount")?;
        let is_percentage = match row.text("method")?.as_deref() {
            None | Some("" | "dollar") => false,
            Some("percentage") => true,
            Some(_) => return Err(row.wrong("method", "dollar or percentage")),
        };
        read.push(Adjustment { id: company.next_serial(), amount, is_percentage });
    }
    Ok(Some(read))
}

/// Reads `notes`; every one is added to those that are there.
pub(super) fn notes(company: &mut Company, fields: &Fields) -> Result<Vec<Note>, Refusal> {
    let mut read = Vec::new();
    for row in fields.list("notes")?.unwrap_or_default() {
        let internal_only = match row.get("internal_only") {
            Some(Json::Number(flag)) => flag.as_i64() == Some(1),
            _ => row.truth("internal_only")?.unwrap_or_default(),
        };
        let (subject, text) = (row.text("subject")?.unwrap_or_default(), row.required_text("note")?);
        let created = company.now;
        read.push(Note { id: company.next_serial(), subject, text, internal_only, created });
    }
    Ok(read)
}
