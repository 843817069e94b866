//! Moves: queues, workers, polling, reload, shutdown.
//!
//! Walks each change from journal to settlement: reads what the engine wants, journals what it
//! decides, makes the one call, settles. Knows HTTP only through the connector and rules only
//! through the plan.

pub mod checkup;
pub mod coordination;
pub mod environment;
pub mod evidence;
pub mod happening;
pub mod limits;
pub mod live;
pub mod meant;
pub mod memory;
pub mod pairing;
pub mod planned;
pub mod replayed;
pub mod report;
mod report_braked;
pub mod report_held;
mod report_lists;
pub mod rule_change;
pub mod rule_state;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub mod runtime;
pub mod service;
pub mod trouble;

pub use checkup::AccountChecked;
pub use environment::LiveError;
pub use happening::{Change, Happening, told_values};
pub use live::{Live, observes};
pub use planned::Planned;
pub use report::Report;
pub use rule_state::RuleState;
pub use runtime::{Pace, Runtime};
pub use service::reload::ReloadError;
pub use trouble::Trouble;

pub use crate::world::World;
