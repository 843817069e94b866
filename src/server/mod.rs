//! HTTP in: webhooks, health, metrics, administration, pages.
//!
//! Verifies and journals what comes in, shows what is going on. Knows no rules and makes no calls.

pub mod admin;
pub mod admission;
mod answers;
pub mod board;
pub mod bodies;
pub mod connection;
mod explain;
pub mod guard;
pub mod holding;
pub mod inbox;
pub mod metric;
pub mod metrics;
pub mod nodes;
mod page;
mod plan;
mod query;
pub mod receive;
mod refused;
mod replay;
pub mod seats;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub mod server;
mod session;
pub mod shared;
pub mod status;
mod tap;
pub mod waiting;
pub mod webhook;

pub use admission::Admission;
pub use server::{Serving, serve};
