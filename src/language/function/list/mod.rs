//! Functions on lists.

pub mod count;
pub mod first;
pub mod sum;
