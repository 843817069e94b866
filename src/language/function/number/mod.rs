//! Functions on numbers, exact decimals all.

pub mod number;
pub mod round;
