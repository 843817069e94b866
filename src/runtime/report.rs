//! The reconcile report: what a pass compared, wrote, parked and left.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::happening::Happening;
use crate::store::RecordRef;

/// What a pass did, counted from what happened.
#[derive(Clone, Debug, Default)]
pub struct Report {
    compared: BTreeSet<RecordRef>,
    written: BTreeMap<(String, &'static str), u64>,
    linked: BTreeMap<String, u64>,
    parked: BTreeMap<(RecordRef, String), (String, String)>,
    passed_by: BTreeMap<String, BTreeSet<RecordRef>>,
    put_off: BTreeMap<RecordRef, String>,
    gave_way: Vec<String>,
}

impl Report {
    /// Takes one happening into account.
    pub fn note(&mut self, happening: &Happening) {
        match happening {
            Happening::Compared { target } => {
                self.compared.insert(target.clone());
                self.put_off.remove(target);
                self.parked.retain(|(parked, _), _| parked != target);
                for records in self.passed_by.values_mut() {
                    records.remove(target);
                }
            }
            Happening::Written { pipeline, action, .. } => {
                *self.written.entry((pipeline.clone(), *action)).or_default() += 1;
            }
            Happening::GaveWay { target, pipeline, group, lost, won, line } => {
                self.gave_way.push(format!("{target} ({pipeline}, {line}): `{group}` {lost} gave way to {won}"));
            }
            Happening::Observed { pipeline, action, .. } => {
                let _ = (pipeline, action);
            }
            Happening::Linked { pipeline, .. } => *self.linked.entry(pipeline.clone()).or_default() += 1,
            Happening::Parked { target, pipeline, message, line } => {
                self.parked.insert((target.clone(), pipeline.clone()), (message.clone(), line.clone()));
            }
            Happening::PassedBy { target, pipeline } => {
                self.passed_by.entry(pipeline.clone()).or_default().insert(target.clone());
            }
            Happening::PutOff { target, reason } => {
                self.put_off.insert(target.clone(), reason.clone());
            }
        }
    }

    /// Whether both sides are in step: nothing parked, nothing put off.
    pub fn converged(&self) -> bool {
        self.parked.is_empty() && self.put_off.is_empty()
    }

    /// Records looked at.
    pub fn compared(&self) -> usize {
        self.compared.len()
    }

    /// Writes outside.
    pub fn writes(&self) -> u64 {
        self.written.values().sum()
    }

    /// The report as one JSON document.
    pub fn to_json(&self) -> serde_json::Value {
        let written: Vec<_> = self
            .written
            .iter()
            .map(|((pipeline, action), count)| serde_json::json!({"pipeline": pipeline, "action": action, "count": count}))
            .collect();
        let parked: Vec<_> = self
            .parked
            .iter()
            .map(|((target, pipeline), (message, line))| {
                serde_json::json!({"record": target.to_string(), "pipeline": pipeline, "message": message, "rule": line})
            })
            .collect();
        let put_off: Vec<_> = self
            .put_off
            .iter()
            .map(|(target, reason)| serde_json::json!({"record": target.to_string(), "reason": reason}))
            .collect();
        let passed_by: Vec<_> = self.passed_by.values().flatten().map(ToString::to_string).collect();
        serde_json::json!({
            "converged": self.converged(),
            "compared": self.compared(),
            "writes": self.writes(),
            "written": written,
            "linked": self.linked,
            "parked": parked,
            "put_off": put_off,
            "passed_by": passed_by,
            "gave_way": self.gave_way,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let passed: usize = self.passed_by.values().map(BTreeSet::len).sum();
        writeln!(
            out,
            "compared {}, wrote {}, linked {}, parked {}, passed by {}, put off {}",
            self.compared(),
            self.writes(),
            self.linked.values().sum::<u64>(),
            self.parked.len(),
            passed,
            self.put_off.len()
        )?;
        for ((pipeline, action), count) in &self.written {
            writeln!(out, "  {pipeline}: {count} × {action}")?;
        }
        for (pipeline, count) in &self.linked {
            writeln!(out, "  {pipeline}: {count} linked that both sides had already")?;
        }
        for line in &self.gave_way {
            writeln!(out, "  both sides changed: {line}")?;
        }
        for ((target, pipeline), (message, line)) in &self.parked {
            writeln!(out, "  parked: {target} ({pipeline}, {line}): {message}")?;
        }
        for (target, reason) in &self.put_off {
            writeln!(out, "  put off: {target}: {reason}")?;
        }
        for (pipeline, records) in self.passed_by.iter().filter(|(_, records)| !records.is_empty()) {
            writeln!(out, "  passed by: {} of {pipeline}, whose `create` does not ask for them", records.len())?;
        }
        let verdict = if self.converged() { "both sides are in step" } else { "something is left, named above" };
        writeln!(out, "{verdict}")
    }
}
