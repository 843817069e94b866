//! At which kinds of records a look goes: all that the rules know, or what some pipelines join.
//!
//! Knows names alone; what a look is for is `look`'s.

use std::collections::BTreeSet;

use crate::language::plan::{Plan, RecordType, Side};

/// At which kinds of records is looked.
#[derive(Clone, Debug)]
pub enum Among {
    /// All that the rules know.
    All,
    /// These, by system and record.
    Kinds(BTreeSet<(String, String)>),
}

impl Among {
    /// What these pipelines join.
    pub fn of_pipelines(plan: &Plan, names: &BTreeSet<String>) -> Self {
        let joined = plan.pipelines.values().filter(|pipeline| names.contains(&pipeline.name));
        let kinds = joined.flat_map(|pipeline| Side::BOTH.map(|side| pipeline.record(side)));
        Self::Kinds(kinds.map(|kind| (kind.system.clone(), kind.name.clone())).collect())
    }

    /// Whether a kind is among them.
    pub(super) fn has(&self, kind: &RecordType) -> bool {
        match self {
            Self::All => true,
            Self::Kinds(kinds) => kinds.contains(&(kind.system.clone(), kind.name.clone())),
        }
    }
}
