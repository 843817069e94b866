//! Finds the record that a person means: by its id, or by a text that is its own, such as a short number.
//!
//! Reads only. Knows no field by name: what tells records apart is seen in the records.

use std::collections::{BTreeMap, BTreeSet};

use crate::connector::Failure;
use crate::diagnostic::suggest;
use crate::language::plan::Interest;
use crate::runtime::live::Live;
use crate::runtime::meant;
use crate::runtime::memory::search::Search;
use crate::runtime::runtime::Runtime;
use crate::store::RecordRef;
use crate::value::Value;

/// Near records that are named for one that is not there.
const NEAR_MAX: usize = 3;

/// A record with a text of its own and the field that holds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Handle {
    target: RecordRef,
    field: String,
    text: String,
}

impl Runtime {
    /// The record that is meant by `ACCOUNT.RECORD/ID`, by `SYSTEM.RECORD/ID` where the system has one account, or by a
    /// text of its own in the place of the id or alone. What was seen of it before costs no call; else all are listed.
    ///
    /// # Errors
    /// A sentence: there is none, with near ones, or there are several.
    pub async fn named(&self, name: &str) -> Result<RecordRef, String> {
        let live = self.live.load_full();
        let (kinds, wanted) = match name.split_once('/') {
            Some((kind, id)) => (vec![one_kind(&live, kind)?], id),
            None => (all_kinds(&live), name),
        };
        for (account, record) in kinds.iter().filter(|_| name.contains('/')) {
            let Some(search) = self.search(&live, account, record) else { continue };
            if let Some(target) = self.by_id(&live, &search, wanted).await? {
                return Ok(target);
            }
        }
        if let Ok(found) = meant::meant(&live.plan, self.store.as_ref(), name).await {
            // What is written out whole is not there, unless it is called so.
            let kind = (found.account.clone(), found.record.clone());
            if found.id != wanted && kinds.contains(&kind) {
                return Ok(found);
            }
        }
        let mut handles = BTreeSet::new();
        for (account, record) in &kinds {
            let Some(search) = self.search(&live, account, record) else { continue };
            handles.extend(self.handles(&live, &search).await?);
        }
        meant(name, wanted, &handles)
    }

    /// The record with this id. What a peer does not take for an id is none.
    async fn by_id(&self, live: &Live, search: &Search<'_>, id: &str) -> Result<Option<RecordRef>, String> {
        let (kind, account) = (search.kind, search.account);
        let found = if kind.read.is_some() && kind.grouped.is_none() {
            let Some(peer) = search.peer else { return Ok(None) };
            match peer.read(kind, id).await {
                Ok(row) => row.map(|row| row.value),
                Err(Failure::Refused { .. } | Failure::Gone) => None,
                Err(failure) => return Err(format!("{account}: {failure}")),
            }
        } else {
            let found = self.read_record(live, account, &kind.name, id).await;
            found.map_err(|trouble| trouble.to_string())?
        };
        let there = found.filter(|found| found.as_list().is_none_or(|rows| !rows.is_empty()));
        let id = there.map(|found| kind.id_of(&found).unwrap_or_else(|| id.to_owned()));
        Ok(id.map(|id| RecordRef { account: account.to_owned(), record: kind.name.clone(), id }))
    }

    /// The texts of all records of a kind.
    async fn handles(&self, live: &Live, search: &Search<'_>) -> Result<BTreeSet<Handle>, String> {
        let listed = live.memory.finder.all(search, false).await.map_err(|trouble| trouble.to_string())?;
        let mut handles = BTreeSet::new();
        for row in listed.rows() {
            let Some(id) = search.kind.id_of(&row.value) else { continue };
            let target =
                RecordRef { account: search.account.to_owned(), record: search.kind.name.clone(), id: id.clone() };
            let own = Handle { target: target.clone(), field: search.kind.key.clone(), text: id };
            let fields = row.value.as_record().into_iter().flatten();
            let texts = fields.filter_map(|(field, value)| match value {
                Value::Text(text) if !text.is_empty() => Some((field.to_string(), text.to_string())),
                _ => None,
            });
            handles.extend(texts.map(|(field, text)| Handle { target: target.clone(), field, text }));
            handles.insert(own);
        }
        Ok(handles)
    }
}

/// The one record of which the text is said, or what to say instead.
fn meant(name: &str, wanted: &str, handles: &BTreeSet<Handle>) -> Result<RecordRef, String> {
    let exact = |handle: &&Handle| handle.text == wanted;
    let loose = |handle: &&Handle| handle.text.to_lowercase() == wanted.to_lowercase();
    let mut found: BTreeSet<&RecordRef> = handles.iter().filter(exact).map(|handle| &handle.target).collect();
    if found.is_empty() {
        found = handles.iter().filter(loose).map(|handle| &handle.target).collect();
    }
    match found.len() {
        1 => found.first().map(|target| (*target).clone()).ok_or_else(String::new),
        0 => {
            let near = near(wanted, handles);
            let near = if near.is_empty() { String::new() } else { format!("; near: {}", near.join(", ")) };
            Err(format!("there is no record `{name}`{near}"))
        }
        count => {
            let some: Vec<String> = found.iter().take(NEAR_MAX).map(ToString::to_string).collect();
            let more = if count > NEAR_MAX { ", …" } else { "" };
            let some = some.join(", ");
            Err(format!(
                "{count} records are called `{wanted}`: {some}{more}; name one with its kind, as it stands here"
            ))
        }
    }
}

/// Records that are called much alike, by texts that no two records of a kind share.
fn near(wanted: &str, handles: &BTreeSet<Handle>) -> Vec<String> {
    let mut shared: BTreeMap<(&str, &str, &str), BTreeSet<&str>> = BTreeMap::new();
    let place = |handle: &Handle| (handle.target.account.clone(), handle.target.record.clone(), handle.field.clone());
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    for handle in handles {
        *counts.entry(place(handle)).or_default() += 1;
        let RecordRef { account, record, .. } = &handle.target;
        shared.entry((account, record, &handle.field)).or_default().insert(&handle.text);
    }
    let is_own = |handle: &&Handle| {
        let RecordRef { account, record, .. } = &handle.target;
        let texts = shared.get(&(account.as_str(), record.as_str(), handle.field.as_str())).map_or(0, BTreeSet::len);
        counts.get(&place(handle)) == Some(&texts)
    };
    let own: Vec<&Handle> = handles.iter().filter(is_own).collect();
    let texts = suggest::nearest(wanted, own.iter().map(|handle| handle.text.as_str()));
    let told = |text: &str| {
        let handle = own.iter().find(|handle| handle.text == text)?;
        Some(if handle.text == handle.target.id {
            handle.target.to_string()
        } else {
            format!("{} ({} {text})", handle.target, handle.field)
        })
    };
    texts.into_iter().filter_map(told).take(NEAR_MAX).collect()
}

/// The account and record of `ACCOUNT.RECORD`, where changes of such records are work.
fn one_kind(live: &Live, written: &str) -> Result<(String, String), String> {
    let kind = written.split_once('.').and_then(|(account, record)| {
        let account = live.plan.account_called(account)?;
        live.plan.record(&account.system, record).map(|kind| (account.name.clone(), kind.name.clone()))
    });
    let synchronised = all_kinds(live);
    let known = || {
        let names = synchronised.iter().map(|(account, record)| format!("{account}.{record}"));
        names.collect::<Vec<_>>().join(", ")
    };
    match kind {
        Some(kind) if synchronised.contains(&kind) => Ok(kind),
        Some((account, record)) => {
            Err(format!("no pipeline synchronises {account}.{record} by itself; synchronised are: {}", known()))
        }
        None => Err(format!("there is no account and record `{written}`; synchronised are: {}", known())),
    }
}

/// Accounts and records of which changes are work.
fn all_kinds(live: &Live) -> Vec<(String, String)> {
    let mut kinds = Vec::new();
    for account in live.plan.accounts.values() {
        let records = live.plan.systems.get(&account.system).into_iter().flat_map(|system| system.records.values());
        let work = records.filter(|kind| live.plan.interest(&kind.system, &kind.name) == Some(Interest::Work));
        kinds.extend(work.map(|kind| (account.name.clone(), kind.name.clone())));
    }
    kinds
}
