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
        return exact(&written_out(&plain)?);
    }
    exact(&plain)
}

/// A number of more digits than can be kept is none: it is never rounded.
fn exact(plain: &str) -> Option<Decimal> {
    // Zeros at the end of a fraction say nothing, and may be more than can be kept.
    match Decimal::from_str_exact(plain) {
        Ok(number) => Some(number),
        Err(_) if plain.contains('.') => Decimal::from_str_exact(plain.trim_end_matches('0')).ok(),
        Err(_) => None,
    }
}

/// `1.5e3` as `1500`.
fn written_out(text: &str) -> Option<String> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent: i32 = exponent.parse().ok().filter(|exponent: &i32| exponent.abs() <= EXPONENT_MAX)?;
    let (sign, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    let length = i32::try_from(all.len()).ok()?;
    let (whole, fraction) = if point <= 0 {
        ("0".to_owned(), format!("{}{all}", zeros(-point)))
    } else if point >= length {
        (format!("{all}{}", zeros(point - length)), String::new())
    } else {
        let (whole, fraction) = all.split_at_checked(usize::try_from(point).ok()?)?;
        (whole.to_owned(), fraction.to_owned())
    };
    let fraction = fraction.trim_end_matches('0');
    let plain = whole.trim_start_matches('0');
    let whole = if plain.is_empty() { "0" } else { plain };
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// An exponent beyond this leads to more digits than can be kept.
const EXPONENT_MAX: i32 = 60;

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
