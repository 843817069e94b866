//! Names to what they stand for: systems, accounts, settings, owners, tables, pipelines.
//!
//! Reads the files that declare things and says what is wrong with the declarations; what rules make of them is for the
//! rooms below. Whatever could be understood goes on, so that one mistake never hides another.

pub mod accounts;
mod auth;
mod calls;
pub mod carries;
mod derived_state;
mod duplicate;
mod envelope;
mod errors;
mod fields;
mod folder;
mod folder_call;
mod graphql;
mod limits;
pub mod met;
pub mod names;
mod oauth2;
pub mod owners;
pub mod ownership;
mod paging;
pub mod pass;
pub mod pipelines;
mod record_calls;
mod removal;
mod resolver;
mod secrets;
pub mod settings;
mod sign;
pub mod sink;
mod states;
mod system_names;
pub mod systems;
pub mod tables;
mod version;
mod webhook;

pub use carries::Carried;
pub use fields::unknown_field;
pub use met::{Meant, Met};
pub use names::Names;
pub use pass::{Resolved, resolve};
pub use resolver::SystemCondition;
pub use sink::{Sink, Stray};
