//! What people call records: texts of theirs by which they are found without asking a peer.
//!
//! Texts are folded, so that case and blanks do not matter, and a name is found by each of its words. Bounded for each
//! record. They go with the link of their record, and where there never was one once they are old.

use async_trait::async_trait;

use super::error::StoreError;
use super::record::RecordRef;

/// Texts that are kept of one record.
const TEXTS_MAX: usize = 12;

/// Words of one text by which it is found, beside the whole.
const WORDS_MAX: usize = 4;

/// Letters of a text by which it is found.
const LETTERS_MAX: usize = 120;

/// A record with what people call it, in the place of what was kept of it before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The record.
    pub target: RecordRef,
    /// Whether it is known to be linked; false: as it was.
    pub linked: bool,
    /// Its texts, folded, each with the field that it is of.
    pub texts: Vec<(String, String)>,
}

/// A record that a text leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Handle {
    /// The text, folded.
    pub text: String,
    /// The record.
    pub target: RecordRef,
    /// The field that it is of.
    pub field: String,
}

/// Who is called what. It is kept when work on a record ends.
#[async_trait]
pub trait Handles: Send + Sync {
    /// Records that are called this, or with `begins` so at the beginning, in the order of what they are called; at
    /// most `limit`.
    async fn called(&self, text: &str, begins: bool, limit: usize) -> Result<Vec<Handle>, StoreError>;

    /// What a record is called.
    async fn handles_of(&self, target: &RecordRef) -> Result<Vec<Handle>, StoreError>;
}

impl Called {
    /// A record with these values of its fields.
    pub fn new(target: RecordRef, linked: bool, values: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut texts: Vec<(String, String)> = Vec::new();
        for (field, value) in values {
            let whole = folded(&value);
            let words: Vec<&str> = whole.split(' ').filter(|word| word.chars().count() > 1 && *word != whole).collect();
            let words: Vec<String> = words.into_iter().take(WORDS_MAX).map(str::to_owned).collect();
            for text in std::iter::once(whole.clone()).chain(words) {
                if !text.is_empty() && texts.len() < TEXTS_MAX && texts.iter().all(|(known, _)| *known != text) {
                    texts.push((text, field.clone()));
                }
            }
        }
        Self { target, linked, texts }
    }
}

/// A text as it is compared: in small letters, with one blank between words, and no longer than is kept.
pub fn folded(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    // The one sign that a server keeps none of.
    words.join(" ").replace('\0', "\u{fffd}").chars().take(LETTERS_MAX).collect()
}

/// The first text behind all that begin with this one.
pub(super) fn behind(text: &str) -> String {
    format!("{text}\u{10ffff}")
}
