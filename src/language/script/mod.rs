//! Rhai behind bars: pure, bounded.
//!
//! A script maps values to a value. It cannot read clock, network, files or store, and every
//! resource it uses has a limit.

pub mod bars;
pub mod calls;
pub mod convert;
pub mod declaration;
pub mod fault;
pub mod host;
pub mod known_calls;
pub mod limits;
mod overheard;
mod reads;

pub use declaration::ScriptFunction;
pub use fault::CallFault;
pub use host::ScriptSet;
pub use known_calls::KnownCalls;
