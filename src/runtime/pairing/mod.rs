//! One pair of records after the other: read, decide, carry out, settle.
//!
//! `worker` takes a piece of work to its pairs, `bring_together` takes one pair to its end. Knows no schedule; what
//! looks for work is told apart in `service`.

pub mod act;
pub mod after_write;
pub mod answers;
pub mod beforehand;
mod bring_together;
pub mod causes;
pub mod crosswalk;
pub mod echo;
pub mod foreseen;
pub mod guard;
pub mod halted;
pub(crate) mod handles;
pub mod how;
pub mod kept_back;
pub mod lag;
pub mod links;
pub mod lost;
pub mod make;
pub mod named;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub mod pairing;
pub mod parks;
mod postponing;
pub mod quiet;
pub mod reads;
mod remembered;
mod removal;
pub mod repeat;
pub mod rivals;
pub mod step;
pub mod stir;
pub mod taking;
mod traced;
pub mod unlinking;
pub mod unreadable;
pub mod witness;
pub mod worker;
pub mod write;

pub use answers::Answers;
pub use bring_together::reach;
pub use pairing::{Meeting, Pairing, Seek};
