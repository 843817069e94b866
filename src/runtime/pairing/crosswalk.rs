//! Matches by hand: a person says which record is the counterpart of one that has none, or whose own is gone.
//!
//! Kept as links that no rule made; the rules then treat the two as any linked pair.

use std::fmt;

use jiff::Timestamp;

use crate::engine::{Base, COUNTERPART_GONE};
use crate::language::plan::{Pipeline, Plan, Side};
use crate::runtime::meant::{Unmeant, called_in};
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{HistoryEntry, Link, LinkEnd, Park, RecordRef, Settlement, Store, StoreError, Unpaired};
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

impl From<Unmeant> for MatchError {
    fn from(unmeant: Unmeant) -> Self {
        match unmeant {
            Unmeant::Nobody(text) | Unmeant::Several(text) => Self::NotFound(text),
            Unmeant::Store(error) => error.into(),
        }
    }
}

impl From<Trouble> for MatchError {
    fn from(trouble: Trouble) -> Self {
        Self::Later(trouble.to_string())
    }
}

/// What a person says of an entry of the inbox.
#[derive(Clone, Copy, Debug)]
pub struct Word<'a> {
    /// The entry.
    pub number: i64,
    /// The counterpart that it is given: `ACCOUNT.RECORD/ID`, the id alone, or what people call it.
    pub target: &'a str,
    /// Whether it takes the place of one that is gone.
    pub relink: bool,
}

/// Which two records an answer to an inbox entry means.
#[derive(Debug)]
struct Asked {
    number: i64,
    unpaired: Unpaired,
    near: RecordRef,
    far: RecordRef,
    side: Side,
    pipeline: String,
    /// Links of one of the two with another record in the same account.
    held: Vec<Held>,
}

/// A link that stands in the way, unless the record at its other end is gone.
#[derive(Debug)]
struct Held {
    link: Link,
    one: RecordRef,
    other: RecordRef,
}

/// Links what an inbox entry is about with the record a person names, as far as the store alone can tell.
///
/// # Errors
/// [`MatchError`] where there is no such entry or the two do not go together.
pub async fn match_by_hand(plan: &Plan, store: &dyn Store, word: Word<'_>, now: Timestamp) -> Result<Link, MatchError> {
    let (asked, was_gone) = asked(plan, store, word).await?;
    for held in &asked.held {
        // Only what the entry itself says is gone can be taken for it without a look.
        if held.one != asked.near || !was_gone {
            return Err(held.conflict());
        }
    }
    keep(store, asked, now).await
}

impl Runtime {
    /// The same, after the named record was seen at its system, and what it takes the place of was not.
    ///
    /// # Errors
    /// As [`match_by_hand`]; also where the system does not have the record.
    pub async fn match_by_hand(&self, word: Word<'_>) -> Result<Link, MatchError> {
        let live = self.live.load_full();
        let (asked, _) = asked(&live.plan, self.store.as_ref(), word).await?;
        let RecordRef { account, record, id } = &asked.far;
        if self.read_record(&live, account, record, id).await?.is_none() {
            return Err(MatchError::NotFound(format!("{account} has no {record} {id}")));
        }
        for held in &asked.held {
            let RecordRef { account, record, id } = &held.other;
            if self.read_record(&live, account, record, id).await?.is_some() {
                return Err(held.conflict());
            }
        }
        let old: Vec<Link> = asked.held.iter().map(|held| held.link.clone()).collect();
        let link = keep(self.store.as_ref(), asked, self.world.clock.now()).await?;
        self.forget_links(&live, &old);
        self.nudge();
        Ok(link)
    }
}

impl Held {
    fn conflict(&self) -> MatchError {
        MatchError::Conflict(format!("{} is linked with {} already", self.one, self.other))
    }
}

/// What is meant, and whether the entry says that a counterpart is gone.
async fn asked(plan: &Plan, store: &dyn Store, word: Word<'_>) -> Result<(Asked, bool), MatchError> {
    let Word { number, target, relink } = word;
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
    let known = called_in(store, far_id, (&unpaired.other, &far.name)).await?;
    let far_id = known.as_deref().unwrap_or(far_id);
    let near = RecordRef { account: unpaired.account.clone(), record: near.name.clone(), id: unpaired.id.clone() };
    let far = RecordRef { account: unpaired.other.clone(), record: far.name.clone(), id: far_id.to_owned() };
    let side = unpaired.side;
    let mut held = self::held(store, pipeline, (&near, side), &far).await?;
    if relink && held.is_empty() {
        let why = format!("{near} has no link with a record that is gone; name its counterpart with `match`");
        return Err(MatchError::Conflict(why));
    }
    if pipeline.shared != Some(side.other()) {
        held.extend(self::held(store, pipeline, (&far, side.other()), &near).await?);
    }
    let was_gone = draft.code == COUNTERPART_GONE;
    Ok((Asked { number, near, far, side, pipeline: unpaired.pipeline.clone(), unpaired, held }, was_gone))
}

/// Links of a record with others than `other` in its account.
async fn held(
    store: &dyn Store,
    pipeline: &Pipeline,
    (one, side): (&RecordRef, Side),
    other: &RecordRef,
) -> Result<Vec<Held>, StoreError> {
    let end = LinkEnd { account: one.account.clone(), id: one.id.clone() };
    let links = store.links(&pipeline.name, side == Side::Left, &end).await?;
    let held = |link: Link| {
        let far = if side == Side::Left { &link.right } else { &link.left };
        let far = RecordRef { account: far.account.clone(), record: other.record.clone(), id: far.id.clone() };
        (far.account == other.account && far.id != other.id).then(|| Held { link, one: one.clone(), other: far })
    };
    Ok(links.into_iter().filter_map(held).collect())
}

async fn keep(store: &dyn Store, asked: Asked, now: Timestamp) -> Result<Link, MatchError> {
    let end = |record: &RecordRef| LinkEnd { account: record.account.clone(), id: record.id.clone() };
    let (left, right) = match asked.side {
        Side::Left => (end(&asked.near), end(&asked.far)),
        Side::Right => (end(&asked.far), end(&asked.near)),
    };
    let instead: Vec<String> =
        asked.held.iter().map(|held| format!(", in place of {} that is gone", held.other)).collect();
    let what = format!("matched {} with {} by hand{}", asked.near, asked.far, instead.concat());
    let entry = HistoryEntry { at: now, target: asked.near, what, detail: Value::Null, lines: Vec::new() };
    let link = Link { pipeline: asked.pipeline, left, right, since: now, by_hand: true, base: Base::new() };
    let gives_way = asked.held.into_iter().map(|held| held.link).collect();
    let settlement = Settlement { link: Some(link.clone()), gives_way, history: vec![entry], ..Settlement::default() };
    store.settle(settlement).await?;
    store.retry(Some(asked.number)).await?;
    // Whatever else waits for the same counterpart goes on, too.
    for park in store.parks().await?.into_iter().filter(|park| park.draft.unpaired.as_ref() == Some(&asked.unpaired)) {
        store.retry(Some(park.number)).await?;
    }
    Ok(link)
}
