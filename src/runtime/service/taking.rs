//! A lost conflict the other way: which one a person means, and whether it can be taken.
//!
//! What was lost is looked for in the journalled decisions of the pair; ownership, and what the pair's base says of it
//! since, tell whether it may be had. The same over HTTP and on a store that no service has. Knows no HTTP.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::holding::Unheard;
use crate::engine::{Lost, base, taken};
use crate::language::plan::{Arrow, FieldRule, Owner, Pipeline, Plan, RuleBody, Side};
use crate::runtime::meant::near_names;
use crate::runtime::pairing::Pairing;
use crate::runtime::pairing::pairing::{Seek, Sought};
use crate::runtime::runtime::Runtime;
use crate::store::{
    DecisionEntry, Hint, HintSource, HistoryEntry, Link, LinkEnd, RecordRef, Settlement, Store, StoreError,
};
use crate::value::Value;
use crate::value::json::to_json;

/// Decisions on a record that are looked through for what was lost, newest first.
const LOOKED_THROUGH: usize = 500;

/// What a person says.
#[derive(Clone, Copy, Debug)]
pub struct Word<'a> {
    /// The group of fields.
    pub group: &'a str,
    /// Who says so.
    pub by: &'a str,
    /// Why; empty where it is not said.
    pub because: &'a str,
}

/// A lost conflict of a pair.
struct Conflict<'p> {
    pipeline: &'p Pipeline,
    link: Link,
    /// Each rule of the group that lost a value then, with that.
    lost: Vec<(&'p FieldRule, Lost)>,
    /// Whether the losing side has it back, or is about to.
    is_taken: bool,
}

/// Takes a lost conflict the other way, as far as the store alone can tell whether it may be.
///
/// # Errors
/// [`Unheard`].
pub async fn take(
    plan: &Plan,
    store: &dyn Store,
    (target, word): (&RecordRef, Word<'_>),
    now: Timestamp,
) -> Result<Json, Unheard> {
    let conflict = sought(plan, store, target, word.group).await?;
    if !conflict.is_taken {
        store.settle(conflict.noted(plan, word, now)).await?;
    }
    Ok(conflict.told(word.group))
}

impl Runtime {
    /// The same, after both records were looked at.
    ///
    /// # Errors
    /// [`Unheard`].
    pub async fn take_named(&self, record: &str, word: Word<'_>) -> Result<Json, Unheard> {
        let target = self.record_named(record).await?;
        let live = self.live.load_full();
        let conflict = sought(&live.plan, self.store.as_ref(), &target, word.group).await?;
        if !conflict.is_taken {
            let Link { left, right, .. } = &conflict.link;
            let sought = Sought {
                pipeline: conflict.pipeline,
                side: Side::Left,
                account: &left.account,
                id: &left.id,
                other: &right.account,
            };
            let pairing = Pairing { demanded: false, again: true, ..Pairing::of_counterpart(sought, Seek::default()) };
            let noted = (&conflict.link, conflict.noted(&live.plan, word, self.world.clock.now()));
            let noting = self.note_taken(&live, &pairing, noted).await;
            if let Err(why) = noting.map_err(|trouble| Unheard::Later(trouble.to_string()))? {
                return Err(Unheard::Refused(format!("nothing is taken: {why}")));
            }
            tracing::info!(by = word.by, because = word.because, "{} of {target} is taken the other way", word.group);
            self.nudge();
        }
        Ok(conflict.told(word.group))
    }
}

impl Conflict<'_> {
    fn ends(&self) -> [RecordRef; 2] {
        ends(self.pipeline, &self.link)
    }

    fn system(&self, side: Side) -> &str {
        &self.pipeline.record(side).system
    }

    /// What keeps it until it is written: base, history and work.
    fn noted(&self, plan: &Plan, word: Word<'_>, now: Timestamp) -> Settlement {
        let mut link = self.link.clone();
        let because = if word.because.is_empty() { String::new() } else { format!(", because {}", word.because) };
        let mut history = Vec::new();
        let [left, right] = self.ends();
        for (rule, lost) in &self.lost {
            taken::take(&mut link.base, rule, lost, word.by);
            let what = format!(
                "`{}` is taken the other way by {}{because}: {}'s {} is to stand, {} gives way",
                rule.group,
                word.by,
                self.system(lost.side),
                lost.value,
                lost.winner
            );
            history.extend([&left, &right].map(|target| HistoryEntry {
                at: now,
                target: target.clone(),
                what: what.clone(),
                detail: Value::Null,
                lines: vec![rule.line.to_string()],
            }));
        }
        let kind = self.pipeline.record(Side::Left);
        let first = plan.record(&kind.system, &kind.name).is_some_and(|kind| kind.first);
        let hints = vec![Hint { at: now, source: HintSource::Asked, target: left, version: None, first }];
        Settlement { link: Some(link), history, hints, ..Settlement::default() }
    }

    fn told(&self, group: &str) -> Json {
        let [left, right] = self.ends();
        let fields = self.lost.iter().map(|(rule, lost)| {
            json!({
                "rule": rule.line.to_string(), "system": self.system(lost.side),
                "value": to_json(&lost.value), "instead_of": to_json(&lost.winner),
            })
        });
        json!({
            "taken": group, "pipeline": self.pipeline.name, "left": left.to_string(), "right": right.to_string(),
            "fields": fields.collect::<Vec<_>>(), "already": self.is_taken,
        })
    }
}

/// The lost conflict of a record's group that can be taken.
async fn sought<'p>(
    plan: &'p Plan,
    store: &dyn Store,
    target: &'p RecordRef,
    group: &str,
) -> Result<Conflict<'p>, Unheard> {
    let system = plan.accounts.get(&target.account).map(|account| account.system.as_str()).unwrap_or_default();
    let pipelines: Vec<(&Pipeline, Side)> =
        plan.pipelines_of(system, &target.record).map(|(pipeline, side)| (pipeline.as_ref(), side)).collect();
    let has = |pipeline: &&(&Pipeline, Side)| pipeline.0.rules.iter().any(|rule| rule.group == group);
    let having: Vec<&(&Pipeline, Side)> = pipelines.iter().filter(has).collect();
    if having.is_empty() {
        return Err(Unheard::NotFound(no_group(group, &pipelines)));
    }
    let (mut found, mut why) = (Vec::new(), None);
    for &(pipeline, side) in having {
        let end = LinkEnd { account: target.account.clone(), id: target.id.clone() };
        let links = store.links(&pipeline.name, side == Side::Left, &end).await?;
        if let Some(words) = owned(plan, pipeline, group) {
            why = why.or(Some(words));
            continue;
        }
        for link in links {
            match conflict(store, pipeline, link, group).await? {
                Ok(conflict) => found.push(conflict),
                Err(words) => why = Some(words),
            }
        }
    }
    if found.len() > 1 {
        let pairs: Vec<String> =
            found.iter().flat_map(Conflict::ends).filter(|end| end != target).map(|end| end.to_string()).collect();
        let pairs = pairs.join(", ");
        return Err(Unheard::Refused(format!("`{group}` was lost to or by several; name one of them: {pairs}")));
    }
    let why = why.unwrap_or_else(|| format!("{target} has no counterpart"));
    found.pop().ok_or(Unheard::Refused(why))
}

fn no_group(group: &str, pipelines: &[(&Pipeline, Side)]) -> String {
    let mut groups: Vec<&str> =
        pipelines.iter().flat_map(|(pipeline, _)| &pipeline.rules).map(|rule| rule.group.as_str()).collect();
    groups.sort_unstable();
    groups.dedup();
    let near = near_names(group, groups.iter().copied());
    let near = if near.is_empty() { format!("; there are: {}", groups.join(", ")) } else { near };
    format!("no group of fields is called `{group}`{near}")
}

/// Why nothing of a group can be taken by anybody, as the rules alone say.
fn owned(plan: &Plan, pipeline: &Pipeline, group: &str) -> Option<String> {
    let rule = pipeline.rules.iter().find(|rule| rule.group == group)?;
    let owner = match &rule.owner {
        Owner::Both => None,
        Owner::System(name) => Some(name.clone()),
        Owner::Setting(_) => rule.owner.under(&plan.switches().as_written()).filter(|owner| owner != "both"),
    };
    if let Some(owner) = owner {
        let place = rule.owned_at.as_ref().map(|line| format!(" ({line}: {})", rule.owner.text())).unwrap_or_default();
        return Some(format!(
            "`{group}` of {} is {owner}'s alone{place}, whose value stands whatever the other side says; change it \
             there, or the line",
            pipeline.name
        ));
    }
    let goes_both_ways = pipeline.rules.iter().any(|rule| rule.group == group && may_lose(rule));
    (!goes_both_ways)
        .then(|| format!("no arrow of `{group}` goes both ways ({}), so nothing of it gives way", rule.line))
}

/// Whether a rule may have a value give way that can be given back.
fn may_lose(rule: &FieldRule) -> bool {
    rule.arrow == Arrow::Both && !rule.on_create && matches!(rule.body, RuleBody::Value { .. })
}

/// The last conflict of a linked pair that a group lost; a sentence where there is none to be taken.
async fn conflict<'p>(
    store: &dyn Store,
    pipeline: &'p Pipeline,
    link: Link,
    group: &str,
) -> Result<Result<Conflict<'p>, String>, StoreError> {
    let [left, right] = ends(pipeline, &link);
    let mut entries = store.decisions(Some(&left), None, LOOKED_THROUGH).await?;
    entries.extend(store.decisions(Some(&right), None, LOOKED_THROUGH).await?);
    entries.retain(|entry| is_about(pipeline, entry, &link));
    entries.sort_by_key(|entry| entry.at);
    let lost_in = |entry: &DecisionEntry| entry.outcome.lost.iter().any(|lost| lost.group == group);
    let Some(at) = entries.iter().rposition(lost_in) else {
        return Ok(Err(format!(
            "nothing of `{group}` gave way between {left} and {right}, as far as the journal reaches"
        )));
    };
    let then = entries.get(at).map(|entry| entry.outcome.lost.clone()).unwrap_or_default();
    let mut lost: Vec<(&FieldRule, Lost)> = Vec::new();
    for one in then.into_iter().filter(|one| one.group == group) {
        let Some(rule) = rule_of(pipeline, &one) else {
            return Ok(Err(format!("the rules have changed since `{group}` gave way")));
        };
        lost.push((rule, one));
    }
    let has_back = |(rule, lost): &(&FieldRule, Lost)| {
        let held = base::known(&link.base, rule).is_some_and(|known| *known.of(lost.side) == lost.value);
        held || taken::is_noted(&link.base, rule, lost.side)
    };
    let is_taken = lost.iter().all(has_back);
    lost.retain(|one| is_taken || !has_back(one));
    let later = entries.iter().skip(at.saturating_add(1));
    let bases: Vec<_> = later.filter_map(|entry| entry.situation.base.as_ref()).collect();
    let moved = lost.iter().find(|(rule, lost)| {
        let Some(now) = base::known(&link.base, rule) else { return true };
        let mut after =
            bases.iter().filter_map(|base| base::known(base, rule)).skip_while(|after| !stands(after, lost));
        !stands(&now, lost) || after.any(|after| !after.same(&now))
    });
    if let Some((rule, lost)) = moved.filter(|_| !is_taken) {
        let held = base::known(&link.base, rule);
        let of = |side: Side| held.as_ref().map(|held| held.of(side).to_string()).unwrap_or_default();
        let [one, other] = Side::BOTH.map(|side| format!("{} holds {}", pipeline.record(side).system, of(side)));
        let (gave, stayed) = (&lost.value, &lost.winner);
        return Ok(Err(format!("the pair has moved since {gave} gave way to {stayed}: {one}, and {other}")));
    }
    Ok(Ok(Conflict { pipeline, link, lost, is_taken }))
}

/// Whether both sides are as the conflict left them, as far as the side that won tells.
fn stands(known: &base::BaseValues, lost: &Lost) -> bool {
    *known.of(lost.side.other()) == lost.winner
}

/// The rule that lost a value: the one on its line, or where the lines have moved the only one of its group.
fn rule_of<'p>(pipeline: &'p Pipeline, lost: &Lost) -> Option<&'p FieldRule> {
    let rules: Vec<&FieldRule> =
        pipeline.rules.iter().filter(|rule| rule.group == lost.group && may_lose(rule)).collect();
    let on_line = rules.iter().copied().find(|rule| rule.line == lost.line);
    on_line.or(rules.first().copied().filter(|_| rules.len() == 1))
}

/// Whether a decision is about this pair.
fn is_about(pipeline: &Pipeline, entry: &DecisionEntry, link: &Link) -> bool {
    let is_end = |side: Side, end: &LinkEnd| {
        let id = entry.situation.record(side).and_then(|record| pipeline.record(side).id_of(record));
        entry.situation.account(side) == end.account && id.is_none_or(|id| id == end.id)
    };
    entry.pipeline == pipeline.name && is_end(Side::Left, &link.left) && is_end(Side::Right, &link.right)
}

fn ends(pipeline: &Pipeline, link: &Link) -> [RecordRef; 2] {
    [(Side::Left, &link.left), (Side::Right, &link.right)].map(|(side, end)| RecordRef {
        account: end.account.clone(),
        record: pipeline.record(side).name.clone(),
        id: end.id.clone(),
    })
}
