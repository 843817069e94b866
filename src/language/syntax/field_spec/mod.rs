//! Which keys a rule file may have: one table per kind of file, each key with its name, its shape, whether it must be
//! there, and a line about it.
//!
//! The parsers of `file` read by these tables and by nothing else; unknown keys, near names and the printed schema come
//! from them. Knows no text and no tree.

mod accounts;
mod kinds;
mod ownership;
mod pipeline;
mod settings;
mod spec;
mod system;
mod table;
mod test;

pub use accounts::{ACCOUNT, ACCOUNTS, ACCOUNTS_FILE, SECRETS};
pub use kinds::{FILE_KINDS, FILES, kind};
pub use ownership::{GROUPS, OWNERSHIP, OWNERSHIP_FILE};
pub use pipeline::{
    AFTER, AGREE, CREATE, FIELDS, LIST_RULE, NEEDS, PASSED_BY, PIPELINE_FILE, UNTOUCHED, VOLUME, WHEN_GONE, WITH,
};
pub use settings::{SETTINGS, SETTINGS_FILE, TYPES};
pub use spec::{FieldSpec, MapSpec, Named, Shape, maps};
pub use system::{
    AUTH, CALL, CALLS, ERRORS, HTTP, LIMITS, MOVE, OAUTH2, PAGING, RECORD, RECORD_FIELDS, RECORDS, SIGN, STATES,
    SYSTEM_FILE, WEBHOOK, WEBHOOK_RECORD,
};
pub use table::TABLE_FILE;
pub use test::{GIVEN, TEST, TEST_ACCOUNT, TEST_ACCOUNTS, TEST_RECORD, TESTS_FILE, THEN, WHEN};

/// The maps of files in which a key has a meaning, as findings call them; more than a few say nothing.
pub fn holders(key: &str) -> Vec<&'static str> {
    const MAPS: [&MapSpec; 15] = [
        &ACCOUNT,
        &CALL,
        &ERRORS,
        &HTTP,
        &LIMITS,
        &LIST_RULE,
        &OAUTH2,
        &PAGING,
        &PIPELINE_FILE,
        &RECORD,
        &STATES,
        &SYSTEM_FILE,
        &TABLE_FILE,
        &TEST,
        &WEBHOOK,
    ];
    let mut found: Vec<&str> = MAPS.iter().filter(|map| map.field(key).is_some()).map(|map| map.what).collect();
    found.dedup();
    found.truncate(if found.len() > HOLDERS_MAX { 0 } else { found.len() });
    found
}

/// More maps than this have no key of their own.
const HOLDERS_MAX: usize = 3;
