//! Whether what people are told is told in the words of a test: what is parked, and what the report tells.

use super::came::Came;
use crate::language::plan::test::Words;
use crate::store::Park;

/// What is told of each park: its code, its reason, what happened.
pub(super) fn parks(came: &Came<'_>) -> Vec<Vec<String>> {
    came.parks.iter().map(park).collect()
}

fn park(park: &Park) -> Vec<String> {
    let draft = &park.draft;
    vec![format!("{CODE}{}", draft.code), draft.reason.clone(), draft.message.clone()]
}

/// Marks what is a code, which is meant whole.
const CODE: &str = "code:";

/// Whether a test expects this park.
pub(super) fn expects_park(said: &Words, one: &Park) -> bool {
    expects(said, &park(one))
}

/// Whether a test expects what is told in any of these ways.
pub(super) fn expects(said: &Words, told: &[String]) -> bool {
    said.texts.as_ref().is_none_or(|texts| texts.iter().any(|text| fits(text, told)))
}

/// Why what is told is not what is said; `nothing` and `one` name it.
pub(super) fn said_so(said: &Words, all: &[Vec<String>], (nothing, one): (&str, &str)) -> Option<String> {
    let Some(texts) = &said.texts else { return all.is_empty().then(|| nothing.to_owned()) };
    let mut left: Vec<&Vec<String>> = all.iter().collect();
    for text in texts {
        let Some(at) = left.iter().position(|told| fits(text, told)) else {
            return Some(if all.is_empty() { nothing.to_owned() } else { format!("{nothing} with {text:?}") });
        };
        left.remove(at);
    }
    let more = match left.len() {
        1 => format!("1 {one}"),
        number => format!("{number} {one}s"),
    };
    (said.listed && !left.is_empty()).then(|| format!("{more} more than expected"))
}

fn fits(text: &str, told: &[String]) -> bool {
    let text = text.to_lowercase();
    told.iter().any(|told| match told.strip_prefix(CODE) {
        Some(code) => code == text,
        None => says(&told.to_lowercase(), &text),
    })
}

/// Whether a sentence has these words, whole ones.
fn says(sentence: &str, words: &str) -> bool {
    let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    sentence.match_indices(words).any(|(at, found)| {
        let before = sentence.get(..at).and_then(|before| before.chars().next_back());
        let after = sentence.get(at + found.len()..).and_then(|after| after.chars().next());
        let begins = is_letter(words.chars().next()) && is_letter(before);
        let ends = is_letter(words.chars().next_back()) && is_letter(after);
        !begins && !ends
    })
}
