//! Changes of a record: its fields by the update call, its state by a move.
//!
//! A call that writes lists whole, or records within the record, first asks what the peer holds beside what is named,
//! where anything of the kind was ever seen. Which change is wise is for others.

use super::carried::{self, Beside, ListKey};
use super::connector::Connector;
use super::failure::{Failure, Purpose, no_call};
use super::request::{self, Holes, Mode, Sending};
use super::row::Row;
use crate::language::plan::{Call, Move, MoveBy, RecordType};
use crate::value::{Path, Record, Value, key};

impl Connector {
    /// Changes a record: sends `fields`, and from `present` what the call resends. `None` where
    /// the peer's answer does not show the record, or shows another.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn update(
        &self,
        record: &RecordType,
        id: &str,
        fields: &Record,
        present: &Value,
    ) -> Result<Option<Row>, Failure> {
        self.update_lists(record, id, (fields, present), &[]).await
    }

    /// The same, where elements of lists are told apart by these keys: what the peer holds in an element, and no field
    /// is about, is sent along with it.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn update_lists(
        &self,
        record: &RecordType,
        id: &str,
        (fields, present): (&Record, &Value),
        keys: &[ListKey],
    ) -> Result<Option<Row>, Failure> {
        let call = record.change(fields).ok_or_else(|| no_call(record, "update"))?;
        let adds = record.add.values().any(|added| std::ptr::eq(added, call));
        if let Some(rehearsal) = &self.rehearsal {
            return Ok(Some(rehearsal.change((record, id), (fields, present), adds)));
        }
        if let Some(name) = record.version.as_ref().filter(|name| !adds && present.field(name).is_null()) {
            // What was listed may lack it; shown without it, a change would be over whatever stands there by now.
            return Err(Failure::Stale { message: format!("which `{name}` was decided on is not known") });
        }
        let mut fields = request::with_resent(record, call, (fields, present));
        carried::with_siblings(record, call, (&mut fields, present));
        let beside = if adds { None } else { self.beside((record, call), id, (&fields, keys)).await? };
        let mode = if adds { Mode::Add } else { Mode::Update };
        let sending = Sending { beside: beside.as_ref(), ..Sending::of(record, &fields, mode) };
        self.change(record, id, call, present, Some(sending)).await
    }

    /// Makes a move: its own call without a body, or the update call with the state set. `None`
    /// where the peer's answer does not show the record.
    ///
    /// # Errors
    /// Any [`Failure`]; a move that only people make is [`Failure::Unsupported`].
    pub async fn make_move(
        &self,
        record: &RecordType,
        id: &str,
        step: &Move,
        present: &Value,
    ) -> Result<Option<Row>, Failure> {
        match (&step.by, &record.states) {
            (MoveBy::Call(call), _) => match &self.rehearsal {
                Some(rehearsal) => Ok(Some(rehearsal.make_move((record, id), (step, present)))),
                None => self.change(record, id, call, present, None).await,
            },
            (MoveBy::Update, Some(states)) => {
                let mut fields = Record::new();
                if let Some(path) = Path::parse(&states.field) {
                    path.write(&mut fields, Value::text(&step.to));
                }
                self.update(record, id, &fields, present).await
            }
            _ => Err(Failure::unsupported(format!(
                "only people move a {} from {} to {}",
                record.name, step.from, step.to
            ))),
        }
    }

    async fn change(
        &self,
        record: &RecordType,
        id: &str,
        call: &Call,
        present: &Value,
        sending: Option<Sending<'_>>,
    ) -> Result<Option<Row>, Failure> {
        let (key, fields) = (Some((record.key.as_str(), id)), present.as_record());
        let holes = Holes { key, fields, kind: Some(record), ..Holes::of(&self.account) };
        let request = request::build(&self.system, call, &holes, sending)?;
        let row = self.written((record, call), request, Purpose::Change).await?;
        // Another record than was changed says nothing of this one, which is read anew.
        Ok(row.filter(|row| row.key(record).is_some_and(|own| key::same(&own, id))))
    }

    /// What the peer holds of a record, where a call takes the place of what no field is about.
    async fn beside<'k>(
        &self,
        (record, call): (&RecordType, &Call),
        id: &str,
        (fields, keys): (&Record, &'k [ListKey]),
    ) -> Result<Option<Beside<'k>>, Failure> {
        if record.read.is_none() || !self.shape(record).is_beside() || !carried::takes_place(record, call, fields) {
            return Ok(None);
        }
        let row = self.read_shown(record, id).await?.ok_or(Failure::Gone)?;
        Ok(Some(Beside::of(row, keys)))
    }
}
