//! What is only told: writes that are kept back because the mode only observes or the sweep's brake counts first, and
//! what two records do not agree in.

use std::sync::atomic::Ordering;

use super::beforehand::rests_on_what_is_to_be_made;
use super::causes::Causes;
use super::make::beside;
use super::pairing::{Meeting, Pairing};
use crate::engine::{Decision, Effect, LeftAlone, Made, Making, Situation, Stop};
use crate::language::plan::{RuleLine, Side};
use crate::runtime::happening::{Change, Happening, held};
use crate::runtime::live::{Live, observes};
use crate::runtime::memory::brake;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{Link, RecordRef};
use crate::value::{Record, Value};

/// The code of a record whose counterpart is to be made and waits, because a rule says so.
const HELD_BY_RULE: &str = "held-by-rule";

impl Runtime {
    /// Whether nothing may be written now: the mode only observes, or the sweep's brake counts first.
    pub(crate) fn is_kept_back(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        situation: &Situation,
        (link, effect): (Option<&Link>, &Effect),
    ) -> Result<bool, Trouble> {
        if !effect.writes() {
            return Ok(false);
        }
        self.is_free(pairing, situation, effect)?;
        if !live.rehearses && (observes(&situation.settings) || rests_on_observed(live, situation, effect)) {
            change_of(pairing, situation, effect).into_iter().for_each(|change| self.tell(Happening::Observed(change)));
            return Ok(true);
        }
        if !self.is_permitted(pairing, situation, effect) {
            return Ok(true);
        }
        let held = pairing.braked
            && match (effect, link) {
                (Effect::Create { side, .. }, _) => {
                    let kind = pairing.pipeline.record(*side);
                    let kind =
                        brake::Kind::of(&live.settings(situation.account(*side)), situation.account(*side), &kind.name);
                    self.brake.holds_making(kind, &pairing.target(), pairing.sweep)
                }
                (Effect::Make(Making { record, .. }), _) => {
                    let kind = brake::Kind::of(&live.settings(&record.account), &record.account, &record.record);
                    self.brake.holds_beside(kind, &beside(record), pairing.sweep)
                }
                (Effect::Remove { side, .. }, _) => {
                    let kind = pairing.pipeline.record(*side);
                    let account = situation.account(*side);
                    let kind = brake::Kind::of(&live.settings(account), account, &kind.name);
                    self.brake.holds_removal(kind, &pairing.target(), pairing.sweep)
                }
                (_, Some(link)) => self.brake.holds(link.since, &pairing.target(), pairing.sweep),
                _ => false,
            };
        if held {
            self.brake.note_held(change_of(pairing, situation, effect));
        }
        if !held && rests_on_what_is_to_be_made(live, situation) {
            if self.brake.holds(jiff::Timestamp::MIN, &pairing.target(), pairing.sweep) {
                return Ok(true);
            }
            // The counterpart was held while the brake counted, and now it is not: it is looked for again.
            let reason = format!("{} waits for its counterparts to be made", pairing.target());
            return Err(Trouble::Later { reason, after: Some(std::time::Duration::ZERO) });
        }
        Ok(held)
    }

    /// Whether a plan that is carried out has this, or none is. What systems told of meanwhile is no part of it.
    fn is_permitted(&self, pairing: &Pairing<'_>, situation: &Situation, effect: &Effect) -> bool {
        let permit = self.permit.load_full().filter(|_| pairing.braked || !self.serving.load(Ordering::Acquire));
        permit.is_none_or(|permit| change_of(pairing, situation, effect).is_none_or(|change| permit.allows(&change)))
    }

    /// What is to be written waits, because a line of the rules says so. Who needs the counterpart waits with it.
    pub(crate) fn left_waiting(&self, pairing: &Pairing<'_>, situation: &Situation, line: &RuleLine) -> Meeting {
        let pipeline = pairing.pipeline.name.clone();
        let target = self.left_record(pairing, situation).unwrap_or_else(|| pairing.target());
        let message = format!("{target} waits as long as `hold when` of {pipeline} says so ({line})");
        self.tell(Happening::Waits { target, pipeline, line: line.to_string() });
        let stop = Stop::new(HELD_BY_RULE, "a rule has it wait", message, line);
        Meeting { stops: if pairing.demanded { vec![stop] } else { Vec::new() }, ..Meeting::default() }
    }

    /// What is left alone and what does not agree, where nothing is written any more.
    pub(crate) fn tell_of_end(&self, pairing: &Pairing<'_>, situation: &Situation, decision: &Decision) {
        if decision.effect.as_ref().is_none_or(|effect| !effect.writes()) {
            self.tell_left_alone(pairing, situation, decision);
            self.tell_disagreements(pairing, situation, decision);
        }
    }

    /// Told in the end only: what is still to be written may bring the two into step.
    pub(crate) fn tell_left_alone(&self, pairing: &Pairing<'_>, situation: &Situation, decision: &Decision) {
        // Under the pair's left record, so that it is told once whichever side is looked at.
        let left_record = self.left_record(pairing, situation);
        // That a value goes nowhere by a table, and that what it met does not go back by it either, is one thing.
        let said = |other: &&LeftAlone| {
            let same = |own: &LeftAlone| {
                own.side == Side::Left && own.group == other.group && own.line.file == other.line.file
            };
            let by_table = other.line.file != pairing.pipeline.match_line.file;
            other.side == Side::Right && by_table && decision.left_alone.iter().any(same)
        };
        for left in decision.left_alone.iter().filter(|left| !said(left)) {
            self.tell(Happening::LeftAlone {
                target: left_record.clone().unwrap_or_else(|| pairing.target()),
                pipeline: pairing.pipeline.name.clone(),
                group: left.group.clone(),
                value: left.value.clone(),
                because: left.because.clone(),
                line: left.line.to_string(),
            });
        }
    }

    pub(crate) fn tell_disagreements(&self, pairing: &Pairing<'_>, situation: &Situation, decision: &Decision) {
        let Some(target) = self.left_record(pairing, situation) else { return };
        for found in &decision.disagreements {
            self.tell(Happening::Disagrees {
                target: target.clone(),
                pipeline: pairing.pipeline.name.clone(),
                name: found.name.clone(),
                values: found.values.clone(),
                line: found.line.to_string(),
            });
        }
    }

    fn left_record(&self, pairing: &Pairing<'_>, situation: &Situation) -> Option<RecordRef> {
        let kind = &pairing.pipeline.left;
        let id = situation.left.as_ref().and_then(|left| kind.id_of(left))?;
        Some(RecordRef { account: situation.left_account.clone(), record: kind.name.clone(), id })
    }
}

/// What rests on a record that is only observed is only observed too, whatever the pair's own mode says.
fn rests_on_observed(live: &Live, situation: &Situation, effect: &Effect) -> bool {
    let withheld =
        situation.made.iter().filter(|(_, made)| matches!(made, Made::Withheld(_))).map(|(record, _)| record);
    let own = if let Effect::Make(making) = effect { Some(&making.record) } else { None };
    withheld.chain(own).any(|record| live.observes(&record.account))
}

/// What an effect would write: each field with what it holds now.
fn change_of(pairing: &Pairing<'_>, situation: &Situation, effect: &Effect) -> Option<Change> {
    if let Effect::Make(making) = effect {
        return Some(Change::of_made(pairing, making));
    }
    let fields = match effect {
        Effect::Create { fields, .. } | Effect::Update { fields, .. } => Value::Record(fields.clone()),
        Effect::Move { from, to, .. } => Value::Record(Record::from([
            ("from".to_owned(), Value::text(from.as_str())),
            ("to".to_owned(), Value::text(to.as_str())),
        ])),
        Effect::Link { .. } | Effect::Settle { .. } | Effect::Make(_) | Effect::Remove { .. } => Value::Null,
    };
    let (side, lines) = effect.outward()?;
    let kind = pairing.pipeline.record(side);
    let id = situation.record(side).and_then(|record| kind.id_of(record)).unwrap_or_default();
    let account = situation.account(side).to_owned();
    Some(Change {
        before: held(situation.record(side), &fields),
        causes: Causes::of((pairing.pipeline, situation), (side, &fields), lines),
        cause: pairing.target(),
        target: RecordRef { account, record: kind.name.clone(), id },
        pipeline: pairing.pipeline.name.clone(),
        action: effect.action().as_str(),
        fields,
        owner: pairing.pipeline.record(side.other()).system.clone(),
        lines: lines.iter().map(ToString::to_string).collect(),
    })
}
