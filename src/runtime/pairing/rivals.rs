//! Several records of one side that claim one counterpart: which of them it belongs to is for a person to say.
//!
//! Looked for only where two that exist already are about to be linked. Whoever came first would have it otherwise, and
//! after a start without a store another one.

use super::pairing::Pairing;
use crate::engine::{self, Decision, Effect, Found, Situation, Stop, Unpaired};
use crate::runtime::live::Live;
use crate::runtime::memory::search::{Horizon, Matching};
use crate::runtime::memory::swept::By;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::RecordRef;
use crate::value::Value;

impl Runtime {
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
