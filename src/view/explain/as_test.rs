//! What is journalled of a record as a rule test: what was there, what changed, and what came of it.
//!
//! A draft for a person, who runs it and keeps it beside the rules; what the journal cannot tell is said in its first
//! lines. Reads one decision. Writes YAML and knows nothing of how tests are run.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::{Mapping, Value as Yaml};

use super::known::Known;
use super::{Unexplained, kind_of, spelt};
use crate::engine::{Decision, Effect, Found, Making, Situation, Want, base};
use crate::language::plan::{Action, FieldRule, Pipeline, Plan, RecordType, RuleBody, Setting, Side};
use crate::store::{DecisionEntry, RecordRef, Store};
use crate::value::{Kind, Path, Record, Segment, Value, timestamp};

/// The decisions on a record and its counterparts that wrote something or stopped, oldest first, as YAML.
///
/// # Errors
/// [`Unexplained`], also where nothing was ever written or stopped.
pub async fn as_test(store: &dyn Store, plan: &Plan, target: &RecordRef) -> Result<String, Unexplained> {
    let unknown = |what: &str| Unexplained::Unknown(format!("{what} {}.{}", target.account, target.record));
    let kind = kind_of(plan, target).ok_or_else(|| unknown("the rules know no"))?;
    let known = Known::of(store, plan, (target, kind)).await?;
    let mut entries: Vec<&DecisionEntry> = known.decisions().filter(|entry| becomes_test(entry)).collect();
    entries.sort_by_key(|entry| entry.at);
    let draft = |entry: &&DecisionEntry| {
        let pipeline = plan.pipelines.get(&entry.pipeline)?;
        let draft = Draft { plan, pipeline, situation: &entry.situation, outcome: &entry.outcome };
        let text = spelt::text(&Yaml::Sequence(vec![draft.test(entry)]))?;
        Some(format!("{}{text}", draft.remarks(entry)))
    };
    let mut drafts: Vec<String> = entries.iter().filter_map(draft).collect();
    // What was decided once more before it was done is one test.
    drafts.dedup();
    if drafts.is_empty() {
        let message = format!("nothing was written or parked for {target}, as far as the journal reaches back");
        return Err(Unexplained::Unknown(message));
    }
    let head = "# Put this below the rules folder and run `petiole test`; take away what a test is not about.\n";
    Ok(format!("{head}tests:\n{}", drafts.join("\n")))
}

/// Whether a decision wrote something or stopped: only such a one says what rules must hold.
pub(super) fn becomes_test(entry: &DecisionEntry) -> bool {
    let shown = |effect: &Effect| effect.writes() && effect.action() != Action::Remove;
    let writes = entry.outcome.effect.as_ref().is_some_and(shown) && entry.outcome.waits.is_none();
    !entry.outcome.stops.is_empty() || writes
}

/// Records by the name that tests have for their kind.
type Records = BTreeMap<String, Vec<Mapping>>;

/// Two records that a pipeline had linked: of each the account and the key, the left one first.
struct Linked {
    pipeline: String,
    ends: [(String, Value); 2],
}

/// A decision that becomes a test.
struct Draft<'a> {
    plan: &'a Plan,
    pipeline: &'a Pipeline,
    situation: &'a Situation,
    outcome: &'a Decision,
}

impl Draft<'_> {
    fn remarks(&self, entry: &DecisionEntry) -> String {
        format!("# Decided by generation {}.\n", entry.generation)
    }

    /// The test, its keys in the order in which a person reads them.
    fn test(&self, entry: &DecisionEntry) -> Yaml {
        let mut test = Mapping::new();
        let did = match &self.outcome.effect {
            Some(effect) if effect.writes() => effect.action().as_str(),
            _ => "stop",
        };
        let at = timestamp::text_to_second(entry.at);
        test.insert("name".into(), format!("{did} for {} on {at}", entry.target).into());
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
        Yaml::Mapping(test)
    }

    /// What was there, and what changed. Where nothing shows what did, the pair is what people make: the two meet for
    /// the first time, which comes to the same.
    fn given_and_when(&self) -> (Yaml, Records) {
        let mut given = self.read();
        let mut when = Records::new();
        let linked = self.linked();
        for (name, stub, kind) in linked.iter().flat_map(|pair| self.stubs(pair, &given)).collect::<Vec<_>>() {
            put(&mut given, &name, std::iter::once(&Value::Record(stub)), kind);
        }
        let (before, after) = self.before_and_after();
        let (changed, other) = (self.situation.changed, self.situation.changed.other());
        if after.is_empty() {
            let new = if linked.is_empty() { &mut given } else { &mut when };
            for side in Side::BOTH {
                put(new, &self.name(side), self.situation.record(side).into_iter(), self.pipeline.record(side));
            }
        } else {
            put(&mut given, &self.name(changed), before.iter(), self.pipeline.record(changed));
            put(&mut given, &self.name(other), self.situation.record(other).into_iter(), self.pipeline.record(other));
            when.insert(self.name(changed), vec![after]);
        }
        let is_linked = !linked.is_empty() || when.keys().any(|name| given.contains_key(name));
        let mut all = match listed(given) {
            Yaml::Mapping(all) => all,
            _ => Mapping::new(),
        };
        let settings = self.settings();
        if !settings.is_empty() {
            all.insert("settings".into(), Yaml::Mapping(settings));
        }
        if is_linked {
            all.insert("linked".into(), true.into());
        }
        (Yaml::Mapping(all), when)
    }

    /// Which other records were linked with one another: those that were asked for, and those that both sides name.
    fn linked(&self) -> Vec<Linked> {
        let mut found = Vec::new();
        for (want, answer) in &self.situation.reads {
            let (Want::Linked { pipeline, side, account, id, other }
            | Want::Counterpart { pipeline, side, account, id, other }) = want
            else {
                continue;
            };
            if let Found::Key(key) = answer {
                let (own, theirs) = ((account.clone(), Value::text(id.as_str())), (other.clone(), key.clone()));
                let ends = if *side == Side::Left { [own, theirs] } else { [theirs, own] };
                found.push(Linked { pipeline: pipeline.clone(), ends });
            }
        }
        if self.situation.base.is_some() {
            let [left, right] = Side::BOTH.map(|side| self.situation.record(side).cloned().unwrap_or_default());
            self.named_by_both(&self.pipeline.rules, [&left, &right], &mut found);
        }
        found
    }

    /// The linked records whose keys stand in both of two records, or in both of two elements.
    fn named_by_both(&self, rules: &[FieldRule], [left, right]: [&Value; 2], found: &mut Vec<Linked>) {
        for rule in rules {
            let (Some(left_path), Some(right_path)) = (rule.path(Side::Left), rule.path(Side::Right)) else { continue };
            let (one, other) = (left_path.read(left), right_path.read(right));
            match &rule.body {
                RuleBody::Value { via: Some(pipeline), .. } if !one.is_null() && !other.is_null() => {
                    let ends = [(Side::Left, one), (Side::Right, other)];
                    let mut ends = ends.map(|(side, key)| (self.situation.account(side).to_owned(), key));
                    let via = self.plan.pipelines.get(pipeline);
                    if via.is_some_and(|via| via.left.system != self.pipeline.left.system) {
                        ends.reverse();
                    }
                    found.push(Linked { pipeline: pipeline.clone(), ends });
                }
                RuleBody::List(list) => {
                    let (one, other) = (one.as_list().unwrap_or_default(), other.as_list().unwrap_or_default());
                    for (one, other) in one.iter().zip(other).filter(|_| one.len() == other.len()) {
                        self.named_by_both(&list.rules, [one, other], found);
                    }
                }
                RuleBody::Value { .. } => {}
            }
        }
    }

    /// The two records of a link as far as a test needs them: their keys, and what makes them a pair.
    fn stubs(&self, linked: &Linked, given: &Records) -> Vec<(String, Record, &RecordType)> {
        let Some(pipeline) = self.plan.pipelines.get(&linked.pipeline) else { return Vec::new() };
        let [left, right] = &linked.ends;
        let ends = [(Side::Left, left), (Side::Right, right)].map(|(side, (account, key))| {
            let kind = pipeline.record(side).as_ref();
            let name = name(account, kind);
            let rows = given.get(&name).into_iter().flatten();
            let known = rows.into_iter().find(|row| row.get(kind.key.as_str()) == Some(&yaml(key)));
            (side, name, key, kind, known)
        });
        let is_key = |side: Side, kind: &RecordType| pipeline.match_field(side) == kind.key;
        let by_key = ends.iter().find(|(side, _, _, kind, _)| is_key(*side, kind)).map(|(_, _, key, _, _)| yaml(key));
        let known = ends.iter().find_map(|(side, _, _, _, known)| known.as_ref()?.get(pipeline.match_field(*side)));
        let matched = known.or(by_key.as_ref());
        let matched = matched
            .and_then(Yaml::as_str)
            .map_or_else(|| format!("{} {}", pipeline.name, left.1.to_key().unwrap_or_default()), str::to_owned);
        let missing = ends.into_iter().filter(|(.., known)| known.is_none());
        missing
            .map(|(side, name, key, kind, _)| {
                let mut stub = Record::from([(kind.key.as_str(), key.clone())]);
                let place = Path::parse(pipeline.match_field(side)).filter(|path| !path.is_field(&kind.key));
                let is_text = |path: &Path| kind.field(path).is_some_and(|field| matches!(field.kind, Kind::Text));
                if let Some(place) = place.filter(is_text) {
                    place.write(&mut stub, Value::text(matched.as_str()));
                }
                (name, stub, kind)
            })
            .collect()
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
        let mut after = known_fields(&changed, kind);
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
                expect(self.name(*side), known_fields(fields, self.pipeline.record(*side)));
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
                    expect(name(&record.account, kind), known_fields(made, kind));
                }
            }
            Some(Effect::Link { .. } | Effect::Settle { .. } | Effect::Remove { .. }) | None => {}
        }
        then
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
        let row = known_fields(row, kind);
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
fn known_fields(record: &Record, kind: &RecordType) -> Mapping {
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
        // Systems keep milliseconds at best, and what is given and what is asked for are cut alike.
        Value::Timestamp(instant) => {
            jiff::Timestamp::from_millisecond(instant.as_millisecond()).unwrap_or(*instant).to_string().into()
        }
        Value::Date(day) => day.to_string().into(),
        Value::List(items) => Yaml::Sequence(items.iter().map(yaml).collect()),
        Value::Record(fields) => {
            let held = fields.iter().filter(|(_, value)| !value.is_null());
            Yaml::Mapping(held.map(|(name, value)| (name.as_str().into(), yaml(value))).collect())
        }
    }
}
