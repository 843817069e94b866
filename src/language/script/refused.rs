//! Calls that would reach outside, found in a script's text before it ever runs.
//!
//! Looks at words followed by `(` outside comments and texts; knows no types. The engine has no
//! such function either: this only says so early, and at the right place.

/// Functions that scripts elsewhere have and rules do not.
const OUTSIDE: [&str; 2] = ["sleep", "timestamp"];

/// The first call of a function that reaches outside: where it stands, in bytes, and its name.
pub fn refused(script: &str) -> Option<(usize, &'static str)> {
    let mut at = 0;
    while let Some(letter) = script.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = script.get(at..).unwrap_or_default();
        at += match letter {
            '/' if rest.starts_with("//") => until(rest, "\n"),
            '/' if rest.starts_with("/*") => until(rest, "*/"),
            '"' | '`' | '\'' => quoted(rest, letter),
            letter if letter.is_alphanumeric() || letter == '_' => {
                let word = word(rest);
                let called = rest.get(word.len()..).is_some_and(|after| after.trim_start().starts_with('('));
                if let Some(name) = OUTSIDE.iter().find(|name| called && **name == word) {
                    return Some((at, name));
                }
                word.len()
            }
            other => other.len_utf8(),
        };
    }
    None
}

fn word(rest: &str) -> &str {
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// How many bytes there are up to the end of a mark.
fn until(rest: &str, mark: &str) -> usize {
    rest.find(mark).map_or(rest.len(), |at| at + mark.len())
}

/// How many bytes a quoted text takes.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        if !escaped && letter == quote {
            return at + 1;
        }
        escaped = !escaped && letter == '\\';
    }
    rest.len()
}
