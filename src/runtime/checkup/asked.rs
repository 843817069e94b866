//! Asks an account's peer: of each kind that is used one small page, and one record by its key.
//!
//! Goes on where one kind fails, and stops where the next would fail alike: a peer that cannot be reached, that wants
//! silence, or that refuses the credentials.

use super::fields;
use super::kinds;
use super::look::{Look, Said};
use super::mended::{Spot, mend};
use super::signs;
use crate::connector::probe::Exchange;
use crate::connector::{Failure, Probe, Row};
use crate::language::plan::{Account, RecordType};
use crate::runtime::live::Live;
use crate::runtime::pairing::unreadable::without_key;
use crate::store::checkup::{Checked, Health};

/// Kinds of which a peer refuses to show anything before no more are asked for.
const REFUSALS_MAX: usize = 2;

/// Asks, and says what came.
pub(super) async fn ask(live: &Live, account: &Account) -> Vec<Checked> {
    let Some(peer) = live.peers.get(&account.name) else { return Vec::new() };
    let look = Look { live, account, probe: Probe::of(peer) };
    let mut said = Said::default();
    let mut goes_on = true;
    for kind in kinds::used(&live.plan, &account.system) {
        if goes_on {
            goes_on = look.at_kind(&kind, &mut said).await;
        } else {
            said.left.push(kind.name.clone());
        }
    }
    let exchanges = look.probe.exchanges();
    let mut checked = signs::of(&look, &said, &exchanges);
    checked.append(&mut said.records);
    // Where nothing could be sent at all, the reason is one and told already.
    checked.extend(said.unsent.into_iter().filter(|_| !exchanges.is_empty()));
    let mut left = said.left;
    if said.shown > 0 {
        checked.extend(said.refused.into_iter().map(|(_, told)| told));
    } else {
        // Whoever lets nobody in is told of once.
        left.splice(0..0, said.refused.into_iter().map(|(_, told)| told.what.into_owned()));
    }
    if !left.is_empty() {
        let seen = format!("not known after what failed: {}", left.join(", "));
        checked.push(Checked::ill("records", Health::Doubtful, seen, "mend what is wrong above, and ask again"));
    }
    checked
}

/// Rows of which none has the key, so that none of them can be told from the others.
fn nameless(kind: &RecordType, rows: &[&Row]) -> Option<Checked> {
    let first = rows.first()?;
    if kind.grouped.is_some() || rows.iter().any(|row| row.key(kind).is_some()) {
        return None;
    }
    let seen = without_key(kind, first);
    let mend = "correct `key`, or where that field stands (`at`), in the system file";
    Some(Checked::ill(kind.name.clone(), Health::Wrong, seen, mend))
}

impl Look<'_> {
    /// Whether the next kind is worth a call.
    async fn at_kind(&self, kind: &RecordType, said: &mut Said) -> bool {
        if Probe::listing(kind).is_none() {
            let seen = "its system file has no list of it; rules read it one by one";
            said.records.push(Checked::well(kind.name.clone(), seen));
            return true;
        }
        let page = match self.probe.first_page(kind).await {
            Ok(page) => page,
            Err(failure) => return self.failed((kind, "its list"), failure, said),
        };
        said.shown += 1;
        let rows: Vec<&Row> = page.rows.iter().collect();
        let listed = match (rows.len(), page.count) {
            (0, _) => "listed, and empty: of its fields nothing is known".to_owned(),
            (some, Some(all)) => format!("listed ({some} of {all})"),
            (some, None) => format!("listed ({some} on its first page)"),
        };
        let mut doubts = fields::doubts(self, kind, &rows);
        doubts.extend(nameless(kind, &rows));
        let key = page.rows.iter().find_map(|row| row.key(kind)).filter(|_| kind.read.is_some());
        match key {
            Some(key) => self.one(kind, &key, (listed, doubts), said).await,
            None => {
                said.records.push(Checked::well(kind.name.clone(), listed));
                said.records.extend(doubts);
                true
            }
        }
    }

    /// Reads one that the list showed. Whether the next kind is worth a call.
    async fn one(
        &self,
        kind: &RecordType,
        key: &str,
        (listed, mut doubts): (String, Vec<Checked>),
        said: &mut Said,
    ) -> bool {
        let read = self.probe.one(kind, key).await;
        let seen = match &read {
            Ok(Some(_)) => format!("{listed}, and one read by its key"),
            _ => listed,
        };
        said.records.push(Checked::well(kind.name.clone(), seen));
        let goes_on = match read {
            Ok(Some(row)) => {
                let more = fields::doubts(self, kind, &[&row]);
                doubts.extend(more.into_iter().filter(|one| !doubts.contains(one)).collect::<Vec<_>>());
                true
            }
            Ok(None) => {
                let lost = format!("its list shows {key}, and reading that by its key finds nothing");
                let mend = "correct the call `read` in the system file; if the record went just now, ask again";
                doubts.push(Checked::ill(kind.name.clone(), Health::Wrong, lost, mend));
                true
            }
            Err(failure) => self.failed((kind, "one by its key"), failure, said),
        };
        said.records.append(&mut doubts);
        goes_on
    }

    /// Notes what failed. Whether the next kind is worth a call.
    fn failed(&self, (kind, what): (&RecordType, &str), failure: Failure, said: &mut Said) -> bool {
        let exchanges = self.probe.exchanges();
        let last = exchanges.last();
        let is_web_page = said.shown == 0 && last.is_some_and(Exchange::is_web_page);
        // What is held back comes of what failed before.
        let is_held_back = matches!(&failure, Failure::Transient { status: None, retry_after: Some(_), .. });
        let is_dead = is_held_back || last.is_some_and(|one| one.answer.is_err()) || is_web_page;
        said.first.get_or_insert_with(|| failure.clone());
        if is_dead && said.shown == 0 {
            said.left.push(kind.name.clone());
            return false;
        }
        let spot = Spot { account: self.account, system: self.system(), last };
        let words = match failure {
            Failure::Unsupported { .. } => format!("{what} was not asked for: {failure}"),
            _ => format!("{what} cannot be read: {failure}"),
        };
        let health = if failure.is_throttled() { Health::Doubtful } else { Health::Wrong };
        let told = Checked::ill(kind.name.clone(), health, words, mend(&failure, &spot));
        let goes_on = !is_dead && !failure.is_throttled();
        if matches!(failure, Failure::Unauthorised { .. }) {
            said.refused.push((failure, told));
            return said.shown > 0 || said.refused.len() < REFUSALS_MAX;
        }
        match failure {
            Failure::Unsupported { .. } => said.unsent.push(told),
            _ => said.records.push(told),
        }
        goes_on
    }
}
