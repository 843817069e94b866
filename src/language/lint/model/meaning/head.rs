//! What a name in a pipeline stands for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::language::plan::RecordType;
use crate::value::Path;

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// The same for two names that stand for one record.
    pub root: String,
    /// What it is.
    pub record: Arc<RecordType>,
    /// Where in that.
    pub at: Path,
    /// Whether it is one record that is surely there.
    pub is_there: bool,
}

/// Names and what they stand for.
pub(super) type Heads = BTreeMap<String, Head>;
