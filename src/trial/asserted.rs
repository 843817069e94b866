//! What of the rules a test holds: the lines, rows and branches behind what its expectations look at.
//!
//! A line counts where what it wrote, or kept from being written, is looked at; what it goes by counts with it, and so
//! do the records and conditions that it rests on.

use std::collections::BTreeSet;

use super::came::Came;
use super::look::{Looks, overlap};
use super::stated::{Lines, Stated, lines};
use super::words::{expects, expects_park};
use crate::diagnostic::Span;
use crate::language::plan::heard::{Pair, Part, Said};
use crate::language::plan::test::RuleTest;
use crate::language::plan::{FieldRule, Pipeline, Plan, RuleBody, RuleLine, Side};
use crate::runtime::{Change, Happening};
use crate::store::Park;
use crate::value::Path;

/// What tests hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Asserted {
    pub(super) lines: BTreeSet<RuleLine>,
    /// Rows, each with the field that it was read towards.
    pub(super) rows: BTreeSet<(RuleLine, String)>,
    pub(super) branches: BTreeSet<(Span, bool)>,
}

impl Asserted {
    pub(super) fn join(&mut self, other: Self) {
        self.lines.extend(other.lines);
        self.rows.extend(other.rows);
        self.branches.extend(other.branches);
    }
}

/// What one test holds.
pub(super) fn asserted(plan: &Plan, test: &RuleTest, came: &Came<'_>) -> Asserted {
    let judged = Judged { test, came, looks: Looks::of(test, came), lines: lines(plan) };
    let mut found = Asserted::default();
    let mut open: Vec<&Part> = Vec::new();
    let mut seen: BTreeSet<&Part> = BTreeSet::new();
    for (part, said) in &came.heard.parts {
        let Some((pipeline, stated)) = judged.lines.get(&part.line) else { continue };
        if judged.is_held((pipeline, stated), Voice { part, said }) {
            open.push(part);
        }
    }
    while let Some(part) = open.pop() {
        if !seen.insert(part) {
            continue;
        }
        let Some(said) = came.heard.parts.get(part) else { continue };
        let is_asked = said.asked || matches!(judged.lines.get(&part.line), Some((_, Stated::Needs(_))));
        if is_asked {
            found.lines.insert(part.line.clone());
        }
        found.rows.extend(judged.rows(Voice { part, said }));
        found.branches.extend(said.branches.iter().copied());
        let rests_on = |other: &&Part| other.pair == part.pair && said.uses.contains(&other.line);
        open.extend(came.heard.parts.keys().filter(rests_on).filter(|other| !judged.is_own(other)));
    }
    found
}

/// A line at work on a pair, with what it went by.
#[derive(Clone, Copy)]
struct Voice<'h> {
    part: &'h Part,
    said: &'h Said,
}

struct Judged<'a, 'p> {
    test: &'a RuleTest,
    came: &'a Came<'a>,
    looks: Looks,
    lines: Lines<'p>,
}

impl Judged<'_, '_> {
    /// Whether a line is held for its own sake only, and not with whatever rests on it.
    fn is_own(&self, part: &Part) -> bool {
        matches!(self.lines.get(&part.line), Some((_, Stated::Rule(..) | Stated::Create(_))))
    }

    fn is_held(&self, (pipeline, stated): (&Pipeline, &Stated<'_>), voice: Voice<'_>) -> bool {
        let Voice { part, said } = voice;
        if self.is_told(voice) {
            return true;
        }
        match stated {
            Stated::Rule(rule, targets) => {
                targets.iter().any(|(side, path)| self.holds((pipeline, *side), (rule, path), voice))
            }
            Stated::Create(side) => said.asked && self.made_or_not(pipeline, *side, &part.pair),
            Stated::After(side) => said.asked && self.made(pipeline, *side, &part.pair),
            Stated::Needs(side) => self.needed(pipeline, *side, voice),
            Stated::Match => Side::BOTH.into_iter().any(|side| self.made_or_not(pipeline, side, &part.pair)),
            // Whoever is parked and not expected fails the test.
            Stated::PassedBy => self.test.parked.is_none() || self.looks.quiet,
            Stated::Agree => said.asked && self.test.told.as_ref().is_some_and(|told| told.listed),
            Stated::When => self.looks.quiet && said.branches.iter().any(|(_, held)| !held),
            Stated::Read => false,
            Stated::Gone(side) => {
                let (account, id) = part.pair.end(*side);
                let kind = &pipeline.record(*side).name;
                let meets = id.as_ref().is_some_and(|id| self.looks.meet((account, kind, id)));
                meets || self.looks.quiet || self.looks.closed.contains(&(account.clone(), kind.clone()))
            }
        }
    }

    /// Whether what a rule wrote on a side, or did not write, is looked at.
    fn holds(
        &self,
        (pipeline, side): (&Pipeline, Side),
        (rule, path): (&FieldRule, &Path),
        Voice { part, said }: Voice<'_>,
    ) -> bool {
        let kept_back = rule.when.as_ref().is_some_and(|when| said.branches.contains(&(when.tree().span, false)));
        if !said.towards.contains(&side) && !kept_back {
            return false;
        }
        let kind = pipeline.record(side);
        let Some((account, id)) = self.record(pipeline, side, &part.pair) else { return false };
        let wrote = self.came.writes.iter().any(|(of, call)| {
            let is_it = *of == account && call.record == kind.name && call.key.as_deref() == Some(&id);
            is_it && call.written.keys().any(|name| overlap(&Path::field(name.as_str()), path))
        });
        self.looks.see((&account, &kind.name, &id), path) || self.looks.quiet && !wrote
    }

    /// The record of a side, be it there or made.
    fn record(&self, pipeline: &Pipeline, side: Side, pair: &Pair) -> Option<(String, String)> {
        let (account, id) = pair.end(side);
        if let Some(id) = id {
            return Some((account.clone(), id.clone()));
        }
        let (own_account, own) = pair.end(side.other());
        let made = |happening: &Happening| match happening {
            Happening::Written(Change { action: "create", pipeline: by, cause, target, .. })
                if *by == pipeline.name
                    && target.account == *account
                    && cause.account == *own_account
                    && Some(&cause.id) == own.as_ref() =>
            {
                Some(target.id.clone())
            }
            _ => None,
        };
        Some((account.clone(), self.came.happened.iter().find_map(made)?))
    }

    fn made(&self, pipeline: &Pipeline, side: Side, pair: &Pair) -> bool {
        let made = self.record(pipeline, side, pair);
        made.is_some_and(|(account, id)| self.looks.meet((&account, &pipeline.record(side).name, &id)))
    }

    fn made_or_not(&self, pipeline: &Pipeline, side: Side, pair: &Pair) -> bool {
        if self.record(pipeline, side, pair).is_some() {
            return self.made(pipeline, side, pair);
        }
        let kind = (pair.end(side).0.clone(), pipeline.record(side).name.clone());
        self.looks.quiet || self.looks.closed.contains(&kind) || self.parks_of(pair).next().is_some()
    }

    /// What is needed is made and looked at, or nothing of it is made.
    fn needed(&self, pipeline: &Pipeline, side: Side, Voice { part, said }: Voice<'_>) -> bool {
        let reads = pipeline.with.iter().filter(|read| said.uses.contains(&read.line) && read.made.is_some());
        let kinds: Vec<&str> = reads.map(|read| read.record.name.as_str()).collect();
        if kinds.is_empty() {
            return self.made(pipeline, side, &part.pair);
        }
        let is_needed = |record: &String| kinds.contains(&record.as_str());
        let written = self.came.writes.iter().any(|(_, call)| is_needed(&call.record));
        let looked_at = self.looks.records.iter().any(|look| is_needed(&look.record));
        looked_at || self.looks.closed.iter().any(|(_, record)| is_needed(record)) || self.looks.quiet && !written
    }

    /// Whether it is behind a park or a telling that the test expects.
    fn is_told(&self, Voice { part, said }: Voice<'_>) -> bool {
        let speaks =
            |line: &str| part.line.to_string() == line || said.rows.iter().any(|(row, _)| row.to_string() == line);
        // Who waits for the counterpart of another waits for whatever stops that one.
        let is_waited_for =
            said.stopped && self.parks_of(&part.pair).any(|park| park.draft.pipeline != part.pair.pipeline);
        let parked =
            self.parks_of(&part.pair).any(|park| speaks(&format!("{}:{}", park.draft.rule.0, park.draft.rule.1)));
        let told =
            self.came.tellings.iter().filter(|telling| speaks(&telling.line) && is_of(&part.pair, &telling.record));
        let mut told = told.map(|telling| &telling.text);
        let expected =
            |text: &String| self.test.told.as_ref().is_some_and(|words| expects(words, std::slice::from_ref(text)));
        is_waited_for || parked || told.any(expected)
    }

    /// The parks that the test expects of a pair, or of what waits for its record.
    fn parks_of<'s>(&'s self, pair: &'s Pair) -> impl Iterator<Item = &'s Park> {
        let expected = |park: &&Park| self.test.parked.as_ref().is_some_and(|said| expects_park(said, park));
        let own = |park: &&Park| {
            let waits = park.draft.unpaired.as_ref().is_some_and(|one| {
                let end = (one.account.clone(), Some(one.id.clone()));
                one.pipeline == pair.pipeline && *pair.end(one.side) == end
            });
            waits || park.draft.pipeline == pair.pipeline && is_of(pair, &park.draft.target.to_string())
        };
        self.came.parks.iter().filter(expected).filter(own)
    }

    /// The rows of a line; of a rule that goes both ways those towards a side that is looked at.
    fn rows(&self, voice: Voice<'_>) -> Vec<(RuleLine, String)> {
        let Voice { part, said } = voice;
        let Some((pipeline, Stated::Rule(rule, targets))) = self.lines.get(&part.line) else {
            return said.rows.iter().cloned().collect();
        };
        let RuleBody::Value { table: Some(table), .. } = &rule.body else { return said.rows.iter().cloned().collect() };
        let [left, right] = &table.sides;
        let seen = |towards: &String| {
            let told = self.is_told(voice);
            told || targets.iter().any(|(side, path)| {
                let field = if *side == Side::Left { left } else { right };
                field == towards && self.holds((pipeline, *side), (rule, path), voice)
            })
        };
        said.rows.iter().filter(|(_, towards)| seen(towards)).cloned().collect()
    }
}

/// Whether a record is one of a pair.
fn is_of(pair: &Pair, record: &str) -> bool {
    Side::BOTH.into_iter().any(|side| {
        let (account, id) = pair.end(side);
        let id = id.as_deref().unwrap_or_default();
        let rest = record.strip_prefix(account.as_str()).and_then(|rest| rest.strip_prefix('.'));
        !id.is_empty() && rest.and_then(|rest| rest.split_once('/')).is_some_and(|(_, key)| key == id)
    })
}
