//! What kinds of values expressions give, and whether they may be nothing, as far as the files say.
//!
//! One question, [`kind_of`], asked of an expression in a scope. What cannot be right in it, whatever stands around it,
//! is found on the way; what becomes of its value is for others to judge.

mod asked;
mod binary;
mod call;
mod element;
mod facts;
mod given;
mod habit;
mod kind;
mod literal;
mod mixed;
mod null_argument;
pub mod operand;
mod path;
mod result;
pub mod scope;
mod setting;

pub use given::{Given, Refers};
pub use kind::kind_of;
pub use scope::{Meaning, Scope};
