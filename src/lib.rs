//! petiole joins business systems by rules.

pub mod cli;
pub mod connector;
pub mod diagnostic;
pub mod engine;
pub mod language;
pub mod runtime;
pub mod server;
pub mod simulator;
pub mod store;
pub mod value;
pub mod world;
