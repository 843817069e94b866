//! A `settings:` file: values by name, and what each may be.

use super::data::{NamedData, settings};
use crate::language::syntax::expression::Name;
use crate::language::syntax::field_spec::{SETTINGS_FILE, TYPES};
use crate::language::syntax::mapping::{Found, Mapping, text};
use crate::language::syntax::yaml::Node;

/// What a settings file says.
#[derive(Clone, Debug, Default)]
pub struct SettingsFile {
    /// The settings, nested as they are written.
    pub settings: NamedData,
    /// Types by the dotted name of their setting, as written.
    pub types: Vec<(Name, Name)>,
}

/// Reads a settings file.
pub(super) fn parse(node: &Node, found: &mut Found) -> SettingsFile {
    let Some(file) = Mapping::of(node, &SETTINGS_FILE, found) else { return SettingsFile::default() };
    let types = file.get("types", found).and_then(|node| Mapping::of(node, &TYPES, found));
    let entries = types.iter().flat_map(Mapping::named);
    let types = entries.filter_map(|(key, node)| Some((key.name(), text(node, "a type", found)?.name()))).collect();
    let settings = file.get("settings", found).and_then(|node| settings(node, found)).unwrap_or_default();
    SettingsFile { settings, types }
}
