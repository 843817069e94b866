//! Why each field of a write is as it is: the rule lines that filled it, and whether the side had changed it by itself.
//!
//! Pure. Told with a write, never decided by.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{Situation, base};
use crate::language::plan::{FieldRule, Pipeline, RuleBody, RuleLine, Side};
use crate::value::{Path, Value};

/// Why fields are written.
#[derive(Clone, Debug, Default)]
pub struct Causes {
    /// The rule lines of each field, by its name.
    pub lines: BTreeMap<String, Vec<String>>,
    /// Fields that the side itself changed, which ownership refuses.
    pub refused: BTreeSet<String>,
}

impl Causes {
    /// Of a write to a side by rules of a pipeline. `lines`: those that spoke.
    pub(crate) fn of(
        (pipeline, situation): (&Pipeline, &Situation),
        (side, fields): (Side, &Value),
        lines: &[RuleLine],
    ) -> Self {
        let mut causes = Self::default();
        let rules = || pipeline.rules.iter().filter(|rule| rule.points(side) && speaks(rule, lines));
        for name in fields.as_record().into_iter().flatten().map(|(name, _)| name) {
            let own = rules().filter(|rule| rule.path(side).is_some_and(|path| begins_with(path, name)));
            let mut told = Vec::new();
            for rule in own {
                told.extend(told_by(rule, lines));
                if is_refused(rule, situation, side) {
                    causes.refused.insert(name.to_string());
                }
            }
            told.dedup();
            if !told.is_empty() {
                causes.lines.insert(name.to_string(), told);
            }
        }
        causes
    }
}

fn begins_with(path: &Path, name: &str) -> bool {
    path.0.first() == Path::field(name).0.first()
}

/// Whether a rule, or one inside it, is among the lines that spoke.
fn speaks(rule: &FieldRule, lines: &[RuleLine]) -> bool {
    lines.contains(&rule.line)
        || matches!(&rule.body, RuleBody::List(list) if list.rules.iter().any(|rule| speaks(rule, lines)))
}

/// The lines of a rule that spoke, the rows of its table among them.
fn told_by(rule: &FieldRule, lines: &[RuleLine]) -> Vec<String> {
    let mut told = vec![rule.line.to_string()];
    if let RuleBody::Value { table: Some(table), .. } = &rule.body {
        let rows = table.rows.iter().map(|row| &row.line).filter(|row| lines.contains(row));
        told.extend(rows.map(ToString::to_string));
    }
    told
}

/// Whether the side holds something else than it was seen to hold last: somebody changed what another owns.
fn is_refused(rule: &FieldRule, situation: &Situation, side: Side) -> bool {
    let (Some(known), Some(path), Some(record)) = (&situation.base, rule.path(side), situation.record(side)) else {
        return false;
    };
    if matches!(rule.body, RuleBody::List(_)) {
        return false;
    }
    base::known(known, rule).is_some_and(|last| *last.of(side) != path.read(record))
}
