//! All records of a kind as they were listed: shared by the decisions that read them, and
//! journalled once under their own address.

use std::sync::OnceLock;

use crate::value::{Value, digest};

/// Records of a kind, whole and unchanging.
#[derive(Debug, Default)]
pub struct Listed {
    rows: Vec<Value>,
    address: OnceLock<String>,
}

impl Listed {
    /// These records.
    pub fn new(rows: Vec<Value>) -> Self {
        Self { rows, address: OnceLock::new() }
    }

    /// The records.
    pub fn rows(&self) -> &[Value] {
        &self.rows
    }

    /// SHA-256 of what they are, digits of numbers included; worked out once.
    pub fn address(&self) -> &str {
        self.address.get_or_init(|| digest::of_bytes(format!("{:?}", self.rows).as_bytes()))
    }
}

impl PartialEq for Listed {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

impl Eq for Listed {}
