//! Generations of rules, and the texts of the last good ones.
//!
//! Of those before the last one only what the next one has otherwise is kept, so that a small change costs little.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use async_trait::async_trait;
use jiff::Timestamp;

use super::error::StoreError;

/// A rule file as it was when it served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleText {
    /// The file's name as the user would write it.
    pub name: String,
    /// Its whole text.
    pub text: String,
}

/// A generation of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// Its number; survives restarts.
    pub number: i64,
    /// SHA-256 of the rule tree.
    pub hash: String,
    /// When it first served.
    pub since: Timestamp,
}

/// How many generations before the last one can still be told.
pub(super) const EARLIER_MAX: i64 = 100;

/// A rule file of an earlier generation, where the next one has it otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleThen {
    /// The earlier generation.
    pub generation: i64,
    /// The file's name.
    pub name: String,
    /// Its text then; `None`: it was not there.
    pub text: Option<String>,
}

impl RuleThen {
    /// What has to be kept of a generation that gives way to another.
    pub(super) fn of(generation: i64, before: &[RuleText], now: &[RuleText]) -> Vec<Self> {
        let by_name = |texts: &'_ [RuleText]| -> BTreeMap<String, String> {
            texts.iter().map(|rule| (rule.name.clone(), rule.text.clone())).collect()
        };
        let (before, now) = (by_name(before), by_name(now));
        let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
        let differs = names.into_iter().filter(|name| before.get(*name) != now.get(*name));
        differs.map(|name| Self { generation, name: name.clone(), text: before.get(name).cloned() }).collect()
    }
}

/// The texts of an earlier generation, from those of the last one and what was otherwise before, the newest first; none
/// where a link of that chain is not kept. In the order in which files are read.
pub(super) fn texts_then(
    (number, last): (i64, i64),
    texts: Vec<RuleText>,
    earlier: Vec<RuleThen>,
) -> Option<Vec<RuleText>> {
    let mut by_name: BTreeMap<String, String> = texts.into_iter().map(|rule| (rule.name, rule.text)).collect();
    let mut reached = last;
    for RuleThen { generation, name, text } in earlier {
        if generation != reached {
            reached = reached.checked_sub(1).filter(|next| *next == generation)?;
        }
        match text {
            Some(text) => by_name.insert(name, text),
            None => by_name.remove(&name),
        };
    }
    let mut texts: Vec<RuleText> = by_name.into_iter().map(|(name, text)| RuleText { name, text }).collect();
    texts.sort_by(|a, b| Path::new(&a.name).cmp(Path::new(&b.name)));
    (reached == number).then_some(texts)
}

/// Generations of rules.
#[async_trait]
pub trait Rules: Send + Sync {
    /// The generation of a rule tree: the same number for the hash that served last, else the next number.
    /// The texts are kept as the last good set.
    async fn serve(&self, hash: &str, texts: &[RuleText]) -> Result<Generation, StoreError>;

    /// The last good set, if any ever served.
    async fn last_good(&self) -> Result<Option<(Generation, Vec<RuleText>)>, StoreError>;

    /// The texts of a generation, where they can still be told.
    async fn served(&self, number: i64) -> Result<Option<Vec<RuleText>>, StoreError>;
}
