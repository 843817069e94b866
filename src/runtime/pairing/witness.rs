//! Asks other records for a field that one lacks, and keeps what was learned of fields in the store.
//!
//! Whether a field was renamed or only has no value in one record, other records of the same peer tell: a few that
//! showed it are read again. What comes of that is remembered, so that steady work costs no such call.

use crate::connector::Row;
use crate::language::plan::RecordType;
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::runtime::trouble::later;

impl Runtime {
    /// Reads others that showed what this record lacks, where nobody knows yet whether it is left out when it is empty.
    ///
    /// # Errors
    /// [`Trouble`] where the peer cannot be read.
    pub(crate) async fn ask_witnesses(
        &self,
        live: &Live,
        kind: &RecordType,
        (account, row): (&str, &Row),
    ) -> Result<(), Trouble> {
        let now = self.world.clock.steady();
        let (doubtful, witnesses) = live.needed.doubts(account, kind, row, now);
        let Some(peer) = live.peers.get(account).filter(|_| kind.read.is_some() && !doubtful.is_empty()) else {
            return Ok(());
        };
        let shown = live.needed.shown();
        for id in witnesses {
            let other = peer.read(kind, &id).await.map_err(|failure| later(account, &failure))?;
            shown.testify((account, kind), &doubtful, (&id, other.as_ref()));
        }
        shown.judge((account, kind), &doubtful, now);
        Ok(())
    }

    /// Does work that learns of fields, with what was learned before, and keeps what is new.
    ///
    /// # Errors
    /// [`Trouble::Store`] where the store cannot be read or written.
    pub(crate) async fn learning<T>(&self, live: &Live, work: impl Future<Output = T>) -> Result<T, Trouble> {
        self.recall_fields(live).await?;
        let done = work.await;
        self.keep_fields(live).await?;
        Ok(done)
    }

    /// Takes over what was learned of fields before this process began.
    ///
    /// # Errors
    /// [`Trouble::Store`] where the store cannot be read.
    pub(crate) async fn recall_fields(&self, live: &Live) -> Result<(), Trouble> {
        let recall = || async { self.store.seen_fields().await.map(|kept| live.needed.shown().recall(kept)) };
        self.recalled.get_or_try_init(recall).await?;
        Ok(())
    }

    /// Keeps what was learned of fields since this was last asked.
    ///
    /// # Errors
    /// [`Trouble::Store`] where the store cannot be written.
    pub(crate) async fn keep_fields(&self, live: &Live) -> Result<(), Trouble> {
        let shown = live.needed.shown();
        let news = shown.news();
        if news.is_empty() {
            return Ok(());
        }
        let kept = self.store.note_fields(news.clone()).await;
        if kept.is_err() {
            shown.untold(news);
        }
        Ok(kept?)
    }
}
