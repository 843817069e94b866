//! Functions on numbers, exact decimals all.

pub mod ceil;
pub mod floor;
pub mod max;
pub mod min;
pub mod number;
pub mod round;
