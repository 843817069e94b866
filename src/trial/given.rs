//! Puts the records of a test in place, and makes the change that it is about.

use std::time::Duration;

use super::in_step;
use super::placed::Placed;
use super::stage::Stage;
use crate::language::plan::Interest;
use crate::language::plan::test::{GoneRecord, RuleTest, TestRecord};
use crate::store::RecordRef;
use crate::value::Value;
use crate::world::Clock as _;

/// How much later than what is given the change comes.
const LATER: Duration = Duration::from_mins(1);

/// Puts everything in place that is given, linked and in step where the test says so.
pub(super) async fn place(stage: &Stage, test: &RuleTest) -> Result<Vec<Placed>, String> {
    let mut given: Vec<TestRecord> = test.given.clone();
    if test.linked {
        in_step::match_up(stage, &mut given)?;
    }
    let mut placed = Vec::new();
    for record in &given {
        let key = put(stage, record)?;
        placed.push(Placed {
            account: record.account.clone(),
            record: record.record.name.clone(),
            key,
            said: record.fields.clone(),
        });
    }
    if test.linked {
        in_step::link(stage, test, &mut placed).await?;
    }
    Ok(placed)
}

/// A person makes or changes a record; answers its key.
pub(super) fn put(stage: &Stage, record: &TestRecord) -> Result<String, String> {
    let Some(mut peer) = stage.wire.peer(&record.account) else {
        return Err(format!("there is no account {}", record.account));
    };
    let key = peer.put(stage.clock.now(), &record.record.name, &record.fields)?;
    Ok(key.to_key().unwrap_or_default())
}

/// Makes the change; answers the records that the runtime is told of.
pub(super) fn change(stage: &Stage, test: &RuleTest, placed: &[Placed]) -> Result<Vec<RecordRef>, String> {
    stage.clock.pass(LATER);
    if test.when.is_empty() && test.gone.is_empty() {
        // Nothing changes: what is given is looked at as on a first start.
        let worth = |one: &&Placed| {
            let system =
                stage.plan.accounts.get(&one.account).map(|account| account.system.clone()).unwrap_or_default();
            let interest = stage.plan.interest(&system, &one.record);
            interest == Some(Interest::Work) || test.linked && interest == Some(Interest::Linked)
        };
        return Ok(placed.iter().filter(worth).map(Placed::target).collect());
    }
    let mut changed = Vec::new();
    for change in &test.when {
        let mut change = change.clone();
        let only = placed.iter().find(|one| one.account == change.account && one.record == change.record.name);
        if let (false, Some(only)) = (change.fields.contains_key(&change.record.key), only) {
            change.fields.insert(change.record.key.clone(), key_of(stage, only));
        }
        let key = put(stage, &change)?;
        changed.push(RecordRef { account: change.account, record: change.record.name.clone(), id: key });
    }
    for gone in &test.gone {
        changed.push(take_away(stage, gone, placed)?);
    }
    Ok(changed)
}

/// A person takes a record away.
fn take_away(stage: &Stage, gone: &GoneRecord, placed: &[Placed]) -> Result<RecordRef, String> {
    let GoneRecord { account, record, .. } = gone;
    let keys = placed.iter().filter(|one| one.account == *account && one.record == record.name).map(|one| &one.key);
    let keys: Vec<&String> = keys.collect();
    let id = match (&gone.key, keys.as_slice()) {
        (Some(key), _) => key.clone(),
        (None, [only]) => (*only).clone(),
        (None, several) => {
            return Err(format!("{} {} records are there; `gone KEY` says which one goes", several.len(), record.name));
        }
    };
    let taken = stage.wire.peer(account).is_some_and(|mut peer| peer.take_away(stage.clock.now(), &record.name, &id));
    if taken {
        Ok(RecordRef { account: account.clone(), record: record.name.clone(), id })
    } else {
        Err(format!("{account} has no {} {id} that could be gone", record.name))
    }
}

/// The key of a placed record as its field holds it.
fn key_of(stage: &Stage, placed: &Placed) -> Value {
    let Some(peer) = stage.wire.peer(&placed.account) else { return Value::Null };
    let key = peer.system().records.get(&placed.record).map(|record| record.key.clone()).unwrap_or_default();
    peer.record(&placed.record, &placed.key).map(|row| row.field(&key).clone()).unwrap_or_default()
}
