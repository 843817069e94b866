//! What happened to a record and its counterparts, one after the other.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::Rules;
use super::known::Known;
use crate::engine::Effect;
use crate::language::plan::{Pipeline, RuleLine};
use crate::store::{DecisionEntry, HintSource, HistoryEntry, Intent};
use crate::value::json::to_json;
use crate::value::timestamp;

/// What a line of history says was done outside to its own record; `None`: something else.
pub(super) fn action_of(entry: &HistoryEntry) -> Option<&'static str> {
    let (word, record) = entry.what.split_once(' ')?;
    let done = ["created", "updated", "moved", "removed"].into_iter().find(|known| *known == word)?;
    (record == entry.target.to_string()).then_some(done)
}

/// A rule line as it stands in a history.
pub(super) fn line(text: &str) -> Option<RuleLine> {
    let (file, line) = text.rsplit_once(':')?;
    Some(RuleLine { file: file.into(), line: line.parse().ok()? })
}

/// Who told of the change that a decision is about, and of which record.
pub(super) fn told(entry: &DecisionEntry) -> Json {
    let record = entry.target.to_string();
    let words = |source: HintSource| match source {
        HintSource::Webhook => "a webhook told of it",
        HintSource::Poll => "a look for changes showed it",
        HintSource::Sweep => "a comparison of everything came to it",
        HintSource::Retry => "it was tried again",
        HintSource::Asked => "a person asked for it",
        HintSource::Made => "petiole itself had made it",
        HintSource::Stirred => "a record that its values are made from had changed",
    };
    match entry.told {
        Some(told) => json!({
            "by": told.source.as_str(), "at": timestamp::text(told.at), "record": record, "text": words(told.source),
        }),
        None if entry.situation.demanded => {
            json!({ "by": "demand", "record": record, "text": "another record needed its counterpart" })
        }
        None => json!({ "record": record, "text": "who told of it was not kept" }),
    }
}

/// A decision, in a line.
pub(super) fn decision(rules: &Rules<'_>, pipeline: &Pipeline, entry: &DecisionEntry) -> Json {
    let stops: Vec<Json> = entry
        .outcome
        .stops
        .iter()
        .map(|stop| {
            let rule = rules.line(&stop.line, entry.generation);
            json!({ "group": stop.group, "code": stop.code, "message": stop.message, "rule": rule })
        })
        .collect();
    let unmatched = entry.outcome.unmatched.as_ref().map(|unmatched| match &unmatched.wait {
        Some(wait) => format!("no {}.{} has {} {:?}", wait.account, wait.record, wait.field, wait.value),
        None => "it has nothing to be matched by".to_owned(),
    });
    json!({
        "at": timestamp::text(entry.at), "generation": entry.generation, "pipeline": pipeline.name,
        "told": told(entry), "effect": entry.outcome.effect.as_ref().map(|effect| effect.action().as_str()),
        "stops": stops, "unmatched": unmatched,
        "waits": entry.outcome.waits.as_ref().map(|line| rules.line(line, entry.generation)),
    })
}

/// What was begun outside and of which nobody knows yet how it ended.
pub(super) fn open(intent: &Intent) -> Json {
    let draft = &intent.draft;
    json!({
        "at": timestamp::text(draft.at), "action": draft.action, "account": draft.account, "record": draft.record,
        "id": draft.id, "fields": to_json(&draft.fields), "lines": draft.lines, "generation": draft.generation,
    })
}

/// The time line, oldest first.
pub(super) fn timeline(rules: &Rules<'_>, known: &Known<'_>) -> Vec<Json> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for entry in known.stories.iter().flat_map(|story| &story.history) {
        // What was done to one record for the other stands in the history of both.
        if seen.insert((entry.at, entry.what.clone())) {
            let detail = to_json(&entry.detail);
            all.push((entry.at, json!({ "what": entry.what, "detail": detail, "lines": entry.lines })));
        }
    }
    for entry in known.decisions() {
        let effect = entry.outcome.effect.as_ref();
        let waits = entry.outcome.waits.as_ref();
        if waits.is_some() || effect.is_none_or(|effect| matches!(effect, Effect::Settle { .. })) {
            let what = match waits {
                Some(line) => format!("waits as long as the rules say so ({line})"),
                None if entry.outcome.stops.is_empty() => "looked at, and nothing was to be written".to_owned(),
                None => "stopped".to_owned(),
            };
            let pipeline = rules.plan.pipelines.get(&entry.pipeline);
            let decision = pipeline.map(|pipeline| decision(rules, pipeline, entry));
            let what = format!("{} {what}", entry.target);
            all.push((entry.at, json!({ "what": what, "decision": decision, "lines": [] })));
        }
    }
    all.sort_by_key(|(at, _)| *at);
    let dated = |(at, mut line): (jiff::Timestamp, Json)| {
        if let Some(line) = line.as_object_mut() {
            line.insert("at".to_owned(), timestamp::text(at).into());
        }
        line
    };
    all.into_iter().map(dated).collect()
}
