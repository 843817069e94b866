//! Where the parts of a rule or a row stand, by one look at each letter: as the grammar cuts them, many times faster.
//!
//! Takes what it is sure of and nothing else; whatever it leaves, right or wrong, is the grammar's to read and judge.
//! Knows no tree and no finding. `tests/quick.rs` holds the two together.

use std::ops::Range;

/// The parts of `left arrow right modifiers`.
#[derive(Debug)]
pub(super) struct RuleCut {
    /// Left of the arrow.
    pub(super) left: Range<usize>,
    /// The arrow.
    pub(super) arrow: Range<usize>,
    /// Right of it.
    pub(super) right: Range<usize>,
    /// What follows, in its order; none stands twice.
    pub(super) modifiers: Vec<ModifierCut>,
}

/// A modifier, and where what it says stands.
#[derive(Debug)]
pub(super) enum ModifierCut {
    Table(Range<usize>),
    Pipeline(Range<usize>),
    OnCreate,
    Always,
    When(Range<usize>),
    Unless(Range<usize>),
    Because(Range<usize>),
}

/// Values of a cell, each with its spellings.
pub(super) type CellCut = Vec<Vec<Range<usize>>>;

/// The parts of a row.
#[derive(Debug)]
pub(super) struct RowCut {
    /// Left of the arrow.
    pub(super) left: CellCut,
    /// The arrow.
    pub(super) arrow: Range<usize>,
    /// Right of it.
    pub(super) right: CellCut,
    /// `from STATES`
    pub(super) from: CellCut,
    /// `on create`
    pub(super) on_create: bool,
    /// `because TEXT`
    pub(super) because: Option<Range<usize>>,
}

/// Words that begin a modifier behind a blank.
const MODIFIERS: [&str; 9] = ["via", "by", "on", "always", "reported", "also", "when", "unless", "because"];

/// Cuts an arrow rule.
pub(super) fn rule(text: &str) -> Option<RuleCut> {
    let line = Line(text.as_bytes());
    let left = line.side(line.blanks(0))?;
    let arrow = line.arrow(left.end)?;
    let right = line.side(line.blanks(arrow.end))?;
    let mut at = right.end;
    let mut modifiers = Vec::new();
    let (mut has_via, mut has_moment, mut has_when, mut has_unless) = (false, false, false, false);
    while line.blanks(at) < text.len() {
        let begin = line.blanks(at);
        let modifier = match line.word(begin)? {
            "via" if !std::mem::replace(&mut has_via, true) => line.via(begin)?,
            "on" if !std::mem::replace(&mut has_moment, true) => {
                (ModifierCut::OnCreate, line.words(begin, ["on", "create"])?)
            }
            "always" if !std::mem::replace(&mut has_moment, true) => (ModifierCut::Always, begin + "always".len()),
            "when" if !std::mem::replace(&mut has_when, true) => {
                let side = line.side(line.gap(begin + "when".len())?)?;
                let end = side.end;
                (ModifierCut::When(side), end)
            }
            "unless" if !std::mem::replace(&mut has_unless, true) => {
                let side = line.side(line.gap(begin + "unless".len())?)?;
                let end = side.end;
                (ModifierCut::Unless(side), end)
            }
            "because" => (ModifierCut::Because(line.reason(begin)?), text.len()),
            _ => return None,
        };
        at = modifier.1;
        // Whatever follows stands behind a blank.
        if at < text.len() {
            line.gap(at)?;
        }
        modifiers.push(modifier.0);
    }
    Some(RuleCut { left, arrow, right, modifiers })
}

/// Cuts a row.
pub(super) fn row(text: &str) -> Option<RowCut> {
    let line = Line(text.as_bytes());
    let (left, end) = line.cell(line.blanks(0))?;
    let arrow = line.arrow(end)?;
    let (right, mut at) = line.cell(line.blanks(arrow.end))?;
    let mut row = RowCut { left, arrow, right, from: Vec::new(), on_create: false, because: None };
    while line.blanks(at) < text.len() {
        let begin = line.gap(at)?;
        match line.word(begin)? {
            "from" if row.from.is_empty() => (row.from, at) = line.cell(line.gap(begin + "from".len())?)?,
            "on" if !row.on_create => (row.on_create, at) = (true, line.words(begin, ["on", "create"])?),
            "because" => {
                row.because = Some(line.reason(begin)?);
                at = text.len();
            }
            _ => return None,
        }
    }
    Some(row)
}

struct Line<'a>(&'a [u8]);

impl<'a> Line<'a> {
    fn letter(&self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    fn is(&self, at: usize, text: &str) -> bool {
        self.0.get(at..).is_some_and(|rest| rest.starts_with(text.as_bytes()))
    }

    fn run(&self, from: usize, is_part: impl Fn(u8) -> bool) -> usize {
        let rest = self.0.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|letter| is_part(**letter)).count()
    }

    /// Behind the blanks that stand at a place.
    fn blanks(&self, from: usize) -> usize {
        self.run(from, is_blank)
    }

    /// Behind the blanks at a place; there is one at least.
    fn gap(&self, from: usize) -> Option<usize> {
        let end = self.blanks(from);
        (end > from).then_some(end)
    }

    /// The letters of a word at a place.
    fn word(&self, from: usize) -> Option<&'a str> {
        let end = self.run(from, |letter| letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'-'));
        self.0.get(from..end).and_then(|word| std::str::from_utf8(word).ok()).filter(|word| !word.is_empty())
    }

    /// Behind two words with a gap between them.
    fn words(&self, from: usize, words: [&str; 2]) -> Option<usize> {
        let [first, second] = words;
        let at = self.gap(from + first.len()).filter(|_| self.word(from) == Some(first))?;
        (self.word(at) == Some(second)).then_some(at + second.len())
    }

    /// What stands behind `because`, up to the end.
    fn reason(&self, from: usize) -> Option<Range<usize>> {
        let start = self.gap(from + "because".len())?;
        (start < self.0.len()).then_some(start..self.0.len())
    }

    /// `via table NAME` or `via pipeline NAME`
    fn via(&self, from: usize) -> Option<(ModifierCut, usize)> {
        let at = self.gap(from + "via".len())?;
        let what = self.word(at)?;
        let name = self.gap(at + what.len())?;
        let end = name + self.word(name)?.len();
        match what {
            "table" => Some((ModifierCut::Table(name..end), end)),
            "pipeline" => Some((ModifierCut::Pipeline(name..end), end)),
            _ => None,
        }
    }

    /// The arrow behind a side or a cell, with blanks around it.
    fn arrow(&self, from: usize) -> Option<Range<usize>> {
        let at = self.gap(from)?;
        let length = arrow_length(self.0.get(at..)?)?;
        self.gap(at + length).map(|_| at..at + length)
    }

    /// Whether an arrow with a blank behind it stands at a place.
    fn begins_arrow(&self, at: usize) -> bool {
        let length = self.0.get(at..).and_then(arrow_length);
        length.is_some_and(|length| self.letter(at + length).is_some_and(is_blank))
    }

    /// A side: up to an arrow, a modifier or the end, none of which counts inside quotes or brackets.
    fn side(&self, from: usize) -> Option<Range<usize>> {
        let mut at = from;
        while let Some(letter) = self.letter(at) {
            at = match letter {
                letter if is_blank(letter) => {
                    let next = self.blanks(at);
                    let begins = |word: &&str| {
                        let behind = self.letter(next + word.len());
                        self.is(next, word) && !behind.is_some_and(is_run)
                    };
                    let ends = next == self.0.len() || self.begins_arrow(next) || self.begins_clear(next);
                    if ends || MODIFIERS.iter().any(begins) {
                        break;
                    }
                    next
                }
                b'"' | b'\'' => self.quoted(at)?,
                b'(' | b'[' | b'{' => self.nested(at)?,
                b')' | b']' | b'}' => return None,
                _ => at + 1,
            };
        }
        (at > from).then_some(from..at)
    }

    /// Whether `or clear` stands at a place; what it says is the grammar's.
    fn begins_clear(&self, at: usize) -> bool {
        let second = self.gap(at + "or".len()).filter(|_| self.is(at, "or"));
        let end = second.filter(|second| self.is(*second, "clear")).map(|second| second + "clear".len());
        end.is_some_and(|end| !self.letter(end).is_some_and(is_run))
    }

    /// Behind a text in quotes.
    fn quoted(&self, from: usize) -> Option<usize> {
        let quote = self.letter(from)?;
        let mut at = from + 1;
        loop {
            at += match self.letter(at)? {
                letter if letter == quote => return Some(at + 1),
                // What an escape stands for is the grammar's.
                b'\\' if quote == b'"' => return None,
                _ => 1,
            };
        }
    }

    /// Behind a bracket and all in it.
    fn nested(&self, from: usize) -> Option<usize> {
        let mut open = Vec::new();
        let mut at = from;
        loop {
            at = match self.letter(at)? {
                b'"' | b'\'' => self.quoted(at)?,
                letter @ (b'(' | b'[' | b'{') => {
                    open.push(letter);
                    at + 1
                }
                letter @ (b')' | b']' | b'}') => {
                    let opened = match letter {
                        b')' => b'(',
                        b']' => b'[',
                        _ => b'{',
                    };
                    if open.pop() != Some(opened) {
                        return None;
                    }
                    at + 1
                }
                _ => at + 1,
            };
            if open.is_empty() {
                return Some(at);
            }
        }
    }

    /// A cell and where it ends; one with quotes is the grammar's.
    fn cell(&self, from: usize) -> Option<(CellCut, usize)> {
        let mut values: CellCut = vec![Vec::new()];
        let mut at = from;
        loop {
            let spelling = self.spelling(at)?;
            at = spelling.end;
            values.last_mut()?.push(spelling);
            let next = self.blanks(at);
            match self.letter(next) {
                Some(b',') => values.push(Vec::new()),
                Some(b'|') => {}
                _ => return Some((values, at)),
            }
            at = self.blanks(next + 1);
        }
    }

    fn spelling(&self, from: usize) -> Option<Range<usize>> {
        let mut at = from;
        while let Some(letter) = self.letter(at) {
            at = match letter {
                b',' | b'|' => break,
                b'"' | b'\'' => return None,
                letter if is_blank(letter) => {
                    let next = self.blanks(at);
                    let ends = matches!(self.letter(next), None | Some(b',' | b'|'));
                    if ends || self.begins_arrow(next) || self.begins_row_word(next) {
                        break;
                    }
                    next
                }
                _ => at + 1,
            };
        }
        (at > from).then_some(from..at)
    }

    fn begins_row_word(&self, at: usize) -> bool {
        let ends = |at: usize| self.letter(at).is_none_or(is_blank);
        let alone = |word: &str| self.is(at, word) && ends(at + word.len());
        let on_create = || {
            let second = self.gap(at + "on".len()).filter(|_| self.is(at, "on"));
            second.is_some_and(|second| self.is(second, "create") && ends(second + "create".len()))
        };
        alone("from") || alone("because") || on_create()
    }
}

fn arrow_length(rest: &[u8]) -> Option<usize> {
    ["<->", "->", "<-"].into_iter().find(|arrow| rest.starts_with(arrow.as_bytes())).map(str::len)
}

fn is_blank(letter: u8) -> bool {
    matches!(letter, b' ' | b'\t' | b'\r' | b'\n')
}

/// Letters that go on with a word or a path.
fn is_run(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'.')
}
