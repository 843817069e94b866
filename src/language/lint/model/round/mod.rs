//! Rounds of rules that lead a field back to itself: what rules make of any value, and whether it comes back as it was.
//!
//! Judges nothing: what does not come to rest is for the lint to tell.

mod edge;
mod made;
mod place;
mod range;
mod walk;

pub(crate) use edge::{Edge, edges};
pub(crate) use place::Lies;
pub(crate) use walk::{Comes, walk};
