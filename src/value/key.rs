//! How systems spell the texts that tell records apart: what one writes may come back otherwise and mean the same.
//!
//! Also which texts can be a key at all. Knows no record. What is compared exactly, such as the case of a product's
//! SKU, stays so here.

/// The signs of a UUID with its hyphens.
const UUID_SIGNS: usize = 36;

/// The longest key of a record, in bytes.
pub const KEY_BYTES_MAX: usize = 500;

/// Whether a text can be the key of a record: it names something, and stays what it is in a path and in a log.
pub fn can_be(text: &str) -> bool {
    let step = matches!(text.trim(), "" | "." | "..");
    !step && text.len() <= KEY_BYTES_MAX && !text.chars().any(char::is_control)
}

/// A text that cannot be a key, as it may be shown: its beginning, signs for signs that would do something.
pub fn shown(text: &str) -> String {
    const SHOWN_CHARS: usize = 40;
    let end = if text.chars().nth(SHOWN_CHARS).is_some() { "…" } else { "" };
    format!("{:?}{end}", text.chars().take(SHOWN_CHARS).collect::<String>())
}

/// A text that records are matched by: without the blanks around it, which are lost on the way through many systems and
/// tell no two records apart; a UUID as it is usually written, since databases give back capitals.
pub fn matched(text: &str) -> String {
    let text = text.trim();
    if is_uuid(text) { text.to_ascii_lowercase() } else { text.to_owned() }
}

/// Whether the key of an answer is the one that was asked for, however either is spelt: case, blanks, hyphens and zeros
/// in front aside.
pub fn same(own: &str, asked: &str) -> bool {
    let plain = |key: &str| {
        let signs: String = key.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect();
        signs.trim_start_matches('0').to_lowercase()
    };
    plain(own) == plain(asked)
}

fn is_uuid(text: &str) -> bool {
    let fits = |(at, sign): (usize, u8)| match at {
        8 | 13 | 18 | 23 => sign == b'-',
        _ => sign.is_ascii_hexdigit(),
    };
    text.len() == UUID_SIGNS && text.bytes().enumerate().all(fits)
}
