//! Links as effects leave them: new ones, and old ones that give way because a record of theirs is gone.
//!
//! Makes no call; knows no rule beyond the pipeline whose link it is.

use super::pairing::Pairing;
use crate::engine::{self, Base, Situation, Stop};
use crate::language::plan::Side;
use crate::runtime::coordination::turn::Turn;
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{HistoryEntry, Link, LinkEnd, Settlement};
use crate::value::Value;

/// The code of an answer that names a record which it cannot be about.
const ANSWER_OF_ANOTHER: &str = "answer-of-another";

impl Runtime {
    /// Two creates that are answered with one record are looked at one after the other.
    ///
    /// # Errors
    /// [`Trouble::Later`] where records wait for one another, or another process has the turn for long.
    pub(crate) async fn turn_of_made(
        &self,
        pairing: &Pairing<'_>,
        (account, side, made): (&str, Side, Option<&str>),
    ) -> Result<Option<Turn>, Trouble> {
        let Some(id) = made else { return Ok(None) };
        let name = format!("answered\u{1}{}\u{1}{account}\u{1}{id}", pairing.pipeline.name);
        let called = format!("{account}.{}/{id}", pairing.pipeline.record(side).name);
        let (turn, _) = self.turn(&name, &called).await?;
        Ok(Some(turn))
    }

    /// Nobody is linked with a record that was made just now: an answer that names one which another record is linked
    /// with is not believed. The create stays unsettled, so that its trace is looked for before it is made again.
    ///
    /// # Errors
    /// [`Trouble`] where a peer or the store cannot go on now.
    pub(crate) async fn is_anothers(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        (situation, side, made): (&Situation, Side, Option<&str>),
    ) -> Result<Option<Stop>, Trouble> {
        let Some(id) = made else { return Ok(None) };
        let (pipeline, account) = (pairing.pipeline, situation.account(side));
        let end = LinkEnd { account: account.to_owned(), id: id.to_owned() };
        let own = |link: &Link| if side == Side::Left { link.right.clone() } else { link.left.clone() };
        let is_own = |link: &Link| own(link).account == pairing.account && own(link).id == pairing.id;
        let links = self.store.links(&pipeline.name, side == Side::Left, &end).await?;
        let mut others = links.iter().filter(|link| !is_own(link));
        let Some(held) = others.next() else { return Ok(None) };
        let kind = pipeline.record(side);
        let elsewhere = [held].into_iter().chain(others).all(|link| own(link).account != pairing.account);
        if elsewhere || pipeline.shared == Some(side) {
            // Somebody who shares it, from another account too, may have found it before its own answer came.
            let found = self.read_record(live, account, &kind.name, id).await?;
            let value = |of: Side, record: &Value| engine::match_value(&live.plan, pipeline, of, record);
            let wanted = situation.record(side.other()).and_then(|record| value(side.other(), record));
            if found.and_then(|record| value(side, &record)) == wanted {
                return Ok(None);
            }
        }
        let [left, right] = pairing.ends(held);
        let holder = if side == Side::Left { right } else { left };
        let message = format!(
            "{account} answered that it created {} {id}, which is linked with {holder} already; what it made of {} is \
             looked for before it is made again",
            kind.name,
            pairing.target()
        );
        let reason = "the peer answered with another record";
        Ok(Some(Stop::new(ANSWER_OF_ANOTHER, reason, message, &pipeline.match_line)))
    }

    pub(crate) fn new_link(
        &self,
        pairing: &Pairing<'_>,
        left: (&str, &Value),
        right: (&str, &Value),
        base: Base,
    ) -> Result<Link, Trouble> {
        let end = |(account, key): (&str, &Value)| {
            let id = key.to_key().ok_or_else(|| Trouble::Bug(format!("a link has no key at {account}")))?;
            Ok::<_, Trouble>(LinkEnd { account: account.to_owned(), id })
        };
        Ok(Link {
            pipeline: pairing.pipeline.name.clone(),
            left: end(left)?,
            right: end(right)?,
            since: self.world.clock.now(),
            by_hand: false,
            base,
        })
    }

    /// The links that a new one takes the place of: the record's own to a counterpart that is gone, and that of a
    /// record that is gone to the same counterpart.
    pub(crate) async fn giving_way(
        &self,
        pairing: &Pairing<'_>,
        situation: &Situation,
        new: &Link,
    ) -> Result<Vec<Link>, Trouble> {
        let far = if pairing.side == Side::Left { &new.right } else { &new.left };
        let own_end = |link: &Link| if pairing.side == Side::Left { link.left.clone() } else { link.right.clone() };
        let mut old: Vec<Link> =
            self.link_of(pairing).await?.filter(|_| situation.gone.is_some()).into_iter().collect();
        if pairing.pipeline.shared != Some(pairing.side.other()) {
            // Where there is one, the decision has seen that its record is gone.
            let held = self.store.links(&pairing.pipeline.name, pairing.side != Side::Left, far).await?;
            let first = held.into_iter().find(|link| own_end(link).account == pairing.account);
            old.extend(first.filter(|link| own_end(link).id != own_end(new).id));
        }
        Ok(old)
    }

    /// Settles, and forgets what was known of links that are no more.
    pub(crate) async fn settle_links(&self, live: &Live, settlement: Settlement) -> Result<(), Trouble> {
        let old = settlement.gives_way.clone();
        self.store.settle(settlement).await?;
        self.forget_links(live, &old);
        Ok(())
    }

    /// What was known of links that are no more is no more, under newer rules either.
    pub(crate) fn forget_links(&self, live: &Live, old: &[Link]) {
        let newer = self.newer(live);
        for live in [Some(live), newer.as_deref()].into_iter().flatten() {
            old.iter().for_each(|link| live.memory.known_links.forget(link));
        }
    }

    pub(crate) fn gave_up(&self, pairing: &Pairing<'_>, old: &Link) -> HistoryEntry {
        let [left, right] = pairing.ends(old);
        HistoryEntry {
            at: self.world.clock.now(),
            target: pairing.target(),
            what: format!("the link of {left} with {right}, one of which is gone, gave way"),
            detail: Value::Null,
            lines: vec![pairing.pipeline.match_line.to_string()],
        }
    }

    /// The link after a write, and the one that gives way to it, which a new record's link does to that of one that
    /// is gone.
    pub(crate) async fn link_after(
        &self,
        pairing: &Pairing<'_>,
        (side, id, is_new): (Side, &str, bool),
        base: Base,
    ) -> Result<(Link, Vec<Link>), Trouble> {
        let old = self.link_of(pairing).await?;
        if let Some(link) = old.as_ref().filter(|_| !is_new) {
            return Ok((Link { base, ..link.clone() }, Vec::new()));
        }
        let (left_account, right_account) = pairing.accounts();
        let (own, new) = (Value::text(pairing.id), Value::text(id));
        let (left, right) = if side == Side::Right { (&own, &new) } else { (&new, &own) };
        let link = self.new_link(pairing, (left_account, left), (right_account, right), base)?;
        let other = |old: &Link| (&old.left, &old.right) != (&link.left, &link.right);
        let old = old.filter(other).into_iter().collect();
        Ok((link, old))
    }
}
