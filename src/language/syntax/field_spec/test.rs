//! Keys of tests beside the rules, in a file of their own or under `tests:` of another.

use super::settings::SETTINGS;
use super::spec::{ABOUT, FieldSpec, MapSpec, Named, Shape};

/// `tests:` of any file.
pub(super) const TESTS: FieldSpec =
    FieldSpec::may("tests", Shape::List(&A_TEST), "tests of what the file says, run by `petiole test`");

static A_TEST: Shape = Shape::Map(&TEST);

/// A file of tests.
pub static TESTS_FILE: MapSpec = MapSpec { what: "a file of tests", fields: &[TESTS, ABOUT], named: None };

/// A test.
pub static TEST: MapSpec = MapSpec {
    what: "a test",
    fields: &[
        FieldSpec::must("name", Shape::Text("TEXT"), "what is tested, in a sentence"),
        FieldSpec::may("about", Shape::Text("TEXT"), "why it is so"),
        FieldSpec::may("given", Shape::Map(&GIVEN), "what the systems hold before, and how things stand"),
        FieldSpec::may("when", Shape::Map(&WHEN), "what people change or make; without it what is given is looked at"),
        FieldSpec::may("then", Shape::Map(&THEN), "what the systems must hold afterwards, as far as it is said"),
        FieldSpec::may("exactly", Shape::Map(&THEN), "the same, and no further record and no further field"),
        FieldSpec::may(
            "calls",
            Shape::Either(&Shape::Text("NUMBER"), &Shape::List(&CALL)),
            "how many writes there are, or which, in order",
        ),
        FieldSpec::may(
            "parked",
            Shape::Either(&Shape::Text("CODE or words of the reason"), &Shape::List(&PARK)),
            "what waits for a person in the end; a list names all of it",
        ),
        FieldSpec::may(
            "told",
            Shape::Either(&Shape::Text("words of the report, or none"), &Shape::List(&TELLING)),
            "what the report tells that nobody has to act on; a list names all of it",
        ),
        FieldSpec::may("nothing", Shape::Word(&["true", "false"]), "whether no write may be made at all"),
    ],
    named: None,
};

/// One entry of `parked:`.
const PARK: Shape = Shape::Text("CODE or words of the reason");

/// One entry of `told:`.
const TELLING: Shape = Shape::Text("words of the report");

/// One write of `calls:`.
const CALL: Shape = Shape::Either(&Shape::Text("create SYSTEM.RECORD"), &Shape::Map(&WRITES));

static WRITES: MapSpec = MapSpec {
    what: "a call",
    fields: &[],
    named: Some(Named {
        name: "create SYSTEM.RECORD",
        shape: Shape::Map(&TEST_RECORD),
        about: "a write (`create`, `update` or `move`) with what it writes",
    }),
};

/// `given:` of a test.
pub static GIVEN: MapSpec = MapSpec {
    what: "`given`",
    fields: &[
        FieldSpec::may("linked", Shape::Word(&["true", "false"]), "whether records that match are linked and in step"),
        FieldSpec::may("settings", Shape::Map(&SETTINGS), "settings that differ for this test"),
        FieldSpec::may(
            "accounts",
            Shape::Map(&TEST_ACCOUNTS),
            "accounts that differ, or are there for this test alone",
        ),
    ],
    named: Some(Named { name: "SYSTEM.RECORD", shape: RECORDS, about: "a record that is there, or a list of them" }),
};

/// Accounts of a test by name.
pub static TEST_ACCOUNTS: MapSpec = MapSpec {
    what: "`accounts`",
    fields: &[],
    named: Some(Named {
        name: "NAME",
        shape: Shape::Map(&TEST_ACCOUNT),
        about: "an account of the rules, a system with one account, or a new one with its `system`",
    }),
};

/// An account of a test.
pub static TEST_ACCOUNT: MapSpec = MapSpec {
    what: "an account",
    fields: &[
        FieldSpec::may("system", Shape::Text("SYSTEM"), "the system of a new account"),
        FieldSpec::may("carries", Shape::Text("CONDITION"), "which records it takes in this test"),
        FieldSpec::may("settings", Shape::Map(&SETTINGS), "settings that differ for it in this test"),
    ],
    named: Some(Named { name: "NAME", shape: Shape::Data, about: "a property that differs in this test" }),
};

/// `when:` of a test.
pub static WHEN: MapSpec = MapSpec {
    what: "`when`",
    fields: &[],
    named: Some(Named {
        name: "SYSTEM.RECORD",
        shape: Shape::Either(&Shape::Text("gone, or gone KEY"), &CHANGES),
        about: "what changes of a record that is given, a record that is made, or `gone`: it is taken away",
    }),
};

/// `then:` and `exactly:` of a test.
pub static THEN: MapSpec = MapSpec {
    what: "`then`",
    fields: &[],
    named: Some(Named {
        name: "SYSTEM.RECORD",
        shape: Shape::Either(&Shape::Word(&["none"]), &RECORDS),
        about: "what such records hold, or `none`",
    }),
};

const CHANGES: Shape = Shape::Either(&Shape::Map(&TEST_RECORD), &Shape::List(&CHANGE));

const CHANGE: Shape = Shape::Either(&Shape::Text("gone KEY"), &Shape::Map(&TEST_RECORD));

const RECORDS: Shape = Shape::Either(&Shape::Map(&TEST_RECORD), &Shape::List(&Shape::Map(&TEST_RECORD)));

/// A record in a test.
pub static TEST_RECORD: MapSpec = MapSpec {
    what: "a record",
    fields: &[],
    named: Some(Named { name: "FIELD", shape: Shape::Data, about: "what the field holds" }),
};
