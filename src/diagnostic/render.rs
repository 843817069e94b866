//! Findings as text, in rustc's layout.

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Severity, Sources, Span};

/// Renders findings one after another, a blank line between.
pub fn render(findings: &[Diagnostic], sources: &dyn Sources, color: bool) -> String {
    findings.iter().map(|one| format!("{}\n", render_one(one, sources, color))).collect::<Vec<_>>().join("\n")
}

fn render_one(one: &Diagnostic, sources: &dyn Sources, color: bool) -> String {
    let level = match one.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let mut group = level
        .primary_title(one.message.as_str())
        .id(one.code.0)
        .elements(Vec::<Snippet<'_, annotate_snippets::Annotation<'_>>>::new());
    let mut files = vec![one.primary.span.file];
    for label in &one.labels {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    for file in files {
        let text = sources.text(file);
        if text.is_empty() {
            // There is no line to show.
            group = group.element(Origin::path(sources.name(file)));
            continue;
        }
        let mut snippet = Snippet::source(text).path(sources.name(file)).fold(true);
        if one.primary.span.file == file {
            let range = range(one.primary.span, text);
            snippet = snippet.annotation(AnnotationKind::Primary.span(range).label(one.primary.text.as_str()));
        }
        for label in one.labels.iter().filter(|label| label.span.file == file) {
            snippet =
                snippet.annotation(AnnotationKind::Context.span(range(label.span, text)).label(label.text.as_str()));
        }
        group = group.element(snippet);
    }
    if let Some(help) = &one.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    for note in &one.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

/// A range that lies in the text, whatever the span says.
fn range(span: Span, text: &str) -> std::ops::Range<usize> {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = span.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}
