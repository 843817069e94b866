//! A rule file of any kind: what its kind says, and what any file may have.

use super::accounts::{self, AccountsFile};
use super::allow::{self, Allowed};
use super::ownership::{self, OwnershipFile};
use super::pipeline::{self, PipelineFile};
use super::settings::{self, SettingsFile};
use super::system::{self, SystemFile};
use super::table::{self, TableFile};
use super::test::{self, TestTree};
use crate::language::syntax::mapping::Found;
use crate::language::syntax::yaml::Node;

/// A rule file.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// What it says as the kind of file that it is.
    pub tree: FileTree,
    /// The tests in it.
    pub tests: Vec<TestTree>,
    /// Warnings that it allows.
    pub allowed: Vec<Allowed>,
}

/// What a file says, by its kind.
#[derive(Clone, Debug)]
pub enum FileTree {
    /// `system:`
    System(Box<SystemFile>),
    /// `accounts:`
    Accounts(AccountsFile),
    /// `settings:`
    Settings(SettingsFile),
    /// `ownership:`
    Ownership(OwnershipFile),
    /// `table:`
    Table(TableFile),
    /// `pipeline:`
    Pipeline(Box<PipelineFile>),
    /// `tests:`
    Tests,
}

impl RuleFile {
    /// A file of this kind.
    pub fn of(kind: &str, node: &Node, found: &mut Found) -> Self {
        let tree = match kind {
            "system" => FileTree::System(Box::new(system::parse(node, found))),
            "accounts" => FileTree::Accounts(accounts::parse(node, found)),
            "settings" => FileTree::Settings(settings::parse(node, found)),
            "ownership" => FileTree::Ownership(ownership::parse(node, found)),
            "table" => FileTree::Table(table::parse(node, found)),
            "pipeline" => FileTree::Pipeline(Box::new(pipeline::parse(node, found))),
            _ => FileTree::Tests,
        };
        Self { tree, tests: test::parse(node, found), allowed: allow::parse(node, found) }
    }
}
