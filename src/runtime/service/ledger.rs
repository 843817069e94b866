//! Counts the ledger when a sweep is over: in which bucket of each pipeline every record is that the accounts' lists
//! showed. The only place that says where a record belongs.
//!
//! What is known of a record comes from the store (inbox, work, links) and from what the sweep came across. Of several
//! buckets the first counts, in the order of [`Bucket`]. What concerns one record of a linked pair concerns both.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::engine::PASSED_BY;
use crate::language::plan::{Pipeline, Side};
use crate::runtime::live::Live;
use crate::runtime::memory::brake::Braked;
use crate::runtime::memory::census::{Census, Shown};
use crate::runtime::trouble::Trouble;
use crate::store::{Bucket, LedgerLine, LinkEnd, Park, Reach, RecordRef, Store};

/// What is special about records: anything else than that they are linked or not.
#[derive(Default)]
struct Special(BTreeMap<RecordRef, Bucket>);

impl Special {
    fn put(&mut self, record: RecordRef, bucket: Bucket) {
        match self.0.entry(record) {
            Entry::Vacant(place) => {
                place.insert(bucket);
            }
            Entry::Occupied(mut place) => {
                let first = bucket.min(*place.get());
                place.insert(first);
            }
        }
    }
}

/// What is known of records beside their links.
#[derive(Default)]
struct Known {
    /// Whatever the pipeline.
    anywhere: Special,
    /// By pipeline.
    within: BTreeMap<String, Special>,
    /// What a person has wait.
    held_pipelines: BTreeSet<String>,
    held_accounts: BTreeSet<String>,
}

impl Known {
    async fn of(
        store: &dyn Store,
        census: &Census,
        (parks, braked): (&[Park], Option<&Braked>),
    ) -> Result<Self, Trouble> {
        let mut known = Self::default();
        for standing in store.halts().await? {
            match standing.halt.reach {
                Reach::Record(record) => known.anywhere.put(record, Bucket::Held),
                Reach::Pipeline(name) => _ = known.held_pipelines.insert(name),
                Reach::Account(name) => _ = known.held_accounts.insert(name),
            }
        }
        for work in store.unfinished().await? {
            known.anywhere.put(work.target, if work.put_off { Bucket::Retrying } else { Bucket::Waiting });
        }
        for record in braked.map(Braked::records).unwrap_or_default() {
            known.anywhere.put(record, Bucket::Held);
        }
        for draft in parks.iter().map(|park| &park.draft) {
            let bucket = if draft.code == PASSED_BY { Bucket::PassedBy } else { Bucket::Parked };
            known.put(&draft.pipeline, &draft.target, bucket);
        }
        for (record, pipeline) in store.dropped().await? {
            known.put(&pipeline, &record, Bucket::LeftAlone);
        }
        for (pipeline, record) in &census.left_alone {
            known.put(pipeline, record, Bucket::LeftAlone);
        }
        for (pipeline, record) in census.observed.iter().chain(&census.waits) {
            known.put(pipeline, record, Bucket::Held);
        }
        Ok(known)
    }

    /// Whether a person has all of it wait that an account's list shows.
    fn holds(&self, pipeline: &Pipeline, place: &Place<'_>) -> bool {
        self.held_pipelines.contains(&pipeline.name) || self.held_accounts.contains(place.account)
    }

    fn put(&mut self, pipeline: &str, record: &RecordRef, bucket: Bucket) {
        self.within.entry(pipeline.to_owned()).or_default().put(record.clone(), bucket);
    }
}

/// Counts where every record is that a sweep's lists showed. A kind that no list showed has no line.
///
/// # Errors
/// [`Trouble::Store`] where the store cannot be read.
pub(super) async fn count(
    (live, store): (&Live, &dyn Store),
    census: &Census,
    (parks, braked): (&[Park], Option<&Braked>),
) -> Result<Vec<LedgerLine>, Trouble> {
    let known = Known::of(store, census, (parks, braked)).await?;
    let mut lines = Vec::new();
    for pipeline in live.plan.pipelines.values() {
        lines.extend(lines_of((live, store), (pipeline, census), &known).await?);
    }
    Ok(lines)
}

/// A side of a pipeline at one account: what its list showed, and which of it is linked.
struct Place<'a> {
    side: Side,
    account: &'a str,
    shown: Option<&'a Shown>,
    linked: BTreeSet<String>,
}

async fn lines_of(
    (live, store): (&Live, &dyn Store),
    (pipeline, census): (&Pipeline, &Census),
    known: &Known,
) -> Result<Vec<LedgerLine>, Trouble> {
    let mut places = Vec::new();
    for side in Side::BOTH {
        let kind = pipeline.record(side);
        for account in live.plan.accounts_of(&kind.system) {
            let shown = census.shown.get(&(account.name.clone(), kind.name.clone()));
            let linked = store.linked_ids(&pipeline.name, side == Side::Left, &account.name).await?;
            places.push(Place { side, account: &account.name, shown, linked });
        }
    }
    let special = special_in(store, (pipeline, &places), known).await?;
    let whole = |place: &Place<'_>| known.holds(pipeline, place);
    let line = |place: &Place<'_>| Some(line_of(pipeline, (place, place.shown?), (&special, whole(place))));
    Ok(places.iter().filter_map(line).collect())
}

/// What is special in a pipeline, of both records of each pair.
async fn special_in(
    store: &dyn Store,
    (pipeline, places): (&Pipeline, &[Place<'_>]),
    known: &Known,
) -> Result<Special, Trouble> {
    let mut special = Special::default();
    put_links_of_held(store, (pipeline, places), (known, &mut special)).await?;
    let within = known.within.get(&pipeline.name);
    for (record, bucket) in known.anywhere.0.iter().chain(within.into_iter().flat_map(|within| &within.0)) {
        for place in places {
            let kind = pipeline.record(place.side);
            if record.account != place.account || record.record != kind.name {
                continue;
            }
            special.put(record.clone(), *bucket);
            if !place.linked.contains(&record.id) {
                continue;
            }
            let end = LinkEnd { account: record.account.clone(), id: record.id.clone() };
            for link in store.links(&pipeline.name, place.side == Side::Left, &end).await? {
                let LinkEnd { account, id } = if place.side == Side::Left { link.right } else { link.left };
                let other = pipeline.record(place.side.other()).name.clone();
                special.put(RecordRef { account, record: other, id }, *bucket);
            }
        }
    }
    Ok(special)
}

/// What is linked with a record of an account that a person has wait, waits with it.
async fn put_links_of_held(
    store: &dyn Store,
    (pipeline, places): (&Pipeline, &[Place<'_>]),
    (known, special): (&Known, &mut Special),
) -> Result<(), Trouble> {
    if !places.iter().any(|place| known.held_accounts.contains(place.account)) {
        return Ok(());
    }
    for link in store.links_of(&pipeline.name).await? {
        let ends = [(Side::Left, link.left), (Side::Right, link.right)];
        if !ends.iter().any(|(_, end)| known.held_accounts.contains(&end.account)) {
            continue;
        }
        for (side, LinkEnd { account, id }) in ends {
            let record = pipeline.record(side).name.clone();
            special.put(RecordRef { account, record, id }, Bucket::Held);
        }
    }
    Ok(())
}

fn line_of(
    pipeline: &Pipeline,
    (place, shown): (&Place<'_>, &Shown),
    (special, is_held): (&Special, bool),
) -> LedgerLine {
    let (account, record) = (place.account.to_owned(), pipeline.record(place.side).name.clone());
    let mut buckets = BTreeMap::<Bucket, u64>::new();
    let whole = if shown.held || is_held { Bucket::Held } else { Bucket::OutOfScope };
    for id in &shown.ids {
        let linked = if place.linked.contains(id) { Bucket::InStep } else { Bucket::OutOfScope };
        let own = RecordRef { account: account.clone(), record: record.clone(), id: id.clone() };
        let first = special.0.get(&own).copied().unwrap_or(linked);
        *buckets.entry(first.min(linked).min(whole)).or_default() += 1;
    }
    if shown.nameless > 0 {
        // The list is read again until they can be told apart.
        *buckets.entry(Bucket::Retrying.min(whole)).or_default() += shown.nameless;
    }
    LedgerLine { pipeline: pipeline.name.clone(), account, record, buckets }
}
