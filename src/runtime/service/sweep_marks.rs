//! What the store keeps of sweeps: when the last one of each sort began, and how it ended.
//!
//! Whoever asked for it, so that restarts neither skip nor repeat one.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{Lead, Ledger, Store, StoreError};
use crate::value::timestamp;

/// Under which name the store keeps when sweeps were. No account is called so.
pub(super) const KEPT: &str = "*";

/// What is kept of sweeps: when the last one of each sort began.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mark {
    /// Any.
    Begun,
    /// One that was made to its end.
    Whole,
    /// One that the brake stopped.
    Braked,
    /// None yet: the rules asked for one.
    Owed,
}

impl Mark {
    fn name(self) -> &'static str {
        match self {
            Self::Begun => "sweep",
            Self::Whole => "sweep-whole",
            Self::Braked => "sweep-braked",
            Self::Owed => "sweep-owed",
        }
    }
}

/// The state of a sweep that is under way or broke off.
const NOT_ENDED: &str = "not ended";

/// The state of a sweep that its brake stopped.
pub(crate) const HELD_BACK: &str = "held back";

/// Whether there was a sweep, and the last one came to its end or was stopped by its brake. One that broke off, with
/// the process or because a peer was down, left its brake behind, and nobody knows what it did not see.
pub(crate) async fn is_ended(runtime: &Runtime) -> Result<bool, Trouble> {
    let last = LastSweep::of(runtime.store.as_ref()).await?;
    Ok(last.is_some_and(|last| last.state != NOT_ENDED))
}

/// Whether a look for changes would not see all there is to do: nothing was ever compared whole, something is or was
/// only observed, or the brake holds something.
///
/// # Errors
/// [`Trouble::Store`] where the store cannot be read.
pub(crate) async fn is_owed(runtime: &Runtime) -> Result<bool, Trouble> {
    let live = runtime.live.load_full();
    let whole = last(runtime, Mark::Whole).await?;
    let first = !is_ended(runtime).await?;
    let braked = last(runtime, Mark::Braked).await?.is_some_and(|braked| whole.is_none_or(|whole| braked > whole));
    let owed = last(runtime, Mark::Owed).await? > whole;
    Ok(first || braked || owed || !live.observing().is_empty() || runtime.observed_since(&live, whole).await?)
}

/// Keeps that a sweep is to come.
pub(crate) async fn note_owed(runtime: &Runtime, at: Timestamp) -> Result<(), Trouble> {
    Ok(note_owed_in(runtime.store.as_ref(), at).await?)
}

/// The same, in a store that no service may have.
pub(crate) async fn note_owed_in(store: &dyn Store, at: Timestamp) -> Result<(), StoreError> {
    store.mark(KEPT, Mark::Owed.name(), at, None).await
}

/// Keeps that a sweep began or how it ended, whoever asked for it: as the one who sweeps.
pub(crate) async fn note(runtime: &Runtime, mark: Mark, at: Timestamp, lead: &Lead) -> Result<(), Trouble> {
    Ok(runtime.store.mark(KEPT, mark.name(), at, Some(lead)).await?)
}

/// Keeps how a sweep ended, together with where it found every record.
pub(crate) async fn end(runtime: &Runtime, mark: Mark, ledger: &Ledger, lead: &Lead) -> Result<(), Trouble> {
    Ok(runtime.store.set_ledger(ledger.clone(), (KEPT, mark.name()), Some(lead)).await?)
}

/// When the last sweep of a sort began.
pub(crate) async fn last(runtime: &Runtime, mark: Mark) -> Result<Option<Timestamp>, Trouble> {
    Ok(kept(runtime.store.as_ref(), mark).await?)
}

async fn kept(store: &dyn Store, mark: Mark) -> Result<Option<Timestamp>, StoreError> {
    store.cursor(KEPT, mark.name()).await
}

/// When the last sweep began that came to its end.
///
/// # Errors
/// Where the store cannot be read.
pub async fn last_whole(store: &dyn Store) -> Result<Option<Timestamp>, StoreError> {
    kept(store, Mark::Whole).await
}

/// The last sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastSweep {
    /// When it began.
    pub at: Timestamp,
    /// `done`, `held back` by the brake, or `not ended`: under way, or broken off.
    pub state: &'static str,
}

impl LastSweep {
    /// What the store knows of it; none was ever begun.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn of(store: &dyn Store) -> Result<Option<Self>, StoreError> {
        let Some(at) = kept(store, Mark::Begun).await? else { return Ok(None) };
        let (whole, braked) = (kept(store, Mark::Whole).await?, kept(store, Mark::Braked).await?);
        let state = match (whole == Some(at), braked == Some(at)) {
            (true, _) => "done",
            (_, true) => HELD_BACK,
            _ => NOT_ENDED,
        };
        Ok(Some(Self { at, state }))
    }

    /// As JSON.
    pub fn to_json(self) -> Json {
        json!({ "at": timestamp::text(self.at), "state": self.state })
    }
}
