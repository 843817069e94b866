//! Lengths of time as people write them: `500ms`, `30s`, `2m`, `6h`, `1d`.

use std::time::Duration;

/// Reads a length of time; `None` where the text is none.
pub fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let split = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: u64 = number.parse().ok()?;
    let seconds = |each: u64| Some(Duration::from_secs(number.checked_mul(each)?));
    match unit.trim() {
        "ms" => Some(Duration::from_millis(number)),
        "s" => seconds(1),
        "m" => seconds(60),
        "h" => seconds(60 * 60),
        "d" => seconds(24 * 60 * 60),
        _ => None,
    }
}

/// A length of time as [`parse`] reads it, in its largest whole unit: `500ms`, `30s`, `2m`.
pub fn text(length: Duration) -> String {
    let millis = length.as_millis();
    let units = [("d", 24 * 60 * 60 * 1000), ("h", 60 * 60 * 1000), ("m", 60 * 1000), ("s", 1000)];
    let whole = units.iter().find(|(_, each)| millis > 0 && millis.is_multiple_of(*each));
    whole.map_or_else(|| format!("{millis}ms"), |(unit, each)| format!("{}{unit}", millis / each))
}

/// A length of time in whole seconds, minutes or hours: nobody wants to know it better.
pub fn about(length: Duration) -> String {
    let seconds = length.as_secs();
    let whole = match seconds {
        0..120 => seconds,
        120..7200 => seconds - seconds % 60,
        _ => seconds - seconds % 3600,
    };
    text(Duration::from_secs(whole))
}
