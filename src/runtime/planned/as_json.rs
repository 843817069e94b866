//! A plan as one JSON document, which is also the file that a sync takes.

use serde_json::{Value as Json, json};

use super::{Calls, Planned, Refused};
use crate::value::Value;
use crate::value::json::to_json;

/// The form of the document.
pub(super) const FORM: u32 = 1;

impl Planned {
    /// The plan as JSON: everything, however much it is.
    pub fn to_json(&self) -> Json {
        let report = self.report.to_json();
        let of_report = |name: &str| report.get(name).cloned().unwrap_or_default();
        let pipelines = self.pipelines().into_iter().map(|pipeline| self.counted(pipeline));
        let freed = self.freed().map(|(target, what)| json!({"record": target.to_string(), "what": what}));
        json!({
            "petiole_plan": FORM,
            "verdict": self.verdict().as_str(),
            "wish": {"full": self.full, "only": self.only},
            "looked_at": of_report("looked_at"),
            "since": of_report("since"),
            "mode": of_report("mode"),
            "rules": {
                "hash": self.rules.hash, "content": self.rules.content, "serving": self.rules.serving,
                "candidate": self.rules.is_candidate,
            },
            "compared": of_report("compared"),
            "pipelines": pipelines.collect::<Vec<_>>(),
            "changes": self.changes().into_iter().map(|change| {
                let mut told = change.to_json_with_values();
                if let Some(told) = told.as_object_mut() {
                    told.insert("new".to_owned(), self.is_made_up(&change.target.id).into());
                }
                told
            }).collect::<Vec<_>>(),
            "made_up_keys": self.made_up,
            "parked": self.newly_parked().map(|(target, _, what, message, rule)| {
                json!({"record": target.to_string(), "what": what, "message": message, "rule": rule})
            }).collect::<Vec<_>>(),
            "no_longer_parked": freed.collect::<Vec<_>>(),
            "refused": self.refused().iter().map(refused).collect::<Vec<_>>(),
            "gave_way": of_report("gave_way"),
            "left_alone": of_report("left_alone"),
            "disagree": of_report("disagree"),
            "put_off": of_report("put_off"),
            "waiting": of_report("waiting"),
            "held": of_report("held"),
            "holds": of_report("holds"),
            "passed_by": of_report("passed_by"),
            "braked": of_report("braked"),
            "calls": self.calls.iter().map(calls).collect::<Vec<_>>(),
        })
    }

    /// Whether a key stands for one that its system would give.
    pub(super) fn is_made_up(&self, key: &str) -> bool {
        self.made_up.contains_key(key)
    }

    fn counted(&self, pipeline: &str) -> Json {
        let count = |action: &str| self.count(Some(pipeline), action);
        json!({
            "pipeline": pipeline, "create": count("create"), "update": count("update"), "move": count("move"),
            "remove": count("remove"),
            "park": self.newly_parked().filter(|(_, own, ..)| *own == pipeline).count(),
            "link": self.report.linked.get(pipeline).copied().unwrap_or_default(),
        })
    }
}

fn calls((account, calls): (&String, &Calls)) -> Json {
    json!({
        "account": account, "calls": calls.all(), "writes": calls.counted.writes, "per_minute": calls.per_minute,
        "minutes": calls.minutes(),
    })
}

fn refused(refused: &Refused<'_>) -> Json {
    let Refused { change, field } = refused;
    let value = |of: &Value| to_json(of.field(field));
    json!({
        "record": change.target.to_string(), "pipeline": change.pipeline, "field": field, "owner": change.owner,
        "value": value(&change.before), "gives_way_to": value(&change.fields), "rules": change.lines_of(field),
    })
}
