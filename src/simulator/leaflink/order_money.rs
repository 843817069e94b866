//! What an order comes to: discount, tax and shipping around its lines.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Map, Value as Json, json};

use super::Refusal;
use super::order::{Line, Order};

/// What is agreed beside the lines.
#[derive(Clone, Debug)]
pub(super) struct Money {
    pub discount: Decimal,
    /// `%` or `$`.
    pub discount_type: String,
    /// In percent.
    pub tax: Decimal,
    pub shipping: Decimal,
}

impl Default for Money {
    fn default() -> Self {
        Self { discount: Decimal::ZERO, discount_type: "%".to_owned(), tax: Decimal::ZERO, shipping: Decimal::ZERO }
    }
}

impl Money {
    /// Takes what the fields say of it.
    pub(super) fn agree(&mut self, fields: &Map<String, Json>) -> Result<(), Refusal> {
        if let Some(discount) = amount(fields, "discount")? {
            self.discount = discount;
        }
        if let Some(kind) = fields.get("discount_type") {
            let known = kind.as_str().filter(|kind| ["%", "$"].contains(kind));
            let refuse = || Refusal::new(400, json!({ "discount_type": [format!("{kind} is not a valid choice.")] }));
            known.ok_or_else(refuse)?.clone_into(&mut self.discount_type);
        }
        if let Some(tax) = amount(fields, "tax_amount")? {
            self.tax = tax;
        }
        if let Some(shipping) = amount(fields, "shipping_charge")? {
            self.shipping = shipping;
        }
        Ok(())
    }
}

/// A number, a number in a text, or the amount of `{amount, currency}`.
fn amount(fields: &Map<String, Json>, name: &str) -> Result<Option<Decimal>, Refusal> {
    let Some(given) = fields.get(name).filter(|given| !given.is_null()) else { return Ok(None) };
    let inner = given.get("amount").unwrap_or(given);
    let text = inner.as_str().map_or_else(|| inner.to_string(), str::to_owned);
    let refuse = |_| Refusal::new(400, json!({ name: ["A valid number is required."] }));
    text.parse().map(Some).map_err(refuse)
}

impl Order {
    fn lines_total(&self) -> Decimal {
        self.lines.iter().map(Line::total).sum()
    }

    fn discounted(&self) -> Decimal {
        let lines = self.lines_total();
        let off = match self.money.discount_type.as_str() {
            "%" => cents(lines * self.money.discount / Decimal::ONE_HUNDRED),
            _ => self.money.discount,
        };
        lines - off
    }

    /// All taxes, as money: on what is left after the discount.
    pub(super) fn tax(&self) -> Decimal {
        cents(self.discounted() * self.money.tax / Decimal::ONE_HUNDRED)
    }

    /// What the buyer owes.
    pub(super) fn total(&self) -> Decimal {
        cents(self.discounted() + self.tax() + self.money.shipping)
    }
}

fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}
