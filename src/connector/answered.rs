//! The record in the answer to a call about one.
//!
//! Knows where calls have it stand. What an answer that shows none means is for whoever made the call.

use std::sync::Arc;

use super::answer_body::name_of;
use super::connector::Connector;
use super::failure::{Failure, Purpose};
use super::reader::{self, Shape, Single};
use super::response::NotJson;
use super::row::Row;
use crate::language::plan::{Call, RecordType};
use crate::value::Value;
use crate::world::{Request, Response};

impl Connector {
    /// Sends a write. `None` where the answer shows no record with its key.
    pub(super) async fn written(
        &self,
        (record, call): (&RecordType, &Call),
        request: Request,
        purpose: Purpose,
    ) -> Result<Option<Row>, Failure> {
        let place = name_of(call);
        let read = |answer: &Response| {
            let found = self.one((record, call), answer, false)?;
            let row = if let Some(Single::Row(row)) = found { Some(row) } else { None };
            let row = row.filter(|row| row.key(record).is_some());
            Ok(Some(row.or_else(|| self.made(record, call.location.as_ref()?, answer.header("Location")?))))
        };
        Ok(self.exchange(request, (purpose, &place), read).await?.flatten())
    }

    /// The record in an answer.
    pub(super) fn one(
        &self,
        (record, call): (&RecordType, &Call),
        answer: &Response,
        tolerant: bool,
    ) -> Result<Option<Single>, NotJson> {
        let shape = self.shape(record);
        let wrapper = call.answer.as_ref().or(self.system.answer.as_ref());
        let found = reader::single((wrapper, &shape), &answer.body, (tolerant, self.transport.peers_are_whole()))?;
        Ok(found.map(|found| match found {
            Single::Row(row) => Single::Row(with_headers(record, row, answer)),
            other => other,
        }))
    }

    /// How a record is read; one that is not the system's own is looked at anew.
    pub(super) fn shape(&self, record: &RecordType) -> Arc<Shape> {
        self.shapes.get(&record.name).cloned().unwrap_or_else(|| Shape::of(&self.system, record))
    }
}

/// A record with what the headers of its answer say of it.
fn with_headers(record: &RecordType, mut row: Row, answer: &Response) -> Row {
    for field in &record.fields {
        let said = field.read_header.as_ref().and_then(|name| answer.header(name));
        if let (Some(text), Value::Record(fields)) = (said, &mut row.value) {
            field.path.write(fields, Value::text(text.trim()));
        }
    }
    row
}
