//! Whether what was journalled of a decision is enough for other rules.
//!
//! Records, links and what peers refused are as they were, under any rules. Answers to questions are answers only where
//! the same is asked: of lists only those rows are journalled that the decision was made from, and what matches or is
//! brought over is up to the rules. What cannot be told is never guessed.

use std::collections::{BTreeMap, BTreeSet};

use super::alike::{Both, kinds_alike};
use super::candidate::Candidate;
use super::said::Said;
use crate::engine::{Found, Situation, Want};
use crate::language::plan::{Pipeline, Plan, RecordType, WithRead};
use crate::runtime::environment::settings_again;
use crate::runtime::memory::lack::Needed;
use crate::store::DecisionEntry;
use crate::value::{Path, Value};

/// A system and one of its records.
type Of = (String, String);

/// What two rule sets read otherwise, worked out once.
pub(super) struct Compared<'a> {
    pub(super) candidate: Candidate<'a>,
    /// What the candidate says at each line.
    pub(super) said: Said,
    /// The same of the rules that served last.
    pub(super) said_before: Said,
    /// Records that their system files describe otherwise.
    reshaped: BTreeSet<Of>,
    /// Fields that only the candidate reads.
    new_fields: BTreeMap<Of, Vec<Path>>,
}

impl<'a> Compared<'a> {
    pub(super) fn new(candidate: Candidate<'a>) -> Self {
        let Candidate { plan, served, .. } = candidate;
        let (mut reshaped, mut new_fields) = (BTreeSet::new(), BTreeMap::new());
        if let Some(served) = served {
            let needed = [served.plan, plan].map(|plan| Needed::new(plan, std::sync::Arc::default()));
            for kind in plan.systems.values().flat_map(|system| system.records.values()) {
                let of = (kind.system.clone(), kind.name.clone());
                if !served.plan.record(&of.0, &of.1).is_some_and(|before| kinds_alike(before, kind)) {
                    reshaped.insert(of.clone());
                }
                let [before, now] = &needed;
                new_fields.insert(of, now.names_beyond(before, kind));
            }
        }
        let said_before = served.map(|served| Said::of(served.plan)).unwrap_or_default();
        Self { candidate, said: Said::of(plan), said_before, reshaped, new_fields }
    }

    /// The rules that a decision was made under.
    ///
    /// # Errors
    /// What is wanting, where they are kept no more.
    pub(super) fn then(&self, entry: &DecisionEntry) -> Result<&'a Plan, String> {
        let served = self.candidate.served.filter(|served| served.generation == entry.generation);
        let wanting = || format!("the rules of generation {}, which are not kept any more", entry.generation);
        served.map(|served| served.plan).ok_or_else(wanting)
    }

    /// The situation of a decision under the candidate's settings.
    ///
    /// # Errors
    /// What is wanting.
    pub(super) fn situation(
        &self,
        then: &Plan,
        (entry, pipeline): (&DecisionEntry, &Pipeline),
    ) -> Result<Situation, String> {
        let (plan, known) = (self.candidate.plan, &entry.situation);
        let accounts = [known.left_account.as_str(), known.right_account.as_str()];
        let settings = settings_again((then, plan), self.candidate.environment, accounts, &known.settings)?;
        let both = Both { plans: (then, plan), settings: (&known.settings, &settings) };
        self.records(pipeline, &both, known)?;
        self.lists(&both, pipeline, known)?;
        known.reads.iter().try_for_each(|answer| is_an_answer(&both, answer))?;
        Ok(Situation { settings, ..known.clone() })
    }

    /// Records of which rules read what was not asked for then, or otherwise.
    fn records(&self, pipeline: &Pipeline, both: &Both<'_>, situation: &Situation) -> Result<(), String> {
        let own = [(&pipeline.left, &situation.left), (&pipeline.right, &situation.right)];
        let mut records: Vec<(&RecordType, &Value)> =
            own.iter().filter_map(|(kind, record)| Some((kind.as_ref(), record.as_ref()?))).collect();
        for (want, found) in &situation.reads {
            let Some(kind) = kind_of(self.candidate.plan, want) else { continue };
            self.shown_alike(kind, both)?;
            records.extend(found.rows().into_iter().flatten().chain(found.all()).map(|row| (kind, row)));
        }
        records.into_iter().try_for_each(|(kind, record)| {
            self.shown_alike(kind, both)?;
            let rows = record.as_list().filter(|_| kind.grouped.is_some());
            let rows = rows.unwrap_or(std::slice::from_ref(record));
            let new = self.new_fields.get(&(kind.system.clone(), kind.name.clone()));
            let lacking = |path: &&Path| rows.iter().any(|row| is_lacking(&path.read(row)));
            let wanting =
                |path: &Path| format!("`{}.{}.{path}`, which the rules of then did not read", kind.system, kind.name);
            new.into_iter().flatten().find(lacking).map_or(Ok(()), |path| Err(wanting(path)))
        })
    }

    /// Whether a system shows the same of a kind of record: as its file describes it, for the same values of settings.
    fn shown_alike(&self, kind: &RecordType, both: &Both<'_>) -> Result<(), String> {
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
