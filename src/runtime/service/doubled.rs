//! Records of a folder whose key stands in several places of a file: nobody can tell which of them counts.
//!
//! A server keeps keys apart by itself; a file is written by hands and programs. Such records are told and left alone
//! until the file is mended. The file itself says in which lines they stand, where one is asked for.

use std::collections::{BTreeMap, BTreeSet};

use crate::connector::{Connector, Row};
use crate::language::plan::{Interest, RecordType};
use crate::runtime::live::Live;
use crate::runtime::memory::alarm::{Asked, DOUBLED_KEY, about};
use crate::runtime::runtime::Runtime;
use crate::world::TablePlace;

/// How many of them are asked for, so that their lines are known.
const SHOWN_MAX: usize = 5;

impl Runtime {
    /// Tells of the keys that several rows of a whole list have; these keys.
    pub(super) async fn tell_doubled(
        &self,
        (live, peer, kind): (&Live, &Connector, &RecordType),
        rows: &[Row],
    ) -> BTreeSet<String> {
        let is_worked_on = live.plan.interest(&kind.system, &kind.name) > Some(Interest::LookUp);
        if !is_worked_on || kind.grouped.is_some() || !TablePlace::is_folder(&peer.base_url()) {
            return BTreeSet::new();
        }
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for id in rows.iter().filter_map(|row| row.key(kind)) {
            let count = counts.entry(id).or_default();
            *count = count.saturating_add(1);
        }
        counts.retain(|_, count| *count > 1);
        let (account, mut wrong) = (peer.account(), Vec::new());
        for (at, (id, count)) in counts.iter().enumerate() {
            let place = if kind.read.is_some() && at < SHOWN_MAX {
                peer.read(kind, id).await.err().map(|failure| format!(": {failure}"))
            } else {
                None
            };
            let place = place.unwrap_or_default();
            let message = format!(
                "{account}.{}/{id} stands {count} times in the list, and nobody can tell which of them counts; it is \
                 left alone, mend it there{place}",
                kind.name
            );
            wrong.push((Asked::One(id.clone()), message));
        }
        self.alarms.heard(about(account, &kind.name, DOUBLED_KEY), wrong, |_| true, self.world.clock.now());
        counts.into_keys().collect()
    }
}
