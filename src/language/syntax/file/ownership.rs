//! An `ownership:` file: owners by pipeline and group.

use crate::language::syntax::expression::Name;
use crate::language::syntax::field_spec::{GROUPS, OWNERSHIP, OWNERSHIP_FILE};
use crate::language::syntax::mapping::{Found, Mapping, text};
use crate::language::syntax::yaml::Node;

/// What an ownership file says.
#[derive(Clone, Debug, Default)]
pub struct OwnershipFile {
    /// Pipelines with the groups of each.
    pub pipelines: Vec<(Name, Vec<GroupOwner>)>,
}

/// The owner of a group.
#[derive(Clone, Debug)]
pub struct GroupOwner {
    /// The group.
    pub group: Name,
    /// Who owns it, as written.
    pub owner: Name,
}

/// Reads an ownership file.
pub(super) fn parse(node: &Node, found: &mut Found) -> OwnershipFile {
    let file = Mapping::of(node, &OWNERSHIP_FILE, found);
    let said = file.and_then(|file| file.get("ownership", found));
    let pipelines = said.and_then(|node| Mapping::of(node, &OWNERSHIP, found));
    let pipelines = pipelines.iter().flat_map(Mapping::named);
    OwnershipFile { pipelines: pipelines.map(|(key, node)| (key.name(), groups(&key.text, node, found))).collect() }
}

fn groups(pipeline: &str, node: &Node, found: &mut Found) -> Vec<GroupOwner> {
    let groups = Mapping::called(node, &format!("ownership of `{pipeline}`"), &GROUPS, found);
    let entries = groups.iter().flat_map(Mapping::named);
    let owner = |(key, node)| Some(GroupOwner { owner: text(node, "an owner", found)?.name(), group: key });
    entries.map(|(key, node)| (key.name(), node)).filter_map(owner).collect()
}
