//! Makes decisions again from the journal. Reads only, and asks no system: a decision whose inputs the other rules find
//! wanting is counted as such, and never guessed. Of the same journal and the same rules the same comes out.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::candidate::Candidate;
use super::inputs::{self, Compared};
use super::journalled::Journalled;
use super::lines::{self, Twice};
use super::outcome::Outcome;
use crate::engine::{Deciding, Step};
use crate::language::plan::{Folded, Pipeline, Side};
use crate::store::{DecisionEntry, RecordRef};

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// Decisions that were looked at.
    pub decisions: usize,
    /// Those that came out the same.
    pub same: usize,
    /// Those that came out otherwise; the same of one record is told once.
    pub differences: Vec<Difference>,
    /// What the journal does not have of others, with how many decisions each.
    pub short: BTreeMap<String, usize>,
    /// There are older ones, which were not looked at.
    pub has_more: bool,
    /// Since when they were looked at; `None`: all that are kept.
    pub since: Option<Timestamp>,
}

/// How a replay ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every decision comes out the same.
    Same,
    /// Some come out otherwise.
    Differs,
    /// None does, but of some it cannot be told.
    Untold,
}

impl Verdict {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Differs => "differs",
            Self::Untold => "untold",
        }
    }
}

/// A decision that comes out otherwise.
#[derive(Clone, Debug)]
pub struct Difference {
    /// When it was made first.
    pub at: Timestamp,
    /// The record whose change was looked at.
    pub target: RecordRef,
    /// The pipeline.
    pub pipeline: String,
    /// What was decided.
    pub then: Outcome,
    /// What would be.
    pub now: Outcome,
    /// The rule lines that make the difference, what says something else now first.
    pub lines: Vec<String>,
    /// How often it was decided so, one after the other or not.
    pub times: usize,
}

/// Makes decisions again.
pub fn replay(journalled: &Journalled, candidate: Candidate<'_>) -> Replayed {
    let Journalled { entries, has_more, since, .. } = journalled;
    let (has_more, since) = (*has_more, *since);
    let mut replayed = Replayed { decisions: entries.len(), has_more, since, ..Replayed::default() };
    let plans = journalled.plans();
    let compared = Compared::new(candidate, &plans);
    let mut known: BTreeMap<(RecordRef, String), Vec<usize>> = BTreeMap::new();
    for entry in entries {
        match compared.again(entry) {
            Ok(None) => replayed.same += 1,
            Ok(Some(difference)) => {
                let places = known.entry((entry.target.clone(), entry.pipeline.clone())).or_default();
                replayed.note(*difference, places);
            }
            Err(what) => *replayed.short.entry(what).or_default() += 1,
        }
    }
    replayed
}

impl Replayed {
    /// Notes a difference. `places`: of those of the same record.
    fn note(&mut self, difference: Difference, places: &mut Vec<usize>) {
        let is_it = |place: &&usize| {
            let known = self.differences.get(**place);
            known.is_some_and(|known| (&known.then, &known.now) == (&difference.then, &difference.now))
        };
        let place = places.iter().find(is_it).copied();
        match place.and_then(|place| self.differences.get_mut(place)) {
            Some(known) => known.times += 1,
            None => {
                places.push(self.differences.len());
                self.differences.push(difference);
            }
        }
    }

    /// How it ends.
    pub fn verdict(&self) -> Verdict {
        match (self.differences.is_empty(), self.short.is_empty()) {
            (false, _) => Verdict::Differs,
            (true, false) => Verdict::Untold,
            (true, true) => Verdict::Same,
        }
    }

    /// Decisions that came out otherwise.
    pub fn otherwise(&self) -> usize {
        self.differences.iter().map(|difference| difference.times).sum()
    }

    /// Decisions of which it cannot be told.
    pub fn untold(&self) -> usize {
        self.short.values().sum()
    }
}

impl Compared<'_> {
    /// A decision made again: the difference, if there is one.
    ///
    /// # Errors
    /// What the journal does not have.
    fn again(&self, entry: &DecisionEntry) -> Result<Option<Box<Difference>>, String> {
        let plan = self.candidate.plan;
        let rules = self.then(entry);
        let was = rules.as_ref().ok().and_then(|rules| rules.plan.pipelines.get(&entry.pipeline)).map(AsRef::as_ref);
        let is = plan.pipelines.get(&entry.pipeline).map(AsRef::as_ref);
        let then = Outcome::of(&entry.outcome, &sides(was.or(is), entry));
        let Some(pipeline) = is else {
            let now = Outcome::without(&format!("there is no pipeline `{}`", entry.pipeline));
            let lines = entry.outcome.lines.first().map(ToString::to_string).into_iter().collect();
            return Ok(Some(difference(entry, (then, now), lines)));
        };
        let accounts = [entry.situation.left_account.as_str(), entry.situation.right_account.as_str()];
        if let Some(gone) = accounts.iter().find(|account| !plan.accounts.contains_key(**account)) {
            let now = Outcome::without(&format!("there is no account `{gone}`"));
            return Ok(Some(difference(entry, (then, now), vec![pipeline.match_line.to_string()])));
        }
        let rules = rules?;
        let situation = self.situation(rules, (entry, pipeline))?;
        let folded = Arc::new(Folded::of(pipeline, &situation.settings));
        let decision = match Deciding::new(plan, pipeline, folded).round(&situation) {
            Step::Need(wants) => return Err(inputs::told(&wants)),
            Step::Done(decision) => decision,
        };
        let now = Outcome::of(&decision, &sides(is, entry));
        if now == then {
            return Ok(None);
        }
        let said = Twice { then: &rules.said, now: &self.said };
        let lines = lines::lines(said, (was, pipeline), ((&entry.outcome, &then), (&decision, &now)));
        Ok(Some(difference(entry, (then, now), lines)))
    }
}

/// What the sides of a decision are called, the left one first.
fn sides(pipeline: Option<&Pipeline>, entry: &DecisionEntry) -> [String; 2] {
    [Side::Left, Side::Right].map(|side| {
        let record = pipeline.map_or(side.as_str(), |pipeline| pipeline.record(side).name.as_str());
        format!("{}.{record}", entry.situation.account(side))
    })
}

fn difference(entry: &DecisionEntry, (then, now): (Outcome, Outcome), lines: Vec<String>) -> Box<Difference> {
    Box::new(Difference {
        at: entry.at,
        target: entry.target.clone(),
        pipeline: entry.pipeline.clone(),
        then,
        now,
        lines,
        times: 1,
    })
}
