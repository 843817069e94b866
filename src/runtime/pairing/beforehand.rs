//! Nothing half-written: before anything is made for a record that has no counterpart yet, whether the record itself
//! can be written at all. What would be made for it counts as there while that is decided.
//!
//! Writes nothing. Where nothing would have to be made, this is the decision itself.

use super::answers::FromPeers;
use super::bring_together::reach;
use super::pairing::Pairing;
use crate::engine::{Deciding, Decision, Effect, Found, Made, Makeable, Making, Situation, Step, Stop, Want};
use crate::language::plan::RecordType;
use crate::runtime::limits::STEPS_MAX;
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::value::Value;

/// What stands in the place of what is not there yet.
struct StandIns {
    keys: Vec<Want>,
    made: Vec<Makeable>,
}

impl Runtime {
    /// The decision on a record without a counterpart, where nothing has to be made for it or it stops all the same.
    /// `None`: what it needs is to be made first.
    ///
    /// # Errors
    /// [`Trouble`] where a peer or the store cannot be read.
    pub(super) async fn beforehand(
        &self,
        (live, pairing): (&Live, &Pairing<'_>),
        situation: &mut Situation,
        (deciding, unseen): (&mut Deciding<'_>, Option<jiff::Timestamp>),
    ) -> Result<Option<Box<Decision>>, Trouble> {
        if situation.base.is_some() || pairing.foretells {
            return Ok(None);
        }
        let looking = Pairing { foretells: true, ..pairing.clone() };
        let answers = FromPeers { runtime: self, live, pairing: &looking, unseen };
        let mut made = Vec::new();
        for _ in 0..STEPS_MAX {
            let own = &mut *deciding;
            let Some(decision) = reach(situation, &answers, move |situation| own.round(situation)).await? else {
                break;
            };
            if let Some(Effect::Make(Making { record, fields, .. })) = &decision.effect {
                situation.made.insert(record.clone(), Made::Withheld(Value::Record(fields.clone())));
                made.push(record.clone());
                continue;
            }
            let stand_ins = StandIns { keys: keys(live, situation), made };
            let rests = !stand_ins.keys.is_empty() || !stand_ins.made.is_empty();
            let stops = || stops_anyway(deciding, situation, (&stand_ins, &decision.stops));
            if !rests || decision.effect.is_none() && !asks_of_links(situation) && stops() {
                return Ok(Some(decision));
            }
            made = stand_ins.made;
            break;
        }
        for want in keys(live, situation) {
            situation.reads.remove(&want);
        }
        // What is brought over is linked with it.
        situation.reads.retain(|want, _| !matches!(want, Want::Linked { .. }));
        made.iter().for_each(|record| _ = situation.made.remove(record));
        Ok(None)
    }
}

/// Whether something was decided by a link that is not there: it may be made with what is brought over.
fn asks_of_links(situation: &Situation) -> bool {
    let mut reads = situation.reads.iter();
    reads.any(|(want, found)| matches!(want, Want::Linked { .. }) && !matches!(found, Found::Key(_)))
}

/// The counterparts that are to be made.
fn keys(live: &Live, situation: &Situation) -> Vec<Want> {
    let reads = situation.reads.iter().filter(|(want, found)| is_to_be_made(live, want, found));
    reads.map(|(want, _)| want.clone()).collect()
}

/// Whether one of the stops stands as well if nothing of what would be made is there: then it is not about that.
fn stops_anyway(deciding: &Deciding<'_>, situation: &Situation, (not_there, stops): (&StandIns, &[Stop])) -> bool {
    let mut without = situation.clone();
    for want in &not_there.keys {
        let nothing = Found::Nothing {
            code: "missing-counterpart".into(),
            message: "it is to be made".to_owned(),
            waits: Vec::new(),
            candidates: Vec::new(),
        };
        without.reads.insert(want.clone(), nothing);
    }
    for record in &not_there.made {
        without.made.insert(record.clone(), Made::Refused);
    }
    let Step::Done(decision) = deciding.round(&without) else { return false };
    let same = |one: &Stop| {
        decision.stops.iter().any(|other| {
            (&one.code, &one.group, &one.message, &one.line) == (&other.code, &other.group, &other.message, &other.line)
        })
    };
    stops.iter().any(same)
}

/// Stands for the key of a record that is to be made, but not now; nothing that rests on it is ever written.
pub(super) fn to_be_made(kind: &RecordType) -> Value {
    Value::text(format!("(the new {})", kind.name))
}

/// Whether what was read for a decision holds a record that is not there yet, or its key.
pub(crate) fn rests_on_what_is_to_be_made(live: &Live, situation: &Situation) -> bool {
    let withheld = situation.made.values().any(|made| matches!(made, Made::Withheld(_)));
    withheld || situation.reads.iter().any(|(want, found)| is_to_be_made(live, want, found))
}

/// Whether an answer stands for a counterpart that is to be made.
fn is_to_be_made(live: &Live, want: &Want, found: &Found) -> bool {
    let (Want::Counterpart { pipeline, side, .. }, Found::Key(key)) = (want, found) else { return false };
    live.plan.pipelines.get(pipeline).is_some_and(|via| *key == to_be_made(via.record(side.other())))
}
