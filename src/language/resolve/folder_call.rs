//! Calls of a folder of tables: which method each takes, whether it means one record or all, and its columns.
//!
//! Judges what is written; which file an address means is the transport's to say.

use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::RecordType;
use crate::language::syntax::file::system::{CallKey, CallParts};
use crate::value::Segment;
use crate::world::{Method, TablePlace};

/// What a call does to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    /// Gives one record.
    Reads,
    /// Gives all, or some.
    Lists,
    /// Gives those whose field has a value.
    Finds,
    /// Adds a record.
    Adds,
    /// Changes one.
    Changes,
    /// Takes one out.
    Removes,
    /// Adds to a list of one, which no table does.
    AddsTo,
}

impl Does {
    /// What a call of a record does.
    pub(super) fn of(key: &CallKey) -> Self {
        match key {
            CallKey::FindBy(_) => Self::Finds,
            CallKey::AddTo(_) => Self::AddsTo,
            CallKey::Once(name) => match name.text.as_str() {
                "read" => Self::Reads,
                "create" => Self::Adds,
                "update" | "archive" => Self::Changes,
                "delete" => Self::Removes,
                _ => Self::Lists,
            },
        }
    }

    /// What it does, its method, and whether it means one record.
    fn takes(self) -> (&'static str, &'static [Method], bool) {
        match self {
            Self::Reads => ("what reads one record", &[Method::Get], true),
            Self::Lists | Self::Finds => ("what lists records", &[Method::Get], false),
            Self::Adds => ("what adds a record", &[Method::Post], false),
            Self::Removes => ("what takes a record out", &[Method::Delete], true),
            Self::Changes | Self::AddsTo => ("what changes a record", &[Method::Patch, Method::Put], true),
        }
    }
}

/// The table that a call names, where it takes that call.
pub(super) fn place(parts: &CallParts, does: Does) -> Result<TablePlace, Box<Diagnostic>> {
    let span = parts.request.span;
    let refused = |message: String, help: String| {
        let finding = Diagnostic::error(Code("no-table"), message, span, "no table takes this");
        Err(Box::new(finding.help(help)))
    };
    let (path, method) = (parts.request.path.to_string(), parts.request.method);
    let query: Vec<String> = parts.request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let (what, methods, is_one) = does.takes();
    let Some(usual) = methods.first() else { return refused("no call".to_owned(), String::new()) };
    let place = match TablePlace::of(&format!("{path}?{}", query.join("&"))) {
        Ok(place) => place,
        Err(why) => {
            let one = if is_one { "/COLUMN/{FIELD}" } else { "" };
            return refused(why, format!("write the file below the account's folder: `{usual} /NAME.csv{one}`"));
        }
    };
    let table = path.split_inclusive('/').scan(false, |ended, part| {
        let before = *ended;
        *ended |= TablePlace::is_table(part.trim_end_matches('/'));
        (!before).then_some(part)
    });
    let table: String = table.collect();
    let table = table.trim_end_matches('/');
    let sought = place.one().filter(|_| does == Does::Finds).map(|(column, value)| format!("{column}={value}"));
    let said: Vec<String> = sought.into_iter().chain(query).collect();
    let said = if said.is_empty() { String::new() } else { format!("?{}", said.join("&")) };
    if does == Does::AddsTo {
        let message = "no table adds to the list of a record by itself".to_owned();
        return refused(message, "take the call out: `update` writes the record with its whole list".to_owned());
    }
    let one = place.one().map(|(column, value)| format!("/{column}/{value}"));
    if !methods.contains(&method) || is_one != one.is_some() {
        let whom = if is_one { one.unwrap_or_else(|| "/COLUMN/{FIELD}".to_owned()) } else { String::new() };
        let named = if is_one { "one record" } else { "the table" };
        let message = format!("{what} is a {usual} of {named}, and this is `{method} {path}`");
        return refused(message, format!("write `{usual} {table}{whom}{said}`"));
    }
    if let Some((column, value)) = place.wanted().find(|(_, value)| value.starts_with("{since")) {
        let message = format!("a table is searched for equal values, and nothing is equal to `{value}` in `{column}`");
        return refused(
            message,
            "take the call out: `list` reads the table, and what changed is seen by it".to_owned(),
        );
    }
    Ok(place)
}

/// What is wrong with the columns that a call names.
pub(super) fn columns(record: &RecordType, place: &TablePlace, span: Span) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut tell = |message: String, help: String| {
        let finding = Diagnostic::error(Code("unknown-field"), message, span, "not where the record has it");
        found.push(finding.help(help));
    };
    for (column, value) in place.one().into_iter().chain(place.wanted()) {
        let name = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let field = name.and_then(|name| record.fields.iter().find(|field| field.path.to_string() == name));
        let Some(field) = field else { continue };
        let mut places = std::iter::once(&field.read_at).chain(&field.read_also).map(ToString::to_string);
        if !places.any(|place| place == column) {
            let message = format!("`{}` stands in the column `{}`, and not in `{column}`", field.path, field.read_at);
            tell(message, format!("write `{}` in the place of `{column}`", field.read_at));
        }
    }
    if place.holds_lists() {
        return found;
    }
    let (list, columns) = place.list().unwrap_or_default();
    for field in &record.fields {
        let [Segment::Field(name), Segment::Each, ..] = field.path.0.as_slice() else { continue };
        let column = field.read_at.to_string();
        if name.as_str() != list || !columns.contains(&column) {
            let elements = record.fields.iter().filter(
                |field| matches!(field.path.0.as_slice(), [Segment::Field(of), Segment::Each, ..] if of == name),
            );
            let all: Vec<String> = elements.map(|field| field.read_at.to_string()).collect();
            let message = format!("nothing says that the column `{column}` holds the `{name}` of a record");
            tell(message, format!("write `?{name}[]={}` behind it", all.join(",")));
            break;
        }
    }
    found
}
