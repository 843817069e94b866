//! What is remembered of records: what was written, read and listed, in kept listings and in those of a sweep.
//!
//! A record that can only be listed is looked at in its kept listing, which may not be older than what told of its
//! change.

use jiff::Timestamp;

use crate::language::plan::RecordType;
use crate::runtime::live::Live;
use crate::runtime::memory::search::Search;
use crate::runtime::memory::swept::Fresh;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{RecordRef, Role};
use crate::value::Value;

impl Runtime {
    /// What was written is so under these rules, too: who looks for the same thing next finds it, however young the
    /// listing is.
    pub(super) async fn remember_written(
        &self,
        live: &Live,
        (target, is_new): (&RecordRef, bool),
        after: Option<&Value>,
    ) {
        let Some(search) = self.search(live, &target.account, &target.record) else { return };
        // A record that can only be listed is known by its list alone, which is older than what was written.
        if let Some(record) = after.filter(|_| is_new || search.kind.read.is_none()) {
            live.memory.finder.saw(&search, record).await;
        }
        let written = Fresh { account: &target.account, kind: search.kind, id: &target.id, record: after };
        live.memory.swept.wrote(&live.plan, written, self.world.clock.steady());
    }

    /// What was read is so, too; `began`: when that was read alone, and is not from a listing.
    pub(super) async fn remember_read(
        &self,
        live: &Live,
        (search, id): (&Search<'_>, &str),
        record: &Value,
        began: Option<Timestamp>,
    ) {
        live.memory.finder.saw(search, record).await;
        if let Some(began) = began {
            let read = Fresh { account: search.account, kind: search.kind, id, record: Some(record) };
            live.memory.swept.saw(&live.plan, read, began);
        }
    }

    /// What a look for changes listed is so, too.
    pub(crate) async fn remember_listed(&self, live: &Live, (account, kind): (&str, &RecordType), records: &[Value]) {
        if let Some(search) = self.search(live, account, &kind.name).filter(|search| is_only_listed(search.kind)) {
            live.memory.finder.compare(&search, records).await;
        }
    }

    /// Reads the listing of a record that can only be listed anew, unless it is younger than `began`. Not where a look
    /// of this process alone tells of changes: that compared the listing. `told`: somebody else told of this one.
    ///
    /// # Errors
    /// [`Trouble`] where the peer cannot be read.
    pub(super) async fn renew_listed(
        &self,
        live: &Live,
        search: &Search<'_>,
        (began, told): (Timestamp, bool),
    ) -> Result<(), Trouble> {
        let rules = search.plan.systems.get(&search.kind.system).and_then(|system| system.webhook.as_ref());
        let is_told = told || rules.is_some_and(|rules| rules.records.iter().any(|one| one.record == search.kind.name));
        let looks = self.membership.keeps(&Role::Poll(search.account.to_owned()));
        if is_only_listed(search.kind) && (is_told || !looks) {
            live.memory.finder.renew(search, began).await?;
        }
        Ok(())
    }
}

/// Whether the kept listing is all that shows a record.
fn is_only_listed(kind: &RecordType) -> bool {
    kind.read.is_none() && (kind.grouped.is_none() || !kind.find.contains_key(&kind.key))
}
