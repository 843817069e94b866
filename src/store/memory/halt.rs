//! What a person has wait, and whose work waits for it.

use jiff::Timestamp;

use super::row::Told;
use super::state::State;
use super::telling::enqueue;
use crate::store::halts::{Halt, Lifted, Standing, goes_on_as};
use crate::store::journal::{Hint, HintSource, Work};
use crate::store::reach::Reach;

/// Has something wait.
pub(super) fn put(state: &mut State, halt: Halt) {
    let owes = state.halts.get(&halt.reach).is_some_and(|(_, owes)| *owes);
    state.halts.insert(halt.reach.clone(), (halt, owes));
}

/// All of it, oldest first.
pub(super) fn all(state: &State) -> Vec<Standing> {
    let told = |(reach, (halt, owes_sweep)): (&Reach, &(Halt, bool))| {
        let waiting = state.halted.keys().filter(|(of, _)| of == reach).count();
        let waiting = u64::try_from(waiting).unwrap_or(u64::MAX);
        Standing { halt: halt.clone(), waiting, owes_sweep: *owes_sweep }
    };
    let mut standing: Vec<Standing> = state.halts.iter().map(told).collect();
    standing.sort_by_key(|one| (one.halt.since, one.halt.reach.key()));
    standing
}

/// A piece of work waits from now on, or is pending again where the halt is over. Of what a sweep tells of more than
/// one record, the sweep comes again.
pub(super) fn keep(state: &mut State, reach: &Reach, work: &Work, now: Timestamp) {
    let told = state.work.get(&work.target).map(|row| row.told);
    let told = Told { hint: 0, source: work.source, since: work.since, first: told.is_some_and(|told| told.first) };
    let Some((_, owes)) = state.halts.get_mut(reach) else {
        return enqueue(state, Hint { at: told.since, ..hint(work, told) }, now);
    };
    if work.source == HintSource::Sweep && !matches!(reach, Reach::Record(_)) {
        *owes = true;
        return;
    }
    let place = (reach.clone(), work.target.clone());
    let joined = state.halted.get(&place).map_or(told, |before| before.and(told));
    state.halted.insert(place, joined);
}

fn hint(work: &Work, told: Told) -> Hint {
    Hint { at: told.since, source: told.source, target: work.target.clone(), version: None, first: told.first }
}

/// Ends halts: this one, or those whose time is over.
pub(super) fn lift(state: &mut State, reach: Option<&Reach>, now: Timestamp) -> Vec<Lifted> {
    let is_over = |halt: &Halt| match reach {
        Some(reach) => halt.reach == *reach,
        None => halt.until.is_some_and(|until| until <= now),
    };
    let over: Vec<(Reach, bool)> = state
        .halts
        .iter()
        .filter(|(_, (halt, _))| is_over(halt))
        .map(|(reach, (_, owes))| (reach.clone(), *owes))
        .collect();
    let mut lifted = Vec::new();
    for (reach, owes_sweep) in over {
        state.halts.remove(&reach);
        let waited: Vec<_> = state.halted.extract_if(.., |(of, _), _| *of == reach).collect();
        lifted.push(Lifted { reach, records: u64::try_from(waited.len()).unwrap_or(u64::MAX), owes_sweep });
        for ((_, target), Told { source, since, first, .. }) in waited {
            enqueue(state, Hint { at: since, source: goes_on_as(source), target, version: None, first }, now);
        }
    }
    lifted
}
