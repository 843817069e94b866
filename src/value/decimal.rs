//! Exact decimals from the spellings that systems use for money and quantities.
//!
//! Owns reading `"108.00"`, `216`, `1e3`, `"1,080.50"`; refuses everything a person would not
//! read as one number, and every number that would have to be rounded. No float is involved.

use rust_decimal::Decimal;

/// Reads decimal text: an optional sign, digits, one point; thousands commas and blanks around
/// are allowed. `None` for anything else, also for more than 28 digits.
pub fn parse(text: &str) -> Option<Decimal> {
    let plain = without_thousands(text.trim())?;
    let known = |letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.' | 'e' | 'E');
    if !plain.chars().all(known) || !plain.contains(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    if plain.contains(['e', 'E']) {
        return Decimal::from_scientific(&plain).ok();
    }
    // Zeros at the end of a fraction say nothing, and may be more than can be kept.
    match Decimal::from_str_exact(&plain) {
        Ok(number) => Some(number),
        Err(_) if plain.contains('.') => Decimal::from_str_exact(plain.trim_end_matches('0')).ok(),
        Err(_) => None,
    }
}

/// Removes commas only where they part groups of three digits of the whole part, so neither
/// `1,5` nor `1.5,000` is a number.
fn without_thousands(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    if fraction.is_some_and(|fraction| fraction.contains(',')) {
        return None;
    }
    let mut groups = whole.split(',');
    let first = groups.next()?.trim_start_matches(['+', '-']);
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let fits = (1..=3).contains(&first.len()) && digits(first) && groups.all(|group| group.len() == 3 && digits(group));
    (fits || !whole.contains(',')).then(|| text.replace(',', ""))
}
