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
    let is_odd = |sign: char| sign.is_control() || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}');
    let is_odd = |sign: char| is_odd(sign) || matches!(sign, '\u{2066}'..='\u{2069}' | '\u{feff}');
    let spelt = |sign: char| {
        if is_odd(sign) { sign.escape_default().collect::<String>() } else { sign.to_string() }
    };
    text.chars().map(spelt).collect()
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most).chain(['…']).collect() }
}
