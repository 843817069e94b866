//! `linked: true`: both sides of a pair exist, hold what the rules ask for, and are linked.
//!
//! What the author wrote stands. A side that is not given is made up; fields that nobody wrote are
//! filled by the rules as far as they can be worked out. The base is what both sides then hold.

use std::sync::Arc;

use async_trait::async_trait;

use super::placed::Placed;
use super::stage::Stage;
use crate::diagnostic::Span;
use crate::engine::rule::{Wanted, applies, raw, wanted};
use crate::engine::scope::Context;
use crate::engine::{self, Base, Effect, Found, Made, Making, Seen, Situation, Step, Want};
use crate::language::plan::test::{RuleTest, TestRecord};
use crate::language::plan::{Field, FieldRule, Pipeline, RecordType, RuleBody, Side};
use crate::runtime::Live;
use crate::runtime::limits::STEPS_MAX;
use crate::runtime::pairing::{Answers, reach};
use crate::runtime::trouble::Trouble;
use crate::store::{Link, LinkEnd, Settlement};
use crate::value::{Kind, Path, Record, Value};
use crate::world::Clock as _;

/// Gives records of both sides of a pipeline one match value, where an author left it out on one side.
pub(super) fn match_up(stage: &Stage, given: &mut [TestRecord]) -> Result<(), String> {
    for pipeline in stage.plan.pipelines.values() {
        for left in 0..given.len() {
            if !is_of(given.get(left), pipeline, Side::Left) {
                continue;
            }
            let value = said_match(stage, pipeline, Side::Left, given.get(left));
            let rights = (0..given.len()).filter(|at| is_of(given.get(*at), pipeline, Side::Right));
            let rights: Vec<(usize, Option<String>)> =
                rights.map(|at| (at, said_match(stage, pipeline, Side::Right, given.get(at)))).collect();
            if value.is_some() && rights.iter().any(|(_, found)| *found == value) {
                continue;
            }
            let (from, to, side) = match (&value, rights.iter().find(|(_, found)| found.is_none()), rights.first()) {
                (Some(_), Some((right, _)), _) => (left, *right, Side::Right),
                (None, _, Some((right, Some(_)))) => (*right, left, Side::Left),
                _ => continue,
            };
            let from = said_match(stage, pipeline, side.other(), given.get(from)).unwrap_or_default();
            if let Some(record) = given.get_mut(to) {
                set_match(pipeline, side, &mut record.fields, &from);
            }
        }
    }
    Ok(())
}

fn is_of(record: Option<&TestRecord>, pipeline: &Pipeline, side: Side) -> bool {
    let kind = pipeline.record(side);
    record.is_some_and(|one| one.record.system == kind.system && one.record.name == kind.name)
}

fn said_match(stage: &Stage, pipeline: &Pipeline, side: Side, record: Option<&TestRecord>) -> Option<String> {
    let said = Value::Record(record?.fields.clone());
    let said = if pipeline.record(side).grouped.is_some() { Value::List(ecow::eco_vec![said]) } else { said };
    engine::match_value(&stage.plan, pipeline, side, &said)
}

fn set_match(pipeline: &Pipeline, side: Side, fields: &mut Record, text: &str) {
    let Some(path) = Path::parse(pipeline.match_field(side)) else { return };
    let number = matches!(pipeline.record(side).field(&path).map(|field| &field.kind), Some(Kind::Integer));
    let value =
        if number { text.parse().map_or_else(|_| Value::text(text), Value::Integer) } else { Value::text(text) };
    path.write(fields, value);
}

/// Links every pair, making up the missing side of pipelines that the test is about.
pub(super) async fn link(stage: &Stage, test: &RuleTest, placed: &mut Vec<Placed>) -> Result<(), String> {
    let pipelines: Vec<_> = stage.plan.pipelines.values().cloned().collect();
    // Pairs that are there on both sides come first: others may refer to them.
    for missing in [false, true] {
        for pipeline in &pipelines {
            if missing && !is_about(test, pipeline) {
                continue;
            }
            for side in [Side::Left, Side::Right] {
                let own: Vec<Placed> = of(stage, placed, pipeline, side);
                let far = of(stage, placed, pipeline, side.other());
                match (missing, far.is_empty(), side) {
                    (false, false, Side::Left) => pair_up(stage, pipeline, (&own, &far)).await?,
                    (true, true, _) => {
                        for one in own {
                            let made = make_up(stage, pipeline, side, &one)?;
                            let pair = if side == Side::Left { (&one, &made) } else { (&made, &one) };
                            settle(stage, pipeline, pair).await?;
                            placed.push(made);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    stage.wire.peers().for_each(|(_, mut peer)| peer.forget_calls());
    Ok(())
}

/// Whether the change or what is expected names a side of the pipeline.
fn is_about(test: &RuleTest, pipeline: &Pipeline) -> bool {
    let then = test.then.iter().map(|one| &one.record);
    let calls = test.calls.iter().filter_map(|calls| calls.list.as_ref()).flatten().map(|call| &call.record.record);
    let gone = test.gone.iter().map(|one| &one.record);
    test.when.iter().map(|one| &one.record).chain(gone).chain(then).chain(calls).any(|record| {
        [&pipeline.left, &pipeline.right].iter().any(|kind| kind.system == record.system && kind.name == record.name)
    })
}

fn of(stage: &Stage, placed: &[Placed], pipeline: &Pipeline, side: Side) -> Vec<Placed> {
    let kind = pipeline.record(side);
    let fits = |one: &&Placed| {
        let account = stage.plan.accounts.get(&one.account);
        one.record == kind.name && account.is_some_and(|account| account.system == kind.system)
    };
    placed.iter().filter(fits).cloned().collect()
}

async fn pair_up(stage: &Stage, pipeline: &Pipeline, (lefts, rights): (&[Placed], &[Placed])) -> Result<(), String> {
    let matched = |side: Side, all: &[Placed]| -> Vec<String> {
        all.iter().filter_map(|one| match_of(stage, pipeline, side, one)).collect()
    };
    let [left_values, right_values] = [matched(Side::Left, lefts), matched(Side::Right, rights)];
    let alone = |one: &[String], other: &[String]| one.iter().find(|value| !other.contains(value)).cloned();
    if let (Some(left), Some(right)) = (alone(&left_values, &right_values), alone(&right_values, &left_values)) {
        let [one, other] = [&pipeline.left, &pipeline.right].map(|kind| format!("{}.{}", kind.system, kind.name));
        return Err(format!(
            "`linked: true` pairs what matches, and a {one} of {left} and a {other} of {right} match nothing; \
             leave the match field out at one side, or give both the same"
        ));
    }
    for left in lefts {
        let value = match_of(stage, pipeline, Side::Left, left);
        let twin =
            rights.iter().find(|right| value.is_some() && match_of(stage, pipeline, Side::Right, right) == value);
        if let Some(right) = twin {
            settle(stage, pipeline, (left, right)).await?;
        }
    }
    Ok(())
}

fn match_of(stage: &Stage, pipeline: &Pipeline, side: Side, placed: &Placed) -> Option<String> {
    engine::match_value(&stage.plan, pipeline, side, &read(stage, placed))
}

fn read(stage: &Stage, placed: &Placed) -> Value {
    let peer = stage.wire.peer(&placed.account);
    peer.and_then(|peer| peer.whole(&placed.record, &placed.key)).unwrap_or_default()
}

/// The other side of a record, with nothing but what makes them match.
fn make_up(stage: &Stage, pipeline: &Pipeline, side: Side, one: &Placed) -> Result<Placed, String> {
    let kind = pipeline.record(side.other());
    let Some(account) = stage.plan.accounts_of(&kind.system).next().map(|account| account.name.clone()) else {
        return Err(format!("{} has no account", kind.system));
    };
    let mut fields = Record::new();
    if let Some(value) = match_of(stage, pipeline, side, one) {
        set_match(pipeline, side.other(), &mut fields, &value);
    }
    let key = super::given::put(
        stage,
        &TestRecord {
            account: account.clone(),
            record: Arc::clone(kind),
            fields: fields.clone(),
            span: Span::default(),
        },
    )?;
    Ok(Placed { account, record: kind.name.clone(), key, said: fields })
}

/// Whether the author wrote a field, or of a state that no field holds what it follows from.
fn is_said(kind: &RecordType, said: &Record, name: &str) -> bool {
    let made_by = kind.states.as_ref().filter(|states| states.is_derived() && states.field == name);
    let is_there = |field: &&Field| !field.path.read(&Value::Record(said.clone())).is_null();
    said.contains_key(name) || made_by.is_some_and(|states| states.read_by_rows(kind).iter().any(is_there))
}

/// Fills what nobody wrote, then links the two with what they hold as their base.
async fn settle(stage: &Stage, pipeline: &Pipeline, (left, right): (&Placed, &Placed)) -> Result<(), String> {
    for (side, target) in [(Side::Right, right), (Side::Left, left)] {
        let mut situation = situation(stage, (left, right), side.other());
        let fields = fill(stage, pipeline, side, &mut situation).await?;
        let own: Record =
            fields.into_iter().filter(|(name, _)| !is_said(pipeline.record(side), &target.said, name)).collect();
        lay(stage, target, &own)?;
    }
    let mut after = situation(stage, (left, right), Side::Left);
    let rules: Vec<String> = pipeline.rules.iter().map(|rule| rule.id.clone()).collect();
    let seen = Seen {
        side: Side::Right,
        sent: &Value::Null,
        rules: Some(&rules),
        partial: false,
        before: &Value::Null,
        touched: true,
    };
    let read = |situation: &Situation| {
        let context = Context::new(&stage.plan, pipeline, situation);
        for rule in &pipeline.rules {
            // Only what must be read is of interest here.
            let said = (raw(&context, rule, Side::Left), raw(&context, rule, Side::Right));
            let _ = (said, applies(&context, rule, None, &rule.line));
        }
        step(&context, ())
    };
    worked_out(stage, &mut after, read).await?;
    let base = engine::base_of(&stage.plan, pipeline, &after, &seen);
    let end = |one: &Placed| LinkEnd { account: one.account.clone(), id: one.key.clone() };
    let link = Link {
        pipeline: pipeline.name.clone(),
        left: end(left),
        right: end(right),
        since: stage.clock.now(),
        by_hand: false,
        base,
    };
    let settlement = Settlement { link: Some(link), ..Settlement::default() };
    stage.runtime.store.settle(settlement).await.map_err(|error| error.to_string())
}

fn situation(stage: &Stage, (left, right): (&Placed, &Placed), changed: Side) -> Situation {
    let settings = stage.runtime.live.load().pair_settings(&left.account, &right.account);
    Situation {
        left: Some(read(stage, left)),
        right: Some(read(stage, right)),
        base: Some(Base::new()),
        ..Situation::of(changed, [left.account.clone(), right.account.clone()], settings)
    }
}

/// What the rules ask of a side that is about to be created, as far as it can be worked out.
async fn fill(stage: &Stage, pipeline: &Pipeline, side: Side, situation: &mut Situation) -> Result<Record, String> {
    let fill = |situation: &Situation| {
        let context = Context::new(&stage.plan, pipeline, situation);
        let mut fields = Record::new();
        for rule in pipeline.rules.iter().filter(|rule| context.flows(rule, side)) {
            if let (Some(path), Some(value)) = (rule.path(side), asked(&context, rule, side)) {
                path.write(&mut fields, value);
            }
        }
        step(&context, fields)
    };
    Ok(worked_out(stage, situation, fill).await?.unwrap_or_default())
}

/// What came out, once nothing more is wanted, with what is to be made first.
fn step<Reached>(context: &Context<'_>, reached: Reached) -> Step<(Reached, Option<Effect>)> {
    if context.complete() { Step::Done((reached, context.to_make())) } else { Step::Need(context.wanted()) }
}

/// Works something out by what the peers of the test hold; what is to be made for it is put in place.
async fn worked_out<Reached: Send>(
    stage: &Stage,
    situation: &mut Situation,
    step: impl Fn(&Situation) -> Step<(Reached, Option<Effect>)> + Send + Sync,
) -> Result<Option<Reached>, String> {
    let answers = FromTrial { stage, live: stage.runtime.live.load_full() };
    for _ in 0..STEPS_MAX {
        let reached = reach(situation, &answers, &step).await.map_err(|trouble| trouble.to_string())?;
        let Some((reached, to_make)) = reached else { return Ok(None) };
        let Some(Effect::Make(making)) = to_make else { return Ok(Some(reached)) };
        put_in_place(stage, situation, making)?;
    }
    Ok(None)
}

/// Answers from the peers of a test.
struct FromTrial<'a> {
    stage: &'a Stage,
    live: Arc<Live>,
}

#[async_trait]
impl Answers for FromTrial<'_> {
    async fn answer(&self, want: &Want, _: &Situation) -> Result<Option<Found>, Trouble> {
        self.stage.runtime.answer(&self.live, want, None).await.map(Some)
    }
}

fn put_in_place(stage: &Stage, situation: &mut Situation, making: Making) -> Result<(), String> {
    let Making { record, fields, .. } = making;
    let peer = stage.wire.peer(&record.account);
    let held = peer.map(|mut peer| {
        peer.put(stage.clock.now(), &record.record, &fields)?;
        Ok::<_, String>(peer.whole(&record.record, &record.id))
    });
    let held = held.transpose()?.flatten().unwrap_or(Value::Record(fields));
    situation.made.insert(record, Made::There(held));
    Ok(())
}

fn asked(context: &Context<'_>, rule: &FieldRule, side: Side) -> Option<Value> {
    match &rule.body {
        RuleBody::List(list) => {
            let rows = engine::list_rule::desired(context, list, side, None).ok()?;
            Some(Value::List(rows.into_iter().map(Value::Record).collect()))
        }
        RuleBody::Value { .. } => {
            let source = raw(context, rule, side.other()).ok().filter(|value| !value.is_null())?;
            match wanted(context, rule, side, source, None) {
                Ok(Wanted::Value(value)) => Some(value),
                _ => None,
            }
        }
    }
}

/// Lays fields over a record, as the system itself would.
fn lay(stage: &Stage, target: &Placed, fields: &Record) -> Result<(), String> {
    let Some(mut peer) = stage.wire.peer(&target.account) else { return Ok(()) };
    let key = peer.system().records.get(&target.record).map(|record| record.key.clone()).unwrap_or_default();
    let Some(present) = peer.record(&target.record, &target.key).map(|row| row.field(&key).clone()) else {
        return Ok(());
    };
    if fields.is_empty() {
        return Ok(());
    }
    let mut fields = fields.clone();
    fields.insert(key, present);
    peer.put(stage.clock.now(), &target.record, &fields).map(|_| ())
}
