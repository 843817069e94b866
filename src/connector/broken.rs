//! Answers whose JSON is broken beyond single values: an unclosed brace, a body that ends too early.
//!
//! Pure. Finds in the text of such an answer what can still be told: the key of its first row, and where the next page
//! is. What is behind the break is never read, and nothing of it is given on as a value.

use serde_json::Value as Json;

use crate::language::plan::RecordType;
use crate::value::{Path, Segment};

/// The most of a broken answer that is looked through, in characters.
const CHARS_MAX: usize = 64 * 1024;

/// The part of a broken answer that is looked through; `None` where it was never meant to be JSON.
pub(super) fn text_of(body: &[u8]) -> Option<String> {
    let text: String = String::from_utf8_lossy(body).chars().take(CHARS_MAX).collect();
    text.trim_start().starts_with(['{', '[']).then_some(text)
}

/// The key of the first row, where it stands before the break.
pub(super) fn key_of_row(text: &str, rows: &Path, record: &RecordType) -> Option<String> {
    let list = if rows.0.is_empty() { text } else { value_of(text, last_name(rows)?)? };
    let row = list.trim_start().strip_prefix('[')?.trim_start().strip_prefix('{')?;
    let place = &record.field(&Path::field(record.key.as_str()))?.read_at;
    match first_value(own_value(row, last_name(place)?)?)? {
        Json::String(key) => Some(key).filter(|key| !key.is_empty()),
        Json::Number(key) => Some(key.to_string()),
        _ => None,
    }
}

/// What stands at the place of the next page; `None` where nothing can be told.
pub(super) fn next_page(text: &str, next: &Path) -> Option<Json> {
    first_value(value_of(text, last_name(next)?)?)
}

fn last_name(path: &Path) -> Option<&str> {
    match path.0.as_slice() {
        [.., Segment::Field(name)] => Some(name),
        _ => None,
    }
}

/// The text from the value of the first field of this name on, at whatever depth.
fn value_of<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let quoted = format!("\"{name}\"");
    text.match_indices(&quoted).find_map(|(at, found)| {
        let rest = text.get(at + found.len()..)?.trim_start();
        rest.strip_prefix(':').map(str::trim_start)
    })
}

/// The text from the value of a field of this name on, among those of the object that the text stands in.
fn own_value<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    let mut begins = None;
    for (at, sign) in text.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' if in_text => {
                in_text = false;
                let is_it = begins.take().and_then(|from: usize| text.get(from..at)) == Some(name);
                let rest = text.get(at..).and_then(|rest| rest.strip_prefix('"')).map(str::trim_start);
                if let Some(value) = rest.and_then(|rest| rest.strip_prefix(':')).filter(|_| is_it && depth == 0) {
                    return Some(value.trim_start());
                }
            }
            '"' => {
                in_text = true;
                begins = Some(at + sign.len_utf8());
            }
            _ if in_text => {}
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

/// The value at the beginning of a text, whatever follows it.
fn first_value(text: &str) -> Option<Json> {
    serde_json::Deserializer::from_str(text).into_iter::<Json>().next()?.ok()
}
