//! What a GraphQL text asks for: its variables, and the tree of names that its answer has.
//!
//! Reads as much of the language as tells whether a call fits its query; types, arguments and directives are passed
//! over. Total: a text that is cut or holds what is not known here gives what could be read, and says where it broke.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Selections within selections, at most.
const DEPTH_MAX: usize = 64;

/// Selections that are looked at, with those of fragments wherever they are taken in.
const SELECTIONS_MAX: usize = 2_000;

/// What a text asks for.
#[derive(Debug, Default)]
pub struct Query {
    /// Its variables by name, with whether each must be given, and where it is declared.
    pub variables: BTreeMap<String, (bool, Range<usize>)>,
    /// The variables that its selections use.
    pub used: BTreeSet<String>,
    /// What its answer holds under `data`.
    pub selected: Selection,
    /// The bracket that nothing closes or opens.
    pub unbalanced: Option<Range<usize>>,
    /// Whether all of it was understood.
    pub is_understood: bool,
}

/// Names that an answer has at one level.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// What stands under each name, and where the name is asked for; nothing under what has no parts.
    pub names: BTreeMap<String, (Option<Selection>, Range<usize>)>,
    /// Fragments that are taken in.
    spreads: Vec<String>,
}

impl Query {
    /// Reads a text.
    pub fn read(text: &str) -> Self {
        let tokens = tokens(text);
        let mut query = Self { unbalanced: unbalanced(&tokens), ..Self::default() };
        if query.unbalanced.is_some() {
            return query;
        }
        let mut reader = Reader { tokens: &tokens, at: 0, query: &mut query };
        let understood = reader.document();
        query.is_understood = understood.is_some();
        query
    }
}

/// A part of a text: a name, a variable, a sign, or a value that nothing is read of.
type Token<'t> = (&'t str, Range<usize>);

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    while let Some(first) = rest.chars().next() {
        let at = text.len().saturating_sub(rest.len());
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => quoted(rest),
            '$' => 1 + rest.get(1..).unwrap_or_default().find(|letter| !is_name(letter)).unwrap_or(rest.len() - 1),
            '.' if rest.starts_with("...") => 3,
            letter if is_name(letter) => rest.find(|letter| !is_name(letter)).unwrap_or(rest.len()),
            letter => letter.len_utf8(),
        };
        let (token, behind) = rest.split_at(length.min(rest.len()));
        if !first.is_whitespace() && !matches!(first, '#' | ',') {
            found.push((token, at..at.saturating_add(token.len())));
        }
        rest = behind;
    }
    found
}

/// How long the text in quotes is with which this begins.
fn quoted(text: &str) -> usize {
    if let Some(inner) = text.strip_prefix("\"\"\"") {
        return inner.find("\"\"\"").map_or(text.len(), |end| end.saturating_add(6));
    }
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' | '\n' => return at.saturating_add(1),
            _ => {}
        }
    }
    text.len()
}

fn unbalanced(tokens: &[Token<'_>]) -> Option<Range<usize>> {
    let mut open: Vec<(&str, Range<usize>)> = Vec::new();
    for (token, place) in tokens {
        let closes = match *token {
            "{" | "(" | "[" => {
                open.push((token, place.clone()));
                continue;
            }
            "}" => "{",
            ")" => "(",
            "]" => "[",
            _ => continue,
        };
        if open.pop().is_none_or(|(opened, _)| opened != closes) {
            return Some(place.clone());
        }
    }
    open.pop().map(|(_, place)| place)
}

struct Reader<'t, 'q> {
    tokens: &'t [Token<'t>],
    at: usize,
    query: &'q mut Query,
}

impl<'t> Reader<'t, '_> {
    fn peek(&self) -> Option<&'t str> {
        self.tokens.get(self.at).map(|(token, _)| *token)
    }

    fn next(&mut self) -> Option<Token<'t>> {
        let token = self.tokens.get(self.at).cloned();
        self.at = self.at.saturating_add(1);
        token
    }

    fn takes(&mut self, wanted: &str) -> bool {
        let is = self.peek() == Some(wanted);
        self.at = self.at.saturating_add(usize::from(is));
        is
    }

    fn document(&mut self) -> Option<()> {
        let (mut fragments, mut operation) = (BTreeMap::new(), None);
        while let Some(word) = self.peek() {
            if word == "fragment" {
                self.next();
                let (name, _) = self.next()?;
                self.until_selection()?;
                fragments.insert(name.to_owned(), self.selection(0)?);
            } else if operation.is_none() {
                if word != "{" {
                    self.header()?;
                }
                operation = Some(self.selection(0)?);
            } else {
                return None;
            }
        }
        let mut left = SELECTIONS_MAX;
        self.query.selected = with_fragments(operation?, &fragments, &mut left)?;
        Some(())
    }

    /// `query Name($first: Int!, $after: String = "x") @directive`
    fn header(&mut self) -> Option<()> {
        let (word, _) = self.next()?;
        if !matches!(word, "query" | "mutation") {
            return None;
        }
        if self
            .peek()
            .is_some_and(|word| word.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_'))
        {
            self.next();
        }
        if self.takes("(") {
            while !self.takes(")") {
                let (name, place) = self.next()?;
                let name = name.strip_prefix('$')?.to_owned();
                let mut is_needed = false;
                while self.peek().is_some_and(|word| word != ")" && !word.starts_with('$')) {
                    match self.next()?.0 {
                        "=" => {
                            self.value()?;
                            is_needed = false;
                        }
                        "!" => is_needed = true,
                        "[" => is_needed = false,
                        _ => {}
                    }
                }
                self.query.variables.insert(name, (is_needed, place));
            }
        }
        self.until_selection()
    }

    fn until_selection(&mut self) -> Option<()> {
        while self.peek()? != "{" {
            self.at = self.at.saturating_add(1);
        }
        Some(())
    }

    /// A value: what opens a bracket goes on to its end.
    fn value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            let (token, _) = self.next()?;
            if let Some(name) = token.strip_prefix('$') {
                self.query.used.insert(name.to_owned());
            }
            match token {
                "(" | "[" | "{" => depth = depth.saturating_add(1),
                ")" | "]" | "}" => depth = depth.checked_sub(1)?,
                _ => {}
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// `@include(if: $yes)`, any number of them.
    fn directives(&mut self) -> Option<()> {
        while self.takes("@") {
            self.next()?;
            if self.peek() == Some("(") {
                self.value()?;
            }
        }
        Some(())
    }

    fn selection(&mut self, depth: usize) -> Option<Selection> {
        if depth > DEPTH_MAX || !self.takes("{") {
            return None;
        }
        let mut found = Selection::default();
        while !self.takes("}") {
            let (name, place) = self.next()?;
            if name == "..." {
                let is_inline = self.peek().is_some_and(|word| matches!(word, "on" | "{" | "@"));
                if !is_inline {
                    found.spreads.push(self.next()?.0.to_owned());
                    self.directives()?;
                    continue;
                }
                if self.takes("on") {
                    self.next()?;
                }
                self.directives()?;
                let inner = self.selection(depth.saturating_add(1))?;
                found.take_in(inner);
                continue;
            }
            let is_name = |word: &str| word.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
            if self.takes(":") {
                // What is asked for under another name stands under that.
                self.next().filter(|(own, _)| is_name(own))?;
            }
            if !is_name(name) {
                return None;
            }
            if self.peek() == Some("(") {
                self.value()?;
            }
            self.directives()?;
            let inner = if self.peek() == Some("{") { Some(self.selection(depth.saturating_add(1))?) } else { None };
            let mut own = Selection::default();
            own.names.insert(name.to_owned(), (inner, place));
            found.take_in(own);
        }
        Some(found)
    }
}

impl Selection {
    fn take_in(&mut self, other: Self) {
        self.spreads.extend(other.spreads);
        for (name, (inner, place)) in other.names {
            match (self.names.get_mut(&name), inner) {
                (Some((Some(known), _)), Some(inner)) => known.take_in(inner),
                (Some(_), _) => {}
                (None, inner) => {
                    self.names.insert(name, (inner, place));
                }
            }
        }
    }
}

/// A selection with its fragments in it; none where one is not there, holds itself, or where there are too many.
fn with_fragments(selection: Selection, known: &BTreeMap<String, Selection>, left: &mut usize) -> Option<Selection> {
    *left = left.checked_sub(1)?;
    let mut whole = Selection::default();
    for (name, (inner, place)) in selection.names {
        let inner = match inner {
            Some(inner) => Some(with_fragments(inner, known, left)?),
            None => None,
        };
        whole.names.insert(name, (inner, place));
    }
    for spread in selection.spreads {
        whole.take_in(with_fragments(known.get(&spread)?.clone(), known, left)?);
    }
    Some(whole)
}
