//! Records that decisions on others are made from, together with many of their kind: what an open order reserves of an
//! item is one. Where such a record changes, settles or goes, the pairs that it names are looked at again. So is what a
//! `hold when` has wait, where it may read the record.
//!
//! Which pairs those are is told by the record itself: what it refers to is a side of theirs, or shares the key by
//! which rows of one are grouped. What it named before counts, too, since a line may have been taken out. In memory
//! only, and bounded: after a restart, or when all is forgotten, a change stirs what the record names now. Knows no
//! system.

use std::collections::BTreeSet;

use crate::language::plan::{Cardinality, Pipeline, RecordType, Side};
use crate::runtime::limits::STIRS_MAX;
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{Hint, HintSource, LinkEnd, RecordRef};
use crate::value::{Kind, Value, digest};

impl Runtime {
    /// A record was read, or written just now: where it does not stand as it did, the pairs whose values are made from
    /// it are looked at again. `None`: it is gone.
    ///
    /// # Errors
    /// [`Trouble::Store`] where the store failed.
    pub(crate) async fn stir(
        &self,
        live: &Live,
        (kind, target): (&RecordType, &RecordRef),
        (record, source): (Option<&Value>, HintSource),
    ) -> Result<(), Trouble> {
        let pipelines: Vec<&Pipeline> = live.plan.pipelines.values().map(AsRef::as_ref).collect();
        let made_from = |pipeline: &&Pipeline| is_made_from(pipeline, kind);
        let held: Vec<RecordRef> = self.held_for(live, kind).into_iter().filter(|one| one != target).collect();
        let concerned: Vec<&Pipeline> = pipelines.into_iter().filter(made_from).collect();
        if record.is_none() {
            self.tally.gone(target);
        }
        // A sweep looks at all of them by itself.
        if (concerned.is_empty() && held.is_empty()) || source == HintSource::Sweep {
            return Ok(());
        }
        let stirred = match record {
            None => live.memory.stirred.gone(target).into_iter().chain(held).collect(),
            Some(record) => {
                let mut named = BTreeSet::from_iter(held);
                for pipeline in concerned {
                    for side in [Side::Left, Side::Right] {
                        let refers = references(kind, pipeline.record(side), record);
                        let ends = refers.into_iter().map(|id| LinkEnd { account: target.account.clone(), id });
                        named.extend(self.named_by((pipeline, side), ends.collect()).await?);
                        named.extend(self.grouped_by(live, (pipeline, side), record).await?);
                    }
                }
                live.memory.stirred.note(target, digest::of_value(record), named)
            }
        };
        let at = self.world.clock.now();
        let hint = |target| Hint { at, source: HintSource::Stirred, target, version: None, first: false };
        let hints: Vec<Hint> = stirred.into_iter().map(hint).collect();
        if !hints.is_empty() {
            tracing::debug!(record = %target, pairs = hints.len(), "stirs what is made from it");
            self.accept(hints).await?;
        }
        Ok(())
    }

    /// What `hold when` has wait, where it may read records of a kind.
    pub(crate) fn held_for(&self, live: &Live, kind: &RecordType) -> Vec<RecordRef> {
        let pipelines = live.plan.pipelines.values().filter(|pipeline| may_be_held_for(pipeline, kind));
        pipelines.flat_map(|pipeline| self.tally.by_rule_of(&pipeline.name, STIRS_MAX)).collect()
    }

    /// The far records of the pairs whose records of a side these are: all accounts that share a counterpart are looked
    /// at from there.
    async fn named_by(
        &self,
        (pipeline, side): (&Pipeline, Side),
        ends: Vec<LinkEnd>,
    ) -> Result<BTreeSet<RecordRef>, Trouble> {
        let far = pipeline.record(side.other());
        let mut named = BTreeSet::new();
        for end in ends {
            for link in self.store.links(&pipeline.name, side == Side::Left, &end).await? {
                let LinkEnd { account, id } = if side == Side::Left { link.right } else { link.left };
                named.insert(RecordRef { account, record: far.name.clone(), id });
            }
        }
        Ok(named)
    }

    /// The groups of a side that are linked, of the key that a record holds.
    async fn grouped_by(
        &self,
        live: &Live,
        (pipeline, side): (&Pipeline, Side),
        record: &Value,
    ) -> Result<BTreeSet<RecordRef>, Trouble> {
        let own = pipeline.record(side);
        let mut named = BTreeSet::new();
        for id in group_keys(own, record) {
            for account in live.plan.accounts_of(&own.system) {
                let end = LinkEnd { account: account.name.clone(), id: id.clone() };
                if !self.store.links(&pipeline.name, side == Side::Left, &end).await?.is_empty() {
                    let LinkEnd { account, id } = end;
                    named.insert(RecordRef { account, record: own.name.clone(), id });
                }
            }
        }
        Ok(named)
    }
}

/// Whether a pipeline's values are made from all records of a kind that fit. One that is a side of it is looked at by
/// itself.
fn is_made_from(pipeline: &Pipeline, kind: &RecordType) -> bool {
    let same = |other: &RecordType| other.system == kind.system && other.name == kind.name;
    let mut lists = pipeline.with.iter().filter(|read| read.cardinality == Cardinality::Many);
    lists.any(|read| same(&read.record)) && !same(&pipeline.left) && !same(&pipeline.right)
}

/// Whether a condition that has records of a pipeline wait may read records of a kind, other than the record itself:
/// what `with` names, and what the fields of its sides refer to.
fn may_be_held_for(pipeline: &Pipeline, kind: &RecordType) -> bool {
    let same = |other: &RecordType| other.system == kind.system && other.name == kind.name;
    let refers = |side: &RecordType| {
        side.system == kind.system && side.fields.iter().any(|field| refers_to(&field.kind, &kind.name))
    };
    let sides = [&pipeline.left, &pipeline.right];
    pipeline.hold.is_some()
        && (pipeline.with.iter().any(|read| same(&read.record)) || sides.into_iter().any(|side| refers(side)))
}

/// Whether a field refers to records of a kind, itself or in what it holds.
fn refers_to(kind: &Kind, name: &str) -> bool {
    match kind {
        Kind::Reference(found) => **found == *name,
        Kind::List(inner) => refers_to(inner, name),
        _ => false,
    }
}

/// The keys of records of a kind that a record refers to.
fn references(kind: &RecordType, to: &RecordType, record: &Value) -> BTreeSet<String> {
    if kind.system != to.system || to.grouped.is_some() {
        return BTreeSet::new();
    }
    let fields = kind.fields.iter().filter(|field| refers_to(&field.kind, &to.name));
    let mut keys = BTreeSet::new();
    fields.for_each(|field| keys_in(&field.path.read(record), &mut keys));
    keys
}

/// What a record holds under the name by which rows of a kind are grouped.
fn group_keys(kind: &RecordType, record: &Value) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    if kind.grouped.is_some() {
        under_name(&kind.key, record, &mut keys);
    }
    keys
}

fn under_name(name: &str, value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::List(items) => items.iter().for_each(|item| under_name(name, item, keys)),
        Value::Record(fields) => {
            for (field, inner) in fields {
                if field == name {
                    keys_in(inner, keys);
                }
                under_name(name, inner, keys);
            }
        }
        _ => {}
    }
}

fn keys_in(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::List(items) => items.iter().for_each(|item| keys_in(item, keys)),
        other => keys.extend(other.to_key().filter(|_| keys.len() < STIRS_MAX)),
    }
}
