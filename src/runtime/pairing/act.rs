//! Carries out one effect: intent before the call, settlement after the answer.
//!
//! After a lost answer the create is not repeated until its trace was looked for, at once and
//! again when the system has had time to settle.

use std::time::Duration;

use jiff::Timestamp;

use super::after_write::base_after;
use super::causes::Causes;
use super::guard::guard;
use super::pairing::{Pairing, REFUSED};
use super::write::{Write, action_word, call, past};
use crate::connector::Failure;
use crate::engine::{self, Base, Decision, Disagreement, Effect, Lost, Made, Situation, Stop};
use crate::language::plan::{RecordType, Side};
use crate::runtime::happening::{Change, Happening, held, told_values};
use crate::runtime::limits::LISTING_AGE_MAX;
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::{Trouble, put_off};
use crate::store::{
    Claim, Hint, HintSource, HistoryEntry, Intent, IntentDraft, IntentState, Link, RecordRef, Settlement, StoreError,
};
use crate::value::{Record, Value, digest};
use crate::world::Planted;

/// How an effect ended.
pub enum Acted {
    /// Noted here; nothing went outside.
    Noted,
    /// Written on a side, which holds this now.
    Written(Side, Option<Value>),
    /// Taken away, and the link with it.
    Removed,
    /// A record that is needed beside the pair: what became of it.
    Made(Made),
    /// The peer refuses for good.
    Stopped(Stop),
    /// The record of a side is another by now than the one that was decided on, in the peer's words.
    Stale(Side, String),
}

impl Runtime {
    /// Carries out an effect.
    ///
    /// # Errors
    /// [`Trouble`] where the peer or the store cannot go on now.
    pub async fn act(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        situation: &Situation,
        (decision, effect): (&Decision, &Effect),
    ) -> Result<Acted, Trouble> {
        match effect {
            Effect::Link { left, right } => {
                let (left_account, right_account) = pairing.accounts();
                let link = self.new_link(pairing, (left_account, left), (right_account, right), Base::new())?;
                self.adopt(live, pairing, (situation, decision), link).await.map(|()| Acted::Noted)
            }
            Effect::Settle { base } => {
                self.remember(live, pairing, base.clone(), (situation, decision)).await.map(|()| Acted::Noted)
            }
            Effect::Make(making) => match guard(live, pairing, situation, effect) {
                Some(stop) => {
                    self.journal_decision(live, pairing, situation, decision).await?;
                    Ok(Acted::Stopped(stop))
                }
                None => {
                    let entry = self.entry(live, pairing, situation, decision);
                    self.make(live, pairing, making, entry).await.map(Acted::Made)
                }
            },
            Effect::Create { side, fields, lines } => {
                let fields = Value::Record(fields.clone());
                let write =
                    Write { side: *side, id: None, fields, rules: None, lines, partial: false, decision, answer: None };
                self.write(live, pairing, (situation, effect), write).await
            }
            Effect::Update { side, fields, rules, lines, .. } => {
                let id = key_of(pairing, situation, *side);
                let fields = Value::Record(fields.clone());
                let write = Write {
                    side: *side,
                    id,
                    fields,
                    rules: Some(rules),
                    lines,
                    partial: false,
                    decision,
                    answer: None,
                };
                self.write(live, pairing, (situation, effect), write).await
            }
            Effect::Remove { .. } => self.remove(live, pairing, (situation, decision, effect)).await,
            Effect::Move { side, from, to, goal, rule, lines, .. } => {
                let id = key_of(pairing, situation, *side);
                let fields = Value::Record(Record::from([
                    ("from".to_owned(), Value::text(from.as_str())),
                    ("to".to_owned(), Value::text(to.as_str())),
                ]));
                let rules = Some(std::slice::from_ref(rule));
                let partial = goal != to && !self.world.plants(Planted::Halfway);
                let write = Write { side: *side, id, fields, rules, lines, partial, decision, answer: None };
                self.write(live, pairing, (situation, effect), write).await
            }
        }
    }

    async fn adopt(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        (situation, decision): (&Situation, &Decision),
        link: Link,
    ) -> Result<(), Trouble> {
        let gives_way = self.giving_way(pairing, situation, &link).await?;
        let rule = pairing.pipeline.match_line.to_string();
        let [left, right] = pairing.ends(&link);
        let entry = HistoryEntry {
            at: self.world.clock.now(),
            target: pairing.target(),
            what: format!("linked {left} with {right}"),
            detail: Value::Null,
            lines: vec![rule.clone()],
        };
        let mut history = vec![entry];
        history.extend(gives_way.iter().map(|old| self.gave_up(pairing, old)));
        let claim = pairing.claim;
        let decision = Some(self.entry(live, pairing, situation, decision));
        let settlement =
            Settlement { claim, link: Some(link.clone()), gives_way, history, decision, ..Settlement::default() };
        self.settle_links(live, settlement).await?;
        self.nudge();
        self.tell(Happening::Linked { pipeline: pairing.pipeline.name.clone(), left, right, line: rule });
        Ok(())
    }

    /// Keeps the base, and in the record's history what does not agree.
    async fn remember(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        base: Base,
        (situation, decision): (&Situation, &Decision),
    ) -> Result<(), Trouble> {
        let Some(link) = self.link_of(pairing).await? else { return Ok(()) };
        let link = Link { base, ..link };
        let told = |found: &Disagreement| HistoryEntry {
            at: self.world.clock.now(),
            target: pairing.target(),
            what: format!("{} do not agree: {}", found.name, told_values(&found.values)),
            detail: Value::Null,
            lines: vec![found.line.to_string()],
        };
        let untaken = decision.untaken.iter().flat_map(|one| self.not_given_back(pairing, (&link, one)));
        let history = decision.disagreements.iter().map(told).chain(untaken).collect();
        let (claim, link) = (pairing.claim, Some(link));
        let decision = Some(self.entry(live, pairing, situation, decision));
        Ok(self.store.settle(Settlement { claim, link, history, decision, ..Settlement::default() }).await?)
    }

    /// Intent, call, settlement.
    async fn write(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        (situation, effect): (&Situation, &Effect),
        write: Write<'_>,
    ) -> Result<Acted, Trouble> {
        if let Some(stop) = guard(live, pairing, situation, effect) {
            self.journal_decision(live, pairing, situation, write.decision).await?;
            return Ok(Acted::Stopped(stop));
        }
        let side = write.side;
        let account = situation.account(write.side).to_owned();
        if !live.peers.contains_key(&account) {
            return Err(Trouble::unknown(&format!("account {account}")));
        }
        if write.id.is_none() && write.rules.is_some() {
            // Without an id it would go to the collection.
            let kind = &pairing.pipeline.record(side).name;
            return Err(Trouble::Bug(format!("the {kind} of {account} that is to be changed has no id")));
        }
        let decision = Some(self.entry(live, pairing, situation, write.decision));
        let draft = IntentDraft { decision, ..self.draft(live, pairing, (effect, &account), &write) };
        let intent = self.store.open_intent(draft, pairing.claim).await?;
        let target = |id: String| RecordRef { account: account.clone(), record: intent.draft.record.clone(), id };
        let _under_way = write.id.clone().map(|id| live.memory.own_writes.begin(target(id)));
        let mut called = call(live, pairing, situation, (effect, &write)).await;
        if called.is_err() && write.id.is_none() && self.world.plants(Planted::SentAgain) {
            called = call(live, pairing, situation, (effect, &write)).await;
        }
        let is_early = write.id.is_some() && self.world.plants(Planted::Early);
        if is_early && matches!(called, Err(Failure::Transient { .. })) {
            called = Ok(None);
        }
        match called {
            Ok(answer) => {
                let made = answer.as_ref().filter(|_| write.id.is_none());
                let made = made.and_then(|row| pairing.pipeline.record(side).id_of(&row.value));
                let turn = self.turn_of_made(pairing, (&account, side, made.as_deref())).await?;
                let settled = async {
                    if let Some(stop) = self.is_anothers(live, pairing, (situation, side, made.as_deref())).await? {
                        return Ok(Acted::Stopped(stop));
                    }
                    let after = self.written(live, pairing, situation, (&intent, Write { answer, ..write })).await?;
                    Ok(Acted::Written(side, after))
                };
                self.within(turn, Box::pin(settled)).await
            }
            Err(failure @ (Failure::Refused { .. } | Failure::Gone | Failure::Unsupported { .. })) => {
                self.close(pairing.claim, (&intent, IntentState::Failed)).await?;
                let rule = write.lines.first().cloned().unwrap_or_default();
                let kind = pairing.pipeline.record(write.side);
                let text = format!("{account} did not {} the {}: {failure}", effect.action(), kind.name);
                let once = write.rules.is_some_and(|ids| told_once(pairing, ids));
                Ok(Acted::Stopped(Stop { once, ..Stop::new(REFUSED, "the peer refused it", text, &rule) }))
            }
            Err(failure @ Failure::Stale { .. }) => {
                self.close(pairing.claim, (&intent, IntentState::Failed)).await?;
                Ok(Acted::Stale(side, format!("{account}: {failure}")))
            }
            Err(failure) => {
                let unseen = matches!(failure, Failure::Transient { maybe_done: true, .. })
                    && write.id.is_none()
                    && !self.world.plants(Planted::LostAnswer);
                if !unseen {
                    self.close(pairing.claim, (&intent, IntentState::Failed)).await?;
                }
                Err(put_off(&account, &failure, unseen))
            }
        }
    }

    pub(super) fn draft(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        (effect, account): (&Effect, &str),
        write: &Write<'_>,
    ) -> IntentDraft {
        let target = pairing.target();
        let key = Value::List(ecow::eco_vec![
            Value::text(pairing.pipeline.name.as_str()),
            Value::text(target.to_string()),
            Value::text(account),
            effect.to_value(),
        ]);
        IntentDraft {
            key: digest::of_value(&key),
            pipeline: pairing.pipeline.name.clone(),
            cause: target,
            account: account.to_owned(),
            record: pairing.pipeline.record(write.side).name.clone(),
            id: write.id.clone(),
            action: effect.action().as_str().to_owned(),
            fields: write.fields.clone(),
            lines: write.lines.iter().map(ToString::to_string).collect(),
            generation: live.generation,
            at: self.world.clock.now(),
            decision: None,
        }
    }

    /// Takes what the peer holds now, from its answer where that is the whole record, and settles intent, link and base
    /// in one transaction.
    async fn written(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        situation: &Situation,
        (intent, write): (&Intent, Write<'_>),
    ) -> Result<Option<Value>, Trouble> {
        let kind = pairing.pipeline.record(write.side);
        let account = situation.account(write.side);
        let id = write.id.clone().or_else(|| kind.id_of(&write.answer.as_ref()?.value));
        let Some(id) = id else {
            // Done, but the answer does not name the record: its trace is looked for.
            let reason = format!("{account} did not say which {} it created", kind.name);
            return Err(Trouble::Later { reason, after: Some(Duration::ZERO) });
        };
        let (after, lacks) = self.held_after(live, pairing, &write, (account, &id)).await?;
        let base = match write.id {
            // What a new record does not show is no base; the two then meet as any that exist already.
            None if !lacks.is_empty() => Base::new(),
            _ => base_after(live, pairing, situation, (&write, after.as_ref())),
        };
        let kept = engine::kept::news(pairing.pipeline, write.side, situation.base.as_ref(), &base);
        let (link, gives_way) = self.link_after(pairing, (write.side, &id, write.id.is_none()), base).await?;
        let target = RecordRef { account: account.to_owned(), record: kind.name.clone(), id };
        let lines: Vec<String> = write.lines.iter().map(ToString::to_string).collect();
        let (at, what) = (self.world.clock.now(), format!("{} {target}", past(&intent.draft.action)));
        let entry = |of: RecordRef| HistoryEntry {
            at,
            target: of,
            what: what.clone(),
            detail: write.fields.clone(),
            lines: lines.clone(),
        };
        let mut history = vec![entry(pairing.target())];
        if pairing.target() != target {
            history.push(entry(target.clone()));
        }
        history.extend(gives_way.iter().map(|old| self.gave_up(pairing, old)));
        history.extend(self.kept_otherwise(pairing, &target, &kept));
        history.extend(write.decision.lost.iter().flat_map(|lost| self.gave_way(pairing, (&link, lost))));
        let hints = if write.id.is_none() { self.hint_of_new(live, pairing, (kind, &target)) } else { Vec::new() };
        let intent_done = Some((intent.number, IntentState::Done));
        let (claim, kept) = (pairing.claim, Some(link.clone()));
        let settlement =
            Settlement { claim, intent: intent_done, link: kept, gives_way, history, hints, decision: None };
        self.settle_links(live, settlement).await?;
        self.note_lag(pairing, situation);
        for live in [Some(live), self.newer(live).as_deref()].into_iter().flatten() {
            self.remember_written(live, (&target, write.id.is_none()), after.as_ref()).await;
        }
        self.stir(live, (kind, &target), (after.as_ref(), HintSource::Made)).await?;
        let before = situation.record(write.side).filter(|_| write.id.is_some());
        self.note_own(live, (kind, &target), (before, after.as_ref()));
        if write.id.is_none() {
            self.nudge();
        } else if let Some(system) = live.plan.systems.get(&kind.system) {
            self.pacing.wrote(pairing.target(), self.world.clock.now(), system.limits.same_record);
        }
        self.tell(Happening::Written(Change {
            cause: pairing.target(),
            target,
            pipeline: pairing.pipeline.name.clone(),
            action: action_word(&intent.draft.action),
            before: held(situation.record(write.side), &write.fields),
            causes: Causes::of((pairing.pipeline, situation), (write.side, &write.fields), write.lines),
            fields: write.fields,
            owner: pairing.pipeline.record(write.side.other()).system.clone(),
            lines,
        }));
        Ok(after)
    }

    /// What was created just now may be work for other pipelines, which would learn of it from the next look only. The
    /// hint is durable with the settlement, so that nothing can come between.
    pub(super) fn hint_of_new(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        (kind, target): (&RecordType, &RecordRef),
    ) -> Vec<Hint> {
        let mut others = live.plan.pipelines_of(&kind.system, &kind.name);
        if !others.any(|(pipeline, _)| pipeline.name != pairing.pipeline.name) {
            return Vec::new();
        }
        let at = self.world.clock.now();
        vec![Hint { at, source: HintSource::Made, target: target.clone(), version: None, first: kind.first }]
    }

    /// A losing value stays readable in the history of both records, whichever of them was looked at first.
    fn gave_way(&self, pairing: &Pairing<'_>, (link, lost): (&Link, &Lost)) -> [HistoryEntry; 2] {
        let system = &pairing.pipeline.record(lost.side).system;
        self.tell(Happening::GaveWay {
            target: pairing.target(),
            pipeline: pairing.pipeline.name.clone(),
            group: lost.group.clone(),
            lost: lost.value.clone(),
            won: lost.winner.clone(),
            line: lost.line.to_string(),
        });
        let at = self.world.clock.now();
        pairing.ends(link).map(|target| HistoryEntry {
            at,
            target,
            what: format!("both sides changed `{}`: {system}'s {} gave way to {}", lost.group, lost.value, lost.winner),
            detail: lost.value.clone(),
            lines: vec![lost.line.to_string()],
        })
    }

    /// Closes creates whose answer never came: done where the pair is linked now or about to be
    /// adopted, and given up where a look that began once the system had time to settle found nothing. That time begins
    /// with the first look in vain, however long the call itself took: a peer may still be at it. A look before a
    /// restart is forgotten, and the time begins anew. `looked`: when the present look began.
    ///
    /// # Errors
    /// [`Trouble::Later`] while the trace may still appear.
    pub async fn settle_traces(
        &self,
        pairing: &Pairing<'_>,
        (unsettled, looked): (&[Intent], Timestamp),
        decision: &Decision,
        link: Option<&Link>,
    ) -> Result<(), Trouble> {
        if matches!(decision.effect, Some(Effect::Make(_))) {
            // Whether it is repeated is decided once that is there.
            return Ok(());
        }
        let found = link.is_some() || matches!(decision.effect, Some(Effect::Link { .. }));
        for intent in unsettled {
            let repeats = matches!(decision.effect, Some(Effect::Create { .. }));
            let system = &pairing.pipeline.record(pairing.side.other()).system;
            let wait = if repeats && !found { self.time_to_settle(system, (intent, looked)) } else { Duration::ZERO };
            if found {
                let hints = self.trace_found(pairing, (decision, link));
                self.traces.forget(intent.number);
                let intent = Some((intent.number, IntentState::Done));
                self.settle_open(Settlement { claim: pairing.claim, intent, hints, ..Settlement::default() }).await?;
                self.nudge();
            } else if !wait.is_zero() {
                let reason = format!("{} may still show up at {}", intent.draft.record, intent.draft.account);
                return Err(Trouble::Later { reason, after: Some(wait) });
            } else {
                self.close(pairing.claim, (intent, IntentState::Failed)).await?;
            }
        }
        Ok(())
    }

    /// A create of which nobody saw the answer made a record that is news for other pipelines, too.
    fn trace_found(&self, pairing: &Pairing<'_>, (decision, link): (&Decision, Option<&Link>)) -> Vec<Hint> {
        let other = pairing.side.other();
        let adopted = match &decision.effect {
            Some(Effect::Link { left, right }) => if other == Side::Left { left } else { right }.to_key(),
            _ => None,
        };
        let linked = link.map(|link| if other == Side::Left { &link.left.id } else { &link.right.id }.clone());
        let kind = pairing.pipeline.record(other);
        let target = |id| RecordRef { account: pairing.other.to_owned(), record: kind.name.clone(), id };
        let found = linked.or(adopted).map(target);
        found.map(|found| self.hint_of_new(&self.live.load(), pairing, (kind, &found))).unwrap_or_default()
    }

    /// How long until a look counts as the second one; zero for one that does.
    pub(crate) fn time_to_settle(&self, system: &str, (intent, looked): (&Intent, Timestamp)) -> Duration {
        if self.world.plants(Planted::SecondLook) {
            return Duration::ZERO;
        }
        let live = self.live.load();
        // What a reload took away has as long as a listing may be old.
        let settle = live.plan.systems.get(system).map_or(LISTING_AGE_MAX, |system| system.settle_after);
        let first = self.traces.first_look(intent.number, self.world.clock.steady());
        settle.saturating_sub(looked.duration_since(first).try_into().unwrap_or_default())
    }

    pub(crate) async fn close(
        &self,
        claim: Option<Claim>,
        (intent, state): (&Intent, IntentState),
    ) -> Result<(), Trouble> {
        let settlement = Settlement { claim, intent: Some((intent.number, state)), ..Settlement::default() };
        self.settle_open(settlement).await?;
        self.traces.forget(intent.number);
        Ok(())
    }

    /// Settles what is known of an intent. Where another look found out first, it is settled already, and so is all
    /// that goes with it.
    async fn settle_open(&self, settlement: Settlement) -> Result<(), Trouble> {
        match self.store.settle(settlement).await {
            Ok(()) | Err(StoreError::Conflict(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

pub(super) fn key_of(pairing: &Pairing<'_>, situation: &Situation, side: Side) -> Option<String> {
    situation.record(side).and_then(|record| pairing.pipeline.record(side).id_of(record))
}

/// Whether all these rules say that a refusal is told once for all records.
fn told_once(pairing: &Pairing<'_>, ids: &[String]) -> bool {
    let once = |id: &String| pairing.pipeline.rules.iter().any(|rule| rule.id == *id && rule.reported_once);
    !ids.is_empty() && ids.iter().all(once)
}
