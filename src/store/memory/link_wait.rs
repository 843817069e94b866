//! Who was decided on for want of a link, and is looked at again once it is made.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::state::{Asking, State};
use super::telling::enqueue;
use crate::store::journal::{Hint, HintSource};
use crate::store::link::{Link, LinkEnd};
use crate::store::park::{Asked, LinkWait};
use crate::store::record::RecordRef;

/// Keeps what a record waits for, in the place of what it did. What was linked meanwhile makes it pending at once.
pub(super) fn keep(state: &mut State, asked: &Asked, now: Timestamp) {
    let Asked { pipeline, target, with, .. } = asked.clone();
    let asking = Asking { target, pipeline, with };
    state.waits.retain(|(_, known)| *known != asking);
    for wait in &asked.links {
        if is_linked(state, wait, &asking) {
            return enqueue(state, hint(asking.target, now), now);
        }
        state.waits.insert((wait.clone(), asking.clone()));
    }
}

/// A link is there: who waited for it is pending, except its own two records, which go on with it anyway.
pub(super) fn made(state: &mut State, link: &Link, now: Timestamp) {
    let is_end = |end: &LinkEnd, target: &RecordRef| end.account == target.account && end.id == target.id;
    let mut woken = BTreeSet::new();
    let mut waits = std::mem::take(&mut state.waits);
    for (left, own, other) in [(true, &link.left, &link.right), (false, &link.right, &link.left)] {
        let made = LinkWait { pipeline: link.pipeline.clone(), left, end: own.clone(), other: other.account.clone() };
        waits.retain(|(wait, Asking { target, pipeline, .. })| {
            let goes_on = *pipeline == link.pipeline && (is_end(&link.left, target) || is_end(&link.right, target));
            if *wait == made && !goes_on {
                woken.insert(target.clone());
            }
            *wait != made
        });
    }
    state.waits = waits;
    for target in woken {
        enqueue(state, hint(target, link.since), now);
    }
}

fn hint(target: RecordRef, at: Timestamp) -> Hint {
    Hint { at, source: HintSource::Made, target, version: None, first: false }
}

/// Whether a link is there that a record waits for. One of the record's own pair is none: it goes on with that anyway.
fn is_linked(state: &State, wait: &LinkWait, asking: &Asking) -> bool {
    let of_own = wait.pipeline == asking.pipeline;
    let is_own = |end: &LinkEnd| of_own && end.account == asking.target.account && end.id == asking.target.id;
    let answers = |link: &Link| {
        let (near, far) = if wait.left { (&link.left, &link.right) } else { (&link.right, &link.left) };
        link.pipeline == wait.pipeline && *near == wait.end && far.account == wait.other && !is_own(far)
    };
    !is_own(&wait.end) && state.links.values().any(answers)
}
