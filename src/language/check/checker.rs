//! What judgements share: the names, where findings go, and what is only known once all rules were read.

use std::collections::{BTreeMap, BTreeSet};

use crate::language::infer::{Given, Scope, kind_of, operand};
use crate::language::plan::Owner;
use crate::language::resolve::{Names, Sink};
use crate::language::syntax::expression::Expression;

/// Settings that name fields: of which records, and which there are.
pub type SettingFields = BTreeMap<String, (Vec<String>, Vec<String>)>;

/// What is known, and what is wrong.
pub struct Checker<'a> {
    /// Names and what they stand for.
    pub names: Names<'a>,
    /// What is wrong.
    pub sink: Sink,
    /// Settings that name fields.
    pub setting_fields: SettingFields,
    /// Groups whose owner was asked for, by pipeline.
    pub owned: BTreeSet<(String, String)>,
}

impl<'a> Checker<'a> {
    /// Begins with what was resolved.
    pub fn new(names: Names<'a>, sink: Sink) -> Self {
        Self { names, sink, setting_fields: BTreeMap::new(), owned: BTreeSet::new() }
    }
}

impl Checker<'_> {
    /// What an expression gives; what can never be right in it is noted.
    pub fn kind_of(&mut self, scope: &Scope, tree: &Expression) -> Given {
        kind_of(tree, scope, &self.names, &mut self.sink)
    }

    /// Notes a condition that decides nothing.
    pub fn condition(&mut self, scope: &Scope, tree: &Expression) {
        let given = self.kind_of(scope, tree);
        operand::condition(&mut self.sink, (&given.kind, tree.span), "decides nothing here");
    }

    /// The owner of a group; from now on it owns something.
    pub fn owner_of(&mut self, pipeline: &str, group: &str) -> Option<Owner> {
        let owner = self.names.ownership.owner(pipeline, group)?;
        self.owned.insert((pipeline.to_owned(), group.to_owned()));
        Some(owner.who.clone())
    }
}
