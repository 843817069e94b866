//! Findings as SARIF 2.1.0: the form that code hosts and editors take in from linters.
//!
//! Lines and columns count from 1, columns in Unicode scalar values, an end is the place behind it. Source: the OASIS
//! standard, sections 3.13 to 3.58.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::span::place_of;
use super::{Diagnostic, Severity, Sources, Span};

/// Where the form is described, for whoever checks the document.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// All findings as one run of petiole; `about` says in words what a code means.
pub fn render(findings: &[Diagnostic], sources: &dyn Sources, about: impl Fn(&str) -> Option<String>) -> Value {
    let codes: BTreeSet<&str> = findings.iter().map(|one| one.code.0).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let rule = |code: &&str| {
        let text = about(code).unwrap_or_else(|| (*code).to_owned());
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or(code);
        json!({ "id": code, "shortDescription": { "text": first }, "help": { "text": text } })
    };
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "petiole",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(rule).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(|one| result(one, sources, &codes)).collect::<Vec<_>>(),
        }],
    })
}

fn result(one: &Diagnostic, sources: &dyn Sources, codes: &[&str]) -> Value {
    let level = match one.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    let said = [&one.message].into_iter().chain(&one.help).chain(&one.notes);
    let text = said.map(String::as_str).collect::<Vec<_>>().join("\n");
    let related = one.labels.iter().map(|label| location(label.span, sources, Some(&label.text)));
    let mut result = json!({
        "ruleId": one.code.0,
        "ruleIndex": codes.iter().position(|code| *code == one.code.0),
        "level": level,
        "message": { "text": text },
        "locations": [location(one.primary.span, sources, None)],
        "relatedLocations": related.collect::<Vec<_>>(),
    });
    if !one.fix.is_empty() {
        let change = one.fix.iter().map(|edit| {
            json!({
                "artifactLocation": artifact(edit.span, sources),
                "replacements": [{
                    "deletedRegion": region(edit.span, sources),
                    "insertedContent": { "text": edit.replacement },
                }],
            })
        });
        let words = one.help.as_deref().unwrap_or("as it is meant");
        let fix = json!({ "description": { "text": words }, "artifactChanges": change.collect::<Vec<_>>() });
        if let Value::Object(fields) = &mut result {
            fields.insert("fixes".to_owned(), json!([fix]));
        }
    }
    result
}

fn location(span: Span, sources: &dyn Sources, text: Option<&str>) -> Value {
    let place = json!({ "artifactLocation": artifact(span, sources), "region": region(span, sources) });
    match text.filter(|text| !text.is_empty()) {
        Some(text) => json!({ "physicalLocation": place, "message": { "text": text } }),
        None => json!({ "physicalLocation": place }),
    }
}

fn region(span: Span, sources: &dyn Sources) -> Value {
    let text = sources.text(span.file);
    let (start, end) = (place_of(text, span.start), place_of(text, span.end));
    json!({
        "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
    })
}

/// A file as a reference: one that begins with a slash is a whole address, any other stands below where lint was run.
fn artifact(span: Span, sources: &dyn Sources) -> Value {
    let name = sources.name(span.file).replace('\\', "/");
    let mut uri = String::from(if name.starts_with('/') { "file://" } else { "" });
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.extend(['%', hex_digit(byte >> 4), hex_digit(byte & 15)]),
        }
    }
    json!({ "uri": uri })
}

fn hex_digit(number: u8) -> char {
    char::from_digit(u32::from(number), 16).unwrap_or('0').to_ascii_uppercase()
}
