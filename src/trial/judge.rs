//! What came of a test against what it says must come of it.

use super::came::Came;
use super::gap::{Gap, gaps, subset};
use super::met::Met;
use super::unmentioned::unmentioned;
use super::words::{parks, said_so};
use crate::diagnostic::Span;
use crate::language::plan::test::{Calls, Expectation, ExpectedCall, RuleTest, Words};
use crate::language::plan::{Arrow, FieldRule, RecordType, RuleBody, RuleLine, Side};
use crate::peer::{CallKind, PeerCall};
use crate::runtime::{Change, Happening};
use crate::store::Park;
use crate::value::{Path, Record, Value};

/// Why a test failed, at one of its lines.
#[derive(Clone, Debug)]
pub struct Failure {
    /// In one line.
    pub message: String,
    /// The line of the test that does not hold.
    pub span: Span,
    /// Where expected and actual differ.
    pub gaps: Vec<Gap>,
    /// The rule lines that produced the value, or should have, each with what it did.
    pub lines: Vec<(RuleLine, &'static str)>,
    /// More to know.
    pub notes: Vec<String>,
}

/// Every failure of a test; none: it passed.
pub(super) fn judge(test: &RuleTest, came: &Came<'_>) -> Vec<Failure> {
    let mut found = Vec::new();
    came.met.iter().for_each(|met| found.extend(held(came, met)));
    found.extend(test.calls.as_ref().and_then(|calls| called(came, calls).or_else(|| besides(test, came, calls))));
    if let Some(span) = test.nothing.filter(|_| !came.writes.is_empty()) {
        let message = format!("nothing must be written, and {} made", was(came.writes.len(), "write"));
        found.push(Failure { notes: told(came), lines: lines_of_writes(came), ..failure(message, span) });
    }
    match &test.parked {
        Some(said) => {
            let all = parks(came);
            let failed = said_so(said, &all, ("nothing was parked", "park"));
            let lines = || came.parks.iter().filter_map(line_of_park).collect();
            found.extend(failed.map(|message| Failure {
                notes: told(came),
                lines: lines(),
                ..failure(message, said.span)
            }));
        }
        None => found.extend(unexpected_parks(test, came)),
    }
    found.extend(test.told.as_ref().and_then(|said| told_so(came, said)));
    found.extend(put_off(test, came));
    found
}

fn failure(message: impl Into<String>, span: Span) -> Failure {
    Failure { message: message.into(), span, gaps: Vec::new(), lines: Vec::new(), notes: Vec::new() }
}

fn was(number: usize, what: &str) -> String {
    format!("{} {}", count(number, what), if number == 1 { "was" } else { "were" })
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// `then` and `exactly`: each expected record is there.
fn held(came: &Came<'_>, met: &Met<'_>) -> Vec<Failure> {
    let Expectation { account, record: kind, records, exactly, span, .. } = met.expectation;
    let mut found = Vec::new();
    if records.is_empty() && !met.left.is_empty() {
        let message = format!("{account} must have no {}, and has {}", kind.name, count(met.left.len(), "record"));
        let lines = creates_of(came, kind);
        return vec![Failure { lines, notes: told(came), ..failure(message, *span) }];
    }
    for (one, row) in &met.pairs {
        let Some(row) = row else {
            let named = one.fields.get(&kind.key).and_then(Value::to_key);
            let which = named.map(|key| format!(" {key}")).unwrap_or_default();
            let message = format!("{account} has no {}{which}", kind.name);
            found.push(Failure { lines: creates_of(came, kind), notes: told(came), ..failure(message, one.span) });
            continue;
        };
        let differing = gaps(kind, one, row, *exactly);
        if !differing.is_empty() {
            let lines = lines_for(came, kind, &differing);
            let message = format!("{account}.{}/{} is not as expected", kind.name, met.key(row));
            found.push(Failure { gaps: differing, lines, notes: told(came), ..failure(message, one.span) });
        }
    }
    let more = if *exactly { met.left.len() } else { made_besides(came, met) };
    if more > 0 {
        let message = format!("{account} has {} more than expected", count(more, &kind.name));
        found.push(Failure { lines: creates_of(came, kind), notes: told(came), ..failure(message, *span) });
    }
    found
}

/// How many records were made that a list of them leaves out.
fn made_besides(came: &Came<'_>, met: &Met<'_>) -> usize {
    let Expectation { account, record: kind, listed, .. } = met.expectation;
    let made = |row: &&Value| {
        let key = Some(met.key(row));
        came.writes.iter().any(|(of, call)| {
            of == account && call.kind == CallKind::Create && call.record == kind.name && call.key == key
        })
    };
    if *listed { met.left.iter().filter(made).count() } else { 0 }
}

/// The rules that write the fields that differ, and the rows that spoke for them.
fn lines_for(came: &Came<'_>, kind: &RecordType, gaps: &[Gap]) -> Vec<(RuleLine, &'static str)> {
    let first = |path: &str| path.split(['.', '[']).next().unwrap_or_default().to_owned();
    let names: Vec<String> = gaps.iter().map(|gap| first(&gap.path)).collect();
    let mut found = Vec::new();
    for pipeline in came.stage.plan.pipelines.values() {
        for side in [Side::Left, Side::Right] {
            let own = pipeline.record(side);
            if own.system != kind.system || own.name != kind.name {
                continue;
            }
            for rule in &pipeline.rules {
                let path = rule.path(side).map(|path| first(&path.to_string()));
                let points = if side == Side::Left { rule.arrow != Arrow::Right } else { rule.arrow != Arrow::Left };
                if points && path.is_some_and(|path| names.contains(&path)) {
                    explain(came, rule, &mut found);
                }
            }
        }
    }
    found
}

fn explain(came: &Came<'_>, rule: &FieldRule, found: &mut Vec<(RuleLine, &'static str)>) {
    let spoke = came.heard.lines.contains(&rule.line);
    found.push((rule.line.clone(), if spoke { "this rule spoke" } else { "this rule did not speak" }));
    match &rule.body {
        RuleBody::Value { table: Some(table), .. } => {
            let rows = table.rows.iter().filter(|row| came.heard.lines.contains(&row.line));
            found.extend(rows.map(|row| (row.line.clone(), "this row spoke")));
        }
        RuleBody::List(list) => list.rules.iter().for_each(|inner| explain(came, inner, found)),
        RuleBody::Value { .. } => {}
    }
}

fn creates_of(came: &Came<'_>, kind: &RecordType) -> Vec<(RuleLine, &'static str)> {
    let mut found = Vec::new();
    for pipeline in came.stage.plan.pipelines.values() {
        for side in [Side::Left, Side::Right] {
            let own = pipeline.record(side);
            let create = pipeline.create(side).filter(|_| own.system == kind.system && own.name == kind.name);
            found.extend(create.map(|create| {
                let spoke = came.heard.lines.contains(&create.line);
                (create.line.clone(), if spoke { "this condition was asked" } else { "this condition was never asked" })
            }));
        }
    }
    found
}

/// `calls`: as many, or these in this order.
fn called(came: &Came<'_>, calls: &Calls) -> Option<Failure> {
    let made = came.writes.len();
    let fits = match &calls.list {
        None => made == calls.count,
        Some(list) => {
            list.len() == made && list.iter().zip(&came.writes).all(|(wanted, made)| call_gaps(wanted, made).is_none())
        }
    };
    if fits {
        return None;
    }
    let message = match &calls.list {
        Some(list) if list.len() == made => "other writes were made than expected".to_owned(),
        _ => format!("{} expected, {made} made", count(calls.count, "write")),
    };
    let mut found = Failure { notes: told(came), lines: lines_of_writes(came), ..failure(message, calls.span) };
    let pairs = calls.list.iter().flatten().zip(&came.writes).enumerate();
    for (at, (wanted, made)) in pairs {
        for gap in call_gaps(wanted, made).into_iter().flatten() {
            found.gaps.push(Gap { path: format!("call {}{}", at + 1, gap.path), ..gap });
        }
    }
    Some(found)
}

/// A test that counts the writes has a say of each of them.
fn besides(test: &RuleTest, came: &Came<'_>, calls: &Calls) -> Option<Failure> {
    let found = unmentioned(test, came);
    let first = found.first()?;
    let more = if found.len() > 1 { format!(", and {} more", found.len() - 1) } else { String::new() };
    let message = format!("the test does not mention `{first}`{more}");
    let mut notes: Vec<String> = found.iter().map(ToString::to_string).collect();
    notes.push("say in `then` what it leaves behind, or list the writes under `calls`".to_owned());
    Some(Failure { notes, ..failure(message, calls.span) })
}

/// Where a write is not the expected one; `None`: it is.
fn call_gaps(wanted: &ExpectedCall, (account, made): &(String, PeerCall)) -> Option<Vec<Gap>> {
    let expected = format!("{} {}.{}", wanted.action, wanted.record.account, wanted.record.record.name);
    let actual = format!("{} {account}.{}", made.kind.as_str(), made.record);
    if expected != actual {
        return Some(vec![Gap { path: String::new(), expected, actual }]);
    }
    let mut found = Vec::new();
    for (name, value) in &wanted.record.fields {
        let held = if *name == wanted.record.record.key {
            made.key.clone().map(Value::text).unwrap_or_default()
        } else if let Some(sent) = made.written.get(name) {
            sent.clone()
        } else {
            // What was left as it was is not what was written, though it may hold the same.
            let path = format!(": {name}");
            found.push(Gap { path, expected: value.to_string(), actual: "not sent".to_owned() });
            continue;
        };
        let (value, held) = match (value.to_key(), held.to_key()) {
            (Some(value), Some(held)) if value == held => continue,
            _ => (value, held),
        };
        let mut inner = Vec::new();
        subset(value, &held, &Path::field(name.as_str()), &mut inner);
        found.extend(inner.into_iter().map(|gap| Gap { path: format!(": {}", gap.path), ..gap }));
    }
    (!found.is_empty()).then_some(found)
}

fn lines_of_writes(came: &Came<'_>) -> Vec<(RuleLine, &'static str)> {
    let mut found: Vec<(RuleLine, &'static str)> = Vec::new();
    for happening in &came.happened {
        let Happening::Written(Change { lines, pipeline, action, .. }) = happening else { continue };
        let wrote: Vec<(RuleLine, &'static str)> = if *action == "create" {
            let pipeline = came.stage.plan.pipelines.get(pipeline);
            let creates = pipeline.iter().flat_map(|pipeline| [&pipeline.create_left, &pipeline.create_right]);
            creates.flatten().map(|create| (create.line.clone(), "this created")).collect()
        } else {
            lines.iter().filter_map(|text| rule_line(text)).map(|line| (line, "this wrote")).collect()
        };
        found.extend(wrote.into_iter().filter(|one| !found.contains(one)).collect::<Vec<_>>());
    }
    found
}

fn rule_line(text: &str) -> Option<RuleLine> {
    let (file, line) = text.rsplit_once(':')?;
    Some(RuleLine { file: file.into(), line: line.parse().ok()? })
}

fn told_so(came: &Came<'_>, said: &Words) -> Option<Failure> {
    let all: Vec<Vec<String>> = came.tellings.iter().map(|telling| vec![telling.text.clone()]).collect();
    let message = said_so(said, &all, ("nothing was told", "telling"))?;
    let notes = came.tellings.iter().map(|telling| telling.text.clone()).collect();
    let lines = came.tellings.iter().filter_map(|telling| Some((rule_line(&telling.line)?, "this was told")));
    Some(Failure { notes, lines: lines.collect(), ..failure(message, said.span) })
}

fn line_of_park(park: &Park) -> Option<(RuleLine, &'static str)> {
    let (file, line) = &park.draft.rule;
    (!file.is_empty()).then(|| (RuleLine { file: file.as_str().into(), line: *line }, "this parked"))
}

fn unexpected_parks(test: &RuleTest, came: &Came<'_>) -> Option<Failure> {
    if came.parks.is_empty() {
        return None;
    }
    let lines = came.parks.iter().filter_map(line_of_park).collect();
    let notes =
        told(came).into_iter().chain(["where that is meant, say so: `parked: CODE` or words of the reason".to_owned()]);
    let message = format!("{} that the test does not expect", count(came.parks.len(), "park"));
    Some(Failure { notes: notes.collect(), lines, ..failure(message, test.span) })
}

fn put_off(test: &RuleTest, came: &Came<'_>) -> Option<Failure> {
    let mut last = std::collections::BTreeMap::new();
    for happening in &came.happened {
        match happening {
            Happening::Compared { target } => {
                last.remove(target);
            }
            Happening::PutOff { target, reason } => {
                last.insert(target.clone(), reason.clone());
            }
            _ => {}
        }
    }
    let notes: Vec<String> = last.iter().map(|(target, reason)| format!("{target}: {reason}")).collect();
    (!notes.is_empty()).then(|| Failure { notes, ..failure("work did not come to an end", test.span) })
}

/// What petiole did, for people.
fn told(came: &Came<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    for (account, call) in &came.writes {
        let key = call.key.as_ref().map(|key| format!("/{key}")).unwrap_or_default();
        let outcome =
            call.refused.as_ref().map(|why| format!(" (refused with {}: {why})", call.status)).unwrap_or_default();
        let written = short(&call.written);
        notes.push(format!("{} {account}.{}{key}{written}{outcome}", call.kind.as_str(), call.record));
    }
    for park in &came.parks {
        notes.push(format!("parked {} [{}]: {}", park.draft.target, park.draft.code, park.draft.message));
    }
    if notes.is_empty() {
        notes.push("petiole wrote nothing".to_owned());
    }
    notes
}

fn short(written: &Record) -> String {
    if written.is_empty() { String::new() } else { format!(": {}", Value::Record(written.clone())) }
}
