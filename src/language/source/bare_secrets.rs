//! Secrets in files that may be broken: places of a text that are not shown, judged by its lines alone.
//!
//! What the rules say of secrets is known once a file is understood. A finding about a file that is not shows its lines
//! all the same, so this goes by names and indentation, and strikes rather too much than too little.

use std::ops::Range;

use super::SourceMap;
use crate::diagnostic::{Span, suggest::is_near};

/// Words by which people call what opens a door.
const WORDS: [&str; 11] = [
    "authorization",
    "apikey",
    "token",
    "secret",
    "password",
    "passwd",
    "credential",
    "bearer",
    "signature",
    "cookie",
    "accesskey",
];

/// Names that an account usually gives its secrets; a slip in one of them hides its value all the same.
const USUAL: [&str; 5] = ["api_key", "webhook_key", "token", "password", "client_secret"];

/// The word that begins a block of secrets.
const BLOCK: &str = "secrets";

/// What an account has beside its secrets: such a line ends them, however it is indented.
const BESIDE: [&str; 3] = ["system", "base_url", "carries"];

/// Whether something of this name is a secret, as people name them: `X-Api-Key`, `access_token`.
pub fn is_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    plain == "key" || plain == "xkey" || WORDS.iter().any(|word| plain.contains(word))
}

/// The places of all files of accounts, or of a file that looks like one, whose values are secrets by their names; and
/// the paths of addresses that are told of alarms.
pub fn places(sources: &SourceMap) -> Vec<Span> {
    let each = sources.files().flat_map(|(id, file)| {
        let found = within(&file.name, &file.text);
        found.into_iter().map(move |place| Span { file: id, start: place.start, end: place.end })
    });
    each.collect()
}

/// A line as far as anybody can tell: `  NAME: VALUE`, with the places of both.
struct Line<'a> {
    indent: usize,
    name: &'a str,
    value: Range<usize>,
    whole: Range<usize>,
    /// Whether `:` or `=` stands behind the name.
    is_pair: bool,
    is_remark: bool,
}

impl Line<'_> {
    /// Whether secrets stand below. A webhook's `secret: NAME` is a name with a value.
    fn opens_block(&self, value: &str) -> bool {
        let is_map = value.is_empty() || value.starts_with(['{', '[']);
        !self.is_remark && self.is_pair && (self.name == BLOCK || is_map && is_near(self.name, BLOCK))
    }

    /// Whether the secrets below a header of this indentation end here: with another header, with what stands beside
    /// it, with a line that is known. A line that is broken off may stand anywhere.
    fn ends_block(&self, header: usize, value: &str) -> bool {
        let is_plain = self.name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter));
        let is_beside = self.indent == header || self.indent < header && value.is_empty();
        BESIDE.contains(&self.name) || !self.is_remark && self.is_pair && is_plain && is_beside
    }
}

fn within(name: &str, text: &str) -> Vec<Range<usize>> {
    let value = |line: &Line<'_>| text.get(line.value.clone()).unwrap_or_default();
    let is_head = |line: &Line<'_>| line.indent == 0 && !line.is_remark && is_near(line.name, "accounts");
    let tells = |line: Line<'_>| is_head(&line) || line.opens_block(value(&line));
    let is_accounts = name.ends_with("accounts.yaml") || lines(text).any(tells);
    let (mut found, mut block) = (Vec::new(), None);
    for line in lines(text) {
        let value = value(&line);
        if is_near(line.name, "webhook") {
            found.extend(path_of(value).map(|at| line.value.start + at..line.value.end));
        }
        if !is_accounts {
            continue;
        }
        block = block.filter(|indent| !line.ends_block(*indent, value));
        if line.opens_block(value) {
            block = Some(line.indent);
        }
        match block {
            Some(_) if !line.is_pair && value.is_empty() => found.push(line.whole),
            Some(_) if !is_reference(value) => found.push(line.value),
            Some(_) => {}
            None => {
                let whole = text.get(line.whole.clone()).unwrap_or_default();
                let behind = behind_name(whole, line.is_remark)
                    .filter(|at| whole.get(*at..).is_some_and(|rest| !is_reference(rest)));
                found.extend(behind.map(|at| line.whole.start + at..line.whole.end));
            }
        }
    }
    found.retain(|place| !place.is_empty());
    found
}

/// Where a line goes on behind the first word of it that names a secret, or nearly does. A remark speaks of secrets
/// without holding one.
fn behind_name(line: &str, is_remark: bool) -> Option<usize> {
    let apart = |letter: char| !letter.is_alphanumeric() && !"_-".contains(letter);
    let names = |word: &str| {
        let of_key = word.to_ascii_lowercase().ends_with("key");
        of_key || is_secret(word) || USUAL.iter().any(|usual| is_near(word, usual))
    };
    let word = line.split(apart).find(|word| names(word))?;
    let rest = line.get(word.as_ptr() as usize - line.as_ptr() as usize + word.len()..)?;
    let value = rest.trim_start_matches(|letter: char| letter.is_whitespace() || ":=".contains(letter));
    let is_pair = rest.trim_start().starts_with([':', '=']);
    (is_pair || !is_remark).then(|| line.len() - value.len())
}

/// Whether a value only says where a secret is found: `${NAME}`, or the beginning of it.
fn is_reference(value: &str) -> bool {
    let inner = value.trim_matches(['"', '\'']);
    let plain = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || "_{}$".contains(letter);
    inner.is_empty() || matches!(inner, "|" | ">") || (inner.starts_with('$') && inner.chars().all(plain))
}

/// Where an address goes on behind its host.
fn path_of(value: &str) -> Option<usize> {
    let host = value.find("://")? + "://".len();
    value.get(host..)?.find(['/', '?', '@']).map(|at| host + at + 1)
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |whole| {
        let from = start;
        start += whole.len();
        line(from, whole)
    })
}

fn line(from: usize, whole: &str) -> Line<'_> {
    let kept = whole.trim_end();
    let rest = kept.trim_start_matches(|letter: char| letter.is_whitespace() || "#-".contains(letter));
    let mark = kept.len() - rest.len();
    let apart = rest.find([':', '=']).or_else(|| rest.find(char::is_whitespace)).unwrap_or(rest.len());
    let (name, after) = rest.split_at_checked(apart).unwrap_or((rest, ""));
    let value = after.trim_start_matches(|letter: char| letter.is_whitespace() || ":=".contains(letter));
    let end = from + kept.len();
    Line {
        indent: kept.len() - kept.trim_start().len(),
        name: name.trim_matches(|letter: char| letter.is_whitespace() || "\"'".contains(letter)),
        value: end - value.len()..end,
        whole: from + mark..end,
        is_pair: after.starts_with([':', '=']),
        is_remark: kept.trim_start().starts_with('#'),
    }
}
