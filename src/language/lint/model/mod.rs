//! What lints look through: the rules as they may stand, tables where rules use them, states in step, conditions and
//! rounds.

pub mod bridge;
pub mod condition;
pub mod in_step;
pub mod meaning;
pub(super) mod needed_then;
pub(super) mod round;
mod together;
pub(super) mod turned_back;
pub mod usage;
pub mod values;
pub mod view;
pub mod viewpoint;

pub use bridge::{Bridge, Case};
pub use meaning::{Condition, Possible, Reading};
pub use view::View;
pub use viewpoint::Viewpoint;
