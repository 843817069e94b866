//! A peer in memory, made from a system file: every call the file declares is answered as declared.
//!
//! For rule tests and for rule authors who have no sandbox at hand. Spells and reads records by
//! itself and shares no code with the connector, or both could be wrong together. Knows no rules.

mod answer;
mod bucket;
pub mod call_log;
mod control;
mod defaults;
mod door;
mod level;
mod made_state;
mod page;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub mod peer;
mod read_wire;
mod refusal;
mod removed;
mod requirement;
mod respond;
mod route;
mod tokens;
mod version;
mod webhook;
mod whims;
mod write;
mod write_wire;

pub use call_log::{CallKind, PeerCall};
pub use peer::Peer;
