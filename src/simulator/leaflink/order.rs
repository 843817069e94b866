//! Orders and their lines: what is kept, how totals come about, what can be edited.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::order_money::Money;
use super::payment::Payment;
use super::{Answer, LeafLink, Refusal};

/// An order.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub number: String,
    pub created: Timestamp,
    pub modified: Timestamp,
    pub status: String,
    pub customer: i64,
    pub rep: i64,
    pub lines: Vec<Line>,
    pub notes: String,
    pub internal_notes: String,
    pub payment: Payment,
    pub money: Money,
    pub is_combination: bool,
    pub external_ids: Map<String, Json>,
    pub ship_date: Json,
    /// Whether its goods still stand in stock (not fulfilled yet).
    pub reserved: bool,
}

/// A line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub id: i64,
    pub product: i64,
    pub quantity: Decimal,
    pub unit_multiplier: i64,
    pub ordered_unit_price: Decimal,
    pub sale_price: Decimal,
    pub batch: Option<i64>,
    pub is_sample: bool,
}

impl Line {
    /// Prices are per case, quantities in units (the reference leaves this open; one place decides).
    pub(super) fn total(&self) -> Decimal {
        let price = if self.sale_price.is_zero() { self.ordered_unit_price } else { self.sale_price };
        price * self.quantity / Decimal::from(self.unit_multiplier.max(1))
    }
}

/// Fields that an edit through the API may change here.
const WRITABLE: [&str; 11] = [
    "notes",
    "internal_notes",
    "payment_term",
    "selected_payment_option",
    "ship_date",
    "external_ids",
    "discount",
    "discount_type",
    "tax_amount",
    "tax_type",
    "shipping_charge",
];

/// Keys that were issued for external ids.
const EXTERNAL_KEYS: [&str; 2] = ["petiole", "our-system"];

/// The longest external id, in characters.
const EXTERNAL_ID_MAX: usize = 36;

impl Order {
    /// Takes what buyer and seller agree on, as the API or a person says it.
    pub(super) fn agree(&mut self, fields: &Map<String, Json>) -> Result<(), Refusal> {
        let text = |name: &str| fields.get(name).and_then(Json::as_str).map(str::to_owned);
        self.notes = text("notes").unwrap_or_else(|| self.notes.clone());
        self.internal_notes = text("internal_notes").unwrap_or_else(|| self.internal_notes.clone());
        if let Some(date) = fields.get("ship_date") {
            self.ship_date = date.clone();
        }
        if let Some(term) = fields.get("payment_term") {
            let refuse = || Refusal::new(400, json!({ "payment_term": [format!("{term} is not a valid choice.")] }));
            self.payment = self.payment.with_term(term).ok_or_else(refuse)?;
        }
        if let Some(option) = fields.get("selected_payment_option") {
            self.payment = Payment::from_option(option)?;
        }
        self.money.agree(fields)
    }
}

impl LeafLink {
    pub(super) fn order(&mut self, number: &str) -> Result<&mut Order, Refusal> {
        self.state.orders.get_mut(number).ok_or_else(Refusal::not_found)
    }

    /// `PATCH /orders-received/{number}/`
    pub(super) fn edit_order(&mut self, now: Timestamp, number: &str, body: &Json) -> Answer {
        let Some(fields) = body.as_object() else { return Err(Refusal::detail(400, "an object is expected")) };
        if let Some(name) = fields.keys().find(|name| !WRITABLE.contains(&name.as_str())) {
            return Err(Refusal::new(400, json!({ name.as_str(): ["This field cannot be changed."] })));
        }
        let mut order = self.order(number)?.clone();
        if let Some(ids) = fields.get("external_ids") {
            merge_external_ids(&mut order.external_ids, ids)?;
        }
        order.agree(fields)?;
        let known = self.order(number)?;
        *known = order;
        known.modified = now;
        self.tell_order("edit", number);
        self.view(number, &["line_items"])
    }
}

/// Merges per key; null removes.
pub(super) fn merge_external_ids(kept: &mut Map<String, Json>, ids: &Json) -> Result<(), Refusal> {
    let refuse = |text: String| Err(Refusal::new(400, json!({ "external_ids": [text] })));
    for (key, value) in ids.as_object().into_iter().flatten() {
        if !EXTERNAL_KEYS.contains(&key.as_str()) {
            return refuse(format!("'{key}' is not a valid external system key."));
        }
        match value.as_str() {
            None if value.is_null() => {
                kept.remove(key);
            }
            Some(text) if text.chars().count() <= EXTERNAL_ID_MAX => {
                kept.insert(key.clone(), value.clone());
            }
            _ => return refuse(format!("a value is text of at most {EXTERNAL_ID_MAX} characters")),
        }
    }
    Ok(())
}
