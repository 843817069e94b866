//! The system file as text, in the layout that `petiole fmt` leaves alone.

use std::fmt::Write as _;

use super::document::Document;
use super::list::Paging;
use super::opening::{self, Opening};
use super::record::Record;
use crate::view::shown::plain;

/// Letters of a text of the document that are taken over.
const TEXT_MAX: usize = 160;

/// The whole file.
pub(super) fn file(document: &Document, system: &str, records: &[Record]) -> String {
    let opening = opening::of(document);
    let common = records.first().map(|record| record.paging.clone()).unwrap_or_default();
    let mut out = head(document, records, &opening);
    let _ = writeln!(out, "system: {system}");
    let title = text(document.title());
    if !title.is_empty() {
        let _ = writeln!(out, "about: {title}");
    }
    out.push_str("\nhttp:\n");
    opening.lines.iter().for_each(|line| _ = writeln!(out, "  {line}"));
    out.push('\n');
    paging(&mut out, "", &common);
    out.push_str("\nrecords:\n");
    for (at, record) in records.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        one(&mut out, record, &common);
    }
    out
}

/// What the file comes from, and what a person has to see to.
fn head(document: &Document, records: &[Record], opening: &Opening) -> String {
    let version = short(document.version());
    let version = if version.is_empty() { version } else { format!(", {version}") };
    let title = short(document.title());
    let mut out = format!("# Drafted by `petiole new --from-openapi` from \"{title}\"{version}.\n");
    out.push_str("# Fields, enums and what is required are the document's; what is guessed from names is `assumed`.\n");
    out.push_str("# See to this, then take it out:\n");
    let mut see = |text: String| _ = writeln!(out, "# - {text}");
    if let Some(address) = document.address() {
        see(format!("the account's `base_url`: {}", short(&address)));
    }
    see(format!("the account's `secrets:` are {}", opening.secrets.join(", ")));
    opening.remark.iter().for_each(|remark| see(remark.clone()));
    see("`limits:`, `errors:` and `webhook:`, of which such documents say nothing that can be read".to_owned());
    for record in records {
        let name = &record.name;
        record.paging.remark.iter().for_each(|remark| see(format!("`{name}`: {remark}")));
        if let Some(field) = &record.states {
            see(format!("`{name}`: `states:` with `field: {field}`, if rules carry it: who makes which step"));
        }
        if record.modified.is_none() {
            see(format!("`{name}`: `modified:`, the field that says when it was changed last"));
        }
        if !record.calls.iter().any(|(call, _)| call.starts_with("changed:")) {
            see(format!("`{name}`: `changed:`, the call that lists what changed since `{{since}}`"));
        }
        if !record.left_out.is_empty() {
            let names = record.left_out.iter().map(|name| short(name)).collect::<Vec<_>>().join(", ");
            see(format!("`{name}`: left out, as rules cannot name them: {names}; `NAME: TYPE, at PATH` reads one"));
        }
        if record.is_form {
            see(format!("`{name}`: what is sent goes as a form, not as JSON"));
        }
    }
    out
}

fn paging(out: &mut String, indent: &str, paging: &Paging) {
    let _ = writeln!(out, "{indent}paging:");
    for (key, said) in &paging.keys {
        let _ = writeln!(out, "{indent}  {key}: {said}");
    }
}

fn one(out: &mut String, record: &Record, common: &Paging) {
    let _ = writeln!(out, "  {}:", record.name);
    let about = text(&record.about);
    if !about.is_empty() {
        let _ = writeln!(out, "    about: {about}");
    }
    let _ = writeln!(out, "    key: {}", record.key);
    for (key, field) in [("created", &record.created), ("modified", &record.modified)] {
        field.iter().for_each(|field| _ = writeln!(out, "    {key}: {field}"));
    }
    if !record.handles.is_empty() {
        let _ = writeln!(out, "    handles: [{}]", record.handles.join(", "));
    }
    if record.paging.keys != common.keys {
        paging(out, "    ", &record.paging);
    }
    out.push_str("    fields:\n");
    for line in &record.lines {
        let _ = writeln!(out, "      {}: {}{}", line.name, line.text, remark(&line.remark));
    }
    if !record.calls.is_empty() {
        out.push_str("    calls:\n");
    }
    for (call, said) in &record.calls {
        let _ = writeln!(out, "      {call}{}", remark(said));
    }
}

fn remark(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" # {}", short(text)) }
}

/// A text of the document on one line, where it may be long or odd.
fn short(text: &str) -> String {
    let text = plain(text.trim());
    text.chars().take(TEXT_MAX).collect()
}

/// The same as a value.
fn text(text: &str) -> String {
    let text = short(text);
    if text.is_empty() {
        return text;
    }
    serde_yaml::to_string(&text).map(|yaml| yaml.trim_end().to_owned()).unwrap_or_default()
}
