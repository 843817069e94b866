//! Keys of a `table:` file.

use super::spec::{ABOUT, ALLOW, FieldSpec, MapSpec, Shape};
use super::test::TESTS;

/// A table file.
pub static TABLE_FILE: MapSpec = MapSpec {
    what: "a table file",
    fields: &[
        FieldSpec::may("table", Shape::Text("NAME"), "the table's name, by which rules call it: `via table NAME`"),
        ABOUT,
        FieldSpec::must(
            "between",
            Shape::List(&Shape::Text("SYSTEM.RECORD.FIELD")),
            "the two fields whose values the rows pair, left and right",
        ),
        FieldSpec::must(
            "rows",
            Shape::List(&Shape::Text("VALUE | SPELLING, VALUE -> VALUE from STATE because REASON")),
            "which value stands for which, and which way",
        ),
        ALLOW,
        TESTS,
    ],
    named: None,
};
