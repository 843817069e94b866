//! Findings as JSON: the form that editors and scripts read.
//!
//! Lines and columns count from 1, columns in Unicode scalar values.

use serde_json::{Value, json};

use super::span::place_of;
use super::{Diagnostic, Severity, Sources, Span};

/// All findings as one document.
pub fn render(findings: &[Diagnostic], sources: &dyn Sources) -> Value {
    let count = |severity: Severity| findings.iter().filter(|one| one.severity == severity).count();
    json!({
        "findings": findings.iter().map(|one| finding(one, sources)).collect::<Vec<_>>(),
        "errors": count(Severity::Error),
        "warnings": count(Severity::Warning),
    })
}

/// One finding.
pub fn finding(one: &Diagnostic, sources: &dyn Sources) -> Value {
    let mut value = json!({
        "code": one.code.0,
        "severity": one.severity.as_str(),
        "message": one.message,
        "label": one.primary.text,
        "help": one.help,
        "notes": one.notes,
        "labels": one.labels.iter().map(|label| {
            let mut value = place(label.span, sources);
            insert(&mut value, "text", json!(label.text));
            value
        }).collect::<Vec<_>>(),
        "fix": one.fix.iter().map(|edit| {
            let mut value = place(edit.span, sources);
            insert(&mut value, "replacement", json!(edit.replacement));
            value
        }).collect::<Vec<_>>(),
    });
    if let Value::Object(fields) = place(one.primary.span, sources) {
        for (name, found) in fields {
            insert(&mut value, &name, found);
        }
    }
    value
}

fn insert(value: &mut Value, name: &str, found: Value) {
    if let Value::Object(fields) = value {
        fields.insert(name.to_owned(), found);
    }
}

fn place(span: Span, sources: &dyn Sources) -> Value {
    let text = sources.text(span.file);
    let (start, end) = (place_of(text, span.start), place_of(text, span.end));
    json!({
        "file": sources.name(span.file),
        "line": start.line, "column": start.column,
        "end_line": end.line, "end_column": end.column,
    })
}
