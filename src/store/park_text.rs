//! What a park says that has more parts than one, as one text each, whichever engine keeps it.

use super::codec::{damaged, decode, encode};
use super::error::StoreError;
use super::park::{Candidate, Unpaired};
use crate::language::plan::Side;
use crate::value::Value;

/// Candidates as text.
pub(super) fn of_candidates(candidates: &[Candidate]) -> String {
    let parts: Vec<_> = candidates.iter().map(|one| (&one.record, &one.id, &one.label, &one.why)).collect();
    serde_json::json!(parts).to_string()
}

/// The candidates that [`of_candidates`] wrote.
pub(super) fn read_candidates(text: &str) -> Result<Vec<Candidate>, StoreError> {
    let parts: Vec<(String, String, String, String)> =
        serde_json::from_str(text).map_err(|error| damaged(&error.to_string()))?;
    Ok(parts.into_iter().map(|(record, id, label, why)| Candidate { record, id, label, why }).collect())
}

/// Shown values as text.
pub(super) fn of_shown(shown: &[(String, Value)]) -> Result<String, StoreError> {
    let pair = |(of, value): &(String, Value)| Value::List(ecow::eco_vec![Value::text(of), value.clone()]);
    encode(&Value::List(shown.iter().map(pair).collect()))
}

/// What [`of_shown`] wrote.
pub(super) fn read_shown(text: &str) -> Result<Vec<(String, Value)>, StoreError> {
    let pair = |pair: &Value| match pair.as_list() {
        Some([of, value]) => Some((of.as_text()?.to_owned(), value.clone())),
        _ => None,
    };
    Ok(decode(text)?.as_list().unwrap_or_default().iter().filter_map(pair).collect())
}

/// A record without its counterpart as text.
pub(super) fn of_unpaired(unpaired: &Unpaired) -> String {
    let Unpaired { pipeline, side, account, id, other } = unpaired;
    serde_json::json!([pipeline, side.as_str(), account, id, other]).to_string()
}

/// What [`of_unpaired`] wrote.
pub(super) fn read_unpaired(text: &str) -> Result<Unpaired, StoreError> {
    let [pipeline, side, account, id, other]: [String; 5] =
        serde_json::from_str(text).map_err(|error| damaged(&error.to_string()))?;
    let side = if side == Side::Left.as_str() { Side::Left } else { Side::Right };
    Ok(Unpaired { pipeline, side, account, id, other })
}
