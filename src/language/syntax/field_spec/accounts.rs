//! Keys of an `accounts:` file.

use super::settings::SETTINGS;
use super::spec::{ABOUT, ALLOW, FieldSpec, MapSpec, Named, Shape};

/// An accounts file.
pub static ACCOUNTS_FILE: MapSpec = MapSpec {
    what: "an accounts file",
    fields: &[FieldSpec::may("accounts", Shape::Map(&ACCOUNTS), "the accounts that take part, by name"), ABOUT, ALLOW],
    named: None,
};

/// Accounts by name.
pub static ACCOUNTS: MapSpec = MapSpec {
    what: "`accounts`",
    fields: &[],
    named: Some(Named {
        name: "NAME",
        shape: Shape::Map(&ACCOUNT),
        about: "an account; its name stands in links, reports and the inbox",
    }),
};

/// An account.
pub static ACCOUNT: MapSpec = MapSpec {
    what: "an account",
    fields: &[
        FieldSpec::must("system", Shape::Text("SYSTEM"), "the system that it is an account of"),
        FieldSpec::must(
            "base_url",
            Shape::Text("URL"),
            "where the system's calls go; the paths of calls are added to it",
        ),
        FieldSpec::may("secrets", Shape::Map(&SECRETS), "what opens it, by the names that the system file uses"),
        FieldSpec::may(
            "carries",
            Shape::Text("CONDITION"),
            "which records of the other system it takes: `always`, or a condition over one kind of record",
        ),
        FieldSpec::may("settings", Shape::Map(&SETTINGS), "settings that differ for this account"),
    ],
    named: Some(Named {
        name: "NAME",
        shape: Shape::Text("VALUE"),
        about: "a property, which calls name as `{account.NAME}`",
    }),
};

/// Secrets by name.
pub static SECRETS: MapSpec = MapSpec {
    what: "`secrets`",
    fields: &[],
    named: Some(Named {
        name: "NAME",
        shape: Shape::Text("${VARIABLE}"),
        about: "the variable of the environment that holds the secret, never the secret itself",
    }),
};
