//! The value by which a record is matched with another. Knows one record, and no pair.

use super::scope::Context;
use super::situation::Situation;
use crate::language::plan::{Pipeline, Plan, Side};
use crate::value::{Value, key};

/// The value by which a record is matched, as key text; `None`: it has nothing to match by.
pub fn match_value(plan: &Plan, pipeline: &Pipeline, side: Side, record: &Value) -> Option<String> {
    let situation = Situation {
        left: (side == Side::Left).then(|| record.clone()),
        right: (side == Side::Right).then(|| record.clone()),
        ..Situation::of(side, Default::default(), Value::Null)
    };
    let context = Context::new(plan, pipeline, &situation);
    let value = context.evaluate(pipeline.match_of(side), None, &pipeline.match_line).ok()?;
    value.to_key().map(|text| key::matched(&text)).filter(|text| !text.is_empty())
}

/// Whether a value that is written much like another may be meant by it: letters get mistyped, but another number is
/// another record. Zeros at the head of a number say nothing, and an O among digits is one of them.
pub fn may_be_meant(asked: &str, known: &str) -> bool {
    numbers(asked) == numbers(known)
}

/// The numbers in a text, without zeros at their head.
fn numbers(text: &str) -> Vec<String> {
    let digit = |letter: char| match letter {
        'O' | 'o' => Some('0'),
        'I' | 'l' => Some('1'),
        _ => Some(letter).filter(char::is_ascii_digit),
    };
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let of_word = |word: &str| -> Vec<String> {
        if let Some(number) = word.chars().map(digit).collect::<Option<String>>() {
            return vec![number];
        }
        let runs = word.split(|letter: char| !letter.is_ascii_digit()).filter(|run| !run.is_empty());
        runs.map(str::to_owned).collect()
    };
    words.flat_map(of_word).map(|run| run.trim_start_matches('0').to_owned()).collect()
}
