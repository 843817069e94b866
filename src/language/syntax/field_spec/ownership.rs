//! Keys of an `ownership:` file.

use super::spec::{ABOUT, ALLOW, FieldSpec, MapSpec, Named, Shape};

/// An ownership file.
pub static OWNERSHIP_FILE: MapSpec = MapSpec {
    what: "an ownership file",
    fields: &[
        FieldSpec::may("ownership", Shape::Map(&OWNERSHIP), "whose value wins, by pipeline and group of fields"),
        ABOUT,
        ALLOW,
    ],
    named: None,
};

/// Pipelines by name.
pub static OWNERSHIP: MapSpec = MapSpec {
    what: "`ownership`",
    fields: &[],
    named: Some(Named { name: "PIPELINE", shape: Shape::Map(&GROUPS), about: "the groups of a pipeline" }),
};

/// Groups of a pipeline by name.
pub static GROUPS: MapSpec = MapSpec {
    what: "the groups of a pipeline",
    fields: &[],
    named: Some(Named {
        name: "GROUP",
        shape: Shape::Text("SYSTEM, both or settings.NAME"),
        about: "who owns the group; `create` is who may have a counterpart made",
    }),
};
