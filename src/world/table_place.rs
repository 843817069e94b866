//! The address of a table in a folder: which file, and which of its records are meant.
//!
//! `/folder/NAME.csv` are all, `/NAME.csv/column/value` is one, `?column=value` are those that hold it, and
//! `?lines[]=sku,quantity` says that these columns are a list's. Read alike by whoever judges a system file and by
//! whoever opens the file; knows no file itself.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use super::table_records::List;
use super::table_text::Form;

/// How such an address begins.
const SCHEME: &str = "file://";

/// The header of a request that adds a record: the column by which its records are told apart.
pub const KEY_COLUMN: &str = "petiole-key-column";

/// What ends the name of a table, as people are told it.
const ENDS: &str = ".csv, .tsv, .txt, .jsonl or .ndjson";

/// What an address asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct TablePlace {
    pub(super) file: PathBuf,
    pub(super) name: String,
    pub(super) form: Form,
    pub(super) one: Option<(String, String)>,
    pub(super) wanted: Vec<(String, String)>,
    pub(super) list: Option<List>,
}

impl TablePlace {
    /// What an address asks for, which may begin with the scheme.
    ///
    /// # Errors
    /// Says why it names no table.
    pub fn of(url: &str) -> Result<Self, String> {
        let rest = url.strip_prefix(SCHEME).unwrap_or(url);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut file = PathBuf::from("/");
        let mut parts = path.split('/').map(decoded).filter(|part| !part.is_empty());
        while let Some(part) = parts.next() {
            if part.contains(['/', '\0']) || part == ".." || part == "." {
                return Err(format!("`{path}` is no path below a folder"));
            }
            file.push(&part);
            let Some(form) = Form::of(&part) else { continue };
            let rest: Vec<String> = parts.collect();
            let one = match rest.as_slice() {
                [] => None,
                [column, value] => Some((column.clone(), value.clone())),
                _ => {
                    return Err(format!("`{path}` names no record: behind the table stand a column and a value of it"));
                }
            };
            let mut place = Self { file, name: part, form, one, wanted: Vec::new(), list: None };
            place.ask(query);
            return Ok(place);
        }
        Err(format!("`{path}` names no table: a file that ends in {ENDS}"))
    }

    fn ask(&mut self, query: &str) {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        for (name, value) in pairs.map(|(name, value)| (decoded(name), decoded(value))) {
            match name.strip_suffix("[]") {
                Some(list) => {
                    let columns = value.split(',').map(|name| name.trim().to_owned()).collect();
                    self.list = Some(List { name: list.to_owned(), columns });
                }
                None => self.wanted.push((name, value)),
            }
        }
    }

    /// Whether an address leads into a folder.
    pub fn is_folder(url: &str) -> bool {
        url.starts_with(SCHEME)
    }

    /// Whether a file of this name is a table.
    pub fn is_table(name: &str) -> bool {
        Form::of(name).is_some()
    }

    /// The file.
    pub fn file(&self) -> &std::path::Path {
        &self.file
    }

    /// A column and the value of the one record that is meant.
    pub fn one(&self) -> Option<(&str, &str)> {
        self.one.as_ref().map(|(column, value)| (column.as_str(), value.as_str()))
    }

    /// Columns and values of the records that are wanted.
    pub fn wanted(&self) -> impl Iterator<Item = (&str, &str)> {
        self.wanted.iter().map(|(column, value)| (column.as_str(), value.as_str()))
    }

    /// The list of which a record has several, with its columns.
    pub fn list(&self) -> Option<(&str, &[String])> {
        self.list.as_ref().map(|list| (list.name.as_str(), list.columns.as_slice()))
    }

    /// Whether rows hold lists and records by themselves.
    pub fn holds_lists(&self) -> bool {
        self.form == Form::JsonLines
    }
}

/// A part of an address, as it was before it was written as one.
fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}
