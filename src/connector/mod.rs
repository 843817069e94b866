//! HTTP out, described by system files.
//!
//! The only room that speaks HTTP outward. Turns records and calls into requests and answers into
//! records and failures. Decides nothing and remembers nothing but limits.

pub mod account;
pub mod backoff;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub mod connector;
pub mod failure;
pub mod rate_limit;
pub mod request;
pub mod response;
pub mod schema;
pub mod signature;
pub mod webhook;

pub use account::ResolvedAccount;
pub use connector::{Connector, Listing, Row};
pub use failure::Failure;
