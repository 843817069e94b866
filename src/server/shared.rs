//! What handlers of requests share.

use std::sync::Arc;

use super::admission::Admission;
use super::board::Board;
use super::refused::Refused;
use super::seats::Seats;
use crate::runtime::Runtime;

/// What handlers share.
#[derive(Clone)]
pub struct Shared {
    /// The runtime.
    pub runtime: Arc<Runtime>,
    /// Who may use `/api`.
    pub admission: Admission,
    /// The webhooks that were not taken.
    pub refused: Arc<Refused>,
    /// The connections that clients hold.
    pub seats: Arc<Seats>,
    /// What pages keep between looks.
    pub board: Arc<Board>,
    /// Whether only this machine can reach the service.
    pub loopback: bool,
}
