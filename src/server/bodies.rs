//! How many bytes of requests' bodies are held in memory at once, over all connections.
//!
//! A body is held before anybody knows who sent it. The beginning of each is free, so that whoever sends large ones
//! keeps nobody's small ones out; the connections' own limit bounds the sum of those.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of bodies that are held at once, beyond the beginning of each.
pub const BODIES_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The beginning of a body that is always taken, in bytes: a usual webhook.
pub const BODY_BYTES_FREE: usize = 16 * 1024;

/// The room that there is for bodies.
pub struct Bodies(Arc<Semaphore>);

/// The room that one body takes; it is free again when this goes.
#[derive(Default)]
pub struct Room(Option<OwnedSemaphorePermit>);

impl Bodies {
    /// Room for this many bytes.
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS))))
    }

    /// Takes room for a body that has come to `length` bytes, `more` of them just now. False: there is none.
    pub fn take(&self, room: &mut Room, length: usize, more: usize) -> bool {
        let wanted = length.saturating_sub(BODY_BYTES_FREE).min(more);
        let Ok(wanted) = u32::try_from(wanted) else { return false };
        if wanted == 0 {
            return true;
        }
        let Ok(taken) = Arc::clone(&self.0).try_acquire_many_owned(wanted) else { return false };
        match &mut room.0 {
            Some(held) => held.merge(taken),
            none => *none = Some(taken),
        }
        true
    }

    /// Bytes for which there is room.
    pub fn left(&self) -> usize {
        self.0.available_permits()
    }
}
