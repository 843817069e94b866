//! What is remembered while the process runs: caches that may be lost at any instant without changing a result, and
//! what is wrong at the moment.
//!
//! Plain state behind locks. Makes no call, reads no store by itself and knows no runtime: who remembers, asks.

pub mod absent;
pub mod alarm;
pub mod brake;
pub mod broken_off;
pub mod census;
pub mod clock_step;
pub mod departed;
pub mod evidence;
pub mod finder;
pub mod halts;
pub mod handles;
pub mod known_links;
pub mod lack;
pub mod lost_pairs;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub mod memory;
pub mod meter;
pub mod own_writes;
pub mod pacing;
pub mod pair_key;
pub mod pair_lock;
pub mod read_paths;
pub mod rested;
pub mod search;
pub mod shown;
pub mod shrunk;
pub mod signals;
pub mod stirred;
pub mod swept;
pub mod tally;
pub mod tap;
pub mod told_once;
pub mod traces;

pub use memory::Memory;
