//! The whole service on a seeded world: clock, network, store and people, days of trade in a moment.
//!
//! The very code that serves runs here, on one thread, in an order of the seed: nothing else than the seed says what
//! happens, so that what went wrong once is seen again. Peers are called in place. Knows no system: those that can be
//! simulated, and peers from system files, are had from the rooms above.

mod around;
mod chance;
mod chronicle;
mod counted;
mod disk;
mod event_clock;
mod house;
mod judge;
mod line;
mod mended;
mod network;
mod options;
mod peers;
mod places;
mod promised;
mod provoked;
mod roof;
mod rules;
mod run;
mod shelf;
mod trace;
mod waiting;
mod watch;
mod world_of;

pub use mended::{Mend, Mishap};
pub use rules::Rules;
pub use run::{Outcome, Told, run, run_telling};
