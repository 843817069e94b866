//! The pass itself: every rule file to its tree.
//!
//! Never fails: whatever the text, there is a tree with holes, and findings. A file's tree depends on its text alone.

use super::expression::Name;
use super::field_spec::{FILE_KINDS, kind};
use super::file::RuleFile;
use super::mapping::Found;
use super::yaml::{self, NodeKind};
use crate::diagnostic::{Code, Diagnostic, FileId, Span};
use crate::language::source::{SourceFile, SourceMap};
use crate::world::threads;

/// The files of a rule set as trees.
#[derive(Debug, Default)]
pub struct RuleTree {
    /// The files that say what they are, in their order.
    pub files: Vec<RuleFile>,
    /// First keys of files that are no kind of rule file.
    pub strangers: Vec<Name>,
    /// What is wrong.
    pub found: Found,
}

/// How many files a thread takes at least: for fewer it would take longer to begin than to read them.
const FILES_ENOUGH: usize = 32;

/// Parses every YAML file. Whether on one thread or on several, the tree is the same.
pub fn parse(sources: &SourceMap) -> RuleTree {
    let mut tree = RuleTree::default();
    let files: Vec<(FileId, &SourceFile)> = sources.files().filter(|(_, file)| is_yaml(&file.name)).collect();
    let parsed = threads::each(files.len(), FILES_ENOUGH, |at| files.get(at).map(|(id, file)| one(*id, file)));
    for parsed in parsed.into_iter().flatten() {
        tree.found.extend(parsed.found);
        tree.files.extend(parsed.file);
        tree.strangers.extend(parsed.stranger);
    }
    tree
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// What came of one file.
#[derive(Default)]
struct Parsed {
    file: Option<RuleFile>,
    stranger: Option<Name>,
    found: Found,
}

fn one(id: FileId, file: &SourceFile) -> Parsed {
    let (node, found) = yaml::parse(id, &file.text);
    let mut parsed = Parsed { found, ..Parsed::default() };
    let first = match &node.kind {
        NodeKind::Mapping(entries) => entries.first().map(|(key, _)| key),
        _ => None,
    };
    match first {
        Some(first) => match kind(&first.text) {
            Some(kind) => parsed.file = Some(RuleFile::of(kind, &node, &mut parsed.found)),
            None => parsed.stranger = Some(first.name()),
        },
        // What YAML could not take was told.
        None if !parsed.found.is_empty() => {}
        None => {
            let help = format!("begin it with one of: {}", FILE_KINDS.join(", "));
            let place = Span::new(id, 0, 0);
            let finding = Diagnostic::error(Code("unknown-file-kind"), "this file says nothing", place, "here");
            parsed.found.push(finding.help(help));
        }
    }
    parsed
}
