//! Exact decimals from the spellings that systems use for money and quantities.
//!
//! Owns reading `"108.00"`, `216`, `1e3`, `"1,080.50"`; refuses everything a person would not
//! read as one number. No float is involved.

use std::str::FromStr;

use rust_decimal::Decimal;

/// Reads decimal text: an optional sign, digits, one point; thousands commas and blanks around
/// are allowed. `None` for anything else, also for more than 28 digits.
pub fn parse(text: &str) -> Option<Decimal> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return None;
    }
    let plain = without_thousands(trimmed)?;
    Decimal::from_str(&plain).or_else(|_| Decimal::from_scientific(&plain)).ok()
}

/// Removes commas only where they part groups of three digits, so `1,5` is no number.
fn without_thousands(text: &str) -> Option<String> {
    if !text.contains(',') {
        return Some(text.to_owned());
    }
    let whole = text.split('.').next().unwrap_or(text);
    let groups_fit =
        whole.split(',').skip(1).all(|group| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit()));
    groups_fit.then(|| text.replace(',', ""))
}
