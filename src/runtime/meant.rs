//! The record that a person means, as far as rules and store know: by its id, or by what people call it.
//!
//! Asks no peer. A text that leads to both records of one pair means that pair.

use std::collections::BTreeSet;
use std::fmt;

use crate::diagnostic::suggest;
use crate::language::plan::{Plan, Side};
use crate::store::handles::folded;
use crate::store::{Handle, LinkEnd, RecordRef, Store, StoreError};

/// Records that a text leads to, at most.
const FOUND_MAX: usize = 50;

/// Texts that near ones are looked for among.
const NEAR_AMONG: usize = 500;

/// Near records that are named for one that is not there.
const NEAR_MAX: usize = 3;

/// Records that are named where several are called the same.
const SEVERAL_MAX: usize = 12;

/// Why no one record is meant.
#[derive(Debug)]
pub enum Unmeant {
    /// Nobody is called so; in a sentence.
    Nobody(String),
    /// Several are, which the sentence names.
    Several(String),
    /// The store cannot be read.
    Store(StoreError),
}

impl fmt::Display for Unmeant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody(words) | Self::Several(words) => out.write_str(words),
            Self::Store(error) => error.fmt(out),
        }
    }
}

impl From<StoreError> for Unmeant {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The record of `ACCOUNT.RECORD/ID`, of `SYSTEM.RECORD/ID` where the system has one account, or of what people call
/// it, in the place of the id or alone. What is written out whole is taken at its word where nobody is called so.
///
/// # Errors
/// [`Unmeant`].
pub async fn meant(plan: &Plan, store: &dyn Store, name: &str) -> Result<RecordRef, Unmeant> {
    let kind = name.split_once('/').map(|_| written(plan, name)).transpose();
    let whole = match kind {
        Ok(whole) => whole,
        // A name may have a stroke in it.
        Err(words) => match one(plan, store, (name, name), None).await? {
            Some(found) => return Ok(found),
            None => return Err(Unmeant::Nobody(words)),
        },
    };
    match &whole {
        Some(target) => {
            let found = one(plan, store, (name, &target.id), Some(target)).await?;
            Ok(found.unwrap_or_else(|| target.clone()))
        }
        None => match one(plan, store, (name, name), None).await? {
            Some(found) => Ok(found),
            None => {
                let near = near(store, name, None).await?;
                let near = if near.is_empty() { String::new() } else { format!("; near: {}", near.join(", ")) };
                Err(Unmeant::Nobody(format!("nobody is called `{name}`, as far as petiole has seen{near}")))
            }
        },
    }
}

/// All records that are called this, or that a text of theirs begins with it.
///
/// # Errors
/// Where the store cannot be read.
pub async fn all_called(store: &dyn Store, text: &str) -> Result<Vec<Handle>, StoreError> {
    let text = folded(text);
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = store.called(&text, false, FOUND_MAX).await?;
    for handle in store.called(&text, true, FOUND_MAX).await? {
        if found.len() < FOUND_MAX && found.iter().all(|known| known.target != handle.target) {
            found.push(handle);
        }
    }
    Ok(found)
}

/// The record that is written out whole.
///
/// # Errors
/// A sentence where there is no such account or kind of record.
pub fn written(plan: &Plan, name: &str) -> Result<RecordRef, String> {
    let (kind, id) = name.split_once('/').ok_or_else(|| format!("`{name}` is no ACCOUNT.RECORD/ID"))?;
    let (account, record) = kind.split_once('.').ok_or_else(|| format!("`{kind}` is no ACCOUNT.RECORD"))?;
    let Some(known) = plan.account_called(account) else {
        let names = plan.accounts.keys().map(String::as_str);
        return Err(format!("there is no account `{account}`{}", near_names(account, names)));
    };
    let records = plan.systems.get(&known.system).map(|system| &system.records);
    if !records.is_some_and(|records| records.contains_key(record)) {
        let names = records.into_iter().flatten().map(|(name, _)| name.as_str());
        return Err(format!("{} has no record `{record}`{}", known.system, near_names(record, names)));
    }
    Ok(RecordRef { account: known.name.clone(), record: record.to_owned(), id: id.to_owned() })
}

/// Names much like one that is not there, as the end of a sentence.
pub fn near_names<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> String {
    let near = suggest::nearest(wanted, names);
    if near.is_empty() { String::new() } else { format!("; near: {}", near.join(", ")) }
}

/// Records that are called much like this, of one kind or of any.
///
/// # Errors
/// Where the store cannot be read.
pub async fn near(store: &dyn Store, name: &str, of: Option<&RecordRef>) -> Result<Vec<String>, StoreError> {
    let text = folded(name);
    // People get the end wrong more often than the beginning.
    let begin: String = text.chars().take((text.chars().count() / 2).clamp(1, 4)).collect();
    let mut known = store.called(&begin, true, NEAR_AMONG).await?;
    known.retain(|handle| of.is_none_or(|of| handle.target.account == of.account && handle.target.record == of.record));
    let texts = suggest::nearest(&text, known.iter().map(|handle| handle.text.as_str()));
    let told = |text: &str| {
        let called: Vec<&Handle> = known.iter().filter(|handle| handle.text == text).collect();
        let own = called.iter().find(|handle| folded(&handle.target.id) == text);
        let handle = own.or(called.first())?;
        Some(if own.is_some() {
            handle.target.to_string()
        } else {
            format!("{} ({} {text})", handle.target, handle.field)
        })
    };
    Ok(texts.into_iter().filter_map(told).take(NEAR_MAX).collect())
}

/// The one record that is called this, of one kind or of any; `None`: nobody is.
///
/// # Errors
/// [`Unmeant::Several`] where several are that are no pair.
async fn one(
    plan: &Plan,
    store: &dyn Store,
    (name, text): (&str, &str),
    of: Option<&RecordRef>,
) -> Result<Option<RecordRef>, Unmeant> {
    let found = store.called(&folded(text), false, FOUND_MAX).await?;
    let is_of =
        |handle: &Handle| of.is_none_or(|of| handle.target.account == of.account && handle.target.record == of.record);
    let targets: BTreeSet<RecordRef> = found.into_iter().filter(is_of).map(|handle| handle.target).collect();
    if let Some(own) = of.filter(|own| targets.contains(own)) {
        return Ok(Some(own.clone()));
    }
    if targets.len() < 2 {
        return Ok(targets.into_iter().next());
    }
    for target in &targets {
        let pair = counterparts(plan, store, target).await?;
        if targets.iter().all(|other| other == target || pair.contains(other)) {
            let left = targets.iter().find(|one| is_left(plan, one));
            return Ok(Some(left.unwrap_or(target).clone()));
        }
    }
    let some: Vec<String> = targets.iter().take(SEVERAL_MAX).map(ToString::to_string).collect();
    let more = if targets.len() > SEVERAL_MAX { ", …" } else { "" };
    let (count, some) = (targets.len(), some.join(", "));
    Err(Unmeant::Several(format!("{count} records are called `{name}`: {some}{more}; name one as it stands here")))
}

/// The id of the one record of an account and kind that is called this; `None`: nobody is, as far as petiole has seen.
///
/// # Errors
/// [`Unmeant::Several`] where several are.
pub async fn called_in(
    store: &dyn Store,
    text: &str,
    (account, record): (&str, &str),
) -> Result<Option<String>, Unmeant> {
    let found = store.called(&folded(text), false, FOUND_MAX).await?;
    let is_of = |target: &RecordRef| target.account == account && target.record == record;
    let ids: BTreeSet<String> =
        found.into_iter().map(|handle| handle.target).filter(is_of).map(|target| target.id).collect();
    if ids.len() < 2 || ids.contains(text) {
        return Ok(if ids.contains(text) { Some(text.to_owned()) } else { ids.into_iter().next() });
    }
    let some: Vec<String> = ids.iter().take(SEVERAL_MAX).map(|id| format!("{account}.{record}/{id}")).collect();
    let (count, some) = (ids.len(), some.join(", "));
    Err(Unmeant::Several(format!("{count} records are called `{text}`: {some}; name one as it stands here")))
}

/// Whether a record is the left one of some pipeline.
fn is_left(plan: &Plan, target: &RecordRef) -> bool {
    let Some(account) = plan.accounts.get(&target.account) else { return false };
    plan.pipelines_of(&account.system, &target.record).any(|(_, side)| side == Side::Left)
}

/// The records that are linked with one.
///
/// # Errors
/// Where the store cannot be read.
pub async fn counterparts(
    plan: &Plan,
    store: &dyn Store,
    target: &RecordRef,
) -> Result<BTreeSet<RecordRef>, StoreError> {
    let mut found = BTreeSet::new();
    let Some(account) = plan.accounts.get(&target.account) else { return Ok(found) };
    let end = LinkEnd { account: target.account.clone(), id: target.id.clone() };
    for (pipeline, side) in plan.pipelines_of(&account.system, &target.record) {
        for link in store.links(&pipeline.name, side == Side::Left, &end).await? {
            let LinkEnd { account, id } = if side == Side::Left { link.right } else { link.left };
            found.insert(RecordRef { account, record: pipeline.record(side.other()).name.clone(), id });
        }
    }
    Ok(found)
}
