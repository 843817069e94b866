//! One thing that may be written.

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemLabelDetails, CompletionTextEdit, Documentation, MarkupContent,
    MarkupKind, Range, TextEdit,
};

/// Something that may be written.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    label: String,
    kind: CompletionItemKind,
    written: Option<String>,
    detail: Option<String>,
    about: Option<String>,
    /// What is offered first, by its number.
    rank: u8,
}

impl Offer {
    pub(super) fn new(label: impl Into<String>, kind: CompletionItemKind) -> Self {
        Self { label: label.into(), kind, written: None, detail: None, about: None, rank: 5 }
    }

    /// A word of the language.
    pub(super) fn word(label: &str) -> Self {
        Self::new(label, CompletionItemKind::KEYWORD)
    }

    /// With another text than its name.
    pub(super) fn writes(self, text: impl Into<String>) -> Self {
        Self { written: Some(text.into()), ..self }
    }

    /// With a few words beside it.
    pub(super) fn detail(self, text: impl Into<String>) -> Self {
        Self { detail: Some(text.into()), ..self }
    }

    /// With what it is for.
    pub(super) fn about(self, text: impl Into<String>) -> Self {
        Self { about: Some(text.into()), ..self }
    }

    /// Before others, the lower the number.
    pub(super) fn rank(self, rank: u8) -> Self {
        Self { rank, ..self }
    }

    /// As the protocol has it, at its place among the others.
    pub(super) fn shown(self, at: usize, range: Range) -> CompletionItem {
        let new_text = self.written.unwrap_or_else(|| self.label.clone());
        let value = |value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value });
        CompletionItem {
            sort_text: Some(format!("{}{at:05}", self.rank)),
            filter_text: Some(new_text.clone()),
            label_details: self
                .detail
                .clone()
                .map(|detail| CompletionItemLabelDetails { detail: None, description: Some(detail) }),
            detail: self.detail,
            documentation: self.about.map(value),
            kind: Some(self.kind),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text })),
            label: self.label,
            ..CompletionItem::default()
        }
    }
}
