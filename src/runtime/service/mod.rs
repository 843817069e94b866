//! What runs for as long as the service does, each part a task of its own: it looks for work, hands it out, reloads the
//! rules, sweeps, tells and tidies up.
//!
//! Decides nothing about records; that is `pairing`'s.

pub mod among;
pub mod broken_off;
pub mod carry_out;
pub mod changed_rules;
pub mod clock;
pub mod dispatcher;
mod doubled;
pub mod drain;
pub mod halts;
pub mod holding;
mod ledger;
pub mod look;
pub mod look_around;
pub mod mode;
pub mod notifier;
pub mod parts;
pub mod pass;
pub mod plan;
pub mod poller;
pub mod reload;
pub mod retention;
pub mod schedule;
pub mod signals;
pub mod sweep_marks;
pub mod taking;
mod under_way;
pub mod watcher;
