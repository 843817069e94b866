//! What came of a replay, as people and scripts read it: by rule line.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value as Json, json};

use super::journalled::DECISIONS_MAX;
use super::outcome::Outcome;
use super::replay::{Difference, Replayed};
use crate::runtime::happening::shortened;
use crate::value::json::to_json;
use crate::value::{Value, timestamp};

/// Differences of a rule line that are shown before the rest is only counted; JSON has all.
const SHOWN_MAX: usize = 20;

/// Further rule lines of a difference that are named.
const LINES_MAX: usize = 3;

/// Fields of one write that are shown, alike.
const FIELDS_MAX: usize = 8;

impl Replayed {
    /// Everything as one JSON document.
    pub fn to_json(&self) -> Json {
        json!({
            "verdict": self.verdict().as_str(),
            "since": self.since.map(timestamp::text),
            "decisions": self.decisions,
            "came_out_the_same": self.same,
            "came_out_otherwise": self.otherwise(),
            "not_told": self.untold(),
            "not_told_for_want_of": self.short,
            "has_older_ones": self.has_more,
            "differences": self.differences.iter().map(difference).collect::<Vec<_>>(),
        })
    }

    fn by_line(&self) -> BTreeMap<(&str, usize), Vec<&Difference>> {
        let mut lines: BTreeMap<(&str, usize), Vec<&Difference>> = BTreeMap::new();
        for difference in &self.differences {
            let line = difference.lines.first().map(String::as_str).unwrap_or_default();
            let (file, number) = line.rsplit_once(':').unwrap_or((line, ""));
            lines.entry((file, number.parse().unwrap_or_default())).or_default().push(difference);
        }
        lines
    }
}

impl fmt::Display for Replayed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((file, number), differences) in self.by_line() {
            let times: usize = differences.iter().map(|difference| difference.times).sum();
            writeln!(out, "{file}:{number}: {}", counted(times, "decision"))?;
            for difference in differences.iter().take(SHOWN_MAX) {
                write_difference(out, difference)?;
            }
            if let more @ 1.. = differences.len().saturating_sub(SHOWN_MAX) {
                writeln!(out, "  … {more} more; `--format json` names all")?;
            }
            writeln!(out)?;
        }
        for (what, count) in &self.short {
            writeln!(out, "not told: {} for want of {what}", counted(*count, "decision"))?;
        }
        if self.has_more {
            writeln!(out, "only the newest {DECISIONS_MAX} were looked at; --since says from when on")?;
        }
        let since = self.since.map(|since| format!(" since {}", timestamp::text_to_second(since))).unwrap_or_default();
        let (all, otherwise, untold) = (counted(self.decisions, "decision"), self.otherwise(), self.untold());
        writeln!(out, "Replay: {all}{since}, {} the same, {otherwise} otherwise, {untold} not told.", self.same)
    }
}

/// `1 decision`, `2 decisions`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn write_difference(out: &mut fmt::Formatter<'_>, difference: &Difference) -> fmt::Result {
    let Difference { at, target, pipeline, then, now, lines, times } = difference;
    let at = timestamp::text_to_second(*at);
    let times = if *times > 1 { format!(", {times} times") } else { String::new() };
    let more = match lines.get(1..).unwrap_or_default() {
        [] => String::new(),
        more if more.len() > LINES_MAX => format!("; and by {}", counted(more.len(), "other line")),
        more => format!("; {}", more.join(", ")),
    };
    writeln!(out, "  {target} ({pipeline}, {at}{times}{more})")?;
    writeln!(out, "    then: {}", told(then, now))?;
    writeln!(out, "    now:  {}", told(now, then))
}

/// What one comes to, as far as the other does not.
fn told(outcome: &Outcome, other: &Outcome) -> String {
    let same_place = (outcome.action, &outcome.to) == (other.action, &other.to);
    let place = format!("{} {}", outcome.action, outcome.to).trim_end().to_owned();
    let what = match fields(outcome, other, same_place) {
        parts if parts.is_empty() => place,
        parts => format!("{place}: {}", parts.join(", ")),
    };
    let stops: Vec<&str> = outcome.messages.iter().map(String::as_str).collect();
    if stops.is_empty() || outcome.stops == other.stops { what } else { format!("{what}; stops: {}", stops.join("; ")) }
}

fn fields(outcome: &Outcome, other: &Outcome, same_place: bool) -> Vec<String> {
    if let (Some(Value::Text(from)), Some(Value::Text(to)), "move") =
        (outcome.fields.get("from"), outcome.fields.get("to"), outcome.action)
    {
        return vec![format!("{from} → {to}")];
    }
    let is_own = |(name, value): &(&String, &Value)| !same_place || other.fields.get(*name) != Some(*value);
    let own: Vec<(&String, &Value)> = outcome.fields.iter().filter(is_own).collect();
    let written = own.iter().take(FIELDS_MAX).map(|(name, value)| format!("{name} = {}", shortened(value)));
    let mut parts: Vec<String> = written.collect();
    if let more @ 1.. = own.len().saturating_sub(FIELDS_MAX) {
        parts.push(format!("… and {}", counted(more, "field")));
    }
    if same_place {
        let lost = other.fields.keys().filter(|name| !outcome.fields.contains_key(*name));
        parts.extend(lost.map(|name| format!("{name} not written")));
    }
    parts
}

fn difference(difference: &Difference) -> Json {
    let Difference { at, target, pipeline, then, now, lines, times } = difference;
    json!({
        "at": timestamp::text(*at), "record": target.to_string(), "pipeline": pipeline, "rules": lines, "times": times,
        "then": outcome(then), "now": outcome(now),
    })
}

fn outcome(outcome: &Outcome) -> Json {
    let fields = outcome.fields.iter().map(|(name, value)| (name.clone(), to_json(value)));
    let stops = outcome.stops.iter().map(|(group, code)| json!({"group": group, "code": code}));
    json!({
        "action": outcome.action, "to": outcome.to, "fields": fields.collect::<Map<_, _>>(),
        "stops": stops.collect::<Vec<_>>(), "messages": outcome.messages,
    })
}
