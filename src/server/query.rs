//! What stands behind the question mark of an address, as names and values.

use std::collections::BTreeMap;

/// The pairs; of a name that stands twice the last value. What is spelt wrongly stays as it is.
pub(super) fn pairs(query: &str) -> BTreeMap<String, String> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (decoded(name), decoded(value))
    };
    query.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let spelt = (*first == b'%').then(|| behind.get(..2).and_then(|two| hex::decode(two).ok())).flatten();
        match spelt {
            Some(byte) => {
                bytes.extend(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
