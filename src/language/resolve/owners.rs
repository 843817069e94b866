//! Owners of groups of fields by pipeline.

use std::collections::BTreeMap;

use crate::diagnostic::Span;
use crate::language::plan::Owner as Whose;

/// Owners by pipeline and group.
#[derive(Debug, Default)]
pub struct Ownership {
    owners: BTreeMap<String, BTreeMap<String, Owner>>,
}

/// Who owns a group.
#[derive(Clone, Debug)]
pub struct Owner {
    /// A system, both, or a setting that names one.
    pub who: Whose,
    /// Where it is said.
    pub span: Span,
    /// Where the group is named.
    pub key: Span,
}

impl Ownership {
    /// Says who owns a group.
    pub fn insert(&mut self, pipeline: &str, group: &str, owner: Owner) {
        self.owners.entry(pipeline.to_owned()).or_default().insert(group.to_owned(), owner);
    }

    /// The owner of a group.
    pub fn owner(&self, pipeline: &str, group: &str) -> Option<&Owner> {
        self.owners.get(pipeline)?.get(group)
    }

    /// Every owner with its pipeline and group.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str, &Owner)> {
        self.owners.iter().flat_map(|(pipeline, groups)| {
            groups.iter().map(move |(group, owner)| (pipeline.as_str(), group.as_str(), owner))
        })
    }

    /// The groups of a pipeline that have an owner.
    pub fn groups(&self, pipeline: &str) -> impl Iterator<Item = &str> {
        self.owners.get(pipeline).into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }

    /// The pipelines that are named.
    pub fn pipelines(&self) -> impl Iterator<Item = &str> {
        self.owners.keys().map(String::as_str)
    }
}
