//! Records that are taken away, and records that are shown and count as gone.

use super::connector::{Connector, Listing};
use super::failure::{Failure, Purpose, no_call};
use super::request::{self, Holes};
use super::row::Row;
use crate::language::plan::RecordType;
use crate::value::Value;

impl Connector {
    /// The record of this key; `None` where it is gone.
    ///
    /// # Errors
    /// Any [`Failure`] but `Gone`.
    pub async fn read(&self, record: &RecordType, id: &str) -> Result<Option<Row>, Failure> {
        Ok(self.read_shown(record, id).await?.filter(|row| !record.is_gone(&row.value)))
    }

    /// Takes a record away.
    ///
    /// # Errors
    /// Any [`Failure`]; `Gone` where it was not there any more.
    pub async fn remove(&self, record: &RecordType, id: &str, present: &Value) -> Result<(), Failure> {
        let call = record.remove.as_ref().ok_or_else(|| no_call(record, "delete"))?;
        if let Some(rehearsal) = &self.rehearsal {
            rehearsal.remove(record, id);
            return Ok(());
        }
        let (key, fields) = (Some((record.key.as_str(), id)), present.as_record());
        let holes = Holes { key, fields, kind: Some(record), ..Holes::of(&self.account) };
        let request = request::build(&self.system, call, &holes, None)?;
        self.written((record, call), request, Purpose::Remove).await.map(drop)
    }

    /// Rows of a listing without those that count as gone. What is asked for since an instant tells of them, too.
    pub(super) fn without_gone(record: &RecordType, listing: &Listing, mut rows: Vec<Row>) -> Vec<Row> {
        if record.gone_when.is_some() && !matches!(listing, Listing::ChangedSince(_)) {
            rows.retain(|row| !record.is_gone(&row.value));
        }
        rows
    }
}
