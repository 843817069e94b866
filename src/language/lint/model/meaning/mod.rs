//! What conditions mean: whether two may hold at once, whether one may hold at all, whether some of them always hold.
//!
//! A [`Reading`] knows what the names in a pipeline stand for and makes a [`Condition`] of an expression: a formula
//! over what places are. Questions are answered by trying the values that make a difference, within named bounds;
//! where that does not reach, the answer is that it cannot be told.

pub mod condition;
mod domain;
mod formula;
mod head;
mod heads;
pub mod reading;
mod search;
mod terms;

pub use condition::{Condition, Possible, always_one_of, never_together};
pub use reading::Reading;
