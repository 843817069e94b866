//! Makes a record that rules need beside a pair and that is not there, such as a term of payment that an order names.
//!
//! One at a time for each key, whichever pair needs it: intent, call, settlement. What may have been made unseen is
//! looked for first, and again when its system has had time to settle.

use std::time::Duration;

use jiff::SignedDuration;

use super::causes::Causes;
use super::pairing::Pairing;
use crate::connector::{Failure, Row};
use crate::engine::{MAKE, Made, Makeable, Making};
use crate::language::plan::{FieldRule, Pipeline, Plan, Side, WithRead};
use crate::runtime::coordination::turn::Blocked;
use crate::runtime::happening::{Change, Happening};
use crate::runtime::live::Live;
use crate::runtime::memory::search::Search;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::{Trouble, put_off};
use crate::store::{Claim, DecisionEntry, HistoryEntry, Intent, IntentDraft, IntentState, RecordRef, Settlement};
use crate::value::{Value, digest, key};

/// The record that is made beside a pair.
pub(crate) fn beside(record: &Makeable) -> RecordRef {
    RecordRef { account: record.account.clone(), record: record.record.clone(), id: record.id.clone() }
}

/// Why a record may not be made, if so: no line of the pipeline asks for it, or nothing at all is written to its system
/// here.
pub(crate) fn forbidden(plan: &Plan, (pipeline, settings): (&Pipeline, &Value), making: &Making) -> Option<String> {
    let Makeable { account, record, .. } = &making.record;
    let fits = |read: &&WithRead| {
        let system = plan.accounts.get(account).map(|account| account.system.as_str());
        read.record.name == *record && Some(read.record.system.as_str()) == system
    };
    let Some(read) = asked_by(pipeline, making).filter(fits) else {
        return Some(format!("no line makes a {record} at {account}"));
    };
    let own = [Side::Left, Side::Right].into_iter().find(|side| pipeline.record(*side).system == read.record.system);
    let written = |side: Side| {
        let flows = |rule: &FieldRule| pipeline.flows(rule, side, settings);
        pipeline.live_create(side, settings).is_some() || pipeline.rules.iter().any(flows)
    };
    let forbidden = own.is_some_and(|side| !written(side));
    forbidden.then(|| format!("nothing is written to {account} here, so no {record} is made there"))
}

/// The line of a pipeline that has a record made.
fn asked_by<'p>(pipeline: &'p Pipeline, making: &Making) -> Option<&'p WithRead> {
    pipeline.with.iter().find(|read| read.made.is_some() && read.line == making.line)
}

impl Change {
    /// What is made beside a pair.
    pub(crate) fn of_made(pairing: &Pairing<'_>, making: &Making) -> Self {
        let owner = asked_by(pairing.pipeline, making).map(|read| read.record.system.clone());
        Self {
            cause: pairing.target(),
            target: beside(&making.record),
            pipeline: pairing.pipeline.name.clone(),
            action: "create",
            fields: Value::Record(making.fields.clone()),
            before: Value::Null,
            owner: owner.unwrap_or_default(),
            lines: vec![making.line.to_string()],
            causes: Causes::default(),
        }
    }
}

impl Runtime {
    /// Makes the record, unless it is there meanwhile; what became of it.
    ///
    /// # Errors
    /// [`Trouble`] where the peer or the store cannot go on now.
    pub(crate) async fn make(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        making: &Making,
        entry: Box<DecisionEntry>,
    ) -> Result<Made, Trouble> {
        let record = &making.record;
        let search = self.search(live, &record.account, &record.record);
        let Some(search) = search.filter(|_| live.peers.contains_key(&record.account)) else {
            self.store.record_decision(*entry).await?;
            return Ok(Made::Refused);
        };
        let target = beside(record);
        let (turn, _) = match self.turn(&format!("made\u{1}{target}"), &target.to_string()).await {
            Ok(turn) => turn,
            Err(Blocked::Trouble(trouble)) => return Err(trouble),
            Err(Blocked::Ring(_)) => {
                return Err(Trouble::Later { reason: format!("{target} is being made by another"), after: None });
            }
        };
        let made = async {
            if let Some(held) = self.there_meanwhile(live, &search, &target, pairing.claim).await? {
                self.store.record_decision(*entry).await?;
                return Ok(Made::There(held));
            }
            let draft = IntentDraft { decision: Some(entry), ..self.draft_of_made(live, pairing, making) };
            let intent = self.store.open_intent(draft, pairing.claim).await?;
            self.make_alone(live, pairing, (&intent, making), &search).await
        };
        self.within(Some(turn), Box::pin(made)).await
    }

    async fn make_alone(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        (intent, making): (&Intent, &Making),
        search: &Search<'_>,
    ) -> Result<Made, Trouble> {
        let Making { record, fields, line } = making;
        let Some(peer) = live.peers.get(&record.account) else { return Ok(Made::Refused) };
        let target = beside(record);
        match peer.create(search.kind, fields).await {
            Ok(Some(row)) if !row.key(search.kind).is_some_and(|own| key::same(&own, &target.id)) => {
                // What it made, if anything, is seen by the next look; this one is not believed.
                self.close(pairing.claim, (intent, IntentState::Failed)).await?;
                let own = row.key(search.kind).unwrap_or_default();
                tracing::warn!(record = %target, rule = %line, own, "the peer answered with another record than it \
                     was asked to make; what needs it goes on without");
                Ok(Made::Refused)
            }
            Ok(row) => self.note_made(live, pairing, (intent, making, row)).await.map(Made::There),
            Err(failure @ (Failure::Refused { .. } | Failure::Gone | Failure::Unsupported { .. })) => {
                self.close(pairing.claim, (intent, IntentState::Failed)).await?;
                tracing::warn!(record = %target, rule = %line, %failure, "could not be made; what needs it goes on \
                     without");
                Ok(Made::Refused)
            }
            Err(failure) => {
                let unseen = matches!(failure, Failure::Transient { maybe_done: true, .. });
                if !unseen {
                    self.close(pairing.claim, (intent, IntentState::Failed)).await?;
                }
                Err(put_off(&record.account, &failure, unseen))
            }
        }
    }

    /// Settles, by a new look, makings of a pair whose answers never came.
    ///
    /// # Errors
    /// [`Trouble::Later`] while a trace may still appear.
    pub(crate) async fn settle_makings(
        &self,
        live: &Live,
        makings: &[Intent],
        claim: Option<Claim>,
    ) -> Result<(), Trouble> {
        for intent in makings {
            let IntentDraft { account, record, id, .. } = &intent.draft;
            let (Some(search), Some(id)) = (self.search(live, account, record), id) else { continue };
            self.look_for_made(live, &search, (id, std::slice::from_ref(intent)), claim).await?;
        }
        Ok(())
    }

    /// The record, where somebody made it since the decision was made from a listing without it.
    async fn there_meanwhile(
        &self,
        live: &Live,
        search: &Search<'_>,
        target: &RecordRef,
        claim: Option<Claim>,
    ) -> Result<Option<Value>, Trouble> {
        let is_it = |intent: &Intent| {
            let draft = &intent.draft;
            draft.action == MAKE
                && (&draft.account, &draft.record) == (&target.account, &target.record)
                && draft.id.as_ref() == Some(&target.id)
        };
        let open: Vec<Intent> = self.store.open_intents(None).await?.into_iter().filter(is_it).collect();
        if !open.is_empty() {
            return self.look_for_made(live, search, (&target.id, &open), claim).await;
        }
        if let Some(held) = live.memory.finder.by_key(search, &target.id).await? {
            return Ok(Some(held));
        }
        // A listing may not show yet what was made just now.
        let settle = search.plan.systems.get(&search.kind.system).map(|system| system.settle_after);
        let settle = SignedDuration::try_from(settle.unwrap_or_default()).unwrap_or_default();
        let last = self.store.history(target, 1).await?.pop();
        let is_young = |entry: &HistoryEntry| {
            let age = self.world.clock.now().duration_since(entry.at);
            entry.what == created(target) && !age.is_negative() && age < settle
        };
        Ok(last.filter(is_young).map(|entry| entry.detail))
    }

    /// Looks for a record that may have been made unseen.
    async fn look_for_made(
        &self,
        live: &Live,
        search: &Search<'_>,
        (id, makings): (&str, &[Intent]),
        claim: Option<Claim>,
    ) -> Result<Option<Value>, Trouble> {
        let looked = self.world.clock.steady();
        live.memory.finder.all(search, true).await?;
        let held = live.memory.finder.by_key(search, id).await?;
        for intent in makings {
            let wait = if held.is_some() {
                Duration::ZERO
            } else {
                self.time_to_settle(&search.kind.system, (intent, looked))
            };
            if !wait.is_zero() {
                let reason = format!("{} may still show up at {}", intent.draft.record, intent.draft.account);
                return Err(Trouble::Later { reason, after: Some(wait) });
            }
            let state = if held.is_some() { IntentState::Done } else { IntentState::Failed };
            self.close(claim, (intent, state)).await?;
        }
        Ok(held)
    }

    /// Settles a making with the history of both records; what is there now.
    async fn note_made(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        (intent, making, row): (&Intent, &Making, Option<Row>),
    ) -> Result<Value, Trouble> {
        let Making { record, fields, line } = making;
        let target = beside(record);
        let at = self.world.clock.now();
        let entry = |of: RecordRef| HistoryEntry {
            at,
            target: of,
            what: created(&target),
            detail: Value::Record(fields.clone()),
            lines: vec![line.to_string()],
        };
        let history = vec![entry(pairing.target()), entry(target.clone())];
        let done = Some((intent.number, IntentState::Done));
        let claim = pairing.claim;
        self.store.settle(Settlement { claim, intent: done, history, ..Settlement::default() }).await?;
        let newer = self.newer(live);
        for live in [Some(live), newer.as_deref()].into_iter().flatten() {
            if let Some(search) = self.search(live, &record.account, &record.record) {
                live.memory.finder.outdate(&search).await;
            }
        }
        self.tell(Happening::Written(Change::of_made(pairing, making)));
        Ok(row.map_or_else(|| Value::Record(fields.clone()), |row| row.value))
    }

    fn draft_of_made(&self, live: &Live, pairing: &Pairing<'_>, making: &Making) -> IntentDraft {
        let Making { record, fields, line } = making;
        let content = [Value::text(beside(record).to_string()), Value::Record(fields.clone())];
        IntentDraft {
            key: digest::of_value(&Value::List(content.into_iter().collect())),
            pipeline: pairing.pipeline.name.clone(),
            cause: pairing.target(),
            account: record.account.clone(),
            record: record.record.clone(),
            id: Some(record.id.clone()),
            action: MAKE.to_owned(),
            fields: Value::Record(fields.clone()),
            lines: vec![line.to_string()],
            generation: live.generation,
            at: self.world.clock.now(),
            decision: None,
        }
    }
}

/// What the history says of a record that was made.
fn created(target: &RecordRef) -> String {
    format!("created {target}")
}
