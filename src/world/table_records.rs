//! Records of a table: one a row, or several rows that differ only in the columns of a list.
//!
//! Tables that are exchanged write an order with three lines as three rows that repeat the order. Which columns are the
//! lines' is said with the address; here rows become records and records rows. Knows no files.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value as Json};

use super::table_text::Table;

/// The columns that are a list's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct List {
    /// The field that holds the list.
    pub(super) name: String,
    /// What each of its elements holds.
    pub(super) columns: Vec<String>,
}

/// A record with the places of its rows.
pub(super) struct TableRecord {
    pub(super) fields: Map<String, Json>,
    pub(super) places: Vec<Range<usize>>,
}

/// The records of a table, in the order in which they begin.
pub(super) fn records(table: &Table, list: Option<&List>) -> Vec<TableRecord> {
    let mut found: Vec<TableRecord> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for row in &table.rows {
        let Some(list) = list else {
            found.push(TableRecord { fields: row.fields.clone(), places: vec![row.place.clone()] });
            continue;
        };
        let is_element = |(name, _): &(&String, &Json)| list.columns.contains(name);
        let of = |wanted: bool| -> Map<String, Json> {
            let some = row.fields.iter().filter(|field| is_element(field) == wanted);
            some.map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        let (mut fields, element) = (of(false), of(true));
        let name = Json::Object(fields.clone()).to_string();
        let at = *known.entry(name).or_insert(found.len());
        if at == found.len() {
            fields.insert(list.name.clone(), Json::Array(Vec::new()));
            found.push(TableRecord { fields, places: Vec::new() });
        }
        let Some(record) = found.get_mut(at) else { continue };
        record.places.push(row.place.clone());
        if element.values().any(|value| !value.is_null())
            && let Some(Json::Array(elements)) = record.fields.get_mut(&list.name)
        {
            elements.push(Json::Object(element));
        }
    }
    found
}

/// The columns that such a record has.
pub(super) fn columns(fields: &Map<String, Json>, list: Option<&List>) -> Vec<String> {
    let of = |name: &String| match list {
        Some(list) if list.name == *name => list.columns.clone(),
        _ => vec![name.clone()],
    };
    fields.keys().flat_map(of).collect()
}

/// A record as lines of a table.
///
/// # Errors
/// Says which value has no place.
pub(super) fn lines(table: &Table, fields: &Map<String, Json>, list: Option<&List>) -> Result<String, String> {
    let Some(list) = list else { return table.line(fields) };
    let mut bare = fields.clone();
    let elements = match bare.remove(&list.name) {
        Some(Json::Array(elements)) => elements,
        None | Some(Json::Null) => Vec::new(),
        Some(_) => return Err(format!("`{}` is no list", list.name)),
    };
    if elements.is_empty() {
        return table.line(&bare);
    }
    let line = |element: &Json| {
        let Json::Object(element) = element else { return Err(format!("an element of `{}` is no record", list.name)) };
        if let Some(name) = element.keys().find(|name| !list.columns.contains(name)) {
            return Err(format!("`{name}` of `{}` has no column; it has {}", list.name, list.columns.join(", ")));
        }
        let mut row = bare.clone();
        row.extend(element.clone());
        table.line(&row)
    };
    elements.iter().map(line).collect()
}
