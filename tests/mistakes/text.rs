//! The shipped rules as words with their places, and the edits that make mistakes of them.
//!
//! Knows where a word stands (rules, tests, script) and what is prose; knows no kind of mistake.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};
use std::path::Path;

use petiole::language::source::{SourceFile, load};

/// What a part of a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Rules,
    Tests,
    Script,
}

/// A word and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    pub(super) file: usize,
    pub(super) at: usize,
    pub(super) text: &'a str,
    line: &'a str,
    column: usize,
    pub(super) part: Part,
}

impl<'a> Word<'a> {
    pub(super) fn before(&self) -> &'a str {
        &self.line[..self.column]
    }

    pub(super) fn after(&self) -> &'a str {
        &self.line[self.column + self.text.len()..]
    }

    pub(super) fn range(&self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    pub(super) fn is_quoted(&self) -> bool {
        !self.before().matches('"').count().is_multiple_of(2)
    }

    /// What the path begins with in which the word stands.
    pub(super) fn head(&self) -> &'a str {
        let part = |letter: char| letter.is_alphanumeric() || "_.[]".contains(letter);
        let path = self.before().trim_end_matches(part).len();
        let path = &self.before()[path..];
        if path.is_empty() { self.text } else { path.split(['.', '[']).next().unwrap_or_default() }
    }

    /// Whether the word is the key of its line.
    pub(super) fn is_key(&self) -> bool {
        self.after().starts_with(':') && ["", "-"].contains(&self.before().trim())
    }
}

/// A line and where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) file: usize,
    pub(super) at: usize,
    pub(super) text: &'a str,
    pub(super) part: Part,
}

impl Line<'_> {
    pub(super) fn range(&self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    pub(super) fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start().len()
    }

    /// With its line end.
    pub(super) fn whole(&self) -> Range<usize> {
        self.at..self.at + self.text.len() + 1
    }

    /// What is said on it, comments and reasons left out.
    pub(super) fn said(&self) -> &str {
        let end = prose_start(self.text).min(self.text.len());
        self.text[..end].trim_end()
    }
}

/// A mistake that was made.
#[derive(Clone, Debug)]
pub(super) struct Mistake {
    pub(super) files: Vec<SourceFile>,
    /// The file it stands in.
    pub(super) file: String,
    /// The lines on which a finding is at it.
    pub(super) lines: RangeInclusive<usize>,
    /// How the line reads now.
    pub(super) written: String,
    /// What help must say one of.
    pub(super) words: Vec<String>,
    /// What else in other files may be pointed at: what a line that is gone is missed by.
    pub(super) elsewhere: Vec<(String, String)>,
}

impl Mistake {
    /// Also right is a finding on a line with this text in a file whose name ends so.
    pub(super) fn or_at(mut self, file: &str, text: &str) -> Self {
        self.elsewhere.push((file.to_owned(), text.to_owned()));
        self
    }

    pub(super) fn around(mut self, by: usize) -> Self {
        self.lines = self.lines.start().saturating_sub(by).max(1)..=self.lines.end() + by;
        self
    }
}

/// The shipped rules.
pub(super) struct Rules {
    pub(super) files: Vec<SourceFile>,
    pub(super) known: BTreeSet<String>,
}

impl Rules {
    pub(super) fn shipped() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        let (sources, _) = load(&petiole::world::SystemFiles, &[folder]);
        let files: Vec<SourceFile> = sources.files().map(|(_, file)| file.clone()).collect();
        let apart = |letter: char| !letter.is_alphanumeric() && letter != '_';
        let known = files.iter().flat_map(|file| file.text.split(apart)).map(str::to_lowercase).collect();
        Self { files, known }
    }

    /// Whether the word stands anywhere in the rules: a slip that makes it may be no mistake.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.known.contains(&word.to_lowercase())
    }

    pub(super) fn name(&self, file: usize) -> &str {
        self.files[file].name.rsplit("rules/").next().unwrap_or_default()
    }

    pub(super) fn file(&self, name: &str) -> usize {
        self.files.iter().position(|file| file.name.ends_with(name)).unwrap()
    }

    /// The lines that say something.
    pub(super) fn lines(&self) -> Vec<Line<'_>> {
        let mut all = Vec::new();
        for (file, source) in self.files.iter().enumerate() {
            let script = source.name.ends_with(".rhai");
            let mut part = if script { Part::Script } else { Part::Rules };
            let mut at = 0;
            for whole in source.text.split_inclusive('\n') {
                let text = whole.trim_end_matches('\n');
                if text == "tests:" {
                    part = Part::Tests;
                }
                let bare = text.trim_start();
                if !bare.is_empty() && !bare.starts_with('#') && !bare.starts_with("//") {
                    all.push(Line { file, at, text, part });
                }
                at += whole.len();
            }
        }
        all
    }

    /// The words of the rules that are no prose.
    pub(super) fn words(&self) -> Vec<Word<'_>> {
        let mut words = Vec::new();
        for line in self.lines() {
            let end = prose_start(line.text);
            for (column, text) in split(line.text).filter(|(column, _)| *column < end) {
                let Line { file, at, text: whole, part } = line;
                words.push(Word { file, at: at + column, text, line: whole, column, part });
            }
        }
        words
    }

    /// The rules with a part of a file written otherwise; help must say one of the words.
    pub(super) fn write(&self, file: usize, range: Range<usize>, new: &str, words: &[&str]) -> Mistake {
        let mut files = self.files.clone();
        files[file].text.replace_range(range.clone(), new);
        let text = &files[file].text;
        let line = text[..range.start].matches('\n').count() + 1;
        let more = new.trim_end_matches('\n').matches('\n').count();
        let written = text.lines().nth(line - 1 + more).unwrap_or_default().trim().to_owned();
        let file = files[file].name.clone();
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Mistake { files, file, lines: line..=line + more, written, words, elsewhere: Vec::new() }
    }
}

/// Where comments, reasons and descriptions begin on a line.
fn prose_start(line: &str) -> usize {
    let bare = line.trim_start();
    if ["about:", "- name:", "parked:"].iter().any(|prose| bare.starts_with(prose)) || is_told_on(bare) {
        return 0;
    }
    let outside = |at: &usize| line[..*at].matches('"').count().is_multiple_of(2);
    let comment = line.match_indices(" #").map(|(at, _)| at).find(outside);
    let remark = line.match_indices("//").map(|(at, _)| at).find(|at| outside(at) && !line[..*at].ends_with(':'));
    let reason = line.find(" because ");
    [comment, remark, reason].into_iter().flatten().min().unwrap_or(line.len())
}

/// A line of a description that goes on: it begins as no line of rules does.
fn is_told_on(bare: &str) -> bool {
    let key = bare.split(':').next().unwrap_or_default();
    bare.starts_with(char::is_uppercase) && !bare.contains(": ") && key == bare || bare.starts_with("this table")
}

fn split(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    line.split(move |letter: char| !is_word(letter))
        .map(move |word| word.trim_matches('-'))
        .filter(|word| !word.is_empty())
        .map(move |word| (word.as_ptr() as usize - line.as_ptr() as usize, word))
}

/// One of them.
pub(super) fn one_of<'t, T>(all: &'t [T], random: &mut fastrand::Rng) -> Option<&'t T> {
    all.get(random.usize(..all.len().max(1)))
}

/// A word with a letter left out, doubled, changed, or two swapped; a word that the rules do not know.
pub(super) fn spoilt(rules: &Rules, word: &str, random: &mut fastrand::Rng) -> Option<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() < 4 {
        return None;
    }
    let at = random.usize(1..letters.len());
    let mut spoilt = letters.clone();
    match random.u8(..4) {
        0 => drop(spoilt.remove(at)),
        1 => spoilt.insert(at, letters[at]),
        2 => spoilt[at] = random.char('a'..='z'),
        _ if at + 1 < letters.len() => spoilt.swap(at, at + 1),
        _ => spoilt.swap(at - 1, at),
    }
    let spoilt: String = spoilt.into_iter().collect();
    (!rules.knows(&spoilt) && !spoilt.contains("--") && !spoilt.ends_with('-')).then_some(spoilt)
}
