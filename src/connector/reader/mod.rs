//! From the text of an answer straight to canonical records.
//!
//! `shape` says once per record what stands where; `walk` goes over a text by it and meets each value once: it is read
//! by its `codec`, and `held` notes whether it is there and is what was documented; `assemble` puts the
//! record together. `answer` finds the records in an answer. Knows no call and no rule.

mod answer;
mod assemble;
mod codec;
mod held;
mod row;
mod shape;
mod walk;

pub(super) use answer::{Page, Single, page, single};
pub(super) use codec::is_no_instant;
pub use row::Read;
pub use shape::Shape;
