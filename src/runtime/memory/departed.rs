//! What the rules in service lost with a reload: a file may have been half there for a moment and right all the same.
//!
//! For a minute the doors of lost accounts say "later" and not "never", and work for them waits. What comes back is
//! compared whole. In memory only; what a start lacks of the rules that served before it counts as lost, too.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use crate::language::plan::Plan;
use crate::value::timestamp;

/// How long what is lost may be back at any moment.
const MAY_RETURN: SignedDuration = SignedDuration::from_mins(1);

/// How long `status` tells of it.
const TOLD: SignedDuration = SignedDuration::from_hours(24);

/// A part of a rule set that others rely on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Account {
        name: String,
        system: String,
    },
    /// Where an account's webhooks come in.
    Door {
        account: String,
    },
    Pipeline {
        name: String,
    },
    Group {
        pipeline: String,
        name: String,
    },
}

impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account { name, system } => write!(out, "account {name} of {system}"),
            Self::Door { account } => write!(out, "the webhooks of account {account}"),
            Self::Pipeline { name } => write!(out, "pipeline {name}"),
            Self::Group { pipeline, name } => write!(out, "`{name}` of pipeline {pipeline}"),
        }
    }
}

impl Part {
    /// What goes and comes with what holds it is not told apart.
    fn is_told_beside(&self, others: &BTreeSet<&Self>) -> bool {
        match self {
            Self::Account { .. } | Self::Pipeline { .. } => true,
            Self::Door { account } => {
                !others.iter().any(|other| matches!(other, Self::Account { name, .. } if name == account))
            }
            Self::Group { pipeline, .. } => {
                !others.iter().any(|other| matches!(other, Self::Pipeline { name } if name == pipeline))
            }
        }
    }

    /// What is new asks for a comparison of everything by itself; of the rest, only what is back.
    fn is_compared_when_new(&self) -> bool {
        matches!(self, Self::Account { .. } | Self::Pipeline { .. })
    }
}

/// What is lost, and since when.
#[derive(Debug, Default)]
pub struct Departed(Mutex<BTreeMap<Part, Timestamp>>);

impl Departed {
    /// Notes and tells what rules lack that those before them had; to be called before they serve.
    pub(crate) fn note(&self, before: &Plan, plan: &Plan, at: Timestamp) {
        let (had, have) = (parts(before), parts(plan));
        let lost: BTreeSet<&Part> = had.difference(&have).collect();
        for part in lost.iter().filter(|part| part.is_told_beside(&lost)) {
            match part {
                Part::Account { .. } | Part::Door { .. } => {
                    tracing::warn!(
                        "{part} is not in the rules any more; webhooks are put off for a minute, then refused"
                    );
                }
                Part::Pipeline { .. } | Part::Group { .. } => {
                    tracing::warn!("{part} is not in the rules any more; what it kept in step is left as it is");
                }
            }
        }
        self.known().extend(lost.into_iter().map(|part| (part.clone(), at)));
    }

    /// Whether rules have something that those before them lacked and that is to be compared whole; what is back is
    /// no longer lost. To be called once they serve.
    pub(crate) fn is_anything_back(&self, before: &Plan, plan: &Plan) -> bool {
        let (had, have) = (parts(before), parts(plan));
        let mut known = self.known();
        let found: BTreeSet<&Part> =
            have.difference(&had).filter(|part| known.contains_key(*part) || part.is_compared_when_new()).collect();
        for part in found.iter().filter(|part| part.is_told_beside(&found)) {
            let how = if known.contains_key(*part) { "back" } else { "new" };
            tracing::info!("{part} is {how} in the rules; everything is compared");
        }
        known.retain(|part, _| !have.contains(part));
        !found.is_empty()
    }

    /// Whether an account's webhooks were taken until so short a time ago that they may be again at any moment.
    pub fn may_open(&self, account: &str, now: Timestamp) -> bool {
        self.may_return(now, |part| matches!(part, Part::Door { account: name } if name == account))
    }

    /// Whether an account may be back at any moment.
    pub(crate) fn may_have_account(&self, account: &str, now: Timestamp) -> bool {
        self.may_return(now, |part| matches!(part, Part::Account { name, .. } if name == account))
    }

    /// Whether an account of a system may be back at any moment.
    pub(crate) fn may_have_account_of(&self, wanted: &str, now: Timestamp) -> bool {
        self.may_return(now, |part| matches!(part, Part::Account { system, .. } if system == wanted))
    }

    /// What was lost within a day, for `status`.
    pub fn to_json(&self, now: Timestamp) -> Json {
        let known = self.known();
        let all: BTreeSet<&Part> = known.keys().collect();
        let young =
            known.iter().filter(|(part, at)| now.duration_since(**at).abs() < TOLD && part.is_told_beside(&all));
        young.map(|(part, at)| json!({ "what": part.to_string(), "since": timestamp::text(*at) })).collect()
    }

    fn may_return(&self, now: Timestamp, is_meant: impl Fn(&Part) -> bool) -> bool {
        self.known().iter().any(|(part, at)| is_meant(part) && now.duration_since(*at).abs() < MAY_RETURN)
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Part, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn parts(plan: &Plan) -> BTreeSet<Part> {
    let mut parts = BTreeSet::new();
    for account in plan.accounts.values() {
        parts.insert(Part::Account { name: account.name.clone(), system: account.system.clone() });
        if plan.systems.get(&account.system).is_some_and(|system| system.webhook.is_some()) {
            parts.insert(Part::Door { account: account.name.clone() });
        }
    }
    for pipeline in plan.pipelines.values() {
        parts.insert(Part::Pipeline { name: pipeline.name.clone() });
        let groups = pipeline.rules.iter().map(|rule| rule.group.clone());
        parts.extend(groups.map(|name| Part::Group { pipeline: pipeline.name.clone(), name }));
    }
    parts
}
