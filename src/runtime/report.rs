//! The reconcile report: what a pass compared, what differed, what was done about it and what is left.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Value as Json, json};

use jiff::Timestamp;

use super::happening::{Change, Happening, told_values};
use super::limits::POLL_OVERLAP;
use super::report_braked::{braked_json, write_braked};
use super::report_held::Held;
use super::report_lists::{listed, listed_up_to};
use crate::engine::PASSED_BY;
use crate::runtime::memory::brake::Braked;
use crate::store::{Ledger, Park, RecordRef, Standing};
use crate::value::Value;
use crate::value::json::to_json;
use crate::value::timestamp;

/// The same where only is observed: this list is what was asked for.
const WOULD_LISTED_MAX: usize = 50;

/// A value that goes nowhere, in a rule's own words.
#[derive(Clone, Debug)]
struct LeftAlone {
    pipeline: String,
    group: String,
    value: Value,
    because: String,
}

/// What two records do not agree in.
#[derive(Clone, Debug)]
struct Disagreement {
    pipeline: String,
    name: String,
    values: Vec<(String, Value)>,
}

/// What a pass looked at.
#[derive(Clone, Debug, Default)]
pub enum Seen {
    /// All records.
    #[default]
    Everything,
    /// What changed.
    Changes {
        /// Since when, by account and kind; none where nothing was looked for before.
        since: BTreeMap<String, Option<Timestamp>>,
    },
    /// All that these pipelines join.
    Pipelines(BTreeSet<String>),
    /// One record with its counterparts.
    Only(RecordRef),
}

/// What a pass did, counted from what happened.
#[derive(Clone, Debug, Default)]
pub struct Report {
    seen: Seen,
    pub(super) mode: &'static str,
    compared: BTreeSet<RecordRef>,
    pub(super) changes: Vec<Change>,
    would: BTreeMap<String, Change>,
    pub(super) linked: BTreeMap<String, u64>,
    pub(super) parked: BTreeMap<(RecordRef, String), (String, String)>,
    pub(super) passed_by: BTreeMap<RecordRef, BTreeSet<String>>,
    /// Records without a counterpart for which nothing asks.
    unpaired: BTreeMap<RecordRef, BTreeSet<String>>,
    /// Reasons of work that was put off before and whose time has not come, with how many records each.
    pub(super) waiting: Vec<(String, u64)>,
    pub(super) put_off: BTreeMap<RecordRef, String>,
    /// What could not be looked at, and why.
    lacking: Vec<(String, String)>,
    /// Kinds of records of which some are left out, and why.
    left_out: Vec<(String, String)>,
    gave_way: Vec<Json>,
    kept: BTreeMap<(RecordRef, String), Json>,
    left_alone: BTreeMap<(RecordRef, String), LeftAlone>,
    disagree: BTreeMap<(RecordRef, String), Disagreement>,
    /// What waits because a person says so.
    held: Held,
    /// The sweep was stopped, because it would change too much.
    pub braked: Option<Braked>,
    /// Where every record is, where everything was compared.
    pub ledger: Option<Ledger>,
}

impl Report {
    /// The report of a pass that begins.
    pub fn of(seen: Seen, mode: &'static str) -> Self {
        Self { seen, mode, ..Self::default() }
    }

    /// Takes one happening into account.
    pub fn note(&mut self, happening: &Happening) {
        match happening {
            Happening::Compared { target } => {
                self.compared.insert(target.clone());
                self.put_off.remove(target);
                self.unpaired.remove(target);
                self.held.goes_on(target);
            }
            Happening::Held { target, reach } => self.held.waits(target, reach),
            Happening::Waits { target, line, .. } => self.held.waits_by_rule(target, line),
            Happening::Written(change) => {
                self.held.goes_on(&change.cause);
                self.held.goes_on(&change.target);
                self.changes.push(change.clone());
            }
            Happening::Observed(change) => {
                self.would.insert(change.place(), change.clone());
            }
            Happening::GaveWay { target, pipeline, group, lost, won, line } => self.gave_way.push(json!({
                "record": target.to_string(), "pipeline": pipeline, "group": group,
                "lost": to_json(lost), "won": to_json(won), "rule": line,
            })),
            Happening::Kept { target, pipeline, group, text, line } => {
                let told = json!({"record": target.to_string(), "pipeline": pipeline, "group": group, "text": text,
                    "rule": line});
                self.kept.insert((target.clone(), line.clone()), told);
            }
            Happening::LeftAlone { target, pipeline, group, value, because, line } => {
                let (pipeline, group) = (pipeline.clone(), group.clone());
                let left = LeftAlone { pipeline, group, value: value.clone(), because: because.clone() };
                self.left_alone.insert((target.clone(), line.clone()), left);
            }
            Happening::Disagrees { target, pipeline, name, values, line } => {
                let (pipeline, name) = (pipeline.clone(), name.clone());
                let found = Disagreement { pipeline, name, values: values.clone() };
                self.disagree.insert((target.clone(), line.clone()), found);
            }
            Happening::Linked { pipeline, left, right, .. } => {
                *self.linked.entry(pipeline.clone()).or_default() += 1;
                self.unpaired.remove(left);
                self.unpaired.remove(right);
            }
            Happening::Parked { target, pipeline, message, line } => {
                self.parked.insert((target.clone(), pipeline.clone()), (message.clone(), line.clone()));
            }
            Happening::PassedBy { target, pipeline } => {
                self.unpaired.entry(target.clone()).or_default().insert(pipeline.clone());
            }
            Happening::PutOff { target, reason } => {
                self.put_off.insert(target.clone(), reason.clone());
            }
        }
    }

    /// What is put off in the end; of one record nothing but its own.
    pub fn waits(&mut self, deferred: Vec<(String, u64)>) {
        let known: BTreeSet<&String> = self.put_off.values().collect();
        if !matches!(self.seen, Seen::Only(_)) {
            self.waiting = deferred.into_iter().filter(|(reason, _)| !known.contains(reason)).collect();
        }
    }

    /// What could not be looked at, and why.
    pub fn lacks(&mut self, lacking: Vec<(String, String)>) {
        self.lacking = lacking;
    }

    /// Whether something could not be looked at.
    pub fn lacks_any(&self) -> bool {
        !self.lacking.is_empty()
    }

    /// What is left out of the pass, because nobody can tell which record it is; of one record nothing.
    pub fn leaves_out(&mut self, left_out: Vec<(String, String)>) {
        if !matches!(self.seen, Seen::Only(_)) {
            self.left_out = left_out;
        }
    }

    /// What a person and what rules have wait in the end; of one record nothing but its own.
    pub fn stands(&mut self, standing: Vec<Standing>, by_rule: &BTreeMap<RecordRef, String>) {
        if !matches!(self.seen, Seen::Only(_)) {
            self.held.standing = standing;
            by_rule.iter().for_each(|(target, line)| self.held.waits_by_rule(target, line));
        }
    }

    /// What waits because a person or a rule says so, a line each.
    pub(super) fn held_lines(&self) -> Vec<String> {
        self.held.lines()
    }

    /// What the inbox holds in the end, which is what counts as parked; of one record only, where only one was looked
    /// at.
    pub fn left(&mut self, parks: Vec<Park>) {
        let only = if let Seen::Only(record) = &self.seen { Some(record.clone()) } else { None };
        let only = only.as_ref();
        let touched: BTreeSet<RecordRef> = self.changes.iter().map(|change| change.target.clone()).collect();
        let seen = |target: &RecordRef| {
            only.is_none_or(|only| only == target || self.compared.contains(target) || touched.contains(target))
                || self.parked.keys().any(|(parked, _)| parked == target)
        };
        let parks: Vec<Park> = parks.into_iter().filter(|park| seen(&park.draft.target)).collect();
        self.parked.clear();
        for park in parks {
            let draft = park.draft;
            if draft.code == PASSED_BY {
                self.passed_by.entry(draft.target).or_default().insert(draft.pipeline);
                continue;
            }
            let what =
                draft.group.map_or_else(|| draft.pipeline.clone(), |group| format!("{} {group}", draft.pipeline));
            let line = format!("{}:{}", draft.rule.0, draft.rule.1);
            self.parked.insert((draft.target, what), (draft.message, line));
        }
    }

    /// Whether both sides are in step in what was looked at: nothing parked, left out, put off, held or only observed.
    pub fn converged(&self) -> bool {
        let waits = !self.put_off.is_empty() || !self.waiting.is_empty() || self.held.has_any();
        let looked = self.lacking.is_empty() && self.left_out.is_empty();
        looked && self.parked.is_empty() && !waits && self.braked.is_none() && self.would.is_empty()
    }

    /// Records looked at.
    pub fn compared(&self) -> usize {
        self.compared.len()
    }

    /// Records whose counterparts differed, whatever became of it.
    pub fn differing(&self) -> usize {
        let written = self.changes.iter().chain(self.would.values()).map(|change| change.cause.clone());
        let parked = self.parked.keys().map(|(target, _)| target.clone());
        let held = self.braked.iter().flat_map(Braked::records);
        written.chain(parked).chain(held).collect::<BTreeSet<_>>().len()
    }

    /// Records that were brought into step by writes.
    pub fn healed(&self) -> usize {
        self.changes.iter().map(|change| &change.cause).collect::<BTreeSet<_>>().len()
    }

    /// Entries of the inbox that are left.
    pub fn parked(&self) -> usize {
        self.parked.len()
    }

    /// Writes outside.
    pub fn writes(&self) -> usize {
        self.changes.len()
    }

    fn written(&self) -> BTreeMap<(&str, &'static str), usize> {
        let mut counts = BTreeMap::new();
        for change in &self.changes {
            *counts.entry((change.pipeline.as_str(), change.action)).or_default() += 1;
        }
        counts
    }

    /// What was done in each pipeline, counted, in words.
    fn done(&self) -> BTreeMap<String, Vec<String>> {
        let mut done: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for ((pipeline, action), count) in self.written() {
            done.entry(pipeline.to_owned()).or_default().push(format!("{count} × {action}"));
        }
        for (pipeline, count) in &self.linked {
            done.entry(pipeline.clone()).or_default().push(format!("{count} linked that both sides had already"));
        }
        done
    }

    /// The report as one JSON document.
    pub fn to_json(&self) -> Json {
        let counted = |((pipeline, action), count)| json!({"pipeline": pipeline, "action": action, "count": count});
        let parked = |((target, pipeline), (message, line)): (&(RecordRef, String), &(String, String))| {
            let record = target.to_string();
            json!({"record": record, "pipeline": pipeline, "message": message, "rule": line})
        };
        let put_off = |(target, reason): (&RecordRef, &String)| json!({"record": target.to_string(), "reason": reason});
        let left_alone = |((target, line), left): (&(RecordRef, String), &LeftAlone)| {
            json!({"record": target.to_string(), "pipeline": left.pipeline, "group": left.group,
                "value": to_json(&left.value), "because": left.because, "rule": line})
        };
        let disagree = |((target, line), found): (&(RecordRef, String), &Disagreement)| {
            let values = found.values.iter().map(|(name, value)| (name.clone(), to_json(value)));
            json!({"record": target.to_string(), "pipeline": found.pipeline, "name": found.name,
                "values": values.collect::<serde_json::Map<_, _>>(), "rule": line})
        };
        let (seen, since) = match &self.seen {
            Seen::Everything => ("everything".to_owned(), None),
            Seen::Changes { since } => {
                ("changes".to_owned(), since.values().flatten().max().copied().map(timestamp::text))
            }
            Seen::Pipelines(names) => (names.iter().cloned().collect::<Vec<_>>().join(", "), None),
            Seen::Only(record) => (record.to_string(), None),
        };
        let left_out = |(kind, message): &(String, String)| json!({"record": kind, "message": message});
        let waiting = |(reason, records): &(String, u64)| json!({"reason": reason, "records": records});
        json!({
            "converged": self.converged(),
            "looked_at": seen,
            "since": since,
            "since_by_kind": self.since_by_kind(),
            "mode": self.mode,
            "compared": self.compared(),
            "differing": self.differing(),
            "healed": self.healed(),
            "writes": self.writes(),
            "written": self.written().into_iter().map(counted).collect::<Vec<_>>(),
            "changes": self.changes.iter().map(Change::to_json).collect::<Vec<_>>(),
            "would_change": self.would.values().map(Change::to_json_with_values).collect::<Vec<_>>(),
            "gave_way": self.gave_way,
            "kept_otherwise": self.kept.values().collect::<Vec<_>>(),
            "disagree": self.disagree.iter().map(disagree).collect::<Vec<_>>(),
            "left_alone": self.left_alone.iter().map(left_alone).collect::<Vec<_>>(),
            "linked": self.linked,
            "parked": self.parked.iter().map(parked).collect::<Vec<_>>(),
            "put_off": self.put_off.iter().map(put_off).collect::<Vec<_>>(),
            "not_looked_at": self.lacking.iter().map(left_out).collect::<Vec<_>>(),
            "left_out": self.left_out.iter().map(left_out).collect::<Vec<_>>(),
            "passed_by": self.passed_by.keys().map(ToString::to_string).collect::<Vec<_>>(),
            "without_counterpart": self.unpaired().map(|(target, _)| target.to_string()).collect::<Vec<_>>(),
            "held": self.held.records_json(),
            "holds": self.held.standing.iter().map(Standing::to_json).collect::<Vec<_>>(),
            "waiting": self.waiting.iter().map(waiting).collect::<Vec<_>>(),
            "ledger": self.ledger.as_ref().map_or_else(|| json!([]), Ledger::to_json),
            "braked": self.braked.as_ref().map(braked_json),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "compared {}, differing {}, healed {}, wrote {}, parked {}, passed by {}, put off {}",
            self.compared(),
            self.differing(),
            self.healed(),
            self.writes(),
            self.parked.len(),
            self.passed_by.len(),
            self.put_off.len()
        )?;
        for (pipeline, done) in self.done() {
            writeln!(out, "  {pipeline}: {}", done.join(", "))?;
        }
        listed(out, "healed", self.changes.iter().map(ToString::to_string))?;
        listed_up_to(WOULD_LISTED_MAX, out, "would change", self.would.values().map(Change::told))?;
        let gave_way = |one: &Json| {
            let part = |name: &str| one.get(name).unwrap_or(&Json::Null);
            let text = |name: &str| part(name).as_str().unwrap_or_default();
            let values = (part("lost"), part("won"));
            format!(
                "{} ({}, {}): `{}` {} gave way to {}",
                text("record"),
                text("pipeline"),
                text("rule"),
                text("group"),
                values.0,
                values.1
            )
        };
        listed(out, "both sides changed", self.gave_way.iter().map(gave_way))?;
        let kept = |one: &Json| {
            let text = |name: &str| one.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
            format!("{} ({}, {}): {}", text("record"), text("pipeline"), text("rule"), text("text"))
        };
        listed(out, "kept otherwise", self.kept.values().map(kept))?;
        let left = |((target, line), left): (&(RecordRef, String), &LeftAlone)| {
            let LeftAlone { pipeline, value, because, .. } = left;
            format!("{target} ({pipeline}, {line}): {value} goes nowhere, because {because}")
        };
        listed(out, "disagree", self.disagree.iter().map(disagree))?;
        listed(out, "left alone", self.left_alone.iter().map(left))?;
        for ((target, pipeline), (message, line)) in &self.parked {
            writeln!(out, "  parked: {target} ({pipeline}, {line}): {message}")?;
        }
        self.write_lacking(out)?;
        for (target, reason) in &self.put_off {
            writeln!(out, "  put off: {target}: {reason}")?;
        }
        self.held.write(out)?;
        let named = |pipelines: &BTreeSet<String>| pipelines.iter().cloned().collect::<Vec<_>>().join(", ");
        let passed = |(target, pipelines): (&RecordRef, &BTreeSet<String>)| {
            format!("{target} ({}): `petiole inbox retry` brings it over", named(pipelines))
        };
        listed(out, "passed by", self.passed_by.iter().map(passed))?;
        for (target, pipelines) in self.unpaired() {
            writeln!(out, "  without a counterpart: {target} ({}): nothing asks for one", named(pipelines))?;
        }
        for (reason, records) in &self.waiting {
            writeln!(out, "  waiting: {records} put off before: {reason}")?;
        }
        if let Some(ledger) = self.ledger.as_ref().filter(|ledger| ledger.has_any()) {
            write!(out, "where every record is:\n{ledger}")?;
        }
        if let Some(braked) = &self.braked {
            return write_braked(out, braked);
        }
        writeln!(out, "{}", self.verdict())
    }
}

impl Report {
    fn write_lacking(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lacking = self.lacking.iter().map(|(what, why)| format!("{what}: {why}"));
        listed_up_to(WOULD_LISTED_MAX, out, "not looked at", lacking)?;
        let left_out = self.left_out.iter().map(|(_, message)| message.clone());
        listed_up_to(WOULD_LISTED_MAX, out, "left out", left_out)
    }
}

/// Since when everything that changed was looked at: one instant where all kinds are about as far, else by kind.
fn since_when(since: &BTreeMap<String, Option<Timestamp>>) -> String {
    let (Some(first), Some(last)) = (since.values().flatten().min(), since.values().flatten().max()) else {
        return String::new();
    };
    let apart = std::time::Duration::try_from(last.duration_since(*first)).unwrap_or_default();
    if apart <= POLL_OVERLAP && since.values().all(Option::is_some) {
        return timestamp::text_to_second(*last);
    }
    let mut by_instant: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (kind, at) in since {
        let at = at.map_or("the beginning".to_owned(), timestamp::text_to_second);
        by_instant.entry(at).or_default().push(kind);
    }
    by_instant.iter().rev().map(|(at, kinds)| format!("{at} ({})", kinds.join(", "))).collect::<Vec<_>>().join(", ")
}

impl Report {
    /// Records without a counterpart, named only where one record was asked for.
    fn unpaired(&self) -> impl Iterator<Item = (&RecordRef, &BTreeSet<String>)> {
        let only = if let Seen::Only(record) = &self.seen { Some(record) } else { None };
        self.unpaired.iter().filter(move |(target, _)| only == Some(*target) && !self.passed_by.contains_key(*target))
    }

    fn since_by_kind(&self) -> BTreeMap<&str, Option<String>> {
        let Seen::Changes { since } = &self.seen else { return BTreeMap::new() };
        since.iter().map(|(kind, at)| (kind.as_str(), at.map(timestamp::text))).collect()
    }

    /// The last line: what can be said of what was looked at, and of nothing else.
    pub(super) fn verdict(&self) -> String {
        let observes = self.mode != "live" && !self.mode.is_empty();
        if !self.would.is_empty() {
            let count = self.would.len();
            return format!("nothing was written: `settings.mode` is `observe`, and {count} would be");
        }
        if !self.converged() {
            return "something is left, named above".to_owned();
        }
        let looked_at = match &self.seen {
            Seen::Changes { since } => match since_when(since) {
                when if when.is_empty() => String::new(),
                when => format!(" in what changed since {when}; `--full` compares everything"),
            },
            Seen::Only(record) if self.unpaired().next().is_some() => {
                return format!("{record} has no counterpart, and nothing asks for one; nothing else was looked at");
            }
            Seen::Only(record) => format!(" in {record}; nothing else was looked at"),
            Seen::Pipelines(_) | Seen::Everything => String::new(),
        };
        let passed_by = match self.passed_by.len() {
            0 => String::new(),
            passed => format!(", but for {passed} passed by, named above"),
        };
        let mut verdict = format!("both sides are in step{looked_at}{passed_by}");
        if observes {
            verdict += "; `settings.mode` is `observe`, and nothing would be written";
        }
        verdict
    }
}

fn disagree(((target, line), found): (&(RecordRef, String), &Disagreement)) -> String {
    let Disagreement { pipeline, name, values } = found;
    format!("{target} ({pipeline}, {line}): {name} do not agree: {}", told_values(values))
}
