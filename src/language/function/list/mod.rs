//! Functions on lists.

pub mod all;
pub mod any;
pub mod count;
pub mod first;
pub mod last;
pub mod sum;
pub mod unique;
