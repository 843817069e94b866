//! Lists in pages of at most fifty rows.
//!
//! `next` is an absolute URL on the caller's own host, and empty on the last page. The inventory
//! summary loses its filters in `next`, as the published example does; other lists keep them.

use serde_json::{Value as Json, json};

use super::call::Call;
use super::reply::{Answer, Refusal, Reply};

/// Rows on a page unless fewer are asked for, and the most that can be asked for.
const PAGE_ROWS_MAX: usize = 50;
/// The list whose `next` forgets the filters.
const FORGETFUL: &str = "/inventory/summary";

/// One page of these records, each shown by `view`.
pub(super) fn page<T>(call: &Call, records: &[T], view: impl Fn(&T) -> Json) -> Answer {
    let limit = number(call, "limit", PAGE_ROWS_MAX)?.min(PAGE_ROWS_MAX);
    if limit == 0 {
        return Err(Refusal::bad("limit must be at least 1"));
    }
    let offset = number(call, "offset", 0)?;
    let rows: Vec<Json> = records.iter().skip(offset).take(limit).map(view).collect();
    let after = offset.saturating_add(rows.len());
    let next = if after < records.len() && !rows.is_empty() {
        let filters = if call.path().ends_with(FORGETFUL) { String::new() } else { call.query.filters_encoded() };
        format!("{}{}?{filters}offset={after}&limit={limit}", call.origin(), call.path())
    } else {
        String::new()
    };
    let meta = json!({"total": records.len(), "offset": offset, "limit": limit, "count": rows.len(), "next": next});
    Ok(Reply::Page { meta, rows })
}

fn number(call: &Call, name: &str, default: usize) -> Result<usize, Refusal> {
    call.query.first(name).map_or(Ok(default), |text| {
        text.parse().map_err(|_| Refusal::bad(format!("{name} must be a whole number, not \"{text}\"")))
    })
}
