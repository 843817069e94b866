//! Makes a record that rules need and that is not there, such as a term of payment that an order names.
//!
//! One at a time for each key, and only after the newest listing did not show it: the same look
//! finds the trace of a create whose answer was lost.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::finder::{Search, later};
use super::happening::{Change, Happening};
use super::live::Live;
use super::runtime::Runtime;
use super::trouble::Trouble;
use crate::connector::Failure;
use crate::engine::{Found, Listed, Want};
use crate::store::{HistoryEntry, IntentDraft, IntentState, RecordRef, Settlement};
use crate::value::{Record, Value, digest, json, key};

impl Runtime {
    /// The record, created where it is not there. None where the peer refuses it.
    ///
    /// # Errors
    /// [`Trouble`] where the peer or the store cannot go on now.
    pub(super) async fn made(
        &self,
        live: &Live,
        search: &Search<'_>,
        (id, want): (&str, &Want),
    ) -> Result<Found, Trouble> {
        let Want::Made { account, record, fields, pipeline, line, .. } = want else {
            return Ok(Found::Records(Vec::new()));
        };
        let target = RecordRef { account: account.clone(), record: record.clone(), id: id.to_owned() };
        let Ok((_guard, _)) = self.locks.lock(&format!("made\u{1}{target}"), &target.to_string()).await else {
            return Ok(Found::Records(Vec::new()));
        };
        let listed = self.finder.all(search, true).await?;
        let there = row_called(search, &listed, id);
        self.close_makings(&target, there.is_some()).await?;
        let Some(peer) = live.peers.get(account).filter(|_| there.is_none()) else {
            return Ok(Found::Records(there.into_iter().collect()));
        };
        let fields = json::from_json(&serde_json::from_str::<Json>(fields).unwrap_or_default());
        let at = self.world.clock.now();
        let lines = vec![line.clone()];
        if live.observes(account) {
            self.observe_making(search, want, (target, &fields));
            return Ok(Found::Records(vec![fields]));
        }
        let Some(draft) = draft(want, (&target, &fields), (live.generation, at)) else {
            return Ok(Found::Records(Vec::new()));
        };
        let intent = self.store.open_intent(draft).await?;
        let empty = Record::new();
        let made = peer.create(search.kind, fields.as_record().unwrap_or(&empty)).await;
        match made {
            Ok(Some(row)) if !row.key(search.kind).is_some_and(|own| key::same(&own, id)) => {
                // What it made, if anything, is seen by the next look; this one is not believed.
                self.close_makings(&target, false).await?;
                let own = row.key(search.kind).unwrap_or_default();
                tracing::warn!(record = %target, rule = line, own, "the peer answered with another record than it was asked to make; what needs it goes on without");
                Ok(Found::Records(Vec::new()))
            }
            Ok(row) => {
                let what = format!("created {target}");
                let entry =
                    HistoryEntry { at, target: target.clone(), what, detail: fields.clone(), lines: lines.clone() };
                let (intent, history) = (Some((intent.number, IntentState::Done)), vec![entry]);
                self.store.settle(Settlement { intent, history, ..Settlement::default() }).await?;
                self.tell(Happening::Written(Change {
                    cause: target.clone(),
                    target,
                    pipeline: pipeline.clone(),
                    action: "create",
                    fields: fields.clone(),
                    before: Value::Null,
                    owner: search.kind.system.clone(),
                    lines,
                }));
                Ok(Found::Records(vec![row.map_or(fields, |row| row.value)]))
            }
            Err(failure @ (Failure::Refused { .. } | Failure::Gone | Failure::Unsupported { .. })) => {
                self.close_makings(&target, false).await?;
                tracing::warn!(record = %target, rule = line, %failure, "could not be made; what needs it goes on without");
                Ok(Found::Records(Vec::new()))
            }
            Err(failure) => Err(later(account, &failure)),
        }
    }

    /// Settles creates of this record whose answer never came, by whether it is there now.
    async fn close_makings(&self, target: &RecordRef, there: bool) -> Result<(), Trouble> {
        for intent in self.store.open_intents(Some(target)).await? {
            let state = if there { IntentState::Done } else { IntentState::Failed };
            self.store.settle(Settlement { intent: Some((intent.number, state)), ..Settlement::default() }).await?;
        }
        Ok(())
    }

    /// What rests on a record that is only observed is only observed too, and told as it would be.
    fn observe_making(&self, search: &Search<'_>, want: &Want, (target, fields): (RecordRef, &Value)) {
        let Want::Made { pipeline, line, .. } = want else { return };
        self.tell(Happening::Observed(Change {
            cause: target.clone(),
            target,
            pipeline: pipeline.clone(),
            action: "create",
            fields: fields.clone(),
            before: Value::Null,
            owner: search.kind.system.clone(),
            lines: vec![line.clone()],
        }));
    }
}

fn draft(
    want: &Want,
    (target, fields): (&RecordRef, &Value),
    (generation, at): (i64, Timestamp),
) -> Option<IntentDraft> {
    let Want::Made { account, record, pipeline, line, .. } = want else { return None };
    Some(IntentDraft {
        key: digest::of_value(&Value::List(ecow::eco_vec![Value::text(target.to_string()), fields.clone()])),
        pipeline: pipeline.clone(),
        cause: target.clone(),
        account: account.clone(),
        record: record.clone(),
        id: None,
        action: "create".to_owned(),
        fields: fields.clone(),
        lines: vec![line.clone()],
        generation,
        at,
    })
}

/// The row of a listing that has this key.
fn row_called(search: &Search<'_>, listed: &Listed, id: &str) -> Option<Value> {
    let is_it = |row: &&Value| search.kind.id_of(row).as_deref() == Some(id);
    listed.rows().iter().map(|row| &row.value).find(is_it).cloned()
}
