//! A field that a script reads, that no record has, and that is nearly one that a record has.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, FileId, Severity, Sources as _, Span, suggest};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::value::Segment;

/// The lint.
pub const LINT: Lint = Lint {
    name: "misread-field",
    severity: Severity::Warning,
    summary: "a script reads a field that no record has, and one has nearly",
    why: "A script that reads what is not there is given nothing, and goes on: a price becomes the other price, a note \
          is left out, and nobody is told. What a script makes itself, `#{ amount: … }`, it may read under any name.",
    flagged: "fn whole(order) { order.totl }\n// and records have `total`",
    mended: "fn whole(order) { order.total }",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let scripts: Vec<(FileId, &str)> = view
        .sources
        .files()
        .filter(|(_, file)| file.name.ends_with(".rhai"))
        .map(|(id, _)| (id, view.sources.text(id)))
        .collect();
    if scripts.is_empty() {
        return Vec::new();
    }
    let fields = view.rules.systems.values().flat_map(|system| system.records.values()).flat_map(|kind| &kind.fields);
    let parts = fields.flat_map(|field| field.path.0.iter()).filter_map(|segment| match segment {
        Segment::Field(name) => Some(name.to_string()),
        _ => None,
    });
    let known: BTreeSet<String> = parts.collect();
    let made: BTreeSet<&str> = scripts.iter().flat_map(|(_, text)| keys(text)).collect();
    let mut found = Vec::new();
    for (file, text) in scripts {
        for (at, name) in read(text) {
            if known.contains(name) || made.contains(name) {
                continue;
            }
            let Some(near) = suggest::nearest(name, known.iter().map(String::as_str)).first().copied() else {
                continue;
            };
            let span = Span::new(file, at, at + name.len());
            let message = format!("no record has a field `{name}`, and this script reads it");
            found.push(LINT.found(message, span, "always nothing").write(near));
        }
    }
    found
}

/// The lines of a script without their comments, each with its place.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line.split("//").next().unwrap_or_default()))
    })
}

/// The words of a line outside quotes, each with its place.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut at = 0;
    line.split(move |letter: char| !is_word(letter)).filter_map(move |word| {
        let start = at;
        at +=
            word.len() + line.get(start + word.len()..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let outside = line.get(..start)?.matches('"').count().is_multiple_of(2);
        (!word.is_empty() && outside).then_some((start, word))
    })
}

/// The names behind a point that call nothing.
fn read(text: &str) -> impl Iterator<Item = (usize, &str)> {
    lines(text).flat_map(|(start, line)| {
        words(line).filter_map(move |(at, word)| {
            let (before, after) = (line.get(..at)?, line.get(at + word.len()..)?);
            let reads = before.ends_with('.') && !after.trim_start().starts_with('(');
            // A whole number has a point of its own.
            let is_name = word.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
            // What is written is made.
            let after = after.trim_start();
            let written = after.starts_with('=') && !after.starts_with("==");
            (reads && is_name && !written).then_some((start + at, word))
        })
    })
}

/// The names that the script gives to what it makes: `#{ name: … }`, `made.name = …`.
fn keys(text: &str) -> impl Iterator<Item = &str> {
    lines(text).flat_map(|(_, line)| {
        words(line).filter_map(move |(at, word)| {
            let after = line.get(at + word.len()..)?.trim_start();
            let is_key = after.starts_with(':') && !after.starts_with("::");
            let is_written = after.starts_with('=') && !after.starts_with("==") && line.get(..at)?.ends_with('.');
            (is_key || is_written).then_some(word)
        })
    })
}
