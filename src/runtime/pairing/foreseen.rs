//! What the decision on a group will be weighed against, read before the group itself.
//!
//! What is summed has to be read after what it is weighed against, and is read anyway when its change is told. Which
//! other reads a decision will ask for shows on a group that has nothing in it yet: they are answered first, and the
//! group is then read once. What is foreseen is only ever a help: whatever is wrong, the decision asks for by itself.

use std::collections::BTreeMap;

use super::how::{How, pairing};
use super::pairing::{Foreseen, Pairing};
use crate::connector::Row;
use crate::engine::{Found, Situation, Step, Want};
use crate::language::plan::{Interest, Pipeline, RecordType, Side};
use crate::runtime::limits::READ_ROUNDS_MAX;
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{LinkEnd, RecordRef};
use crate::value::{Kind, Path, Record, Value};

/// The same of all pairs of a record, by pipeline and other account.
pub(crate) type AllForeseen = BTreeMap<(String, String), Foreseen>;

/// The linked record of the other side, and what was seen of it on the way.
struct Ahead<'a> {
    far: &'a RecordType,
    end: &'a LinkEnd,
    found: Option<Value>,
}

impl Runtime {
    /// Reads what the decisions on a group's linked pairs will be weighed against.
    ///
    /// # Errors
    /// [`Trouble::Store`] where the store failed; a peer's trouble is met again by the decision itself.
    pub(super) async fn foresee(
        &self,
        live: &Live,
        (kind, target): (&RecordType, &RecordRef),
        (pipelines, how): (&[(&Pipeline, Side)], How),
    ) -> Result<AllForeseen, Trouble> {
        let mut all = AllForeseen::new();
        if kind.grouped.is_none() {
            return Ok(all);
        }
        for (pipeline, side) in pipelines {
            let far = pipeline.record(side.other());
            if live.plan.interest_of(pipeline, *side) != Interest::Work || far.read.is_none() || far.grouped.is_some() {
                continue;
            }
            for other in live.plan.accounts_of(&far.system) {
                let pairing = pairing(pipeline, *side, target, (&other.name, how));
                if live.memory.rested.is_dealt_with(&pairing.key(), pairing.told) {
                    continue;
                }
                match self.foresee_pair(live, &pairing).await {
                    Ok(Some(foreseen)) => {
                        all.insert((pipeline.name.clone(), other.name.clone()), foreseen);
                    }
                    Ok(None) => {}
                    Err(Trouble::Later { .. } | Trouble::Unreadable { .. } | Trouble::Bug(_) | Trouble::Held(_)) => {}
                    Err(trouble @ Trouble::Store(_)) => return Err(trouble),
                }
            }
        }
        Ok(all)
    }

    async fn foresee_pair(&self, live: &Live, pairing: &Pairing<'_>) -> Result<Option<Foreseen>, Trouble> {
        let Some(link) = self.link_of(pairing).await?.filter(|link| !link.base.is_empty()) else { return Ok(None) };
        let other = pairing.side.other();
        let end = if other == Side::Left { &link.left } else { &link.right };
        let (own, far) = (pairing.pipeline.record(pairing.side), pairing.pipeline.record(other));
        let mut situation = self.situation(live, pairing, blank(own, pairing.id));
        *situation.record_mut(other) = Some(blank(far, &end.id));
        situation.base = Some(link.base.clone());
        let mut ahead = Ahead { far, end, found: None };
        let deciding = live.deciding(pairing.pipeline, pairing.accounts());
        for _ in 0..READ_ROUNDS_MAX {
            let Step::Need(wants) = deciding.round(&situation) else { break };
            if !self.answer_ahead(live, pairing, &mut situation, (wants, &mut ahead)).await? {
                break;
            }
        }
        Ok(Some(Foreseen { reads: situation.reads, other: ahead.found }))
    }

    /// Answers what reads records and makes none. False: there was something else, which the decision asks for itself.
    async fn answer_ahead(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        situation: &mut Situation,
        (wants, ahead): (Vec<Want>, &mut Ahead<'_>),
    ) -> Result<bool, Trouble> {
        let mut all = true;
        for want in wants {
            let found = match &want {
                Want::Find { account, record, field, value } => {
                    let Some(search) = self.search(live, account, record) else { continue };
                    let rows = self.look_up(live, search.kind, (account, field, value)).await?;
                    if (account, record) == (&ahead.end.account, &ahead.far.name) {
                        let shown = rows.iter().find(|row| is_it(live, (ahead.far, ahead.end), row));
                        ahead.found = shown.map(|row| row.value.clone());
                    }
                    Found::Records(rows.into_iter().map(|row| row.value).collect())
                }
                Want::List { .. } => self.answer(live, &want, Some(self.world.clock.now())).await?,
                Want::Linked { .. } => self.answer_for(live, pairing, &want, None).await?,
                _ => {
                    all = false;
                    continue;
                }
            };
            situation.reads.insert(want, found);
        }
        Ok(all)
    }
}

/// Whether a row is the record at an end of a link, as its own call would show it.
fn is_it(live: &Live, (kind, end): (&RecordType, &LinkEnd), row: &Row) -> bool {
    kind.id_of(&row.value).as_ref() == Some(&end.id) && live.shows_whole((&end.account, kind), row)
}

/// A record, or a group of one, of which nothing is known but its key: numbers are none, all else is empty.
fn blank(kind: &RecordType, id: &str) -> Value {
    let mut record = Record::new();
    for field in &kind.fields {
        if matches!(field.kind, Kind::Decimal | Kind::Integer) {
            field.path.write(&mut record, Value::Integer(0));
        }
    }
    Path::field(kind.key.as_str()).write(&mut record, super::reads::key_value(kind, id.to_owned()));
    let record = Value::Record(record);
    if kind.grouped.is_some() { Value::List(ecow::eco_vec![record]) } else { record }
}
