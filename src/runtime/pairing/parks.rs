//! What a piece of work leaves for the inbox, as drafts.
//!
//! Pure. Who stops, and why, is told by others.

use crate::engine::{Stop, UNRELIABLE};
use crate::language::plan::{Pipeline, RuleLine};
use crate::store::{ParkDraft, RecordRef};
use crate::value::Value;

/// One park for the whole record before it is linked; afterwards one for each group, under the
/// pair's left record, so that the same cause is told once whichever side changed.
pub(crate) fn drafts(
    (target, pair): (&RecordRef, &RecordRef),
    pipeline: &Pipeline,
    stops: Vec<Stop>,
    values: &Value,
) -> Vec<ParkDraft> {
    let mut drafts: Vec<ParkDraft> = Vec::new();
    for stop in stops {
        match drafts.iter_mut().find(|draft| draft.group == stop.group) {
            Some(draft) => {
                if !draft.message.contains(&stop.message) {
                    draft.message = format!("{}; {}", draft.message, stop.message);
                }
                draft.waits.extend(stop.waits);
                draft.candidates.extend(stop.candidates);
                draft.shown.extend(stop.values);
                draft.unpaired = draft.unpaired.take().or(stop.unpaired);
            }
            None => drafts.push(ParkDraft {
                target: if stop.group.is_some() { pair.clone() } else { target.clone() },
                pipeline: pipeline.name.clone(),
                group: stop.group,
                reason: stop.reason,
                code: stop.code.to_string(),
                message: stop.message,
                rule: (stop.line.file.into(), stop.line.line),
                candidates: stop.candidates,
                waits: stop.waits,
                values: values.clone(),
                shown: stop.values,
                unpaired: stop.unpaired,
            }),
        }
    }
    drafts
}

/// A record with what its system file does not know.
pub(crate) fn undocumented(target: &RecordRef, pipeline: &Pipeline, misfit: &str) -> ParkDraft {
    let message = format!("{} sent {misfit}; add it to the system file if it is right", target.account);
    ParkDraft {
        reason: "the peer sent what its system file does not know".to_owned(),
        ..unreadable(target, pipeline, ("unexpected-value", &message))
    }
}

/// A record whose work ends by a fault of petiole's own each time.
pub(crate) fn fault_of_our_own(target: &RecordRef, pipeline: &Pipeline, message: &str) -> ParkDraft {
    ParkDraft {
        reason: "petiole itself fails at it".to_owned(),
        ..unreadable(target, pipeline, ("broke-off", message))
    }
}

/// A record that nothing can be decided on, because of what the peer shows.
pub(crate) fn unreadable(target: &RecordRef, pipeline: &Pipeline, (code, message): (&str, &str)) -> ParkDraft {
    let RuleLine { file, line } = pipeline.match_line.clone();
    ParkDraft {
        target: target.clone(),
        pipeline: pipeline.name.clone(),
        group: None,
        reason: UNRELIABLE.to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
        rule: (file.into(), line),
        candidates: Vec::new(),
        waits: Vec::new(),
        values: Value::Null,
        shown: Vec::new(),
        unpaired: None,
    }
}
