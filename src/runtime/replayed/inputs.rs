//! Whether what was journalled of a decision is enough for other rules.
//!
//! Records, links and what peers refused are as they were, under any rules. Answers to questions are answers only where
//! the same is asked: of lists only those rows are journalled that the decision was made from, and what matches or is
//! brought over is up to the rules. What cannot be told is never guessed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::alike::{Both, kinds_alike};
use super::candidate::Candidate;
use super::said::Said;
use crate::engine::{Found, Situation, Want};
use crate::language::plan::{Pipeline, Plan, RecordType, Side, WithRead};
use crate::runtime::environment::settings_again;
use crate::runtime::memory::lack::Needed;
use crate::store::DecisionEntry;
use crate::value::{Path, Value};

/// A system and one of its records.
type Of = (String, String);

/// The candidate beside the rules that decisions were made under.
pub(super) struct Compared<'a> {
    pub(super) candidate: Candidate<'a>,
    /// What the candidate says at each line.
    pub(super) said: Said,
    /// By generation.
    rules: BTreeMap<i64, Rules<'a>>,
}

/// Rules that decisions were made under, and what the candidate reads otherwise.
pub(super) struct Rules<'a> {
    pub(super) plan: &'a Plan,
    /// What they say at each line.
    pub(super) said: Said,
    /// Records that their system files describe otherwise.
    reshaped: BTreeSet<Of>,
    /// Fields that only the candidate reads.
    new_fields: BTreeMap<Of, Vec<Path>>,
}

impl<'a> Rules<'a> {
    fn new(plan: &'a Plan, candidate: (&Plan, &Needed)) -> Self {
        let (mut reshaped, mut new_fields) = (BTreeSet::new(), BTreeMap::new());
        let (before, (now, needed)) = (Needed::new(plan, Arc::default()), candidate);
        for kind in now.systems.values().flat_map(|system| system.records.values()) {
            let of = (kind.system.clone(), kind.name.clone());
            if !plan.record(&of.0, &of.1).is_some_and(|before| kinds_alike(before, kind)) {
                reshaped.insert(of.clone());
            }
            new_fields.insert(of, needed.names_beyond(&before, kind));
        }
        Self { plan, said: Said::of(plan), reshaped, new_fields }
    }

    /// Whether a system shows the same of a kind of record: as its file describes it, for the same values of settings.
    fn shows_alike(&self, kind: &RecordType, both: &Both<'_>) -> Result<(), String> {
        let (system, record) = (&kind.system, &kind.name);
        if self.reshaped.contains(&(system.clone(), record.clone())) {
            return Err(format!("{system}.{record} as its system file describes it now"));
        }
        let each = kind.calls().filter_map(|call| call.each.as_ref()).map(|each| &each.setting);
        let of = |settings: &Value, name: &str| Path::parse(name).map(|path| path.read(settings));
        let (before, now) = both.settings;
        let mut otherwise = each.filter(|name| of(before, name) != of(now, name));
        let wanting = |name: &String| format!("{system}.{record} as it is listed for `settings.{name}` now");
        otherwise.next().map_or(Ok(()), |name| Err(wanting(name)))
    }
}

impl<'a> Compared<'a> {
    pub(super) fn new(candidate: Candidate<'a>, plans: &'a BTreeMap<i64, Plan>) -> Self {
        let needed = Needed::new(candidate.plan, Arc::default());
        let rules = |(generation, plan): (&i64, &'a Plan)| (*generation, Rules::new(plan, (candidate.plan, &needed)));
        let rules = plans.iter().map(rules).collect();
        Self { candidate, said: Said::of(candidate.plan), rules }
    }

    /// The rules that a decision was made under.
    ///
    /// # Errors
    /// What is wanting, where they cannot be told any more.
    pub(super) fn then(&self, entry: &DecisionEntry) -> Result<&Rules<'a>, String> {
        let wanting = || format!("the rules of generation {}, which are not kept any more", entry.generation);
        self.rules.get(&entry.generation).ok_or_else(wanting)
    }

    /// The situation of a decision under the candidate's settings.
    ///
    /// # Errors
    /// What is wanting.
    pub(super) fn situation(
        &self,
        then: &Rules<'_>,
        (entry, pipeline): (&DecisionEntry, &Pipeline),
    ) -> Result<Situation, String> {
        let (plan, known) = (self.candidate.plan, &entry.situation);
        let accounts = [known.left_account.as_str(), known.right_account.as_str()];
        let settings = settings_again((then.plan, plan), self.candidate.environment, accounts, &known.settings)?;
        let both = Both { plans: (then.plan, plan), settings: (&known.settings, &settings) };
        self.records(pipeline, (then, &both), known)?;
        self.lists(&both, pipeline, known)?;
        known.reads.iter().try_for_each(|answer| is_an_answer(&both, answer))?;
        Ok(Situation { settings, ..known.clone() })
    }

    /// Records of which rules read what was not asked for then, or otherwise.
    fn records(
        &self,
        pipeline: &Pipeline,
        (then, both): (&Rules<'_>, &Both<'_>),
        situation: &Situation,
    ) -> Result<(), String> {
        for side in [Side::Left, Side::Right] {
            let place = |plan: &Plan, pipeline: &Pipeline| {
                let system = plan.accounts.get(situation.account(side)).map(|account| account.system.clone());
                (system, pipeline.record(side).system.clone(), pipeline.record(side).name.clone())
            };
            let before = then.plan.pipelines.get(&pipeline.name).map(|before| place(then.plan, before));
            if before != Some(place(self.candidate.plan, pipeline)) {
                let kind = pipeline.record(side);
                return Err(format!("a {}.{}, which `{}` joins now", kind.system, kind.name, pipeline.name));
            }
        }
        let own = [(&pipeline.left, &situation.left), (&pipeline.right, &situation.right)];
        let mut records: Vec<(&RecordType, &Value)> =
            own.iter().filter_map(|(kind, record)| Some((kind.as_ref(), record.as_ref()?))).collect();
        for (want, found) in &situation.reads {
            let Some(kind) = kind_of(self.candidate.plan, want) else { continue };
            then.shows_alike(kind, both)?;
            records.extend(found.rows().into_iter().flatten().chain(found.all()).map(|row| (kind, row)));
        }
        records.into_iter().try_for_each(|(kind, record)| {
            then.shows_alike(kind, both)?;
            let rows = record.as_list().filter(|_| kind.grouped.is_some());
            let rows = rows.unwrap_or(std::slice::from_ref(record));
            let new = then.new_fields.get(&(kind.system.clone(), kind.name.clone()));
            let lacking = |path: &&Path| rows.iter().any(|row| is_lacking(&path.read(row)));
            let wanting =
                |path: &Path| format!("`{}.{}.{path}`, which the rules of then did not read", kind.system, kind.name);
            new.into_iter().flatten().find(lacking).map_or(Ok(()), |path| Err(wanting(path)))
        })
    }

    /// Lists that a pipeline looks through otherwise than the decision did.
    fn lists(&self, both: &Both<'_>, pipeline: &Pipeline, situation: &Situation) -> Result<(), String> {
        let in_part = |(want, found): (&Want, &Found)| match (want, found) {
            (Want::List { account, record, .. }, Found::Fitted(_)) => Some((account.clone(), record.clone())),
            _ => None,
        };
        let lists: BTreeSet<(String, String)> = situation.reads.iter().filter_map(in_part).collect();
        let is_of = |read: &&WithRead| {
            let of = |(account, record): &(String, String)| {
                let system = self.candidate.plan.accounts.get(account).map(|account| &account.system);
                read.record.name == *record && Some(&read.record.system) == system
            };
            lists.iter().any(of)
        };
        let before = both.plans.0.pipelines.get(&pipeline.name);
        let differs = |read: &&WithRead| !before.is_some_and(|before| both.read_alike((before, pipeline), &read.name));
        let wanting = |read: &WithRead| {
            let (system, record) = (&read.record.system, &read.record.name);
            format!(
                "all {system}.{record}, of which the journal keeps what the decision was made from: `{}` looks for \
                 others",
                read.name
            )
        };
        pipeline.with.iter().filter(is_of).find(differs).map_or(Ok(()), |read| Err(wanting(read)))
    }
}

/// Whether a journalled answer is one to the same question under the other rules.
fn is_an_answer(both: &Both<'_>, (want, found): (&Want, &Found)) -> Result<(), String> {
    let is_one = match (want, found) {
        (Want::Match { pipeline, side, .. }, _) => both.match_alike(pipeline, *side),
        (Want::Counterpart { pipeline, .. }, Found::Key(_)) => both.meets_alike(pipeline),
        (Want::Counterpart { .. } | Want::Settled { .. }, _) => both.all_alike(),
        (Want::Record { .. } | Want::Find { .. } | Want::List { .. } | Want::Linked { .. }, _) => true,
    };
    if is_one { Ok(()) } else { Err(format!("{}, which these rules ask for otherwise", in_words(want))) }
}

/// Whether of what stands at a path something may have been left out.
fn is_lacking(value: &Value) -> bool {
    value.is_null() || value.as_list().is_some_and(|items| items.iter().any(Value::is_null))
}

fn kind_of<'p>(plan: &'p Plan, want: &Want) -> Option<&'p RecordType> {
    match want {
        Want::Record { account, record, .. }
        | Want::Find { account, record, .. }
        | Want::List { account, record, .. } => {
            let system = &plan.accounts.get(account)?.system;
            plan.record(system, record).map(AsRef::as_ref)
        }
        Want::Match { pipeline, side, .. } => plan.pipelines.get(pipeline).map(|one| one.record(*side).as_ref()),
        Want::Linked { .. } | Want::Settled { .. } | Want::Counterpart { .. } => None,
    }
}

/// What is wanted and was not journalled.
pub(super) fn told(wants: &[Want]) -> String {
    let all: BTreeSet<String> = wants.iter().map(in_words).collect();
    format!("{}, which was not asked for then", all.into_iter().collect::<Vec<_>>().join(", "))
}

/// A question in words that do not depend on the record.
fn in_words(want: &Want) -> String {
    match want {
        Want::Record { account, record, .. } => format!("a {account}.{record}"),
        Want::Find { account, record, field, .. } => format!("{account}.{record} by `{field}`"),
        Want::List { account, record, .. } => format!("all {account}.{record}"),
        Want::Match { pipeline, account, .. } => format!("what matches in `{pipeline}` at {account}"),
        Want::Linked { pipeline, .. } => format!("what `{pipeline}` has linked"),
        Want::Settled { pipeline, .. } => format!("whether another pair of `{pipeline}` has settled"),
        Want::Counterpart { pipeline, .. } => format!("a counterpart of `{pipeline}`"),
    }
}
