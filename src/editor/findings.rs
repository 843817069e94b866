//! Findings as the protocol has them: message with help and notes, the places that explain it, code and where the code
//! is described.

use std::collections::BTreeMap;

use lsp_types::{
    CodeDescription, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, NumberOrString,
    PublishDiagnosticsParams, Uri,
};

use super::address::address_of;
use super::documents::Documents;
use super::study::Study;
use crate::diagnostic::{Diagnostic, FileId, Severity};

/// Who finds, as editors show it beside the message.
const SOURCE: &str = "petiole";

/// What is to be published of a rule set, by address: each file with all of its findings, be there none.
pub(super) fn published(study: &Study, documents: &Documents) -> BTreeMap<String, PublishDiagnosticsParams> {
    let page = study.page.as_deref().and_then(address_of);
    let mut by_file: BTreeMap<FileId, Vec<lsp_types::Diagnostic>> = BTreeMap::new();
    for finding in &study.compiled.findings {
        by_file.entry(finding.primary.span.file).or_default().push(shown(study, finding, page.as_ref()));
    }
    let mut published = BTreeMap::new();
    for (file, path, address) in study.files() {
        let Some(uri) = address.cloned() else { continue };
        let version = documents.at(path).map(|document| document.version);
        let diagnostics = by_file.remove(&file).unwrap_or_default();
        published.insert(uri.to_string(), PublishDiagnosticsParams { uri, diagnostics, version });
    }
    published
}

/// A finding as the protocol has it.
pub(super) fn shown(study: &Study, one: &Diagnostic, page: Option<&Uri>) -> lsp_types::Diagnostic {
    // A single word says no more than the place itself.
    let place = Some(one.primary.text.clone()).filter(|text| text.contains(' '));
    let help = one.help.iter().map(|text| format!("help: {text}"));
    let notes = one.notes.iter().map(|text| format!("note: {text}"));
    let lines: Vec<String> = [one.message.clone()].into_iter().chain(place).chain(help).chain(notes).collect();
    let related = one.labels.iter().filter_map(|label| {
        let location = study.location(label.span)?;
        Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
    });
    let related: Vec<_> = related.collect();
    let is_idle = one.code.0 == "muted-arrow" || one.code.0.starts_with("unused-");
    lsp_types::Diagnostic {
        range: study.range(one.primary.span),
        severity: Some(match one.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Info => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(one.code.0.to_owned())),
        code_description: page.and_then(|page| described(page, one.code.0)),
        source: Some(SOURCE.to_owned()),
        message: lines.join("\n"),
        related_information: (!related.is_empty()).then_some(related),
        tags: is_idle.then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: None,
    }
}

fn described(page: &Uri, code: &str) -> Option<CodeDescription> {
    format!("{}#{code}", page.as_str()).parse().ok().map(|href| CodeDescription { href })
}
