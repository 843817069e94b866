//! What the rules came to in a decision, made again from the journal: in words, each rule by itself.

use serde_json::{Value as Json, json};

use super::Rules;
use crate::engine::{self, Came, Note, Step};
use crate::language::plan::{Create, FieldRule, Owner, Pipeline, Side};
use crate::store::DecisionEntry;
use crate::value::Value;
use crate::value::json::to_json;
use crate::value::timestamp;
use crate::view::shown;

/// A decision that was made again.
pub(super) struct Again<'e> {
    entry: &'e DecisionEntry,
    notes: Vec<Note>,
    /// Whether that was under the rules that it was made under at first.
    same_rules: bool,
    /// Why the notes say nothing, if so.
    not: Option<String>,
}

/// Makes a decision again, by the rules at hand.
pub(super) fn again<'e>(rules: &Rules<'_>, pipeline: &Pipeline, entry: &'e DecisionEntry) -> Again<'e> {
    let same_rules = entry.generation == rules.generation;
    let (step, notes) = engine::explain(rules.plan, pipeline, &entry.situation);
    match step {
        Step::Done(_) => Again { entry, notes, same_rules, not: None },
        Step::Need(_) => {
            let not = "the rules at hand read what was not read then, so the decision cannot be made again".to_owned();
            Again { entry, notes: Vec::new(), same_rules, not: Some(not) }
        }
    }
}

impl Again<'_> {
    /// Of which decision it is, and by which rules.
    pub(super) fn to_json(&self) -> Json {
        json!({
            "at": timestamp::text(self.entry.at), "generation": self.entry.generation,
            "same_rules": self.same_rules, "not": self.not,
        })
    }

    /// What a rule came to, for each side that it is about.
    pub(super) fn of(&self, rules: &Rules<'_>, (pipeline, rule): (&Pipeline, &FieldRule)) -> Vec<Json> {
        let own: Vec<&Note> = self.notes.iter().filter(|note| note.line == rule.line).collect();
        let barred = if own.is_empty() { self.barred(pipeline, rule) } else { Vec::new() };
        let told = |note: &Note| {
            let field = note.target.and_then(|side| Some((side, rule.path(side)?)));
            let field = field.map(|(side, path)| format!("{}.{path}", pipeline.record(side).system));
            self.told(rules, note, (field, self.owner_words(pipeline, (&rule.owner, &rule.group), note.target)))
        };
        own.into_iter().chain(&barred).map(told).collect()
    }

    /// Of a rule that was not asked in the decision, as where two records only met: whom its owner keeps it from.
    fn barred(&self, pipeline: &Pipeline, rule: &FieldRule) -> Vec<Note> {
        let settings = &self.entry.situation.settings;
        let is_barred = |side: &Side| rule.points(*side) && !pipeline.flows(rule, *side, settings);
        let note = |side| Note { line: rule.line.clone(), target: Some(side), came: Came::NotOwner };
        Side::BOTH.into_iter().filter(is_barred).map(note).collect()
    }

    /// Why no counterpart was created.
    pub(super) fn of_creates(&self, rules: &Rules<'_>, pipeline: &Pipeline) -> Vec<Json> {
        let mut told = Vec::new();
        for side in Side::BOTH {
            let Some(Create { line, owner, .. }) = pipeline.create(side) else { continue };
            let words = self.owner_words(pipeline, (owner, "this"), Some(side));
            for note in self.notes.iter().filter(|note| note.line == *line) {
                let record = format!("{}.{}", pipeline.record(side).system, pipeline.record(side).name);
                let mut told_of = self.told(rules, note, (Some(record), words.clone()));
                if let Some(told_of) = told_of.as_object_mut() {
                    told_of.insert("rule".to_owned(), rules.line(line, rules.generation));
                }
                told.push(told_of);
            }
        }
        told
    }

    fn told(&self, rules: &Rules<'_>, note: &Note, (about, owner): (Option<String>, String)) -> Json {
        let (word, text) = words(&note.came, &owner);
        let reads: Vec<Json> = match &note.came {
            Came::Unmet { reads, .. } => {
                reads.iter().map(|(name, value)| json!({ "name": name, "value": to_json(value) })).collect()
            }
            _ => Vec::new(),
        };
        let row = match &note.came {
            Came::Nothing { line, .. } | Came::NotCarried(line) => Some(rules.line(line, rules.generation)),
            _ => None,
        };
        json!({ "about": about, "came": word, "text": text, "reads": reads, "row": row })
    }

    /// Who owns a group, under the settings of the decision.
    fn owner_words(&self, pipeline: &Pipeline, (owner, group): (&Owner, &str), target: Option<Side>) -> String {
        let settings = &self.entry.situation.settings;
        let under = owner.under(settings).unwrap_or_else(|| "nobody".to_owned());
        let leaving = target.map(|side| pipeline.record(side.other()).system.as_str());
        let leaving = leaving.map(|system| format!(", so nothing of it leaves {system}")).unwrap_or_default();
        match owner {
            Owner::Setting(name) => format!("{under} owns `{group}` (settings.{name} is {under}){leaving}"),
            Owner::System(_) | Owner::Both => format!("{under} owns `{group}`{leaving}"),
        }
    }
}

/// A word for scripts, and what it means for people.
fn words(came: &Came, owner: &str) -> (&'static str, String) {
    let show = |value: &Value| shown::value(&to_json(value));
    match came {
        Came::Write(value) => ("asked", format!("asked for {}", show(value))),
        Came::Move { to, goal } if to == goal => ("asked", format!("asked for {to:?}")),
        Came::Move { to, goal } => ("asked", format!("asked for {goal:?}, by way of {to:?}")),
        Came::InStep => ("in-step", "nothing to do: the field held what it asks for".to_owned()),
        Came::Unchanged => ("unchanged", "silent: its source was as it was when both were last seen".to_owned()),
        Came::Unmet { of_pipeline, reads } => {
            let whose = if *of_pipeline { "the pipeline's condition" } else { "its condition" };
            let read: Vec<String> =
                reads.iter().map(|(name, value)| format!("{} was {}", shown::plain(name), show(value))).collect();
            let read = if read.is_empty() { String::new() } else { format!(": {}", read.join(", ")) };
            ("condition", format!("silent: {whose} was false{read}"))
        }
        Came::NotOwner => ("not-owner", format!("silent: {owner}")),
        Came::NotCarried(line) => ("not-carried", format!("silent: the account does not take this record ({line})")),
        Came::OnCreate => ("on-create", "silent: it speaks only when the record is created".to_owned()),
        Came::NotDemanded => ("not-demanded", "silent: nothing else needed the counterpart".to_owned()),
        Came::Held => ("held", "silent: its group was left alone, because something of it stopped".to_owned()),
        Came::Gone => ("gone", "silent: the linked record was not there".to_owned()),
        Came::Untouched => ("untouched", "silent: the field is left alone once the record exists".to_owned()),
        Came::Nothing { line, because } => {
            let because =
                because.as_ref().map(|words| format!(", because {}", shown::plain(words))).unwrap_or_default();
            ("nothing", format!("silent: a row says that nothing is to be done ({line}){because}"))
        }
        Came::Sent(value) => ("sent", format!("nothing to do: it was sent {} before and keeps it so", show(value))),
        Came::Empty => ("empty", "silent: there was no value to carry over".to_owned()),
        Came::GaveWay => ("gave-way", "gave way: both sides had changed, and the other won".to_owned()),
        Came::First => ("first", "silent: the peer chooses the first state itself; moves follow".to_owned()),
        Came::Later => ("later", "silent: it has a call of its own, once the record is there".to_owned()),
        Came::Stopped { code, message } => ("stopped", format!("stopped: {} [{code}]", shown::plain(message))),
    }
}
