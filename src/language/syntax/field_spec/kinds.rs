//! The kinds of rule files: the first key of each says what it is.

use super::spec::MapSpec;
use super::{accounts, ownership, pipeline, settings, system, table, test};

/// Every kind of file by its first key.
pub static FILES: [(&str, &MapSpec); 7] = [
    ("system", &system::SYSTEM_FILE),
    ("accounts", &accounts::ACCOUNTS_FILE),
    ("settings", &settings::SETTINGS_FILE),
    ("ownership", &ownership::OWNERSHIP_FILE),
    ("table", &table::TABLE_FILE),
    ("pipeline", &pipeline::PIPELINE_FILE),
    ("tests", &test::TESTS_FILE),
];

/// The first keys that a rule file may begin with.
pub const FILE_KINDS: [&str; 7] = ["system", "accounts", "settings", "ownership", "table", "pipeline", "tests"];

/// The kind of file that begins with a key.
pub fn kind(first: &str) -> Option<&'static str> {
    FILE_KINDS.into_iter().find(|kind| *kind == first)
}
