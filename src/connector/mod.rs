//! HTTP out, described by system files.
//!
//! Owns how a described call becomes a request, how an answer becomes canonical records, and how
//! an account is kept within what its peer allows. Knows no rules and keeps nothing on disk; it
//! never repeats a call by itself, whoever asked decides that.

pub mod account;
mod answer_body;
mod answered;
mod around;
pub mod backoff;
mod body;
pub mod breaker;
mod broken;
pub mod budget;
mod carried;
mod changing;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub mod connector;
pub mod evidence;
pub mod failure;
pub mod form;
mod granting;
mod layout;
mod look;
mod mac;
mod masking;
mod next_page;
mod opening;
mod page_end;
mod page_size;
pub mod paging;
pub mod presence;
pub mod probe;
pub mod rate_limit;
pub mod reader;
pub mod rehearsal;
mod rehearsing;
mod removing;
mod renewing;
pub mod request;
mod response;
pub mod row;
pub mod schema;
pub mod signature;
mod signing;
mod standing;
mod token;
mod token_answer;
pub mod token_keeper;
mod unreadable;
pub mod webhook;

pub use account::ResolvedAccount;
pub use breaker::BreakerState;
pub use carried::ListKey;
pub use connector::{Connector, Listing};
pub use failure::Failure;
pub use paging::Pager;
pub use presence::Gone;
pub use probe::Probe;
pub use reader::Shape;
pub use rehearsal::Rehearsed;
pub use row::Row;
pub use schema::{Misfit, Validator};
pub use signature::SignatureError;
