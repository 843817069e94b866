//! All records of a kind as they were listed, shared by the decisions that look through them.
//!
//! Ready for expressions, so that looking through thousands of rows copies none.

use std::sync::Arc;

use super::narrowed::Indices;
use super::typed::{Typed, whole};
use crate::language::plan::RecordType;
use crate::value::{Path, Value};

/// Records of a kind, whole and unchanging.
#[derive(Debug)]
pub struct Listed {
    rows: Vec<Typed>,
    indices: Indices,
}

impl Listed {
    /// Records of a kind at an account.
    pub fn new(kind: &Arc<RecordType>, account: &str, records: impl Iterator<Item = Value>) -> Self {
        let at = Some((Arc::clone(kind), whole()));
        let rows = records.map(|value| Typed { value, at: at.clone(), account: account.into() }).collect();
        Self { rows, indices: Indices::default() }
    }

    /// The records.
    pub fn rows(&self) -> &[Typed] {
        &self.rows
    }

    /// How many records at most may hold one of these keys at a path.
    pub(super) fn count(&self, path: &Path, keys: &[String]) -> usize {
        self.indices.count(&self.rows, path, keys)
    }

    /// The places of all records that may hold one of these keys at a path, in order.
    pub(super) fn places(&self, path: &Path, keys: &[String]) -> Vec<usize> {
        self.indices.places(&self.rows, path, keys)
    }
}

impl PartialEq for Listed {
    fn eq(&self, other: &Self) -> bool {
        self.rows.iter().map(|row| &row.value).eq(other.rows.iter().map(|row| &row.value))
    }
}

impl Eq for Listed {}
