//! What a replay is made of: decisions of the journal, and the rules that each was made under.
//!
//! Read from the store once; nothing of it is worked out here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::language::compile_texts;
use crate::language::plan::Plan;
use crate::language::source::{SourceFile, SourceMap};
use crate::store::{DecisionEntry, RuleText, Store, StoreError};

/// How many decisions are looked at: the newest.
pub const DECISIONS_MAX: usize = 10_000;

/// Decisions of the journal.
#[derive(Clone, Debug)]
pub struct Journalled {
    /// Oldest first.
    pub(super) entries: Vec<DecisionEntry>,
    /// There are older ones.
    pub(super) has_more: bool,
    /// Since when; `None`: ever.
    pub(super) since: Option<Timestamp>,
    /// The rule files of their generations, as far as they can be told.
    rules: BTreeMap<i64, Vec<RuleText>>,
}

/// The decisions that were made since an instant, or ever.
///
/// # Errors
/// Where the store cannot be read.
pub async fn journalled(store: &dyn Store, since: Option<Timestamp>) -> Result<Journalled, StoreError> {
    let mut entries = store.decisions(None, since, DECISIONS_MAX.saturating_add(1)).await?;
    let has_more = entries.len() > DECISIONS_MAX;
    if has_more {
        entries.remove(0);
    }
    let generations: BTreeSet<i64> = entries.iter().map(|entry| entry.generation).collect();
    let mut rules = BTreeMap::new();
    for generation in generations {
        if let Some(texts) = store.served(generation).await? {
            rules.insert(generation, texts);
        }
    }
    Ok(Journalled { entries, has_more, since, rules })
}

impl Journalled {
    /// The rules by generation; those that this version has a finding on are left out.
    pub(super) fn plans(&self) -> BTreeMap<i64, Plan> {
        let plan = |(generation, texts): (&i64, &Vec<RuleText>)| {
            let file = |rule: &RuleText| SourceFile { name: rule.name.clone(), text: rule.text.clone() };
            let plan = compile_texts(SourceMap::new(texts.iter().map(file).collect())).plan?;
            Some((*generation, plan))
        };
        self.rules.iter().filter_map(plan).collect()
    }
}
