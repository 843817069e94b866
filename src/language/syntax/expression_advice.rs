//! What to write instead of what people write out of habit from elsewhere.
//!
//! Looks at the text around the place that does not fit; knows no meaning. Silent where it is
//! not sure, since wrong advice costs more than none.

const COMPARISONS: [&str; 6] = ["==", "!=", "<=", ">=", "<", ">"];

const WORDS: [&str; 12] = ["if", "then", "else", "or", "and", "not", "in", "where", "park", "true", "false", "null"];

/// Advice by how the text goes on.
const BY_START: [(&str, &str); 19] = [
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
    ("is ", "write `==`, as in `== null`"),
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
    let compares = |part: &str| COMPARISONS.iter().any(|one| part.starts_with(one));
    if before.ends_with('<') && rest.starts_with('>') {
        return Some("write `!=`".to_owned());
    }
    if compares(rest) && COMPARISONS.iter().any(|one| before.contains(one)) {
        return Some("comparisons do not chain; join two of them with `and`".to_owned());
    }
    let decimals = rest.strip_prefix(',').is_some_and(digit_first);
    if decimals && before.ends_with(|letter: char| letter.is_ascii_digit()) {
        return Some("write a point before decimals, and no mark between thousands".to_owned());
    }
    if rest.starts_with("in ") && before.contains(" in ") {
        return Some("comparisons do not chain; join two of them with `and`".to_owned());
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
