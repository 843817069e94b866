//! Keys of a `settings:` file.

use super::spec::{ABOUT, ALLOW, FieldSpec, MapSpec, Named, Shape};

/// A settings file.
pub static SETTINGS_FILE: MapSpec = MapSpec {
    what: "a settings file",
    fields: &[
        FieldSpec::must(
            "settings",
            Shape::Map(&SETTINGS),
            "the switches, nested as one likes; rules say `settings.NAME`",
        ),
        FieldSpec::may("types", Shape::Map(&TYPES), "what each setting may be, by its dotted name"),
        ABOUT,
        ALLOW,
    ],
    named: None,
};

/// Settings by name, nested or dotted.
pub static SETTINGS: MapSpec = MapSpec {
    what: "settings",
    fields: &[],
    named: Some(Named {
        name: "NAME",
        shape: Shape::Data,
        about: "a value of its type, `${NAME}` or `${NAME:-default}` from the environment, or settings below it",
    }),
};

/// Types of settings by dotted name.
pub static TYPES: MapSpec = MapSpec {
    what: "`types`",
    fields: &[],
    named: Some(Named {
        name: "SETTING",
        shape: Shape::Text("TYPE"),
        about: "what the setting may be: `text`, `number`, `duration`, `one of [A, B]`, `list of text` and the like",
    }),
};
