//! Both systems in miniature, for tests, the demo and trying rules out.
//!
//! Each simulator is a synchronous `handle(now, request)` over its own state; `server` puts an
//! HTTP shell around it. Shares no code with the connector, or both could be wrong together:
//! this room uses only `value` and `world`. The only room where systems are named.

pub mod flourish;
#[allow(clippy::module_inception, reason = "the room is named after its main trait")]
pub mod simulator;
pub mod trade;

pub use simulator::{Outcome, Simulator, Webhook};
pub use trade::{Size, Trade};
