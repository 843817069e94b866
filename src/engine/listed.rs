//! All records of a kind as they were listed, shared by the decisions that look through them.
//!
//! Ready for expressions, so that looking through thousands of rows copies none.

use std::sync::Arc;

use super::typed::{Typed, whole};
use crate::language::plan::RecordType;
use crate::value::Value;

/// Records of a kind, whole and unchanging.
#[derive(Debug)]
pub struct Listed(Vec<Typed>);

impl Listed {
    /// Records of a kind at an account.
    pub fn new(kind: &Arc<RecordType>, account: &str, records: impl Iterator<Item = Value>) -> Self {
        let at = Some((Arc::clone(kind), whole()));
        Self(records.map(|value| Typed { value, at: at.clone(), account: account.into() }).collect())
    }

    /// The records.
    pub fn rows(&self) -> &[Typed] {
        &self.0
    }
}

impl PartialEq for Listed {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().map(|row| &row.value).eq(other.0.iter().map(|row| &row.value))
    }
}

impl Eq for Listed {}
