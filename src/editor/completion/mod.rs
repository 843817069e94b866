//! What may be written at a place, by what stands there and what the rule set has.
//!
//! The newest text decides where the place is; what there is to name is known from what could be understood of the set.

mod arrow;
mod item;
mod keys;
mod reach;
mod rows;
mod values;

use lsp_types::CompletionItem;

use super::context::{Context, Step};
use super::study::Study;
use crate::diagnostic::FileId;
use crate::language::check::CheckedRules;

pub(super) use item::Offer;

/// The most that is offered at once.
const OFFERS_MAX: usize = 1_000;

/// Who is asked, and about what.
pub(super) struct Place<'s> {
    /// What was made of the rule set.
    pub(super) study: &'s Study,
    /// What was understood of it.
    pub(super) rules: &'s CheckedRules,
    /// The file.
    pub(super) file: FileId,
    /// Where in it.
    pub(super) context: Context<'s>,
}

/// Keys of a pipeline behind which an expression stands, by itself or for each name below.
const EXPRESSIONS: [&str; 8] = ["match", "when", "hold when", "create", "passed by", "agree", "with", "needs"];

/// What may be written at a byte of a file.
pub(super) fn complete(study: &Study, file: FileId, offset: usize) -> Option<Vec<CompletionItem>> {
    let rules = study.compiled.understood()?;
    let text = study.text(file);
    let context = Context::at(text, offset);
    let place = Place { study, rules, file, context };
    let (offers, word) = offers(&place);
    let start = offset.checked_sub(word)?;
    let range = study.typed_range(file, (start, offset));
    let items = offers.into_iter().take(OFFERS_MAX);
    Some(items.enumerate().map(|(at, offer)| offer.shown(at, range)).collect())
}

/// What is offered, and how many bytes before the place it takes the place of.
fn offers(place: &Place<'_>) -> (Vec<Offer>, usize) {
    let context = &place.context;
    if context.kind.is_none() {
        return (keys::kinds(), word(context.before, is_word));
    }
    let first = context.key(0);
    match (context.kind, first) {
        (Some("table"), Some("rows")) if context.steps.last() == Some(&Step::Item) => rows::offers(place),
        (Some("pipeline"), Some("fields")) if context.steps.contains(&Step::Item) => arrow::offers(place),
        (Some("pipeline"), Some(key))
            if EXPRESSIONS.contains(&key)
                && (context.key(1).is_some() || !context.maps.iter().any(|map| map.named.is_some())) =>
        {
            arrow::expression(place)
        }
        _ if context.is_key && !context.maps.is_empty() => (keys::offers(place), word(context.before, is_key)),
        _ => values::offers(place),
    }
}

/// How long the word at the end of a text is.
fn word(before: &str, belongs: fn(char) -> bool) -> usize {
    before.len() - before.trim_end_matches(belongs).len()
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// A key may have blanks and dots in it.
fn is_key(letter: char) -> bool {
    is_word(letter) || letter == '.' || letter == ' '
}
