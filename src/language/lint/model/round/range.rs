//! Numbers between two bounds, and what sums and products with constants make of them.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::language::syntax::expression::Operator;

/// The numbers between two others, without these.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Range {
    /// Whether it is a number at all.
    pub(crate) is_number: bool,
    /// Whether it is a whole one.
    pub(crate) is_whole: bool,
    pub(crate) after: Option<Decimal>,
    pub(crate) before: Option<Decimal>,
}

/// A number times something and something more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Line {
    times: Decimal,
    more: Decimal,
}

impl Range {
    /// The numbers below one and above it; those between whole numbers that lie side by side are none.
    pub(crate) fn parted(self, at: Decimal) -> Vec<Self> {
        let parts = [Self { before: Some(at), ..self }, Self { after: Some(at), ..self }];
        parts.into_iter().filter(|part| !part.is_empty()).collect()
    }

    fn is_empty(self) -> bool {
        let (Some(after), Some(before)) = (self.after, self.before) else { return false };
        let next = if self.is_whole { after.floor().checked_add(Decimal::ONE) } else { None };
        next.map_or(after >= before, |next| next >= before)
    }

    pub(crate) fn holds(self, number: Decimal) -> bool {
        self.after.is_none_or(|after| number > after) && self.before.is_none_or(|before| number < before)
    }
}

impl Line {
    /// The number itself.
    pub(crate) fn same() -> Self {
        Self { times: Decimal::ONE, more: Decimal::ZERO }
    }

    /// One number, whatever it was.
    pub(crate) fn level(number: Decimal) -> Self {
        Self { times: Decimal::ZERO, more: number }
    }

    /// The one number that it is, whatever it is worked out from.
    pub(crate) fn number(self) -> Option<Decimal> {
        self.times.is_zero().then_some(self.more)
    }

    /// How it stands to zero over all numbers between two; the error: where that changes.
    ///
    /// # Errors
    /// The number at which it is zero.
    pub(crate) fn order(self, span: Range) -> Result<Ordering, Decimal> {
        if self.times.is_zero() {
            return Ok(self.more.cmp(&Decimal::ZERO));
        }
        let Some(zero) = (-self.more).checked_div(self.times) else { return Err(Decimal::ZERO) };
        if span.holds(zero) {
            return Err(zero);
        }
        let above = span.after.is_some_and(|after| after >= zero);
        Ok(if above == self.times.is_sign_positive() { Ordering::Greater } else { Ordering::Less })
    }

    /// What an operator makes of two; `None`: no such line, or none that decimals hold exactly.
    pub(crate) fn and(self, operator: Operator, other: Self) -> Option<Self> {
        match operator {
            Operator::Add => {
                Some(Self { times: self.times.checked_add(other.times)?, more: self.more.checked_add(other.more)? })
            }
            Operator::Subtract => {
                Some(Self { times: self.times.checked_sub(other.times)?, more: self.more.checked_sub(other.more)? })
            }
            Operator::Multiply if other.times.is_zero() => self.by(other.more),
            Operator::Multiply if self.times.is_zero() => other.by(self.more),
            Operator::Divide if other.times.is_zero() => {
                let part = Decimal::ONE.checked_div(other.more)?;
                // A third is no decimal: what is divided by three and multiplied again is not what it was.
                (part.checked_mul(other.more)? == Decimal::ONE).then_some(())?;
                self.by(part)
            }
            _ => None,
        }
    }

    fn by(self, factor: Decimal) -> Option<Self> {
        Some(Self { times: self.times.checked_mul(factor)?, more: self.more.checked_mul(factor)? })
    }
}
