//! Several records of one side that claim one counterpart: which of them it belongs to is for a person to say.
//!
//! Rivals are looked for only where two that exist already are about to be linked. Whoever came first would have it
//! otherwise, and after a start without a store another one. Where what they share is yet to be made, it is made once:
//! whoever comes second waits until it is known what became of what the first one sent.

use jiff::Timestamp;

use super::pairing::Pairing;
use crate::engine::{self, Decision, Effect, Found, Situation, Stop, Unpaired};
use crate::language::plan::Side;
use crate::runtime::live::Live;
use crate::runtime::memory::search::{Horizon, Matching};
use crate::runtime::memory::swept::By;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{Intent, RecordRef};
use crate::value::Value;
use crate::world::Planted;

/// The action of an intent that makes a record.
const CREATE: &str = "create";

impl Runtime {
    /// Creates of which nobody saw the answer, by other records that say the same: what they made is this one's
    /// counterpart, too. None where a counterpart belongs to one record alone.
    ///
    /// # Errors
    /// [`Trouble`] where the store cannot be read.
    pub(crate) async fn unsettled_by_others(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        record: &Value,
    ) -> Result<Vec<Intent>, Trouble> {
        let (pipeline, far) = (pairing.pipeline, pairing.side.other());
        let several = || live.plan.accounts_of(&pipeline.record(pairing.side).system).nth(1).is_some();
        let may_share = pipeline.create(far).is_some() && (pipeline.shared == Some(far) || several());
        if !may_share || self.world.plants(Planted::Intents) {
            return Ok(Vec::new());
        }
        let value_of = |side: Side, record: &Value| engine::match_value(&live.plan, pipeline, side, record);
        let Some(value) = value_of(pairing.side, record) else { return Ok(Vec::new()) };
        let target = pairing.target();
        let is_it = |intent: &Intent| {
            let draft = &intent.draft;
            let here = draft.pipeline == pipeline.name && draft.account == pairing.other;
            here && draft.cause != target
                && draft.action == CREATE
                && value_of(far, &draft.fields).as_ref() == Some(&value)
        };
        Ok(self.store.open_intents(None).await?.into_iter().filter(is_it).collect())
    }

    /// What another record's create may have made is not made again before that had time to show up. `looked`: when
    /// the look began that did not find it.
    ///
    /// # Errors
    /// [`Trouble::Later`] while it may still appear.
    pub(crate) fn waits_for_others(
        &self,
        pairing: &Pairing<'_>,
        (others, looked): (&[Intent], Timestamp),
        decision: &Decision,
    ) -> Result<(), Trouble> {
        if !matches!(decision.effect, Some(Effect::Create { .. })) {
            return Ok(());
        }
        let system = &pairing.pipeline.record(pairing.side.other()).system;
        let wait = |intent: &Intent| (self.time_to_settle(system, (intent, looked)), intent.draft.cause.clone());
        match others.iter().map(wait).max() {
            Some((wait, cause)) if !wait.is_zero() => {
                let reason = format!("what was sent to {} for {cause} may still show up there", pairing.other);
                Err(Trouble::Later { reason, after: Some(wait) })
            }
            _ => Ok(()),
        }
    }

    /// Why a decision's link is not made: others without a counterpart match it, too.
    ///
    /// # Errors
    /// [`Trouble`] where the peer or the store cannot be read.
    pub(crate) async fn rivals(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        situation: &Situation,
        decision: &Decision,
    ) -> Result<Option<Stop>, Trouble> {
        let (pipeline, side) = (pairing.pipeline, pairing.side);
        let kind = pipeline.record(side);
        let is_one_by_nature = pipeline.shared.is_some()
            || kind.grouped.is_some()
            || pipeline.match_of(side).is_path() && pipeline.match_field(side) == kind.key;
        if is_one_by_nature || situation.gone.is_some() || !matches!(decision.effect, Some(Effect::Link { .. })) {
            return Ok(None);
        }
        let value_of = |record: &Value| engine::match_value(&live.plan, pipeline, side, record);
        let Some(value) = situation.record(side).and_then(value_of) else { return Ok(None) };
        let matching = Matching { pipeline, side, value: &value };
        let listed = live.plan.record(&kind.system, &kind.name).and_then(|kind| {
            let by = By::Match(pipeline.name.clone(), side);
            live.memory.swept.find(&live.plan, (pairing.account, kind), &by, &value)
        });
        let found = match listed {
            Some(records) => records,
            None => match self.find(live, pairing.account, matching, Horizon::default()).await? {
                Found::Records(records) => records,
                _ => return Ok(None),
            },
        };
        let mut rivals = Vec::new();
        for id in found
            .iter()
            .filter(|record| value_of(record).as_ref() == Some(&value))
            .filter_map(|record| kind.id_of(record))
        {
            let target = RecordRef { account: pairing.account.to_owned(), record: kind.name.clone(), id };
            if target.id != pairing.id && self.unlinked((pipeline, side), &target).await? {
                rivals.push(target.id);
            }
        }
        Ok((!rivals.is_empty()).then(|| told(pairing, &value, &rivals)))
    }
}

fn told(pairing: &Pairing<'_>, value: &str, rivals: &[String]) -> Stop {
    let (pipeline, side) = (pairing.pipeline, pairing.side);
    let kind = pipeline.record(side);
    let mut keys = vec![pairing.id.to_owned()];
    keys.extend(rivals.iter().cloned());
    keys.sort();
    let message = format!(
        "{} `{}` records {} all match {value:?}, and which of them it belongs to is for a person to say",
        kind.system,
        kind.name,
        keys.join(", ")
    );
    let unpaired = Unpaired {
        pipeline: pipeline.name.clone(),
        side,
        account: pairing.account.to_owned(),
        id: pairing.id.to_owned(),
        other: pairing.other.to_owned(),
    };
    let stop = Stop::new("several-match", "more than one claims its counterpart", message, &pipeline.match_line);
    Stop { unpaired: Some(unpaired), ..stop }
}
