//! What people are shown, whoever asks: one form for the command line, the API and pages.
//!
//! Reads the store and the plan; asks no peer and decides nothing. What it says of rules is what the engine says.

pub mod causes;
pub mod drafted;
pub mod explain;
pub mod find;
pub mod health;
pub mod park;
pub mod schema;
pub mod shown;
pub mod starter;
pub mod systems;
pub mod told;
