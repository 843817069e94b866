//! The echo of an own write: a webhook that shows a record just as it stood after the write, and that would lead to
//! nothing but a look at the record.
//!
//! Only of a record that petiole looks up and never works from, whose writes nobody else's rules follow: for any other
//! the echo is a change like all. A webhook that is no echo, and one of which that cannot be told, are hints as ever.

use crate::connector::Row;
use crate::engine;
use crate::language::plan::{Interest, RecordType, Side};
use crate::runtime::live::Live;
use crate::runtime::memory::pair_key::PairKey;
use crate::runtime::runtime::Runtime;
use crate::store::{LinkEnd, RecordRef, Store, StoreError};
use crate::value::{Value, digest};
use crate::world::Clock;

/// Whether a record that a webhook shows stands as it did after an own write, and all that could follow from it was
/// done then.
///
/// # Errors
/// Where the store cannot say.
pub async fn is_own(
    live: &Live,
    target: &RecordRef,
    shown: &Row,
    (store, clock): (&dyn Store, &dyn Clock),
) -> Result<bool, StoreError> {
    let Some(account) = live.plan.accounts.get(&target.account) else { return Ok(false) };
    let Some(kind) = live.plan.record(&account.system, &target.record) else { return Ok(false) };
    if shown.key(kind).as_ref() != Some(&target.id) || !live.shows_whole((&target.account, kind), shown) {
        return Ok(false);
    }
    if !live.memory.own_writes.shows(target, &digest::of_value(&shown.value), clock).await {
        return Ok(false);
    }
    // What has yet to meet its counterpart, or lacks it, is looked at whenever somebody tells of it.
    for (pipeline, side) in live.plan.pipelines_of(&kind.system, &kind.name) {
        let end = LinkEnd { account: target.account.clone(), id: target.id.clone() };
        let links = store.links(&pipeline.name, side == Side::Left, &end).await?;
        let is_unfinished = links.is_empty() || links.iter().any(|link| link.base.is_empty());
        let far = live.plan.accounts_of(&pipeline.record(side.other()).system);
        let pair =
            |other: &str| PairKey { pipeline: pipeline.name.clone(), record: target.clone(), other: other.to_owned() };
        let mut pairs = far.map(|other| pair(&other.name));
        if is_unfinished
            || pairs.any(|pair| live.memory.lost.has(&pair))
            || store.park_known(target, &pipeline.name, None).await?
        {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Runtime {
    /// A record was changed by an own write and stands so now.
    pub(super) fn note_own(
        &self,
        live: &Live,
        (kind, target): (&RecordType, &RecordRef),
        (before, after): (Option<&Value>, Option<&Value>),
    ) {
        let (Some(before), Some(after)) = (before, after) else { return };
        let is_quiet = live.plan.pipelines_of(&kind.system, &kind.name).all(|(pipeline, side)| {
            let value = |record: &Value| engine::match_value(&live.plan, pipeline, side, record);
            // What waits for a record of this value was woken when it was looked at.
            live.plan.interest_of(pipeline, side) == Interest::LookUp && value(before) == value(after)
        });
        if is_quiet {
            live.memory.own_writes.stands(target, digest::of_value(after));
        }
    }
}
