//! What to write instead of what people write out of habit from elsewhere.
//!
//! Looks at the text around the place that does not fit; knows no meaning. Silent where it is
//! not sure, since wrong advice costs more than none.

use crate::diagnostic::suggest::slip;

const COMPARISONS: [&str; 6] = ["==", "!=", "<=", ">=", "<", ">"];

const WORDS: [&str; 12] = ["if", "then", "else", "or", "and", "not", "in", "where", "park", "true", "false", "null"];

/// Advice by how the text goes on; with what belongs in its place, where there is one answer.
const BY_START: [(&str, &str, Option<&str>); 30] = [
    ("&&", "write `and`", Some("and")),
    ("||", "write `or`", Some("or")),
    ("!", "write `not`", Some("not")),
    ("\u{2260}", "write `!=`", Some("!=")),
    ("=>", "write `>=` to compare", Some(">=")),
    ("=<", "write `<=`", Some("<=")),
    ("=!", "write `!=`", Some("!=")),
    ("=", "write `==` to compare", Some("==")),
    ("%", "there is no remainder; write a function in a script", None),
    ("?", "write `if … then … else …`, or `??` before what stands in where there is nothing", None),
    ("\u{201c}", "write straight quotes: \"…\"", None),
    ("\u{2018}", "write straight quotes: '…'", None),
    ("{", "records cannot be written here; write a function in a script that makes one", None),
    ("is not ", "write `!=`, as in `!= null`", Some("!= ")),
    ("is ", "write `==`, as in `== null`", Some("== ")),
    ("eq ", "write `==` to compare", Some("== ")),
    (":=", "write `==` to compare", Some("==")),
    (":", "write `else` for what holds otherwise", None),
    ("otherwise", "write `else` for what holds otherwise", Some("else")),
    ("of ", "write `in` to look into a list", Some("in ")),
    ("within ", "write `in` to look into a list", Some("in ")),
    ("contains ", "write `in` to look into a list, `contains(text, part)` to look into a text", None),
    ("&", "write `and`", Some("and")),
    ("|", "write `or` between two conditions; a function stands around its value, as in `trim(name)`", None),
    ("not in ", "write `not` before the whole: `not a in b`", None),
    ("where", "`where` stands behind a list: `list where .field == 1`", None),
    ("park", "`park` stands behind `??`, as in `a ?? park \"why\"`", None),
    ("$", "a variable stands only in `accounts:` and `settings:`; here write the setting's name", None),
    ("[", "an index is a whole number from 0, of at most six digits: `list[0]`", None),
    (";", "an expression is one value; there are no statements", None),
];

/// Words on what to write instead, and what belongs there, where there is one answer.
#[derive(Debug)]
pub struct Told {
    /// The words.
    pub help: String,
    /// The answer.
    pub change: Option<Change>,
}

/// What belongs in the place of a part of the text.
#[derive(Debug)]
pub struct Change {
    /// Where the part begins.
    pub at: usize,
    /// Where it ends.
    pub end: usize,
    /// What belongs there.
    pub answer: String,
}

impl From<String> for Told {
    fn from(help: String) -> Self {
        Self { help, change: None }
    }
}

/// A question mark stands where `then` does.
pub fn then(at: usize) -> Told {
    let change = Change { at, end: at + 1, answer: "then".to_owned() };
    Told { help: "write `if … then … else …`".to_owned(), change: Some(change) }
}

/// A word in the place of a sign stands apart from what is beside it.
fn apart(before: &str, rest: &str, (sign, answer): (&str, &str)) -> String {
    let is_word = answer.starts_with(|letter: char| letter.is_alphabetic());
    let behind = rest.get(sign.len()..).unwrap_or_default();
    let blank = |is_close: bool| if is_word && is_close { " " } else { "" };
    let (first, last) = (blank(before.ends_with(is_part)), blank(!behind.starts_with(' ') && !answer.ends_with(' ')));
    format!("{first}{answer}{last}")
}

fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || "_)]\"".contains(letter)
}

/// What to write instead at this byte, if that is known.
pub fn advice(text: &str, at: usize) -> Option<Told> {
    let (before, rest) = (text.get(..at)?, text.get(at..)?);
    if let Some(help) = Some(before).filter(|_| rest.trim().is_empty()).and_then(behind_the_last) {
        return Some(help.into());
    }
    if let Some(told) = of_another_case(before, rest).or_else(|| reason_without_park(before, rest)) {
        return Some(told);
    }
    let compares = |part: &str| COMPARISONS.iter().any(|one| part.starts_with(one));
    if before.ends_with('<') && rest.starts_with('>') {
        let change = Change { at: at - 1, end: at + 1, answer: "!=".to_owned() };
        return Some(Told { help: "write `!=`".to_owned(), change: Some(change) });
    }
    if compares(rest) && COMPARISONS.iter().any(|one| before.contains(one)) {
        return Some("comparisons do not chain; join two of them with `and`".to_owned().into());
    }
    if (before.ends_with("==") || before.ends_with("!=")) && rest.starts_with('=') {
        let help = format!("write `{}`: one sign for the kind and the value", before.get(before.len() - 2..)?);
        return Some(Told { help, change: Some(Change { at, end: at + 1, answer: String::new() }) });
    }
    let decimals = rest.strip_prefix(',').is_some_and(digit_first);
    if decimals && before.ends_with(|letter: char| letter.is_ascii_digit()) {
        return Some("write a point before decimals, and no mark between thousands".to_owned().into());
    }
    if rest.starts_with("in ") && before.contains(" in ") {
        return Some("comparisons do not chain; join two of them with `and`".to_owned().into());
    }
    if rest.starts_with(',') && before.contains(", at ") {
        return Some("write `, at most one` behind the condition".to_owned().into());
    }
    if rest.starts_with("if ") && !before.trim().is_empty() {
        return Some("write brackets around it: `(if … then … else …)`".to_owned().into());
    }
    if rest.starts_with('[') && !rest.contains(']') {
        return Some("close the `[` with `]`".to_owned().into());
    }
    if before.ends_with('[') {
        return in_brackets(rest).map(Told::from);
    }
    if before.ends_with('.') && before.trim_end_matches('.').ends_with(|letter: char| letter.is_ascii_digit()) {
        return Some("write a digit behind the point, or leave the point out".to_owned().into());
    }
    if rest.starts_with('(') && before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_') {
        return Some("a function stands before its values: `name(a.b)`".to_owned().into());
    }
    if let Some(value) = rest.strip_prefix("||").map(str::trim_start)
        && value.starts_with(|letter: char| letter == '"' || letter.is_ascii_digit())
    {
        let help = "write `??` before what stands in where there is nothing, `or` between conditions".to_owned();
        return Some(Told {
            help,
            change: Some(Change { at, end: at + 2, answer: apart(before, rest, ("||", "??")) }),
        });
    }
    if let Some((start, help, answer)) = BY_START.iter().find(|(start, _, _)| rest.starts_with(start)) {
        let edit = |answer: &&str| Change { at, end: at + start.len(), answer: apart(before, rest, (start, answer)) };
        return Some(Told { help: (*help).to_owned(), change: answer.as_ref().map(edit) });
    }
    if let Some(help) = between_values(before, rest) {
        return Some(help.to_owned().into());
    }
    let word = rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default();
    if let Some((start, end, meant)) = slip(text, at, &WORDS).filter(|(start, _, _)| *start == at) {
        let change = Change { at: start, end, answer: meant.to_owned() };
        return Some(Told { help: format!("write `{meant}`"), change: Some(change) });
    }
    WORDS
        .contains(&word)
        .then(|| format!("`{word}` is a word of the language and stands between values, not for one").into())
}

/// Two values side by side, with nothing or a comma between them.
fn between_values(before: &str, rest: &str) -> Option<&'static str> {
    let open = before.matches('(').count().checked_sub(before.matches(')').count())?;
    if rest.starts_with(',') && before.rsplit_once('(').is_some_and(|(said, _)| said.trim_end().ends_with(" in")) {
        return Some("write a list in square brackets: `in [\"A\", \"B\"]`");
    }
    if rest.starts_with(',') && open == 0 && !before.contains('[') {
        return Some("one value is meant: write a line for each field, or join them with `+`");
    }
    let is_value = |letter: char| letter.is_alphanumeric() || "\"_.".contains(letter);
    let word: String = rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    let is_word = WORDS.contains(&word.as_str());
    (rest.starts_with(is_value) && before.trim_end().ends_with(is_part) && !is_word).then_some(
        "a sign is missing between two values, such as `+`, `==` or `and`; an arrow carries one value to one field",
    )
}

/// Where the text ends behind a word or a sign that something must follow.
fn behind_the_last(before: &str) -> Option<String> {
    let said = before.trim_end();
    let last = said.rsplit([' ', '(', '[']).next().unwrap_or_default();
    let is_sign = !last.is_empty() && last.chars().all(|letter| "=!<>?+-*/&|".contains(letter));
    match last {
        "park" => Some("write why behind `park`: `park \"why\"`".to_owned()),
        "where" => Some("write a condition behind `where`: `list where .field == 1`".to_owned()),
        "in" => Some("write a list behind `in`: a value that is one, or `[\"A\", \"B\"]`".to_owned()),
        _ if before.contains("then ") && !before.contains("else") && !WORDS.contains(&last) && !is_sign => {
            Some("say what holds otherwise: `… else …`, `… else null` for no value".to_owned())
        }
        _ if is_sign || WORDS.contains(&last) => Some(format!("write a value behind `{last}`, or take `{last}` out")),
        _ => None,
    }
}

/// A word of the language in other letters than its own, at the place or right before it.
fn of_another_case(before: &str, rest: &str) -> Option<Told> {
    let apart = |letter: char| !letter.is_alphanumeric() && letter != '_';
    let said = before.trim_end();
    let here = rest.split(apart).next().unwrap_or_default();
    let last = said.rsplit(apart).next().unwrap_or_default();
    [(here, before.len()), (last, said.len() - last.len())].into_iter().find_map(|(written, at)| {
        let small = written.to_lowercase();
        let meant = WORDS.iter().find(|word| **word == small && small != written)?;
        let change = Change { at, end: at + written.len(), answer: (*meant).to_owned() };
        Some(Told { help: format!("write `{meant}` in small letters"), change: Some(change) })
    })
}

/// A reason behind another word than `park`.
fn reason_without_park(before: &str, rest: &str) -> Option<Told> {
    let (said, word) = before.trim_end().rsplit_once(' ')?;
    let is_word = word.chars().all(|letter| letter.is_ascii_alphabetic());
    let stands_in = said.trim_end().ends_with("??") && is_word && !WORDS.contains(&word);
    let at = said.len() + 1;
    let change = Change { at, end: at + word.len(), answer: "park".to_owned() };
    let help = "write `park` before a reason: `?? park \"why\"`".to_owned();
    (rest.starts_with('"') && stands_in).then_some(Told { help, change: Some(change) })
}

fn digit_first(rest: &str) -> bool {
    rest.starts_with(|letter: char| letter.is_ascii_digit())
}

/// Behind `[`: an index is a whole number from 0.
fn in_brackets(rest: &str) -> Option<String> {
    if rest.starts_with('-') {
        Some("an index counts from 0 at the front; `last(list)` gives the last element".to_owned())
    } else if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
        let name = rest.get(1..)?.split(quote).next()?;
        Some(format!("write `.{name}` for a field"))
    } else {
        None
    }
}
