//! Data that flows through pipelines.
//!
//! Owns the one value type that rules, scripts, connector and simulators share, and how it is
//! compared, addressed, printed and hashed. Knows nothing of rules, systems or HTTP. Money and
//! quantities are decimals; no float exists in this room.

pub mod decimal;
pub mod difference;
pub mod digest;
pub mod duration;
mod exact;
pub mod json;
pub mod key;
pub mod kind;
pub mod notation;
pub mod path;
pub mod record;
mod sameness;
pub mod timestamp;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub mod value;

pub use kind::Kind;
pub use notation::Notation;
pub use path::{Path, Segment};
pub use record::Record;
pub use value::Value;
