//! A `table:` file: two fields, and rows of values between them.

use crate::language::syntax::expression::Name;
use crate::language::syntax::field_spec::TABLE_FILE;
use crate::language::syntax::mapping::{Found, Mapping, keep, names, text};
use crate::language::syntax::rule_line::{self, RowLine};
use crate::language::syntax::yaml::Node;

/// What a table file says.
#[derive(Clone, Debug, Default)]
pub struct TableFile {
    /// The table's name; without it nothing else of the file is read.
    pub name: Option<Name>,
    /// The fields of the two sides, `SYSTEM.RECORD.FIELD`.
    pub between: Vec<Name>,
    /// The rows that could be read.
    pub rows: Vec<RowLine>,
}

/// Reads a table file.
pub(super) fn parse(node: &Node, found: &mut Found) -> TableFile {
    let Some(file) = Mapping::of(node, &TABLE_FILE, found) else { return TableFile::default() };
    let Some(name) = file.text("table", "`table`", found) else { return TableFile::default() };
    let between = names(file.list("between", "`between`", found), "a side", found);
    let mut rows = Vec::new();
    for node in file.list("rows", "`rows`", found) {
        // What follows a map among rows is the next block, whose own line is gone.
        let Some(scalar) = text(node, "a row", found) else { break };
        rows.extend(keep(rule_line::row(scalar), found));
    }
    TableFile { name: Some(name.name()), between, rows }
}
