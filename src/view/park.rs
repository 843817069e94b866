//! Parked work and links made by hand, as JSON: entries as the contract names their fields.
//!
//! Knows no store and no HTTP. The command that mends an entry is said here and nowhere else.

use serde_json::{Value as Body, json};

use crate::engine::COUNTERPART_GONE;
use crate::language::plan::Plan;
use crate::runtime::meant::{Unmeant, counterparts, meant};
use crate::store::{Link, Park, Store};
use crate::value::Value;
use crate::value::json::to_json;
use crate::value::timestamp;

/// The entries of a record, by its id or by what people call it, and of its counterparts, oldest first.
///
/// # Errors
/// [`Unmeant`] where no one record is meant, or the store cannot be read.
pub async fn of_record(plan: &Plan, store: &dyn Store, name: &str) -> Result<Vec<Park>, Unmeant> {
    let target = meant(plan, store, name).await?;
    let mut records = counterparts(plan, store, &target).await?;
    records.insert(target);
    let mut parks = Vec::new();
    for record in records {
        parks.extend(store.parks_of(&record).await?);
    }
    parks.sort_by_key(|park| park.number);
    Ok(parks)
}

/// An entry of the inbox, as the contract names its fields.
pub fn item(park: &Park) -> Body {
    let draft = &park.draft;
    let candidates: Vec<Body> = draft
        .candidates
        .iter()
        .map(|one| json!({ "record": one.record, "id": one.id, "label": one.label, "why": one.why }))
        .collect();
    let values: Vec<Body> =
        draft.shown.iter().map(|(of, value)| json!({ "of": of, "value": to_json(&shortest(value)) })).collect();
    let looked_for: Vec<Body> = draft
        .waits
        .iter()
        .map(|wait| {
            let record = format!("{}.{}", wait.account, wait.record);
            json!({ "record": record, "field": wait.field, "value": wait.value })
        })
        .collect();
    let unpaired = draft.unpaired.as_ref();
    json!({
        "id": park.number.to_string(),
        "account": draft.target.account,
        "record": draft.target.record,
        "record_id": draft.target.id,
        "group": draft.group,
        "reason": draft.reason,
        "code": draft.code,
        "message": draft.message,
        "since": timestamp::text(park.since),
        "attempts": park.attempts,
        "rule": { "file": draft.rule.0, "line": draft.rule.1 },
        "values": values,
        "looked_for": looked_for,
        "candidates": candidates,
        "unpaired": unpaired.map(|of| format!("{}/{}", of.account, of.id)),
        "mend": mend(park),
    })
}

/// The one command that mends it, once its cause is mended where a person must do that.
fn mend(park: &Park) -> String {
    let word = if park.draft.code == COUNTERPART_GONE { "relink" } else { "match" };
    match (park.draft.candidates.first(), &park.draft.unpaired) {
        (Some(near), Some(_)) => format!("petiole inbox {word} {} {}/{}", park.number, near.record, near.id),
        _ => format!("petiole inbox retry {}", park.number),
    }
}

/// A link that a person made.
pub fn matched(link: &Link) -> Body {
    json!({
        "pipeline": link.pipeline, "since": timestamp::text(link.since),
        "left": { "account": link.left.account, "id": link.left.id },
        "right": { "account": link.right.account, "id": link.right.id },
    })
}

/// The same value with no zeros behind a decimal's last digit.
fn shortest(value: &Value) -> Value {
    match value {
        Value::Decimal(number) => Value::Decimal(number.normalize()),
        Value::List(items) => Value::List(items.iter().map(shortest).collect()),
        Value::Record(fields) => {
            Value::Record(fields.iter().map(|(name, value)| (name.clone(), shortest(value))).collect())
        }
        other => other.clone(),
    }
}
