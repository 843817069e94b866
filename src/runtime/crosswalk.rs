//! Matches by hand: a person says which record is the counterpart of one that has none.
//!
//! Kept as links that no rule made; the rules then treat the two as any linked pair.

use std::fmt;

use jiff::Timestamp;

use super::runtime::Runtime;
use super::trouble::Trouble;
use crate::engine::Base;
use crate::language::plan::{Plan, Side};
use crate::store::{HistoryEntry, Link, LinkEnd, Park, RecordRef, Settlement, Store, StoreError};
use crate::value::Value;

/// Why two records are not linked.
#[derive(Debug)]
pub enum MatchError {
    /// There is no such entry or record.
    NotFound(String),
    /// They do not go together.
    Conflict(String),
    /// The store or a peer cannot be asked now.
    Later(String),
}

impl fmt::Display for MatchError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(text) | Self::Conflict(text) | Self::Later(text) => out.write_str(text),
        }
    }
}

impl From<StoreError> for MatchError {
    fn from(error: StoreError) -> Self {
        Self::Later(error.to_string())
    }
}

impl From<Trouble> for MatchError {
    fn from(trouble: Trouble) -> Self {
        Self::Later(trouble.to_string())
    }
}

/// Which two records an answer to an inbox entry means.
#[derive(Debug)]
struct Asked {
    near: RecordRef,
    far: RecordRef,
    side: Side,
    pipeline: String,
}

/// Links what an inbox entry is about with the record a person names, as far as the store alone can tell.
///
/// # Errors
/// [`MatchError`] where there is no such entry or the two do not go together.
pub async fn match_by_hand(
    plan: &Plan,
    store: &dyn Store,
    (number, target): (i64, &str),
    now: Timestamp,
) -> Result<Link, MatchError> {
    let asked = asked(plan, store, (number, target)).await?;
    keep(store, (number, asked), now).await
}

impl Runtime {
    /// The same, after the named record was seen at its system.
    ///
    /// # Errors
    /// As [`match_by_hand`]; also where the system does not have the record.
    pub async fn match_by_hand(&self, number: i64, target: &str) -> Result<Link, MatchError> {
        let live = self.live.load_full();
        let asked = asked(&live.plan, self.store.as_ref(), (number, target)).await?;
        let RecordRef { account, record, id } = &asked.far;
        if self.read_record(&live, account, record, id).await?.is_none() {
            return Err(MatchError::NotFound(format!("{account} has no {record} {id}")));
        }
        let link = keep(self.store.as_ref(), (number, asked), self.world.clock.now()).await?;
        self.nudge();
        Ok(link)
    }
}

async fn asked(plan: &Plan, store: &dyn Store, (number, target): (i64, &str)) -> Result<Asked, MatchError> {
    let park = store.parks().await?.into_iter().find(|park| park.number == number);
    let Park { draft, .. } = park.ok_or_else(|| MatchError::NotFound(format!("no entry {number}")))?;
    let unpaired = draft.unpaired.ok_or_else(|| {
        MatchError::Conflict(format!("entry {number} is not about a missing counterpart; mend it, then retry it"))
    })?;
    let pipeline = plan
        .pipelines
        .get(&unpaired.pipeline)
        .ok_or_else(|| MatchError::Conflict(format!("there is no pipeline `{}` any more", unpaired.pipeline)))?;
    let (near, far) = (pipeline.record(unpaired.side), pipeline.record(unpaired.side.other()));
    let wanted = format!("{}.{}/ID", unpaired.other, far.name);
    let far_id = match target.split_once('/') {
        None => target,
        Some((kind, id)) => {
            let (account, record) = kind.split_once('.').unwrap_or((kind, ""));
            let known = plan.account_called(account).is_some_and(|account| account.name == unpaired.other);
            if !known || record != far.name {
                return Err(MatchError::Conflict(format!("its counterpart is named {wanted}, not {target}")));
            }
            id
        }
    };
    let asked = Asked {
        near: RecordRef { account: unpaired.account, record: near.name.clone(), id: unpaired.id },
        far: RecordRef { account: unpaired.other, record: far.name.clone(), id: far_id.to_owned() },
        side: unpaired.side,
        pipeline: unpaired.pipeline,
    };
    for (one, side, other) in [(&asked.near, asked.side, &asked.far), (&asked.far, asked.side.other(), &asked.near)] {
        if let Some(holder) = holder(store, &asked.pipeline, (one, side), other).await? {
            return Err(MatchError::Conflict(format!("{one} is linked with {holder} already")));
        }
    }
    Ok(asked)
}

/// The id of what a record is linked with in the account of `other`, unless that is `other` itself.
async fn holder(
    store: &dyn Store,
    pipeline: &str,
    (one, side): (&RecordRef, Side),
    other: &RecordRef,
) -> Result<Option<String>, StoreError> {
    let end = LinkEnd { account: one.account.clone(), id: one.id.clone() };
    let links = store.links(pipeline, side == Side::Left, &end).await?;
    let far = |link: Link| if side == Side::Left { link.right } else { link.left };
    let found = links.into_iter().map(far).find(|far| far.account == other.account && far.id != other.id);
    Ok(found.map(|far| format!("{}.{}/{}", far.account, other.record, far.id)))
}

async fn keep(store: &dyn Store, (number, asked): (i64, Asked), now: Timestamp) -> Result<Link, MatchError> {
    let end = |record: &RecordRef| LinkEnd { account: record.account.clone(), id: record.id.clone() };
    let (left, right) = match asked.side {
        Side::Left => (end(&asked.near), end(&asked.far)),
        Side::Right => (end(&asked.far), end(&asked.near)),
    };
    let what = format!("matched {} with {} by hand", asked.near, asked.far);
    let entry = HistoryEntry { at: now, target: asked.near, what, detail: Value::Null, lines: Vec::new() };
    let link = Link { pipeline: asked.pipeline, left, right, since: now, by_hand: true, base: Base::new() };
    store.settle(Settlement { link: Some(link.clone()), history: vec![entry], ..Settlement::default() }).await?;
    store.retry(Some(number), now).await?;
    Ok(link)
}
