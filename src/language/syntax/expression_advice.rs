//! What to write instead of what people write out of habit from elsewhere.
//!
//! Looks at the text around the place that does not fit; knows no meaning. Silent where it is
//! not sure, since wrong advice costs more than none.

const COMPARISONS: [&str; 6] = ["==", "!=", "<=", ">=", "<", ">"];

const WORDS: [&str; 12] = ["if", "then", "else", "or", "and", "not", "in", "where", "park", "true", "false", "null"];

/// Advice by how the text goes on.
const BY_START: [(&str, &str); 29] = [
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("!", "write `not`"),
    ("\u{2260}", "write `!=`"),
    ("=>", "write `>=` to compare"),
    ("=<", "write `<=`"),
    ("=", "write `==` to compare"),
    ("%", "there is no remainder; write a function in a script"),
    ("?", "write `if … then … else …`, or `??` before what stands in where there is nothing"),
    ("\u{201c}", "write straight quotes: \"…\""),
    ("\u{2018}", "write straight quotes: '…'"),
    ("{", "records cannot be written here; write a function in a script that makes one"),
    ("is not ", "write `!=`, as in `!= null`"),
    ("is ", "write `==`, as in `== null`"),
    ("eq ", "write `==` to compare"),
    (":=", "write `==` to compare"),
    (":", "write `else` for what holds otherwise"),
    ("otherwise", "write `else` for what holds otherwise"),
    ("of ", "write `in` to look into a list"),
    ("within ", "write `in` to look into a list"),
    ("contains ", "write `in` to look into a list, `contains(text, part)` to look into a text"),
    ("&", "write `and`"),
    ("|", "write `or`"),
    ("not in ", "write `not` before the whole: `not a in b`"),
    ("where", "`where` stands behind a list: `list where .field == 1`"),
    ("park", "`park` stands behind `??`, as in `a ?? park \"why\"`"),
    ("$", "a variable stands only in `accounts:` and `settings:`; here write the setting's name"),
    ("[", "an index is a whole number from 0, of at most six digits: `list[0]`"),
    (";", "an expression is one value; there are no statements"),
];

/// What to write instead at this byte, if that is known.
pub fn advice(text: &str, at: usize) -> Option<String> {
    let (before, rest) = (text.get(..at)?, text.get(at..)?);
    if let Some(help) = Some(before).filter(|_| rest.trim().is_empty()).and_then(behind_the_last) {
        return Some(help);
    }
    if let Some(help) = of_another_case(before, rest).or_else(|| reason_without_park(before, rest)) {
        return Some(help);
    }
    let compares = |part: &str| COMPARISONS.iter().any(|one| part.starts_with(one));
    if before.ends_with('<') && rest.starts_with('>') {
        return Some("write `!=`".to_owned());
    }
    if compares(rest) && COMPARISONS.iter().any(|one| before.contains(one)) {
        return Some("comparisons do not chain; join two of them with `and`".to_owned());
    }
    if (before.ends_with("==") || before.ends_with("!=")) && rest.starts_with('=') {
        return Some(format!("write `{}`: one sign for the kind and the value", before.get(before.len() - 2..)?));
    }
    let decimals = rest.strip_prefix(',').is_some_and(digit_first);
    if decimals && before.ends_with(|letter: char| letter.is_ascii_digit()) {
        return Some("write a point before decimals, and no mark between thousands".to_owned());
    }
    if rest.starts_with("in ") && before.contains(" in ") {
        return Some("comparisons do not chain; join two of them with `and`".to_owned());
    }
    if rest.starts_with(',') && before.contains(", at ") {
        return Some("write `, at most one` behind the condition".to_owned());
    }
    if rest.starts_with("if ") && !before.trim().is_empty() {
        return Some("write brackets around it: `(if … then … else …)`".to_owned());
    }
    if rest.starts_with('[') && !rest.contains(']') {
        return Some("close the `[` with `]`".to_owned());
    }
    if before.ends_with('[') {
        return in_brackets(rest);
    }
    if before.ends_with('.') && before.trim_end_matches('.').ends_with(|letter: char| letter.is_ascii_digit()) {
        return Some("write a digit behind the point, or leave the point out".to_owned());
    }
    if rest.starts_with('(') && before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_') {
        return Some("a function stands before its values: `name(a.b)`".to_owned());
    }
    if let Some((_, help)) = BY_START.iter().find(|(start, _)| rest.starts_with(start)) {
        return Some((*help).to_owned());
    }
    let word = rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default();
    WORDS.contains(&word).then(|| format!("`{word}` is a word of the language and stands between values, not for one"))
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
        _ if is_sign || WORDS.contains(&last) => Some(format!("write a value behind `{last}`, or take `{last}` out")),
        _ => None,
    }
}

/// A word of the language in other letters than its own, at the place or right before it.
fn of_another_case(before: &str, rest: &str) -> Option<String> {
    let apart = |letter: char| !letter.is_alphanumeric() && letter != '_';
    let here = rest.split(apart).next().unwrap_or_default();
    let last = before.trim_end().rsplit(apart).next().unwrap_or_default();
    [here, last].into_iter().find_map(|written| {
        let small = written.to_lowercase();
        let meant = WORDS.iter().find(|word| **word == small && small != written)?;
        Some(format!("write `{meant}` in small letters"))
    })
}

/// A reason behind another word than `park`.
fn reason_without_park(before: &str, rest: &str) -> Option<String> {
    let (said, word) = before.trim_end().rsplit_once(' ')?;
    let is_word = word.chars().all(|letter| letter.is_ascii_alphabetic());
    let stands_in = said.trim_end().ends_with("??") && is_word && !WORDS.contains(&word);
    (rest.starts_with('"') && stands_in).then(|| "write `park` before a reason: `?? park \"why\"`".to_owned())
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
