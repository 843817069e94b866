//! Moves: queues, workers, polling, reload, shutdown.
//!
//! Walks each change from journal to settlement: reads what the engine wants, journals what it
//! decides, makes the one call, settles. Knows HTTP only through the connector and rules only
//! through the plan.

pub mod act;
mod after_write;
pub mod alarm;
pub mod brake;
mod broken_off;
mod clock_step;
pub mod crosswalk;
pub mod departed;
pub mod dispatcher;
pub mod finder;
pub mod happening;
mod kept_back;
pub mod known_links;
pub mod lack;
pub mod limits;
mod links;
pub mod live;
mod lost;
mod make;
pub mod mode;
mod named;
pub mod notifier;
pub mod pacing;
pub mod pair;
pub mod pair_lock;
mod parks;
pub mod pass;
pub mod poller;
mod quiet;
mod read_paths;
pub mod reads;
pub mod reload;
mod repeat;
pub mod report;
mod resolve;
pub mod rested;
pub mod retention;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub mod runtime;
pub mod schedule;
pub mod shown;
mod shrunk;
mod step;
mod stirred;
pub mod swept;
pub mod tally;
pub mod told_once;
mod traces;
pub mod trouble;
pub mod watcher;
mod witness;
pub mod worker;

pub use happening::{Change, Happening, told_values};
pub use live::Live;
pub use reload::{ReloadError, RuleState};
pub use report::Report;
pub use resolve::{Environment, LiveError};
pub use runtime::{Pace, Runtime, World};
pub use trouble::Trouble;
