//! Everything of one store into another: in which order, and whether all of it came.
//!
//! Knows no engine. The one that is copied stays as it is; the other is marked until everything is there, so that a
//! copy that breaks off can only be begun anew, never served.

use tokio::sync::mpsc;

use super::error::StoreError;
use super::moving::{Carried, Moving, Shelf};

/// Batches that wait for the other store.
const BATCHES_AHEAD: usize = 4;

/// How many pieces of a kind were copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The kind.
    pub shelf: Shelf,
    /// How many.
    pub pieces: u64,
}

/// Copies everything, and tells after each batch how far it is: the kind, how many of it are there and how many there
/// will be.
///
/// # Errors
/// Any of either store; [`StoreError::Conflict`] where the other one holds something already, or holds another number
/// of a kind in the end.
pub async fn copy(
    from: &dyn Moving,
    to: &dyn Moving,
    mut told: impl FnMut(Shelf, u64, u64),
) -> Result<Vec<Copied>, StoreError> {
    to.begin_intake().await?;
    let mut copied = Vec::new();
    for shelf in Shelf::ALL {
        let all = from.holds_of(shelf).await?;
        let (sender, mut pieces) = mpsc::channel::<Vec<Carried>>(BATCHES_AHEAD);
        let take = async {
            let mut taken = 0;
            while let Some(batch) = pieces.recv().await {
                taken += u64::try_from(batch.len()).unwrap_or(u64::MAX);
                to.take_in(batch).await?;
                told(shelf, taken, all);
            }
            // Who hands over ends, too, where nobody takes.
            drop(pieces);
            Ok(())
        };
        tokio::try_join!(from.hand_over(shelf, sender), take)?;
        copied.push(Copied { shelf, pieces: all });
    }
    for Copied { shelf, pieces } in &copied {
        let there = to.holds_of(*shelf).await?;
        if there != *pieces {
            return Err(StoreError::Conflict(format!("{pieces} {shelf} were there, and {there} came")));
        }
    }
    to.end_intake().await?;
    Ok(copied)
}
