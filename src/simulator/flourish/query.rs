//! Query parameters: decoding, and the filters that all lists share.
//!
//! A parameter that is repeated means any of its values. A parameter that a resource does not
//! know is ignored, as the real API does: `items?sku=…` lists everything.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::reply::Refusal;
use crate::value::timestamp;

/// Decoded parameters in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        });
        Self(pairs.collect())
    }

    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The first value of this name, whatever the name's case: some pages document `Limit`.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.first(name) == Some("true")
    }

    /// Whether the parameter is absent or one of its values is this.
    pub(super) fn accepts(&self, name: &str, actual: &str) -> bool {
        let mut given = self.values(name).peekable();
        given.peek().is_none() || given.any(|value| value == actual)
    }

    /// Whether any parameter of this table of parameter and field is there.
    pub(super) fn has_any(&self, table: &[(&str, &str)]) -> bool {
        self.0.iter().any(|(name, _)| table.iter().any(|(parameter, _)| name == parameter))
    }

    /// Whether a row passes every parameter of this table of parameter and field.
    pub(super) fn accepts_row(&self, row: &Json, table: &[(&str, &str)]) -> bool {
        table.iter().all(|(parameter, field)| match row.get(field) {
            Some(Json::String(text)) => self.accepts(parameter, text),
            Some(Json::Null) | None => self.values(parameter).next().is_none(),
            Some(other) => self.accepts(parameter, &other.to_string()),
        })
    }

    /// Whether the instant lies in the window `<name>_start` to `<name>_end`; both ends count.
    pub(super) fn accepts_time(&self, name: &str, actual: Option<Timestamp>) -> Result<bool, Refusal> {
        let start = self.instant(&format!("{name}_start"))?;
        let end = self.instant(&format!("{name}_end"))?;
        if start.is_none() && end.is_none() {
            return Ok(true);
        }
        let Some(actual) = actual else { return Ok(false) };
        Ok(start.is_none_or(|start| actual >= start) && end.is_none_or(|end| actual <= end))
    }

    fn instant(&self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        self.first(name)
            .map(|text| {
                timestamp::parse(text).ok_or_else(|| Refusal::bad(format!("{name} must be an ISO 8601 datetime")))
            })
            .transpose()
    }

    /// The parameters but those for paging, encoded again, each followed by `&`.
    pub(super) fn filters_encoded(&self) -> String {
        let paging = |name: &str| ["limit", "offset"].iter().any(|known| name.eq_ignore_ascii_case(known));
        let mut text = String::new();
        for (name, value) in self.0.iter().filter(|(name, _)| !paging(name)) {
            text.push_str(&encode(name));
            text.push('=');
            text.push_str(&encode(value));
            text.push('&');
        }
        text
    }
}

/// Percent-decodes; a `+` is a blank; a broken escape stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        let escaped = tail.get(..2).filter(|_| *first == b'%').and_then(|digits| hex::decode(digits).ok());
        match (first, escaped) {
            (_, Some(decoded)) => {
                bytes.extend(decoded);
                rest = tail.get(2..).unwrap_or_default();
            }
            (b'+', None) => bytes.push(b' '),
            (byte, None) => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
