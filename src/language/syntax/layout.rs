//! The canonical layout of a rule file: two blanks for each level, lists one level below their key, one empty line at
//! most between blocks, nothing behind a line.
//!
//! Comments, order, and the blanks with which a line's own parts are set apart stay: what is aligned stays aligned.
//! Knows YAML and no rule; what would read otherwise afterwards is left as it was.

use super::yaml::{self, Node, NodeKind};
use crate::diagnostic::{Diagnostic, FileId};

/// Blanks of a level.
const STEP: usize = 2;

/// The text in its canonical layout.
///
/// # Errors
/// What keeps the text from being read.
pub fn lay_out(file: FileId, text: &str) -> Result<String, Vec<Diagnostic>> {
    let plain = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let (tree, found) = yaml::parse(file, text);
    if !found.is_empty() {
        return Err(found);
    }
    let (before, found) = yaml::parse(file, &plain);
    if !found.is_empty() || !same(&tree, &before) {
        return Ok(text.to_owned());
    }
    let laid = Layout::of(&plain, &before).lines();
    let (after, found) = yaml::parse(file, &laid);
    // A layout in which the text says something else is none.
    Ok(if found.is_empty() && same(&before, &after) { laid } else { text.to_owned() })
}

/// Whether two trees say the same.
fn same(one: &Node, other: &Node) -> bool {
    match (&one.kind, &other.kind) {
        (NodeKind::Null, NodeKind::Null) => true,
        (NodeKind::Scalar(one), NodeKind::Scalar(other)) => one.text == other.text && one.plain == other.plain,
        (NodeKind::Sequence(one), NodeKind::Sequence(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (NodeKind::Mapping(one), NodeKind::Mapping(other)) => {
            let alike = |((key, one), (other_key, other)): (&(yaml::Scalar, Node), &(yaml::Scalar, Node))| {
                key.text == other_key.text && same(one, other)
            };
            one.len() == other.len() && one.iter().zip(other).all(alike)
        }
        _ => false,
    }
}

/// What a line is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// A line of its own.
    Own,
    /// A text in lines goes on, in which every blank counts.
    Block,
    /// A value that began above goes on.
    Running,
}

/// A level that is open: where it stood, with lists below what stands in the same column, and where it stands now.
#[derive(Clone, Copy, Debug)]
struct Level {
    rank: usize,
    indent: usize,
}

struct Layout<'t> {
    lines: Vec<&'t str>,
    parts: Vec<Part>,
    /// In each line the lists and maps in brackets: where they begin and end in it.
    brackets: Vec<Vec<(usize, usize)>>,
    levels: Vec<Level>,
    /// How far the last line of its own has moved, and where it stands now.
    moved: (usize, usize),
}

impl<'t> Layout<'t> {
    fn of(text: &'t str, tree: &Node) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let mut layout = Self {
            parts: vec![Part::Own; lines.len()],
            brackets: vec![Vec::new(); lines.len()],
            lines,
            levels: Vec::new(),
            moved: (0, 0),
        };
        let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        layout.note(text, tree, &|at| ends.partition_point(|end| *end < at));
        layout
    }

    /// Notes which lines go on with what began above them, and where brackets stand.
    fn note(&mut self, text: &str, node: &Node, line_of: &dyn Fn(usize) -> usize) {
        let start = node.span.start;
        let opens = text.get(start..).is_some_and(|rest| rest.starts_with(['[', '{']));
        match &node.kind {
            NodeKind::Null => {}
            NodeKind::Scalar(scalar) => {
                let block = text.get(start..).is_some_and(|rest| rest.starts_with(['|', '>']));
                self.goes_on(
                    (line_of(start), line_of(scalar.span.end)),
                    if block { Part::Block } else { Part::Running },
                );
            }
            NodeKind::Sequence(_) | NodeKind::Mapping(_) if opens => {
                let Some(end) = closing(text, start) else { return };
                let (first, last) = (line_of(start), line_of(end));
                self.goes_on((first, last), Part::Running);
                let begin = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
                if let Some(brackets) = self.brackets.get_mut(first).filter(|_| first == last) {
                    brackets.push((start - begin, end - begin));
                }
            }
            NodeKind::Sequence(items) => items.iter().for_each(|item| self.note(text, item, line_of)),
            NodeKind::Mapping(entries) => entries.iter().for_each(|(_, value)| self.note(text, value, line_of)),
        }
    }

    fn goes_on(&mut self, (first, last): (usize, usize), part: Part) {
        for line in first + 1..=last {
            if let Some(one) = self.parts.get_mut(line) {
                *one = part;
            }
        }
    }

    fn lines(mut self) -> String {
        let mut laid = String::new();
        let mut empty = false;
        for at in 0..self.lines.len() {
            let (line, part) = (self.line(at), self.parts.get(at).copied().unwrap_or(Part::Own));
            let bare = line.trim_start_matches(' ');
            if part == Part::Own && line.trim().is_empty() {
                empty = !laid.is_empty();
                continue;
            }
            if std::mem::take(&mut empty) {
                laid.push('\n');
            }
            match part {
                Part::Own if bare.starts_with('#') => {
                    let indent = self.of_remark(at, line.len() - bare.len());
                    laid.push_str(&" ".repeat(indent));
                    laid.push_str(bare.trim_end());
                }
                Part::Own => laid.push_str(&self.own(at)),
                Part::Block if line.trim().is_empty() => {}
                Part::Block | Part::Running => {
                    let (was, is) = self.moved;
                    let indent = (line.len() - bare.len() + is).saturating_sub(was);
                    laid.push_str(&" ".repeat(indent));
                    laid.push_str(if part == Part::Block { bare } else { bare.trim_end() });
                }
            }
            laid.push('\n');
        }
        laid
    }

    fn line(&self, at: usize) -> &'t str {
        self.lines.get(at).copied().unwrap_or_default()
    }

    /// A line that begins something: its levels, then what it says.
    fn own(&mut self, at: usize) -> String {
        let line = self.line(at);
        let spaced = self.spaced(at, line);
        let mut rest = spaced.trim_start_matches(' ');
        let column = spaced.len() - rest.len();
        let (mut rank, mut laid) = (column, String::new());
        let first = self.level(2 * column + usize::from(is_item(rest)));
        laid.push_str(&" ".repeat(first));
        while is_item(rest) {
            let inner = rest.get(1..).unwrap_or_default().trim_start_matches(' ');
            rank += rest.len() - inner.len();
            rest = inner;
            laid.push_str(if rest.is_empty() { "-" } else { "- " });
            if !rest.is_empty() {
                self.level(2 * rank + usize::from(is_item(rest)));
            }
        }
        self.moved = (column, first);
        laid.push_str(rest.trim_end());
        laid
    }

    /// The indentation of what stands in a column now; deeper levels are closed.
    fn level(&mut self, rank: usize) -> usize {
        while self.levels.last().is_some_and(|level| level.rank > rank) {
            self.levels.pop();
        }
        let above = self.levels.last().copied();
        match above {
            Some(level) if level.rank == rank => level.indent,
            _ => {
                let indent = above.map_or(0, |level| level.indent + STEP);
                self.levels.push(Level { rank, indent });
                indent
            }
        }
    }

    /// Where a comment belongs: beside the next line where it stood in its column, else beside what stood in its own.
    fn of_remark(&self, at: usize, column: usize) -> usize {
        let says = |line: &&&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
        let next = self.lines.iter().skip(at + 1).find(says).copied().unwrap_or_default();
        let bare = next.trim_start_matches(' ');
        let next_column = next.len() - bare.len();
        let in_column = |level: &&Level| level.rank / 2 == column;
        if column == next_column && !bare.is_empty() {
            let rank = 2 * next_column + usize::from(is_item(bare));
            let above = self.levels.iter().rev().find(|level| level.rank <= rank);
            return above.map_or(0, |level| if level.rank == rank { level.indent } else { level.indent + STEP });
        }
        let beside = self.levels.iter().rev().find(in_column);
        beside
            .or_else(|| self.levels.iter().rev().find(|level| level.rank / 2 <= column))
            .map_or(0, |level| level.indent)
    }

    /// A line with its brackets as they are written: `[a, b]`, `{ a: 1, b: 2 }`.
    fn spaced(&self, at: usize, line: &str) -> String {
        let mut brackets = self.brackets.get(at).cloned().unwrap_or_default();
        brackets.sort_unstable();
        let mut spaced = line.to_owned();
        for (start, end) in brackets.into_iter().rev() {
            if let Some(inside) = line.get(start..=end) {
                spaced.replace_range(start..=end, &in_brackets(inside));
            }
        }
        spaced
    }
}

fn is_item(text: &str) -> bool {
    text == "-" || text.starts_with("- ")
}

/// Where the bracket that opens at a place closes; quotes hold what they like.
fn closing(text: &str, start: usize) -> Option<usize> {
    let (mut depth, mut quote, mut last) = (0_usize, None, ' ');
    for (at, letter) in text.get(start..)?.char_indices() {
        match (quote, letter) {
            (Some(mark), _) if letter == mark && (mark == '\'' || last != '\\') => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if last.is_whitespace() || "[{,:".contains(last) => quote = Some(letter),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(start + at);
                }
            }
            _ => {}
        }
        last = letter;
    }
    None
}

/// A list or map in brackets, its blanks as they are written.
fn in_brackets(inside: &str) -> String {
    let (mut laid, mut quote, mut last) = (String::with_capacity(inside.len()), None, ' ');
    for letter in inside.chars() {
        match (quote, letter) {
            (Some(mark), _) => {
                laid.push(letter);
                if letter == mark && (mark == '\'' || last != '\\') {
                    quote = None;
                }
            }
            (None, '"' | '\'') if laid.ends_with([' ', '[', '{', ',', ':']) => {
                quote = Some(letter);
                laid.push(letter);
            }
            (None, ' ') if laid.ends_with([' ', '[']) => {}
            (None, ']' | ',') => {
                laid.truncate(laid.trim_end().len());
                laid.push(letter);
                if letter == ',' {
                    laid.push(' ');
                }
            }
            (None, '{') => laid.push_str("{ "),
            (None, '}') => {
                laid.truncate(laid.trim_end().len());
                laid.push_str(if laid.ends_with('{') { "}" } else { " }" });
            }
            (None, _) => laid.push(letter),
        }
        last = letter;
    }
    laid
}
