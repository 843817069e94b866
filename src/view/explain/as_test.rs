//! What is journalled of a record as a rule test: what was there, what changed, and what came of it.
//!
//! A draft for a person, who runs it and keeps it beside the rules; what the journal cannot tell is said in its first
//! lines. Reads one decision. Writes YAML and knows nothing of how tests are run.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::{Mapping, Value as Yaml};

use super::known::Known;
use super::{Unexplained, kind_of};
use crate::engine::{Decision, Effect, Making, Situation, Want, base};
use crate::language::plan::{Pipeline, Plan, RecordType, RuleBody, Setting, Side};
use crate::store::{DecisionEntry, RecordRef, Store};
use crate::value::{Record, Segment, Value, timestamp};

/// The newest decision on a record, or its counterpart, that wrote something or stopped, as YAML.
///
/// # Errors
/// [`Unexplained`], also where nothing was ever written or stopped.
pub async fn as_test(store: &dyn Store, plan: &Plan, target: &RecordRef) -> Result<String, Unexplained> {
    let unknown = |what: &str| Unexplained::Unknown(format!("{what} {}.{}", target.account, target.record));
    let kind = kind_of(plan, target).ok_or_else(|| unknown("the rules know no"))?;
    let known = Known::of(store, plan, (target, kind)).await?;
    let says = |entry: &&DecisionEntry| {
        !entry.outcome.stops.is_empty() || entry.outcome.effect.as_ref().is_some_and(Effect::writes)
    };
    let entry = known.decisions().filter(says).max_by_key(|entry| entry.at).ok_or_else(|| {
        Unexplained::Unknown(format!("nothing was written or parked for {target}, as far as the journal reaches back"))
    })?;
    let pipeline = plan.pipelines.get(&entry.pipeline).ok_or_else(|| {
        Unexplained::Unknown(format!("the rules no longer have the pipeline `{}` that decided it", entry.pipeline))
    })?;
    let draft = Draft { plan, pipeline, situation: &entry.situation, outcome: &entry.outcome };
    let text = serde_yaml::to_string(&draft.file(entry)).map_err(|error| Unexplained::Unknown(error.to_string()))?;
    Ok(format!("{}{text}", draft.remarks(entry)))
}

/// Records by the name that tests have for their kind.
type Records = BTreeMap<String, Vec<Mapping>>;

/// A decision that becomes a test.
struct Draft<'a> {
    plan: &'a Plan,
    pipeline: &'a Pipeline,
    situation: &'a Situation,
    outcome: &'a Decision,
}

impl Draft<'_> {
    fn remarks(&self, entry: &DecisionEntry) -> String {
        let at = timestamp::text_to_second(entry.at);
        let mut text = format!("# {} on {at}, by generation {}, as a rule test.\n", entry.target, entry.generation);
        text += "# Put it below the rules folder and run `petiole test`; take away what it is not about.\n";
        if self.rests_on_links() {
            text += "# Keys of counterparts are made up in a test, so fields that carry one are not asked for.\n";
        }
        if self.situation.base.is_some() && self.before_and_after().1.is_empty() {
            text += "# What told of it stands in another record or in a list: give its old value, and the new one \
                     under `when:`.\n";
        }
        text
    }

    /// The file, its keys in the order in which a person reads them.
    fn file(&self, entry: &DecisionEntry) -> Yaml {
        let mut test = Mapping::new();
        test.insert("name".into(), format!("{} on {}", entry.target, timestamp::text_to_second(entry.at)).into());
        let (given, when) = self.given_and_when();
        test.insert("given".into(), given);
        if !when.is_empty() {
            test.insert("when".into(), listed(when));
        }
        let then = self.then();
        if !then.is_empty() {
            test.insert("then".into(), listed(then));
        }
        let codes: BTreeSet<&str> = self.outcome.stops.iter().map(|stop| stop.code.as_ref()).collect();
        if !codes.is_empty() {
            test.insert("parked".into(), Yaml::Sequence(codes.into_iter().map(Yaml::from).collect()));
        }
        let mut file = Mapping::new();
        file.insert("tests".into(), Yaml::Sequence(vec![Yaml::Mapping(test)]));
        Yaml::Mapping(file)
    }

    fn given_and_when(&self) -> (Yaml, Records) {
        let mut given = self.read();
        let mut when = Records::new();
        let linked = self.situation.base.is_some() || self.rests_on_links();
        if self.situation.base.is_some() {
            let (before, after) = self.before_and_after();
            let changed = self.situation.changed;
            put(&mut given, &self.name(changed), before.iter(), self.pipeline.record(changed));
            let other = self.situation.record(changed.other());
            put(&mut given, &self.name(changed.other()), other.into_iter(), self.pipeline.record(changed.other()));
            if !after.is_empty() {
                when.insert(self.name(changed), vec![after]);
            }
        } else {
            let new = if linked { &mut when } else { &mut given };
            for side in Side::BOTH {
                put(new, &self.name(side), self.situation.record(side).into_iter(), self.pipeline.record(side));
            }
        }
        let mut all = match listed(given) {
            Yaml::Mapping(all) => all,
            _ => Mapping::new(),
        };
        let settings = self.settings();
        if !settings.is_empty() {
            all.insert("settings".into(), Yaml::Mapping(settings));
        }
        if linked {
            all.insert("linked".into(), true.into());
        }
        (Yaml::Mapping(all), when)
    }

    /// Settings that come from the environment, which a test does not have, as they were.
    fn settings(&self) -> Mapping {
        let mut found = Mapping::new();
        for (name, setting) in &self.plan.settings {
            let value = name.split('.').fold(&self.situation.settings, |value, step| value.field(step));
            if asks_the_environment(setting) && !value.is_null() {
                found.insert(name.as_str().into(), yaml(value));
            }
        }
        found
    }

    /// What else the decision read.
    fn read(&self) -> Records {
        let mut given = Records::new();
        for (want, found) in &self.situation.reads {
            let kind = match want {
                Want::Record { account, record, .. }
                | Want::Find { account, record, .. }
                | Want::List { account, record, .. } => self.kind(account, record).map(|kind| (account, kind)),
                Want::Match { pipeline, side, account, .. } => {
                    self.plan.pipelines.get(pipeline).map(|one| (account, one.record(*side).as_ref()))
                }
                Want::Linked { .. } | Want::Settled { .. } | Want::Counterpart { .. } => None,
            };
            let Some((account, kind)) = kind else { continue };
            let rows = found.rows().unwrap_or_default().iter().chain(found.all());
            let own = |row: &&Value| {
                let is = |side| self.name(side) == name(account, kind) && self.situation.record(side) == Some(row);
                Side::BOTH.into_iter().any(is)
            };
            put(&mut given, &name(account, kind), rows.filter(|row| !own(row)), kind);
        }
        given
    }

    /// Whether what was decided depends on what is linked.
    fn rests_on_links(&self) -> bool {
        let asks = |want: &Want| matches!(want, Want::Linked { .. } | Want::Settled { .. } | Want::Counterpart { .. });
        self.situation.reads.keys().any(asks)
    }

    /// The changed record as it was when both sides were last seen in step, and what differs now, with its key.
    fn before_and_after(&self) -> (Option<Value>, Mapping) {
        let side = self.situation.changed;
        let (Some(Value::Record(now)), Some(seen)) = (self.situation.record(side), &self.situation.base) else {
            return (self.situation.record(side).cloned(), Mapping::new());
        };
        let (mut before, mut changed) = (now.clone(), Record::new());
        for rule in self.pipeline.rules.iter().filter(|rule| matches!(rule.body, RuleBody::Value { .. })) {
            let (Some(path), Some(values)) = (rule.path(side), base::known(seen, rule)) else { continue };
            let here = path.read(&Value::Record(now.clone()));
            if *values.of(side) != here {
                path.write(&mut before, values.of(side).clone());
                path.write(&mut changed, here);
            }
        }
        let kind = self.pipeline.record(side);
        let mut after = fields(&changed, kind);
        if !after.is_empty() {
            after.insert(kind.key.as_str().into(), yaml(now.get(&kind.key).unwrap_or(&Value::Null)));
        }
        (Some(Value::Record(before)), after)
    }

    /// What came of it.
    fn then(&self) -> Records {
        let mut then = Records::new();
        let mut expect = |name, fields: Mapping| {
            if !fields.is_empty() {
                then.insert(name, vec![fields]);
            }
        };
        match &self.outcome.effect {
            Some(Effect::Create { side, fields, .. } | Effect::Update { side, fields, .. }) => {
                expect(self.name(*side), self.told(*side, fields));
            }
            Some(Effect::Move { side, goal, .. }) => {
                if let Some(states) = &self.pipeline.record(*side).states {
                    expect(
                        self.name(*side),
                        Mapping::from_iter([(states.field.as_str().into(), goal.as_str().into())]),
                    );
                }
            }
            Some(Effect::Make(Making { record, fields: made, .. })) => {
                if let Some(kind) = self.kind(&record.account, &record.record) {
                    expect(name(&record.account, kind), fields(made, kind));
                }
            }
            Some(Effect::Link { .. } | Effect::Settle { .. }) | None => {}
        }
        then
    }

    /// What a write sent, without the keys of counterparts.
    fn told(&self, side: Side, written: &Record) -> Mapping {
        let mut written = written.clone();
        for rule in &self.pipeline.rules {
            let is_key = matches!(&rule.body, RuleBody::Value { via: Some(_), .. });
            if let Some(Segment::Field(name)) = rule.path(side).and_then(|path| path.0.first()).filter(|_| is_key) {
                written.remove(name);
            }
        }
        fields(&written, self.pipeline.record(side))
    }

    fn name(&self, side: Side) -> String {
        name(self.situation.account(side), self.pipeline.record(side))
    }

    fn kind(&self, account: &str, record: &str) -> Option<&RecordType> {
        let system = &self.plan.accounts.get(account)?.system;
        self.plan.record(system, record).map(AsRef::as_ref)
    }
}

fn name(account: &str, kind: &RecordType) -> String {
    format!("{account}.{}", kind.name)
}

fn asks_the_environment(setting: &Setting) -> bool {
    match setting {
        Setting::Env { .. } => true,
        Setting::List(items) => items.iter().any(asks_the_environment),
        Setting::Value(_) => false,
    }
}

/// Adds records of a kind that are not there yet; the rows of a group are records of their own.
fn put<'v>(to: &mut Records, name: &str, records: impl Iterator<Item = &'v Value>, kind: &RecordType) {
    let rows = records.flat_map(|record| record.as_list().unwrap_or(std::slice::from_ref(record)));
    for row in rows.filter_map(Value::as_record) {
        let row = fields(row, kind);
        let known = to.entry(name.to_owned()).or_default();
        if !row.is_empty() && !known.contains(&row) {
            known.push(row);
        }
    }
}

/// One record by itself, several as a list.
fn listed(records: Records) -> Yaml {
    let one = |mut rows: Vec<Mapping>| match (rows.pop(), rows.is_empty()) {
        (Some(row), true) => Yaml::Mapping(row),
        (last, _) => Yaml::Sequence(rows.into_iter().chain(last).map(Yaml::Mapping).collect()),
    };
    let records = records.into_iter().filter(|(_, rows)| !rows.is_empty());
    Yaml::Mapping(records.map(|(name, rows)| (name.into(), one(rows))).collect())
}

/// The fields that the system file knows and that hold something, the key first.
fn fields(record: &Record, kind: &RecordType) -> Mapping {
    let is_known = |name: &str| {
        kind.fields.iter().any(|field| matches!(field.path.0.first(), Some(Segment::Field(known)) if known == name))
    };
    let holds = |value: &Value| !value.is_null() && value.as_list().is_none_or(|items| !items.is_empty());
    let told: Vec<_> = record.iter().filter(|(name, value)| is_known(name) && holds(value)).collect();
    let (key, others): (Vec<_>, Vec<_>) = told.into_iter().partition(|(name, _)| name.as_str() == kind.key);
    key.into_iter().chain(others).map(|(name, value)| (name.as_str().into(), yaml(value))).collect()
}

/// A value as YAML: numbers by their digits, and as text where YAML's own numbers would lose one.
fn yaml(value: &Value) -> Yaml {
    match value {
        Value::Null => Yaml::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Integer(number) => (*number).into(),
        Value::Decimal(number) => {
            let digits = number.to_string();
            let plain = digits.parse::<f64>().ok().filter(|plain| plain.to_string() == digits);
            plain.map_or_else(|| digits.into(), Yaml::from)
        }
        Value::Text(text) => text.as_str().into(),
        Value::Timestamp(instant) => instant.to_string().into(),
        Value::Date(day) => day.to_string().into(),
        Value::List(items) => Yaml::Sequence(items.iter().map(yaml).collect()),
        Value::Record(fields) => {
            let held = fields.iter().filter(|(_, value)| !value.is_null());
            Yaml::Mapping(held.map(|(name, value)| (name.as_str().into(), yaml(value))).collect())
        }
    }
}
