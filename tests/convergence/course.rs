//! The course of one pair: what is decided is done, again and again, and each step is looked at.

use std::collections::BTreeSet;

use petiole::engine::{self, Base, Decision, Effect, Made, Reads, Seen, Situation, Step};
use petiole::language::plan::{FieldRule, RuleBody, Side};
use petiole::runtime::limits::{READ_ROUNDS_MAX, STEPS_MAX};
use petiole::value::{Path, Record, Value};

use super::peers::Peers;
use crate::planner::choices::Choices;

/// A pair on its way.
pub(super) struct Course<'p> {
    pub(super) peers: Peers<'p>,
    pub(super) situation: Situation,
    /// Whether the two met or were made by the rules.
    pub(super) met: bool,
    /// What happened, for people.
    pub(super) told: Vec<String>,
    /// Groups of linked records that were written since this was emptied.
    pub(super) written: BTreeSet<String>,
}

pub(super) fn bytes(kept: &impl serde::Serialize) -> String {
    serde_json::to_string(kept).unwrap()
}

impl<'p> Course<'p> {
    /// A record of which nothing is known but that it changed.
    pub(super) fn new(peers: Peers<'p>, settings: Value, (changed, record): (Side, Value)) -> Self {
        let (left, right) = if changed == Side::Left { (Some(record), None) } else { (None, Some(record)) };
        let situation =
            Situation { left, right, ..Situation::of(changed, ["shop".to_owned(), "depot".to_owned()], settings) };
        let told = vec![format!("begins: {}", bytes(&situation.records()))];
        Self { peers, situation, met: true, told, written: BTreeSet::new() }
    }

    /// Links the pair as one that was in step as it is now.
    pub(super) fn linked_with(&mut self, other: Value) {
        let side = self.situation.changed.other();
        self.met = false;
        *self.situation.record_mut(side) = Some(other);
        self.situation.base = Some(Base::new());
        drop(self.decided());
        let rules: Vec<String> = self.peers.pipeline.rules.iter().map(|rule| rule.id.clone()).collect();
        self.situation.base = Some(self.base_after((side, &Value::Null), Some(&rules), (&Value::Null, false)));
        self.told.push(format!("linked: {}", bytes(&self.situation.records())));
    }

    pub(super) fn is_linked(&self) -> bool {
        self.situation.base.is_some()
    }

    /// Decides with whatever is to be read, twice, and once more from what would be journalled of it.
    pub(super) fn decided(&mut self) -> Result<Decision, String> {
        let Peers { plan, pipeline, .. } = self.peers;
        for _ in 0..READ_ROUNDS_MAX {
            match engine::decide(plan, pipeline, &self.situation) {
                Step::Need(wants) => {
                    for want in wants {
                        let found = self.peers.answer(&want, self.is_linked());
                        self.situation.reads.insert(want, found);
                    }
                }
                Step::Done(decision) => {
                    let again = |situation: &Situation| match engine::decide(plan, pipeline, situation) {
                        Step::Done(decision) => bytes(&decision),
                        Step::Need(wants) => format!("{wants:?}"),
                    };
                    if again(&self.situation) != bytes(&decision) {
                        return Err("decided otherwise at once".to_owned());
                    }
                    let kept = bytes(&self.situation.journalled(&decision));
                    let mut read: Situation = serde_json::from_str(&kept).unwrap();
                    read.settings = self.situation.settings.clone();
                    if again(&read) != bytes(&decision) {
                        return Err(format!("decided otherwise from {kept}: {}", again(&read)));
                    }
                    return Ok(*decision);
                }
            }
        }
        Err("it asks for more and more".to_owned())
    }

    /// Does what is decided until nothing is left to do; answers how much was written. Now and then, at `meanwhile`,
    /// somebody changes a record between a decision and what comes of it.
    pub(super) fn until_rest(&mut self, meanwhile: Option<&mut Choices<'_>>) -> Result<usize, String> {
        let mut writes = 0;
        let mut meanwhile = meanwhile.filter(|_| self.is_linked());
        let mut said = BTreeSet::new();
        for step in 0..STEPS_MAX {
            let decision = self.decided()?;
            self.looked_at_from_the_other_side(&decision)?;
            let Decision { effect: Some(effect), .. } = decision else { return Ok(writes) };
            if !said.insert(format!(
                "{} {} {}",
                bytes(&effect),
                bytes(&self.situation.records()),
                bytes(&self.situation.base)
            )) {
                return Err("the same is asked for in the same place".to_owned());
            }
            self.permitted(&effect)?;
            writes += usize::from(effect.writes());
            match &effect {
                Effect::Update { groups, .. } => self.written.extend(groups.iter().cloned()),
                Effect::Move { group, .. } => drop(self.written.insert(group.clone())),
                _ => {}
            }
            self.told.push(bytes(&effect));
            if let Some(choices) = meanwhile.as_deref_mut().filter(|_| step < 3)
                && choices.one_in(4)
            {
                let side = if choices.one_in(2) { Side::Left } else { Side::Right };
                self.done(&effect, Some((side, choices)))?;
            } else {
                self.done(&effect, None)?;
            }
        }
        Err(format!("no rest after {STEPS_MAX} steps"))
    }

    /// Of a linked pair it does not matter whose change it is that is looked at: an echo asks for nothing of its own.
    fn looked_at_from_the_other_side(&mut self, decision: &Decision) -> Result<(), String> {
        if !self.is_linked() || self.situation.gone.is_some() {
            return Ok(());
        }
        self.situation.changed = self.situation.changed.other();
        let reads = std::mem::take(&mut self.situation.reads);
        let other = self.decided()?;
        self.situation.reads = reads;
        if bytes(&other.effect) == bytes(&decision.effect) {
            Ok(())
        } else {
            Err("an echo is decided otherwise".to_owned())
        }
    }

    /// What an effect writes is permitted by the target's owner, and is news.
    fn permitted(&self, effect: &Effect) -> Result<(), String> {
        let pipeline = self.peers.pipeline;
        let settings = &self.situation.settings;
        let owns = |rule: &FieldRule, side: Side| {
            let source = &pipeline.record(side.other()).system;
            let lets = |owner: Option<String>| owner.is_some_and(|owner| owner == "both" || owner == *source);
            let creator = pipeline.create(side).map(|create| create.owner.under(settings));
            rule.points(side) && (lets(rule.owner.under(settings)) || rule.on_create && creator.is_some_and(lets))
        };
        match effect {
            Effect::Create { side, fields, .. } | Effect::Update { side, fields, .. } => {
                let kind = pipeline.record(*side);
                let creates = matches!(effect, Effect::Create { .. });
                if creates && !lets_create(self, *side) {
                    return Err("a create that its owner does not permit".to_owned());
                }
                let begins = |rule: &FieldRule, name: &str| {
                    rule.path(*side).is_some_and(|path| path.to_string().split(['.', '[']).next() == Some(name))
                };
                for name in fields.keys() {
                    let rules = pipeline.rules.iter().filter(|rule| begins(rule, name) && owns(rule, *side));
                    if !rules.clone().any(|rule| creates || !rule.on_create) {
                        return Err(format!("nobody may write `{name}`"));
                    }
                    let declared = kind.fields.iter().filter(|field| field.path.to_string() == name.as_str());
                    for field in declared {
                        if !(if creates { field.on_create } else { field.on_update }) {
                            return Err(format!("`{name}` cannot be written then"));
                        }
                    }
                }
                let held = self.situation.record(*side).cloned().unwrap_or_default();
                let hides = |name: &str| {
                    kind.fields.iter().any(|field| field.write_only && field.path.to_string().starts_with(name))
                };
                let news = |(name, value): (&str, &Value)| {
                    kind.adds_to(&Path::field(name)) || hides(name) || !within(value, held.field(name))
                };
                if !creates && !fields.iter().any(|(name, value)| news((name.as_str(), value))) {
                    return Err("a write that says nothing new".to_owned());
                }
                Ok(())
            }
            // The random rule sets say nothing of what is gone.
            Effect::Remove { .. } => Err("a record is taken away".to_owned()),
            Effect::Move { side, from, to, rule, .. } => {
                let states = pipeline.record(*side).states.as_ref().unwrap();
                let legal = states.moves.iter().any(|one| one.from == *from && one.to == *to && one.is_by_calls());
                let allowed = pipeline.rules.iter().any(|known| known.id == *rule && owns(known, *side));
                if legal && allowed { Ok(()) } else { Err(format!("a move that nobody may make: {from} → {to}")) }
            }
            Effect::Settle { .. } | Effect::Link { .. } => Ok(()),
            Effect::Make(making) => {
                let known =
                    self.peers.made.iter().any(|made| made.field("code").to_key().as_ref() == Some(&making.record.id));
                let asked = pipeline.with.iter().any(|read| read.made.is_some() && read.line == making.line);
                if asked && !known { Ok(()) } else { Err(format!("`{}` is made, or made again", making.record.id)) }
            }
        }
    }

    /// Does what is decided; `meanwhile` somebody changes a record.
    fn done(&mut self, effect: &Effect, meanwhile: Option<(Side, &mut Choices<'_>)>) -> Result<(), String> {
        match effect {
            Effect::Link { .. } => {
                let side = self.situation.changed.other();
                *self.situation.record_mut(side) = self.peers.unknown.take();
                self.situation.base = Some(Base::new());
                self.situation.reads = Reads::new();
            }
            Effect::Settle { base } => self.situation.base = Some(base.clone()),
            Effect::Create { side, fields, .. } => {
                *self.situation.record_mut(*side) = Some(self.peers.created(*side, fields));
                let sent = Value::Record(fields.clone());
                self.situation.gone = None;
                self.situation.base = Some(self.base_after((*side, &sent), None, (&Value::Null, false)));
                self.situation.reads = Reads::new();
                self.matches()?;
            }
            Effect::Update { side, fields, rules, .. } => {
                self.written((*side, fields), (&Value::Record(fields.clone()), rules, false), meanwhile);
            }
            Effect::Move { side, from, to, goal, rule, .. } => {
                let states = self.peers.pipeline.record(*side).states.as_ref().unwrap();
                let fields = Record::from([(states.field.as_str(), Value::text(to.as_str()))]);
                let sent = Record::from([("from", Value::text(from.as_str())), ("to", Value::text(to.as_str()))]);
                let rules = std::slice::from_ref(rule);
                self.written((*side, &fields), (&Value::Record(sent), rules, goal != to), meanwhile);
            }
            Effect::Remove { side, .. } => *self.situation.record_mut(*side) = None,
            Effect::Make(making) => {
                let made = Value::Record(making.fields.clone());
                self.peers.made.push(made.clone());
                self.situation.made.insert(making.record.clone(), Made::There(made));
            }
        }
        Ok(())
    }

    fn written(
        &mut self,
        (side, fields): (Side, &Record),
        (sent, rules, partial): (&Value, &[String], bool),
        meanwhile: Option<(Side, &mut Choices<'_>)>,
    ) {
        let before = self.situation.record(side).cloned().unwrap_or_default();
        let mut meanwhile = meanwhile;
        if let Some((of, choices)) = meanwhile.as_mut().filter(|_| partial || rules.len() > 1) {
            self.somebody_changes(*of, choices);
            meanwhile = None;
        }
        let held = self.situation.record(side).and_then(Value::as_record).cloned().unwrap_or_default();
        *self.situation.record_mut(side) = Some(self.peers.laid(side, held, fields));
        self.situation.base = Some(self.base_after((side, sent), Some(rules), (&before, partial)));
        if let Some((of, choices)) = meanwhile {
            // After the peer's answer: that is what the base is made from.
            self.somebody_changes(of, choices);
        }
    }

    fn base_after(
        &self,
        (side, sent): (Side, &Value),
        rules: Option<&[String]>,
        (before, partial): (&Value, bool),
    ) -> Base {
        let seen = Seen { side, sent, rules, partial, before, touched: true };
        engine::base_of(self.peers.plan, self.peers.pipeline, &self.situation, &seen)
    }

    /// What was made is what would be found.
    fn matches(&self) -> Result<(), String> {
        let [left, right] = Side::BOTH.map(|side| {
            let record = self.situation.record(side)?;
            engine::match_value(self.peers.plan, self.peers.pipeline, side, record)
        });
        if left == right || !self.plain() {
            Ok(())
        } else {
            Err(format!("made, and does not match: {left:?} {right:?}"))
        }
    }

    /// Somebody changes some fields of a record, its state by a legal move.
    pub(super) fn somebody_changes(&mut self, side: Side, choices: &mut Choices<'_>) {
        let kind = self.peers.pipeline.record(side).clone();
        let (Some(Value::Record(held)), Value::Record(other)) =
            (self.situation.record(side).cloned(), choices.record(self.peers.plan, &kind))
        else {
            return;
        };
        let mut record = held;
        let state = kind.states.as_ref().map(|states| states.field.as_str()).unwrap_or_default();
        for (name, value) in other {
            if name.as_str() != kind.key && name.as_str() != "ref" && name.as_str() != state && choices.one_in(3) {
                record.insert(name, value);
            }
        }
        if let Some(states) = kind.states.as_ref().filter(|_| choices.one_in(2)) {
            let from = record.get(state).and_then(Value::to_key).unwrap_or_default();
            let ways: Vec<&str> =
                states.moves.iter().filter(|one| one.from == from).map(|one| one.to.as_str()).collect();
            if !ways.is_empty() {
                record.insert(state, Value::text(ways[choices.below(ways.len())]));
            }
        }
        self.peers.stamped(side, &mut record);
        let record = super::peers::shown(&kind, Value::Record(record));
        self.told.push(format!("somebody changes {side:?}: {}", bytes(&record)));
        *self.situation.record_mut(side) = Some(record);
    }

    /// Whether both peers hold what they are sent.
    pub(super) fn plain(&self) -> bool {
        self.peers.habits.iter().all(|habits| habits.plain())
    }

    /// What a side says in single values that go both ways, whatever else holds.
    pub(super) fn both_ways(&self, side: Side) -> Vec<(String, Value)> {
        let pipeline = self.peers.pipeline;
        let settings = &self.situation.settings;
        let record = self.situation.record(side).cloned().unwrap_or_default();
        let both = |rule: &&FieldRule| {
            let live = Side::BOTH.iter().all(|side| pipeline.flows(rule, *side, settings));
            live && rule.when.is_none() && !rule.on_create && matches!(rule.body, RuleBody::Value { .. })
        };
        let said = |rule: &FieldRule| {
            let path = rule.path(side)?;
            Some((path.to_string(), path.read(&record)))
        };
        pipeline.rules.iter().filter(both).filter_map(said).collect()
    }

    /// The groups of which something is told to people: that it stops, or that it is left alone. `None`: the whole
    /// record stops.
    pub(super) fn tells(&mut self) -> Result<Option<BTreeSet<String>>, String> {
        let decision = self.decided()?;
        let stopped: Option<BTreeSet<String>> = decision.stops.into_iter().map(|stop| stop.group).collect();
        let alone = decision.left_alone.into_iter().map(|one| one.group);
        Ok(stopped.map(|stopped| stopped.into_iter().chain(alone).collect()))
    }

    /// The groups in which one side has no value that the other has by a table that goes both ways now: what is taken
    /// away goes by no row.
    pub(super) fn took_away(&self) -> BTreeSet<String> {
        let nothing = |rule: &FieldRule, side: Side| {
            let record = self.situation.record(side).cloned().unwrap_or_default();
            rule.path(side).is_some_and(|path| path.read(&record).is_null())
        };
        let by_table = |rule: &&FieldRule| matches!(rule.body, RuleBody::Value { table: Some(_), .. });
        let rules = self.peers.pipeline.rules.iter().filter(by_table).filter(|rule| self.goes_both_ways(rule));
        let away = rules.filter(|rule| nothing(rule, Side::Left) != nothing(rule, Side::Right));
        away.map(|rule| rule.group.clone()).collect()
    }

    /// The groups with a list that goes both ways now and from which nothing is ever taken.
    pub(super) fn only_adds(&self) -> BTreeSet<String> {
        let pipeline = self.peers.pipeline;
        let grows =
            |side: Side, rule: &FieldRule| rule.path(side).is_some_and(|path| pipeline.record(side).adds_to(path));
        let rules = pipeline.rules.iter().filter(|rule| Side::BOTH.into_iter().any(|side| grows(side, rule)));
        rules.filter(|rule| self.goes_both_ways(rule)).map(|rule| rule.group.clone()).collect()
    }

    fn goes_both_ways(&self, rule: &FieldRule) -> bool {
        let settings = &self.situation.settings;
        !rule.on_create && Side::BOTH.into_iter().all(|side| self.peers.pipeline.flows(rule, side, settings))
    }

    /// The other side's record is not there any more.
    pub(super) fn lose(&mut self, asked: bool) {
        let side = self.situation.changed.other();
        *self.situation.record_mut(side) = None;
        self.situation.gone = Some("made".to_owned());
        self.situation.asked = asked;
        self.situation.reads = Reads::new();
        self.told.push(format!("{side:?} is gone{}", if asked { ", and somebody asks for it" } else { "" }));
    }

    /// Nothing is known any more of what was linked and seen.
    pub(super) fn forget(&mut self) {
        let side = self.situation.changed.other();
        self.peers.unknown = self.situation.record_mut(side).take();
        self.situation.base = None;
        self.situation.reads = Reads::new();
        self.written.clear();
        self.told.push("everything is forgotten".to_owned());
    }

    /// The groups of which a peer never shows all that it holds: nobody can tell whether what was sent stands there.
    pub(super) fn hides(&self) -> BTreeSet<String> {
        let pipeline = self.peers.pipeline;
        let hidden = |rule: &FieldRule, side: Side| {
            let fields = pipeline.record(side).fields.iter().filter(|field| field.write_only);
            rule.path(side).is_some_and(|path| fields.clone().any(|field| field.path.is_within(path)))
        };
        let rules = pipeline.rules.iter().filter(|rule| Side::BOTH.into_iter().any(|side| hidden(rule, side)));
        rules.map(|rule| rule.group.clone()).collect()
    }

    /// The groups with what goes both ways now: two that never met may differ there.
    pub(super) fn shared(&self) -> BTreeSet<String> {
        let rules = self.peers.pipeline.rules.iter().filter(|rule| self.goes_both_ways(rule));
        rules.map(|rule| rule.group.clone()).collect()
    }
}

fn lets_create(course: &Course<'_>, side: Side) -> bool {
    let pipeline = course.peers.pipeline;
    let owner = pipeline.create(side).and_then(|create| create.owner.under(&course.situation.settings));
    owner.is_some_and(|owner| owner == "both" || owner == pipeline.record(side.other()).system)
}

/// Whether what is written stands there already; records are merged.
fn within(value: &Value, held: &Value) -> bool {
    match (value, held) {
        (Value::Record(new), Value::Record(old)) => {
            new.iter().all(|(name, value)| within(value, old.get(name).unwrap_or(&Value::Null)))
        }
        _ => value == held,
    }
}
