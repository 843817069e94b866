//! What a record waits for beside its parks: a person's word, another try, or that it changes again.

use serde_json::{Value as Json, json};

use super::Rules;
use crate::language::plan::RecordType;
use crate::store::{Reach, RecordRef, Standing, Store, StoreError};
use crate::value::timestamp::text;
use crate::view::told::counted;

/// Put-off work that is looked through for one record, what is tried next first.
const PUT_OFF_LOOKED_AT: usize = 1_000;

/// `held`, `retrying` and `dropped`, each with a sentence.
pub(super) async fn standing(
    store: &dyn Store,
    rules: &Rules<'_>,
    (target, kind): (&RecordRef, &RecordType),
) -> Result<Vec<Json>, StoreError> {
    let mut told = Vec::new();
    let pipelines = rules.plan.pipelines_of(&kind.system, &kind.name);
    let names: Vec<&str> = pipelines.into_iter().map(|(pipeline, _)| pipeline.name.as_str()).collect();
    let reaches = |reach: &Reach| match reach {
        Reach::Record(record) => record == target,
        Reach::Pipeline(name) => names.contains(&name.as_str()),
        Reach::Account(name) => *name == target.account,
    };
    let halts = store.halts().await?;
    told.extend(halts.iter().filter(|one| reaches(&one.halt.reach)).map(held));
    let put_off = store.put_off(PUT_OFF_LOOKED_AT).await?;
    told.extend(put_off.iter().filter(|one| one.target == *target).map(|one| {
        let words = format!("is tried again by itself, tried {}: {}", counted(one.attempts.into(), "time"), one.reason);
        json!({ "state": "retrying", "since": text(one.since), "text": words })
    }));
    let dropped = store.dropped().await?.into_iter().filter(|(record, _)| record == target);
    told.extend(dropped.map(|(_, pipeline)| {
        let words = format!("was dropped from the inbox (`{pipeline}`) until it changes again");
        json!({ "state": "dropped", "text": words })
    }));
    Ok(told)
}

fn held(one: &Standing) -> Json {
    let halt = &one.halt;
    let of = match &halt.reach {
        Reach::Record(_) => "it is".to_owned(),
        Reach::Pipeline(name) => format!("the pipeline `{name}` is"),
        Reach::Account(name) => format!("the account `{name}` is"),
    };
    let until = halt.until.map_or_else(|| "until a word".to_owned(), |until| format!("until {}", text(until)));
    let because = if halt.because.is_empty() { String::new() } else { format!(": {}", halt.because) };
    json!({
        "state": "held", "since": text(halt.since), "until": halt.until.map(text),
        "text": format!("waits, as {of} held {until}{because}"),
    })
}
