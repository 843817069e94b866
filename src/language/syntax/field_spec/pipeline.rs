//! Keys of a `pipeline:` file.

use super::spec::{ABOUT, ALLOW, FieldSpec, MapSpec, Named, Shape};
use super::test::TESTS;

const CONDITION: Shape = Shape::Text("CONDITION");

/// A pipeline.
pub static PIPELINE_FILE: MapSpec = MapSpec {
    what: "a pipeline",
    fields: &[
        FieldSpec::may(
            "pipeline",
            Shape::Text("NAME"),
            "its name, which stands in links, reports and `via pipeline NAME`",
        ),
        ABOUT,
        FieldSpec::must(
            "between",
            Shape::List(&Shape::Text("SYSTEM.RECORD grouped by FIELD")),
            "the two records that it pairs, left and right",
        ),
        FieldSpec::must(
            "match",
            Shape::Text("EXPRESSION == EXPRESSION"),
            "when a record of one side is the counterpart of one of the other",
        ),
        FieldSpec::may("when", CONDITION, "without it nothing of the pipeline is written"),
        FieldSpec::may(
            "hold when",
            CONDITION,
            "while it holds, what is to be written of a record waits; then it goes on",
        ),
        FieldSpec::may("with", Shape::Map(&WITH), "further records that its rules read, by the name that they use"),
        FieldSpec::may("create", Shape::Map(&CREATE), "when a missing counterpart is made, by the system that gets it"),
        FieldSpec::may(
            "passed by",
            Shape::Map(&PASSED_BY),
            "when a record that `create` does not ask for waits in the inbox, by system",
        ),
        FieldSpec::may("after", Shape::Map(&AFTER), "which pairs are brought together before one is made, by system"),
        FieldSpec::may(
            "needs",
            Shape::Map(&NEEDS),
            "what of `with:` must be there before anything is written, by system",
        ),
        FieldSpec::may(
            "when gone",
            Shape::Map(&WHEN_GONE),
            "what becomes of a record once its counterpart is gone, by the system whose record is gone",
        ),
        FieldSpec::may("agree", Shape::Map(&AGREE), "what must hold between two linked records, and is told where not"),
        FieldSpec::may(
            "untouched",
            Shape::Map(&UNTOUCHED),
            "fields that are left alone once the record exists, by system",
        ),
        FieldSpec::may("shared", Shape::Text("SYSTEM"), "the side whose record may be the counterpart of several"),
        FieldSpec::may(
            "volume",
            Shape::Map(&VOLUME),
            "how much there is to carry, by system; lint compares it with the limits of the systems",
        ),
        FieldSpec::may("fields", Shape::Map(&FIELDS), "the rules, in groups that each have an owner"),
        ALLOW,
        TESTS,
    ],
    named: None,
};

const fn by_system(what: &'static str, shape: Shape, about: &'static str) -> MapSpec {
    MapSpec { what, fields: &[], named: Some(Named { name: "SYSTEM", shape, about }) }
}

/// `with:`.
pub static WITH: MapSpec = MapSpec {
    what: "`with`",
    fields: &[],
    named: Some(Named {
        name: "NAME",
        shape: Shape::Text("SYSTEM.RECORD where CONDITION, at most one"),
        about: "which record, or which records as `SYSTEM.RECORD[]`; `or made by FIELDS` makes one that is not there",
    }),
};

/// `create:`.
pub static CREATE: MapSpec =
    by_system("`create`", CONDITION, "a condition, `always`, or `on demand`: where another record refers to it");

/// `passed by:`.
pub static PASSED_BY: MapSpec = by_system("`passed by`", CONDITION, "which records wait for a person instead");

/// `after:`.
pub static AFTER: MapSpec = by_system("`after`", Shape::Text("NAME"), "a list of `with:` of the other side's records");

/// `needs:`.
pub static NEEDS: MapSpec =
    by_system("`needs`", Shape::Text("NAME"), "a name of `with:`, asked for and made where it can be");

/// `when gone:`.
pub static WHEN_GONE: MapSpec = by_system(
    "`when gone`",
    Shape::Word(&["park", "detach", "propagate"]),
    "`park`: the other side's record waits in the inbox, as where nothing is said; `detach`: it is left as it is; \
     `propagate`: it is taken away, too, where `delete` of `ownership` lets it",
);

/// `volume:`.
pub static VOLUME: MapSpec = by_system(
    "`volume`",
    Shape::Text("NUMBER a day of NUMBER"),
    "how many of its records change, `a minute`, `an hour` or `a day`, and how many there are",
);

/// `agree:`.
pub static AGREE: MapSpec = MapSpec {
    what: "`agree`",
    fields: &[],
    named: Some(Named { name: "NAME", shape: CONDITION, about: "what holds where the two sides agree on it" }),
};

/// `untouched:`.
pub static UNTOUCHED: MapSpec = by_system(
    "`untouched`",
    Shape::Either(&Shape::Text("LIST"), &Shape::List(&Shape::Text("FIELD"))),
    "the fields, or an expression that gives their names",
);

/// `fields:`.
pub static FIELDS: MapSpec = MapSpec {
    what: "`fields`",
    fields: &[],
    named: Some(Named {
        name: "GROUP",
        shape: Shape::List(&RULE),
        about: "rules that share an owner, and stop and go on together",
    }),
};

static RULE: Shape = Shape::Either(&Shape::Text("SOURCE -> TARGET"), &Shape::Map(&LIST_RULE));

/// A rule between two lists, with rules for their elements.
pub static LIST_RULE: MapSpec = MapSpec {
    what: "a keyed list",
    fields: &[],
    named: Some(Named {
        name: "LIST[] -> LIST[] by [KEY]",
        shape: Shape::List(&RULE),
        about: "rules for elements that pair by the key; paths begin at the element",
    }),
};
