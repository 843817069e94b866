//! What a pass comes across that compares everything: every record that the accounts' own lists show, and what of them
//! a rule leaves alone or is only observed.
//!
//! Knows no bucket: where each record belongs is said once, when the pass is over. Lasts as long as the pass.

use std::collections::{BTreeMap, BTreeSet};

use crate::connector::Row;
use crate::language::plan::RecordType;
use crate::runtime::happening::Happening;
use crate::store::RecordRef;

/// What an account's list of a kind showed.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The keys of its records.
    pub ids: BTreeSet<String>,
    /// Rows of which not even the key could be read.
    pub nameless: u64,
    /// The list was not taken as it is.
    pub held: bool,
}

impl Shown {
    /// What these rows show. `held`: the list is not taken as it is.
    pub(crate) fn of(kind: &RecordType, rows: &[Row], held: bool) -> Self {
        let mut shown = Self { held, ..Self::default() };
        for row in rows {
            let id = if kind.grouped.is_some() { row.value.field(&kind.key).to_key() } else { kind.id_of(&row.value) };
            match id.filter(|id| !id.is_empty()) {
                Some(id) => {
                    shown.ids.insert(id);
                }
                // What has no key to be grouped by is no record.
                None if kind.grouped.is_some() => {}
                None => shown.nameless += 1,
            }
        }
        shown
    }
}

/// What a pass came across.
#[derive(Clone, Debug, Default)]
pub struct Census {
    /// By account and kind of record.
    pub shown: BTreeMap<(String, String), Shown>,
    /// Of which a rule says that something goes nowhere, by pipeline.
    pub left_alone: BTreeSet<(String, RecordRef)>,
    /// For which something would be written if that were not only observed, by pipeline.
    pub observed: BTreeSet<(String, RecordRef)>,
    /// Of which a rule has wait what is to be written, by pipeline.
    pub waits: BTreeSet<(String, RecordRef)>,
    made: BTreeSet<RecordRef>,
}

impl Census {
    /// An account's list of a kind.
    pub(super) fn list(&mut self, account: &str, record: &str, shown: Shown) {
        self.shown.insert((account.to_owned(), record.to_owned()), shown);
    }

    /// Something happened, by whomever it was told: what stands on either side is the same.
    pub(super) fn note(&mut self, happening: &Happening) {
        match happening {
            Happening::LeftAlone { target, pipeline, .. } => {
                self.left_alone.insert((pipeline.clone(), target.clone()));
            }
            Happening::Waits { target, pipeline, .. } => {
                self.waits.insert((pipeline.clone(), target.clone()));
            }
            Happening::Observed(change) => {
                let both = [&change.cause, &change.target].into_iter().filter(|record| !record.id.is_empty());
                self.observed.extend(both.map(|record| (change.pipeline.clone(), record.clone())));
            }
            // A list that was read before does not show it.
            Happening::Written(change) if change.action == "create" && !change.target.id.is_empty() => {
                self.made.insert(change.target.clone());
            }
            _ => {}
        }
    }

    /// With what was made since the lists were read, where they were.
    #[must_use]
    pub(super) fn whole(mut self) -> Self {
        for RecordRef { account, record, id } in std::mem::take(&mut self.made) {
            if let Some(shown) = self.shown.get_mut(&(account, record)) {
                shown.ids.insert(id);
            }
        }
        self
    }
}
