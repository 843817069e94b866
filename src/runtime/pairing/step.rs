//! One step of bringing a pair together: what a decision came to is carried out, unless something holds it back.

use tracing::Instrument as _;

use super::act::Acted;
use super::pairing::{Meeting, Pairing, REFUSED};
use super::repeat::{Repeats, fought};
use super::traced::of_effect;
use crate::engine::{Decision, Effect, Made, Makeable, Making, Reads, Situation, Stop};
use crate::language::plan::Side;
use crate::runtime::limits::STALE_MAX;
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::Link;
use crate::value::Value;

/// What a pair's coming together has met so far.
pub(crate) struct Course {
    /// As it stands now.
    pub situation: Situation,
    /// What a peer refused, and what lacks what it is made from.
    pub refused: Vec<Stop>,
    /// Whether something was kept back.
    pub kept_back: bool,
    /// Whether the counterparts that a refused write names were looked for.
    pub verified: bool,
    /// What was written so far.
    pub repeats: Repeats,
    /// How often a record was another than the one that was decided on.
    pub stale: u32,
}

impl Runtime {
    /// Carries out what a decision came to, unless something holds it back; a meeting where that is the end.
    pub(crate) async fn step(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        course: &mut Course,
        (link, decision): (Option<&Link>, &Decision),
    ) -> Result<Option<Meeting>, Trouble> {
        let Some(effect) = &decision.effect else { return Ok(None) };
        match self.holds_back(live, pairing, course, (link, decision)).await? {
            Some(end) => Ok(end),
            None => self.go_on(live, pairing, course, (decision, effect)).await,
        }
    }

    /// Whether something holds an effect back, which is then journalled by itself: the meeting with which that ends, if
    /// it does.
    async fn holds_back(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        course: &mut Course,
        (link, decision): (Option<&Link>, &Decision),
    ) -> Result<Option<Option<Meeting>>, Trouble> {
        let Some(effect) = &decision.effect else { return Ok(None) };
        if pairing.foretells {
            let stops = decision.stops.iter().cloned().chain(course.refused.drain(..)).collect();
            return Ok(Some(Some(Meeting { stops, to_make: true, ..Meeting::default() })));
        }
        if let Some(stop) = self.rivals(live, pairing, &course.situation, decision).await? {
            self.journal_decision(live, pairing, &course.situation, decision).await?;
            return Ok(Some(Some(Meeting { stops: vec![stop], ..Meeting::default() })));
        }
        let makes = matches!(effect, Effect::Create { .. }) || link.is_none() && matches!(effect, Effect::Make(_));
        if makes && !course.refused.is_empty() {
            // Nothing is made without what its groups are made from.
            self.journal_decision(live, pairing, &course.situation, decision).await?;
            let stops = course.refused.drain(..).map(|stop| Stop { group: None, ..stop }).collect();
            return Ok(Some(Some(Meeting { stops, ..Meeting::default() })));
        }
        let situation = &mut course.situation;
        if let (Some(line), true) = (&decision.waits, effect.groups().is_empty()) {
            self.journal_decision(live, pairing, situation, decision).await?;
            return Ok(Some(Some(self.left_waiting(pairing, situation, line))));
        }
        let waits = decision.waits.as_ref().map(|line| self.left_waiting(pairing, situation, line));
        if waits.is_some() || self.is_kept_back(live, pairing, situation, (link, effect))? {
            self.journal_decision(live, pairing, situation, decision).await?;
            if let Effect::Make(Making { record, fields, .. }) = effect {
                // What would be written with it is told, and held, in its turn.
                course.kept_back = true;
                situation.made.insert(record.clone(), Made::Withheld(Value::Record(fields.clone())));
                return Ok(Some(None));
            }
            let [_, ..] = effect.groups() else {
                let stops = decision.stops.clone();
                return Ok(Some(Some(Meeting { stops, to_make: true, ..Meeting::default() })));
            };
            course.kept_back = true;
            situation.held.extend(effect.groups().iter().cloned());
            return Ok(Some(None));
        }
        let mut before = self.refused_before(pairing, (link, situation), effect).await?;
        if before.is_empty() {
            before = fought(pairing, situation, effect);
            if !before.is_empty() && self.tries_anew(pairing, link).await? {
                before.clear();
            }
        }
        if before.is_empty() {
            before = course.repeats.stuck(pairing, effect);
        }
        if !before.is_empty() {
            self.journal_decision(live, pairing, situation, decision).await?;
            situation.held.extend(before.iter().filter_map(|stop| stop.group.clone()));
            course.refused.extend(before);
            return Ok(Some(None));
        }
        Ok(None)
    }

    /// Carries an effect out, and takes what came of it into the course.
    async fn go_on(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        course: &mut Course,
        (decision, effect): (&Decision, &Effect),
    ) -> Result<Option<Meeting>, Trouble> {
        let situation = &mut course.situation;
        let span = of_effect(pairing, effect);
        let acted = self.act(live, pairing, situation, (decision, effect)).instrument(span).await?;
        if let Effect::Make(Making { record, .. }) = effect {
            note_made(course, record, acted);
            return Ok(None);
        }
        if let Acted::Stale(side, why) = acted {
            course.repeats.take_back(effect);
            return self.look_anew(live, pairing, course, (side, why)).await;
        }
        if matches!(acted, Acted::Removed) {
            return Ok(Some(Meeting::default()));
        }
        let is_refused = matches!(&acted, Acted::Stopped(stop) if stop.code == REFUSED);
        if is_refused && !std::mem::replace(&mut course.verified, true) {
            // What it names may be gone, which a link does not tell.
            if self.look_for_counterparts(live, pairing, situation).await? {
                return Ok(None);
            }
        }
        if matches!(effect, Effect::Create { .. } | Effect::Link { .. }) {
            // Who is linked with whom is asked anew. Whatever else was read changes nothing by an own write.
            situation.reads = Reads::new();
        }
        if let Acted::Written(side, record) = acted {
            // What the peer holds now is what the next decision is made from, on whichever side.
            *situation.record_mut(side) = record;
        } else if let Acted::Stopped(stop) = acted {
            if effect.groups().is_empty() {
                return Ok(Some(Meeting { stops: vec![stop], ..Meeting::default() }));
            }
            course.refused.extend(hold(situation, effect, stop));
        }
        Ok(None)
    }
}

impl Runtime {
    /// Reads a side anew that is another by now, so that it is decided once more. A record that is another time after
    /// time is put off.
    async fn look_anew(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        course: &mut Course,
        (side, why): (Side, String),
    ) -> Result<Option<Meeting>, Trouble> {
        course.stale += 1;
        if course.stale > STALE_MAX {
            return Err(Trouble::Later { reason: why, after: None });
        }
        let situation = &mut course.situation;
        *situation.record_mut(side) = None;
        if side == pairing.side {
            let (found, lacks) = self.read_side(live, (pairing.pipeline, side), (pairing.account, pairing.id)).await?;
            let Some(found) = found else { return Ok(Some(Meeting::default())) };
            situation.held.extend(lacks.iter().filter_map(|stop| stop.group.clone()));
            course.refused.extend(lacks);
            *situation.record_mut(side) = Some(found);
        }
        Ok(None)
    }
}

/// Keeps what became of a record that was to be made. What needs it goes on without where it may not be.
fn note_made(course: &mut Course, record: &Makeable, acted: Acted) {
    let made = match acted {
        Acted::Made(made) => made,
        Acted::Stopped(stop) => {
            course.refused.push(stop);
            Made::Refused
        }
        Acted::Noted | Acted::Written(..) | Acted::Removed | Acted::Stale(..) => Made::Refused,
    };
    course.situation.made.insert(record.clone(), made);
}

/// Leaves a refused group alone from now on, so that it never holds up another; of several each is tried by itself.
fn hold(situation: &mut Situation, effect: &Effect, stop: Stop) -> Option<Stop> {
    let [group] = effect.groups() else {
        situation.apart = true;
        return None;
    };
    situation.held.insert(group.clone());
    Some(Stop { group: Some(group.clone()), ..stop })
}
