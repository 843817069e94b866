//! The plan: everything that a generation of rules says.
//!
//! An immutable value handed to each piece of work, which ends under the plan it began with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::account::{Account, Setting};
use super::pipeline::{Cardinality, Pipeline};
use super::setting_type::SettingTypes;
use super::side::Side;
use super::standing::Switches;
use super::system::{RecordType, System};
use super::table::Table;
use crate::value::{Path, Value};

/// A generation of rules, compiled.
#[derive(Clone, Debug)]
pub struct Plan {
    /// SHA-256 of the rule tree it came from.
    pub rules_hash: String,
    /// Systems by name.
    pub systems: BTreeMap<String, Arc<System>>,
    /// Accounts by name.
    pub accounts: BTreeMap<String, Arc<Account>>,
    /// Settings by dotted name.
    pub settings: BTreeMap<String, Setting>,
    /// What values settings may have, by dotted name.
    pub setting_types: SettingTypes,
    /// Pipelines by name.
    pub pipelines: BTreeMap<String, Arc<Pipeline>>,
    /// Tables by name.
    pub tables: BTreeMap<String, Arc<Table>>,
    /// The settings as each account may see them, as far as the files say: without the environment.
    pub standing: Vec<Value>,
}

/// What a change of a record is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interest {
    /// Only answers look-ups that others wait for.
    LookUp,
    /// May lead to an effect where it is linked, which it becomes only when another pipeline needs its counterpart.
    Linked,
    /// May lead to an effect.
    Work,
}

impl Plan {
    /// The settings, what they may be, and the accounts that have some of their own.
    pub fn switches(&self) -> Switches<'_> {
        Switches { settings: &self.settings, types: &self.setting_types, accounts: &self.accounts }
    }

    /// The record type of `system.record`.
    pub fn record(&self, system: &str, record: &str) -> Option<&Arc<RecordType>> {
        self.systems.get(system)?.records.get(record)
    }

    /// The accounts of a system, by name.
    pub fn accounts_of<'a>(&'a self, system: &'a str) -> impl Iterator<Item = &'a Arc<Account>> {
        self.accounts.values().filter(move |account| account.system == system)
    }

    /// The account of this name; else the only account of the system of this name.
    pub fn account_called<'a>(&'a self, name: &'a str) -> Option<&'a Arc<Account>> {
        let mut of_system = self.accounts_of(name);
        let only = of_system.next().filter(|_| of_system.next().is_none());
        self.accounts.get(name).or(only)
    }

    /// The pipelines that a record of this kind belongs to, with its side.
    pub fn pipelines_of<'a>(
        &'a self,
        system: &'a str,
        record: &'a str,
    ) -> impl Iterator<Item = (&'a Arc<Pipeline>, Side)> {
        self.pipelines.values().flat_map(move |pipeline| {
            [Side::Left, Side::Right].into_iter().filter_map(move |side| {
                let kind = pipeline.record(side);
                (kind.system == system && kind.name == record).then_some((pipeline, side))
            })
        })
    }

    /// The fields of a record type that some rule reads.
    pub fn paths_read(&self, kind: &RecordType) -> BTreeSet<Path> {
        let pipelines = self.pipelines.values().filter(|pipeline| {
            [&pipeline.left, &pipeline.right].iter().any(|side| side.system == kind.system && side.name == kind.name)
        });
        let read: BTreeSet<Path> = pipelines.flat_map(|pipeline| pipeline.reads(&kind.system)).collect();
        let paths = kind.fields.iter().map(|field| &field.path);
        paths.filter(|path| read.iter().any(|read| path.is_within(read))).cloned().collect()
    }

    /// Whether rules read all records of a kind as a list, lists inside them too.
    pub fn reads_whole(&self, kind: &RecordType) -> bool {
        let reads = self.pipelines.values().flat_map(|pipeline| &pipeline.with);
        let lists = reads.filter(|read| read.cardinality == Cardinality::Many && read.search.is_none());
        lists.into_iter().any(|read| read.record.system == kind.system && read.record.name == kind.name)
    }

    /// What a change on one side of a pipeline is good for.
    pub fn interest_of(&self, pipeline: &Pipeline, side: Side) -> Interest {
        self.wakes(pipeline, side)
    }

    /// What a change of a record of this kind is good for; `None` where no pipeline has it.
    pub fn interest(&self, system: &str, record: &str) -> Option<Interest> {
        self.pipelines_of(system, record).map(|(pipeline, side)| self.wakes(pipeline, side)).max()
    }

    /// A change on a side can lead to an effect where a live rule, not only of creates, leaves it
    /// or where the other side is created for it by condition.
    fn wakes(&self, pipeline: &Pipeline, side: Side) -> Interest {
        let interest = |settings: &Value| {
            let create = pipeline.live_create(side.other(), settings);
            let mut rules = pipeline.rules.iter();
            let follows = rules.any(|rule| !rule.on_create && pipeline.flows(rule, side.other(), settings));
            match create.map(|create| create.when.is_some()) {
                Some(true) => Interest::Work,
                Some(false) if follows => Interest::Linked,
                None if follows => Interest::Work,
                // That it is gone takes away what it is linked with.
                _ if pipeline.removal(side.other(), settings).is_some() => Interest::Linked,
                Some(false) | None => Interest::LookUp,
            }
        };
        self.standing.iter().map(interest).max().unwrap_or(Interest::LookUp)
    }
}
