//! The base of a link as one value, whichever engine keeps it, and back without loss.
//!
//! Reads what older versions wrote, too. Knows nothing of how the value is kept.

use super::codec::damaged;
use super::error::StoreError;
use super::link::{Base, BaseValues};
use crate::engine::Fought;
use crate::value::{Record, Value};

/// A base as a value.
pub(super) fn value_of(base: &Base) -> Value {
    let sides = |values: &BaseValues| {
        let by = values.by.clone().map(|by| ("by".to_owned(), Value::text(by)));
        let sent = values.sent.clone().map(|sent| ("sent".to_owned(), sent));
        let fought = values.fought.as_ref().map(|fought| {
            let times = Value::Integer(fought.times.into());
            ("fought".to_owned(), Value::List(ecow::eco_vec![fought.sent.clone(), times, fought.held.clone()]))
        });
        let noted: Record = by.into_iter().chain(sent).chain(fought).collect();
        Value::List(ecow::eco_vec![values.left.clone(), values.right.clone(), Value::Record(noted)])
    };
    Value::Record(base.iter().map(|(rule, values)| (rule.clone(), sides(values))).collect::<Record>())
}

/// The base that [`value_of`] made.
pub(super) fn read(value: &Value) -> Result<Base, StoreError> {
    let rules = value.as_record().ok_or_else(|| damaged("a base is no record"))?;
    let sides = rules.iter().map(|(rule, sides)| match sides.as_list() {
        // Older versions noted the two halves alone.
        Some([left, right]) => Ok((rule.to_string(), BaseValues::new(left.clone(), right.clone()))),
        Some([left, right, noted]) => {
            let by = noted.field("by").as_text().map(ToOwned::to_owned);
            let sent = noted.as_record().and_then(|noted| noted.get("sent")).cloned();
            let fought = read_fought(noted.field("fought"));
            Ok((rule.to_string(), BaseValues { by, sent, fought, ..BaseValues::new(left.clone(), right.clone()) }))
        }
        _ => Err(damaged("a base has not two sides")),
    });
    sides.collect()
}

fn read_fought(noted: &Value) -> Option<Fought> {
    // Older versions did not note what was held, and counted what is none.
    let [sent, times, held] = noted.as_list()? else { return None };
    Some(Fought { sent: sent.clone(), held: held.clone(), times: times.to_key()?.parse().ok()? })
}
