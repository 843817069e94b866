//! Values and texts of peers in a line for people: whatever is in them, a terminal only prints them.

use serde_json::Value as Json;

/// Letters of a value that are shown in a line.
const VALUE_SHOWN: usize = 100;

/// A value in a line: text in quotes, its end left out where it is long.
pub fn value(value: &Json) -> String {
    let text = match value {
        Json::Null => return "nothing".to_owned(),
        Json::String(text) => format!("{text:?}"),
        Json::Array(items) if items.iter().any(Json::is_object) => {
            let rows = if items.len() == 1 { "1 row".to_owned() } else { format!("{} rows", items.len()) };
            format!("{rows} {}", plain(&value.to_string()))
        }
        other => plain(&other.to_string()),
    };
    shortened(&text, VALUE_SHOWN)
}

/// A text as it may be printed: what would steer a terminal, or turn letters around, is spelt.
pub fn plain(text: &str) -> String {
    let spelt = |sign: char| {
        if is_odd(sign) { sign.escape_default().collect::<String>() } else { sign.to_string() }
    };
    text.chars().map(spelt).collect()
}

/// Whether a sign steers a terminal, turns letters around, or is seen by nobody.
pub fn is_odd(sign: char) -> bool {
    let hides = matches!(sign, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    sign.is_control() || hides || matches!(sign, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most).chain(['…']).collect() }
}
