//! A wrong link that a person takes back, and the right one that a person gives in its place.
//!
//! Both are one transaction, and what was remembered of the old pair goes with it: the next decision on each record is
//! made afresh. Knows no rule beyond who matches whom.

use jiff::Timestamp;

use super::crosswalk::MatchError;
use super::pairing::{Pairing, Seek, Sought};
use crate::engine::{Base, match_value};
use crate::language::plan::{Pipeline, Plan, Side};
use crate::runtime::live::Live;
use crate::runtime::meant::{Unmeant, counterparts, meant};
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{Hint, HintSource, HistoryEntry, Link, LinkEnd, RecordRef, Settlement, Store, StoreError};
use crate::value::Value;

/// What a person says of a link.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// The record, by its id or by what people call it.
    pub record: &'a str,
    /// Its counterpart, alike: the one that it has where the link is taken back, the right one where it is given one.
    /// None: the only one that it has.
    pub other: Option<&'a str>,
    /// Who says so.
    pub by: &'a str,
    /// Why; empty where it is not said.
    pub because: &'a str,
}

/// A record in a pipeline, with its links there.
struct Linked<'p> {
    pipeline: &'p Pipeline,
    side: Side,
    target: RecordRef,
    links: Vec<Link>,
}

/// What a relink comes to.
struct Relinking<'p> {
    linked: Linked<'p>,
    far: RecordRef,
    /// Whose link to the far record stands in the way, unless it is gone.
    holder: Option<(Link, RecordRef)>,
}

/// Takes a link back, as far as the store alone can tell.
///
/// # Errors
/// [`MatchError`] where there is no such link, or several are meant.
pub async fn unlink(plan: &Plan, store: &dyn Store, said: Said<'_>, now: Timestamp) -> Result<Link, MatchError> {
    let target = meant(plan, store, said.record).await?;
    let (linked, link) = wrong(plan, store, (&target, said.other)).await?;
    store.settle(linked.parted(said, (&link, now))).await?;
    Ok(link)
}

/// Gives a record another counterpart, as far as the store alone can tell.
///
/// # Errors
/// [`MatchError`] where there are no such records or the two do not go together.
pub async fn relink(plan: &Plan, store: &dyn Store, said: Said<'_>, now: Timestamp) -> Result<Link, MatchError> {
    let target = meant(plan, store, said.record).await?;
    let relinking = right(plan, store, (&target, said.other.unwrap_or_default())).await?;
    if let Some(link) = relinking.there() {
        return Ok(link.clone());
    }
    if let Some((_, holder)) = &relinking.holder {
        return Err(relinking.in_the_way(holder));
    }
    let link = relinking.link(now);
    store.settle(relinking.settled(said, now)).await?;
    Ok(link)
}

impl Runtime {
    /// Takes a link back, unless the rules would make the same again.
    ///
    /// # Errors
    /// As [`unlink`]; also where the two match.
    pub async fn unlink_named(&self, said: Said<'_>) -> Result<Link, MatchError> {
        let live = self.live.load_full();
        let target = meant(&live.plan, self.store.as_ref(), said.record).await?;
        let (linked, link) = wrong(&live.plan, self.store.as_ref(), (&target, said.other)).await?;
        let pairing = of_link(linked.pipeline, &link);
        let part = async {
            if let Some(why) = self.match_still(&live, &pairing, &link).await? {
                return Err(MatchError::Conflict(why));
            }
            self.store.settle(linked.parted(said, (&link, self.world.clock.now()))).await?;
            self.forget_links(&live, std::slice::from_ref(&link));
            Ok(())
        };
        self.in_turn_of(&live, &pairing, part).await?;
        tracing::info!(by = said.by, because = said.because, "taken back: the link of {target}");
        self.nudge();
        Ok(link)
    }

    /// Gives a record another counterpart, which was seen at its system.
    ///
    /// # Errors
    /// As [`relink`]; also where its system does not have the counterpart.
    pub async fn relink_named(&self, said: Said<'_>) -> Result<Link, MatchError> {
        let live = self.live.load_full();
        let target = meant(&live.plan, self.store.as_ref(), said.record).await?;
        let relinking = right(&live.plan, self.store.as_ref(), (&target, said.other.unwrap_or_default())).await?;
        if let Some(link) = relinking.there() {
            return Ok(link.clone());
        }
        for record in [&target, &relinking.far] {
            if self.read_record(&live, &record.account, &record.record, &record.id).await?.is_none() {
                return Err(MatchError::NotFound(format!("{} has no {} {}", record.account, record.record, record.id)));
            }
        }
        if let Some((_, holder)) = &relinking.holder
            && self.read_record(&live, &holder.account, &holder.record, &holder.id).await?.is_some()
        {
            return Err(relinking.in_the_way(holder));
        }
        let now = self.world.clock.now();
        let link = relinking.link(now);
        let pairing = of_link(relinking.linked.pipeline, &link);
        let old = relinking.old();
        let give = async {
            self.store.settle(relinking.settled(said, now)).await?;
            self.forget_links(&live, &old);
            Ok(())
        };
        self.in_turn_of(&live, &pairing, give).await?;
        tracing::info!(by = said.by, because = said.because, "linked by hand: {target} with {}", relinking.far);
        self.nudge();
        Ok(link)
    }

    /// Does something while nobody works on a pair.
    async fn in_turn_of(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        work: impl Future<Output = Result<(), MatchError>> + Send,
    ) -> Result<(), MatchError> {
        let whole = async {
            let kind = pairing.pipeline.record(pairing.side);
            let record = self.read_record(live, pairing.account, &kind.name, pairing.id).await?.unwrap_or_default();
            let (turn, _) = self.lock_pair(live, pairing, &record).await.map_err(Trouble::from)?;
            self.within(Some(turn), Box::pin(work)).await
        };
        self.locks.chained(Box::pin(whole)).await
    }

    /// Why the rules would link the two again; `None`: they would not.
    async fn match_still(&self, live: &Live, pairing: &Pairing<'_>, link: &Link) -> Result<Option<String>, MatchError> {
        let pipeline = pairing.pipeline;
        let [left, right] = pairing.ends(link);
        let mut values = Vec::new();
        for (side, end) in [(Side::Left, &left), (Side::Right, &right)] {
            let record = self.read_record(live, &end.account, &end.record, &end.id).await?;
            values.push(record.and_then(|record| match_value(&live.plan, pipeline, side, &record)));
        }
        let [Some(one), Some(other)] = values.as_slice() else { return Ok(None) };
        let line = &pipeline.match_line;
        let why = || {
            format!(
                "the rules match {left} and {right} by {one:?} ({line}), so that they would be linked again; change \
                 that at one of them, or name the right counterpart: petiole inbox relink {left} TARGET"
            )
        };
        Ok((one == other).then(why))
    }
}

impl Linked<'_> {
    fn far(&self, link: &Link) -> RecordRef {
        let end = if self.side == Side::Left { &link.right } else { &link.left };
        let record = self.pipeline.record(self.side.other()).name.clone();
        RecordRef { account: end.account.clone(), record, id: end.id.clone() }
    }

    /// That a link is no more.
    fn parted(&self, said: Said<'_>, (link, now): (&Link, Timestamp)) -> Settlement {
        let far = self.far(link);
        let what = format!("the link of {} with {far} was taken back by {}", self.target, who(said));
        let both = [self.target.clone(), far];
        Settlement {
            gives_way: vec![link.clone()],
            history: noted(&both, &what, now),
            hints: afresh(&both, (self.pipeline, self.side), now),
            ..Settlement::default()
        }
    }
}

impl Relinking<'_> {
    /// The link that it has in the same account.
    fn own(&self) -> Option<&Link> {
        self.linked.links.iter().find(|link| self.linked.far(link).account == self.far.account)
    }

    /// The link, where it is there already.
    fn there(&self) -> Option<&Link> {
        self.own().filter(|link| self.linked.far(link) == self.far)
    }

    fn old(&self) -> Vec<Link> {
        self.own().into_iter().chain(self.holder.as_ref().map(|(link, _)| link)).cloned().collect()
    }

    fn link(&self, now: Timestamp) -> Link {
        let end = |record: &RecordRef| LinkEnd { account: record.account.clone(), id: record.id.clone() };
        let (near, far) = (end(&self.linked.target), end(&self.far));
        let (left, right) = if self.linked.side == Side::Left { (near, far) } else { (far, near) };
        Link { pipeline: self.linked.pipeline.name.clone(), left, right, since: now, by_hand: true, base: Base::new() }
    }

    fn settled(&self, said: Said<'_>, now: Timestamp) -> Settlement {
        let old = self.old();
        let released: Vec<RecordRef> =
            old.iter().map(|link| self.linked.far(link)).filter(|far| *far != self.far).collect();
        let instead: Vec<String> = released.iter().map(|far| format!(", in the place of {far}")).collect();
        let (near, far) = (&self.linked.target, &self.far);
        let what = format!("linked {near} with {far} by {}{}", who(said), instead.concat());
        let all: Vec<RecordRef> = [near, far].into_iter().chain(&released).cloned().collect();
        Settlement {
            link: Some(self.link(now)),
            gives_way: old,
            history: noted(&all, &what, now),
            hints: afresh(&all, (self.linked.pipeline, self.linked.side), now),
            ..Settlement::default()
        }
    }

    fn in_the_way(&self, holder: &RecordRef) -> MatchError {
        MatchError::Conflict(format!(
            "{} is linked with {holder}; take that back first: petiole inbox unlink {holder}",
            self.far
        ))
    }
}

/// The pair of a link, seen from its left record.
fn of_link<'a>(pipeline: &'a Pipeline, link: &'a Link) -> Pairing<'a> {
    let (account, id, other) = (&link.left.account, &link.left.id, &link.right.account);
    Pairing::of_counterpart(Sought { pipeline, side: Side::Left, account, id, other }, Seek::default())
}

fn who(said: Said<'_>) -> String {
    let because = if said.because.is_empty() { String::new() } else { format!(", because {}", said.because) };
    format!("{}{because}", said.by)
}

fn noted(records: &[RecordRef], what: &str, now: Timestamp) -> Vec<HistoryEntry> {
    let entry = |target: &RecordRef| HistoryEntry {
        at: now,
        target: target.clone(),
        what: what.to_owned(),
        detail: Value::Null,
        lines: Vec::new(),
    };
    records.iter().map(entry).collect()
}

/// Each of these is looked at again; the first is of this side.
fn afresh(records: &[RecordRef], (pipeline, side): (&Pipeline, Side), now: Timestamp) -> Vec<Hint> {
    let [near, far] = [side, side.other()].map(|side| pipeline.record(side));
    let hint = |target: &RecordRef| Hint {
        at: now,
        source: HintSource::Retry,
        target: target.clone(),
        version: None,
        first: if target.record == near.name { near.first } else { far.first },
    };
    records.iter().map(hint).collect()
}

/// The pipelines of a record's kind, with its links in each.
async fn links<'p>(plan: &'p Plan, store: &dyn Store, target: &'p RecordRef) -> Result<Vec<Linked<'p>>, StoreError> {
    let system = plan.accounts.get(&target.account).map(|account| account.system.as_str()).unwrap_or_default();
    let end = LinkEnd { account: target.account.clone(), id: target.id.clone() };
    let mut found = Vec::new();
    for (pipeline, side) in plan.pipelines_of(system, &target.record) {
        let links = store.links(&pipeline.name, side == Side::Left, &end).await?;
        found.push(Linked { pipeline, side, target: target.clone(), links });
    }
    Ok(found)
}

/// The link that is to be taken back.
async fn wrong<'p>(
    plan: &'p Plan,
    store: &dyn Store,
    (target, other): (&'p RecordRef, Option<&str>),
) -> Result<(Linked<'p>, Link), MatchError> {
    let other = match other {
        Some(name) => Some((name, meant(plan, store, name).await.ok())),
        None => None,
    };
    let is_it = |far: &RecordRef| match &other {
        Some((name, found)) => far.id == *name || found.as_ref() == Some(far),
        None => true,
    };
    let mut found = Vec::new();
    for linked in links(plan, store, target).await? {
        let links: Vec<Link> = linked.links.iter().filter(|link| is_it(&linked.far(link))).cloned().collect();
        let of = |link: Link| {
            let Linked { pipeline, side, target, .. } = &linked;
            (Linked { pipeline, side: *side, target: target.clone(), links: Vec::new() }, link)
        };
        found.extend(links.into_iter().map(of));
    }
    if found.len() > 1 {
        let all: Vec<String> = found.iter().map(|(linked, link)| linked.far(link).to_string()).collect();
        let message = format!("{target} is linked with {}; name one of them behind it", all.join(", "));
        return Err(MatchError::Conflict(message));
    }
    let none = || match &other {
        Some((name, _)) => format!("{target} is not linked with {name}"),
        None => format!("{target} is linked with nothing"),
    };
    found.pop().ok_or_else(|| MatchError::NotFound(none()))
}

/// The counterpart that is named, and what is linked with either of the two.
async fn right<'p>(
    plan: &'p Plan,
    store: &dyn Store,
    (target, name): (&'p RecordRef, &str),
) -> Result<Relinking<'p>, MatchError> {
    let all = links(plan, store, target).await?;
    let mut named = Vec::new();
    let mut why = None;
    match meant(plan, store, name).await {
        Ok(found) => {
            // A number that both records of a pair bear means the one of them that can be the counterpart.
            let others = counterparts(plan, store, &found).await?;
            named.extend([found].into_iter().chain(others));
        }
        // What was never seen may still be there, with this key.
        Err(Unmeant::Nobody(words)) => {
            let fars = all.iter().flat_map(|linked| linked.links.iter().map(|link| linked.far(link)));
            named.extend(fars.map(|far| RecordRef { id: name.to_owned(), ..far }));
            why = Some(words);
        }
        Err(unmeant) => return Err(unmeant.into()),
    }
    let fits = |linked: &Linked<'_>, far: &RecordRef| {
        let kind = linked.pipeline.record(linked.side.other());
        let system = plan.accounts.get(&far.account).map(|account| &account.system);
        kind.name == far.record && system == Some(&kind.system) && far != target
    };
    let found = all.into_iter().find_map(|linked| {
        let far = named.iter().find(|far| fits(&linked, far)).cloned()?;
        Some((linked, far))
    });
    let Some((linked, far)) = found else {
        let kinds = format!("nothing that is called `{name}` can be the counterpart of {target}");
        return Err(MatchError::NotFound(why.unwrap_or(kinds)));
    };
    let mut holder = None;
    if linked.pipeline.shared != Some(linked.side.other()) {
        let end = LinkEnd { account: far.account.clone(), id: far.id.clone() };
        let links = store.links(&linked.pipeline.name, linked.side == Side::Right, &end).await?;
        let near = |link: &Link| if linked.side == Side::Left { link.left.clone() } else { link.right.clone() };
        let held = links.into_iter().find(|link| near(link).account == target.account && near(link).id != target.id);
        let record = |link: &Link| {
            let LinkEnd { account, id } = near(link);
            RecordRef { account, record: target.record.clone(), id }
        };
        holder = held.map(|link| (link.clone(), record(&link)));
    }
    Ok(Relinking { linked, far, holder })
}
