//! What stands behind the question mark of an address, as names and values.

use std::collections::BTreeMap;

use crate::connector::request::form_decode;

/// The pairs; of a name that stands twice the last value. What is spelt wrongly stays as it is.
pub(super) fn pairs(query: &str) -> BTreeMap<String, String> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (form_decode(name), form_decode(value))
    };
    query.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}
