//! Records by anything that a person holds: what was found, by which of their fields, and who belongs to it.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::shown::plain;
use crate::language::plan::Plan;
use crate::runtime::meant::{all_called, counterparts, near};
use crate::store::{Handle, Store, StoreError};

/// What a text leads to; near ones where it leads nowhere.
///
/// # Errors
/// Where the store cannot be read.
pub async fn find(store: &dyn Store, plan: &Plan, text: &str) -> Result<Json, StoreError> {
    let mut found = Vec::new();
    for handle in all_called(store, text).await? {
        let others = counterparts(plan, store, &handle.target).await?;
        let others: Vec<String> = others.iter().map(ToString::to_string).collect();
        let text = whole(store, &handle).await?;
        found.push(json!({
            "record": handle.target.to_string(), "field": handle.field, "text": text, "counterparts": others,
        }));
    }
    let near = if found.is_empty() { near(store, text, None).await? } else { Vec::new() };
    Ok(json!({ "text": text, "found": found, "near": near }))
}

/// What the field of a record says where a word of it led there.
async fn whole(store: &dyn Store, found: &Handle) -> Result<String, StoreError> {
    let all = store.handles_of(&found.target).await?;
    let with_word = |one: &&Handle| one.field == found.field && one.text.split(' ').any(|word| word == found.text);
    let longest = all.iter().filter(with_word).max_by_key(|one| one.text.len());
    Ok(longest.map_or_else(|| found.text.clone(), |one| one.text.clone()))
}

/// What was found, for people: a record in a line.
pub fn text(told: &Json) -> String {
    let mut out = String::new();
    for one in told.get("found").and_then(Json::as_array).into_iter().flatten() {
        let word = |key: &str| plain(one.get(key).and_then(Json::as_str).unwrap_or_default());
        let others = one.get("counterparts").and_then(Json::as_array).into_iter().flatten();
        let others: Vec<String> = others.filter_map(Json::as_str).map(plain).collect();
        let others = if others.is_empty() { String::new() } else { format!(" = {}", others.join(", ")) };
        let _ = writeln!(out, "{}{others}  ({} {})", word("record"), word("field"), word("text"));
    }
    out
}
