//! Declared fields that an answer does not show: renamed, most likely, and not empty.
//!
//! Which of them matter is for the runtime, which knows what live rules read.

use crate::value::Path;

/// A field that is missing although the system file says that it is always there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The field, with the path that rules use (`order_lines[].item`).
    pub field: Path,
    /// Where it should stand, from the record or the element.
    pub place: Path,
    /// It is there and null, where it always has a value.
    pub is_null: bool,
}
