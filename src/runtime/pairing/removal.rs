//! Takes a record away whose counterpart is gone: intent before the call, and after it no link is left.
//!
//! That it is gone already is what was wanted. Where the answer is lost, it is read anew, and taken away once more if
//! it is still there: no call does that twice.

use super::act::{Acted, key_of};
use super::guard::guard;
use super::pairing::{Pairing, REFUSED};
use super::write::Write;
use crate::connector::Failure;
use crate::engine::{Decision, Effect, Situation, Stop};
use crate::language::plan::{RuleLine, Side};
use crate::runtime::happening::{Change, Happening};
use crate::runtime::live::Live;
use crate::runtime::memory::swept::Fresh;
use crate::runtime::pairing::causes::Causes;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::{Trouble, put_off};
use crate::store::{HintSource, HistoryEntry, Intent, IntentDraft, IntentState, Link, RecordRef, Settlement};
use crate::value::{Record, Value};

/// A record that its peer has no more.
struct Removed<'a> {
    situation: &'a Situation,
    intent: &'a Intent,
    side: Side,
    target: RecordRef,
    lines: &'a [RuleLine],
}

impl Runtime {
    /// Carries out that a record is taken away.
    ///
    /// # Errors
    /// [`Trouble`] where the peer or the store cannot go on now.
    pub(super) async fn remove(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        (situation, decision, effect): (&Situation, &Decision, &Effect),
    ) -> Result<Acted, Trouble> {
        let Some((side, lines)) = effect.outward() else { return Ok(Acted::Noted) };
        if let Some(stop) = guard(live, pairing, situation, effect) {
            self.journal_decision(live, pairing, situation, decision).await?;
            return Ok(Acted::Stopped(stop));
        }
        let (kind, account) = (pairing.pipeline.record(side), situation.account(side).to_owned());
        let Some(id) = key_of(pairing, situation, side) else {
            return Err(Trouble::Bug(format!("the {} of {account} that is to be taken away has no id", kind.name)));
        };
        let Some(peer) = live.writer(&account) else { return Err(Trouble::unknown(&format!("account {account}"))) };
        let fields = Value::Null;
        let write =
            Write { side, id: Some(id.clone()), fields, rules: None, lines, partial: false, decision, answer: None };
        let entry = Some(self.entry(live, pairing, situation, decision));
        let draft = IntentDraft { decision: entry, ..self.draft(live, pairing, (effect, &account), &write) };
        let intent = self.store.open_intent(draft, pairing.claim).await?;
        let target = RecordRef { account: account.clone(), record: kind.name.clone(), id: id.clone() };
        let _under_way = live.memory.own_writes.begin(target.clone());
        let present = situation.record(side).cloned().unwrap_or_default();
        match peer.remove(kind, &id, &present).await {
            Ok(()) | Err(Failure::Gone) => {
                let gone = Removed { situation, intent: &intent, side, target, lines };
                self.removed(live, pairing, gone).await?;
                Ok(Acted::Removed)
            }
            Err(failure) => {
                self.close(pairing.claim, (&intent, IntentState::Failed)).await?;
                let rule = lines.first().cloned().unwrap_or_default();
                match failure {
                    Failure::Refused { .. } | Failure::Unsupported { .. } => {
                        let text = format!("{account} did not remove the {}: {failure}", kind.name);
                        Ok(Acted::Stopped(Stop::new(REFUSED, "the peer refused it", text, &rule)))
                    }
                    Failure::Stale { .. } => Ok(Acted::Stale(side, format!("{account}: {failure}"))),
                    failure => Err(put_off(&account, &failure, false)),
                }
            }
        }
    }

    /// Settles intent and link in one transaction, and forgets what was known of the record.
    async fn removed(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        Removed { situation, intent, side, target, lines }: Removed<'_>,
    ) -> Result<(), Trouble> {
        let kind = pairing.pipeline.record(side);
        let gives_way: Vec<Link> = self.link_of(pairing).await?.into_iter().collect();
        let far = gives_way.first().map(|link| pairing.ends(link));
        let far = far.map(|[left, right]| if side == Side::Left { right } else { left });
        let told = |of: RecordRef| HistoryEntry {
            at: self.world.clock.now(),
            target: of,
            what: format!("removed {target}"),
            detail: Value::Null,
            lines: lines.iter().map(ToString::to_string).collect(),
        };
        let settlement = Settlement {
            claim: pairing.claim,
            intent: Some((intent.number, IntentState::Done)),
            history: [Some(target.clone()), far].into_iter().flatten().map(told).collect(),
            gives_way,
            hints: self.hint_of_new(live, pairing, (kind, &target)),
            ..Settlement::default()
        };
        self.settle_links(live, settlement).await?;
        self.note_lag(pairing, situation);
        live.memory.lost.set(pairing.key(), false);
        for live in [Some(live), self.newer(live).as_deref()].into_iter().flatten() {
            if let Some(search) = self.search(live, &target.account, &target.record) {
                live.memory.finder.lost(&search, &target.id).await;
                let gone = Fresh { account: &target.account, kind: search.kind, id: &target.id, record: None };
                live.memory.swept.wrote(&live.plan, gone, self.world.clock.steady());
            }
        }
        self.stir(live, (kind, &target), (None, HintSource::Made)).await?;
        self.nudge();
        let nothing = Value::Record(Record::new());
        self.tell(Happening::Written(Change {
            cause: pairing.target(),
            target,
            pipeline: pairing.pipeline.name.clone(),
            action: Effect::REMOVE,
            before: Value::Null,
            causes: Causes::of((pairing.pipeline, situation), (side, &nothing), lines),
            fields: nothing,
            owner: pairing.pipeline.record(side.other()).system.clone(),
            lines: lines.iter().map(ToString::to_string).collect(),
        }));
        Ok(())
    }
}
