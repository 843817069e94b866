//! A look over an expression's text before it is parsed: what is open, and how deep it nests.
//!
//! Knows brackets, quotes and the words that nest, nothing else of the grammar. Whatever the
//! text, what passes here is parsed, checked and evaluated on a small stack.

/// How deep brackets, conditions, filters and negations may nest.
pub const DEPTH_MAX: usize = 64;

/// Operators of one expression.
pub const OPERATORS_MAX: usize = 200;

/// Conditions of `where` inside one another: each looks through a list for every element of the one around it.
pub const CONDITIONS_MAX: usize = 4;

/// Steps of one path.
pub const STEPS_MAX: usize = 64;

/// How the text stands at its end.
#[derive(Debug)]
pub struct Scan {
    levels: Vec<Level>,
    /// Negations directly before what comes.
    run: usize,
    /// Whether a value stands before, so that `-` subtracts.
    value_before: bool,
    /// Where it first nests deeper than [`DEPTH_MAX`], in bytes.
    pub too_deep: Option<usize>,
    /// Where a text begins that does not end, in bytes.
    pub open_text: Option<usize>,
}

/// What is open: a bracket, or the whole.
#[derive(Debug)]
struct Level {
    at: usize,
    bracket: Option<char>,
    /// What nests inside, up to the next comma: `if`, `where`.
    words: usize,
    /// Negations before the bracket.
    before: usize,
}

impl Scan {
    /// Looks over a text.
    pub fn of(text: &str) -> Self {
        let whole = Level { at: 0, bracket: None, words: 0, before: 0 };
        let mut scan = Self { levels: vec![whole], run: 0, value_before: false, too_deep: None, open_text: None };
        let mut at = 0;
        while let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) {
            let rest = text.get(at..).unwrap_or_default();
            at += match letter {
                '"' | '\'' => scan.text(rest, at, letter),
                letter if letter.is_alphanumeric() || letter == '_' => {
                    let field = text.get(..at).is_some_and(|before| before.ends_with('.'));
                    scan.word(rest, field)
                }
                other => {
                    scan.mark(other, at);
                    other.len_utf8()
                }
            };
            if scan.depth() > DEPTH_MAX {
                scan.too_deep.get_or_insert(at.saturating_sub(1));
                break;
            }
        }
        scan
    }

    /// The innermost bracket that is open, and where it stands.
    pub fn open(&self) -> Option<(char, usize)> {
        self.levels.last().and_then(|level| Some((level.bracket?, level.at)))
    }

    fn depth(&self) -> usize {
        let levels: usize = self.levels.iter().map(|level| 1 + level.words + level.before).sum();
        levels - 1 + self.run
    }

    fn value(&mut self) {
        self.value_before = true;
        self.run = 0;
    }

    /// Over a quoted text; answers how many bytes it takes.
    fn text(&mut self, rest: &str, at: usize, quote: char) -> usize {
        self.value();
        let mut escaped = false;
        for (offset, letter) in rest.char_indices().skip(1) {
            if !escaped && letter == quote {
                return offset + 1;
            }
            escaped = !escaped && letter == '\\' && quote == '"';
        }
        self.open_text = Some(at);
        rest.len()
    }

    fn word(&mut self, rest: &str, field: bool) -> usize {
        let length = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        match rest.get(..length).unwrap_or_default() {
            _ if field => self.value(),
            "not" => (self.run, self.value_before) = (self.run + 1, false),
            "if" | "where" => {
                if let Some(level) = self.levels.last_mut() {
                    level.words += 1;
                }
                self.value_before = false;
            }
            "then" | "else" | "and" | "or" | "in" | "park" => (self.run, self.value_before) = (0, false),
            _ => self.value(),
        }
        length
    }

    fn mark(&mut self, letter: char, at: usize) {
        match letter {
            '(' | '[' => {
                self.levels.push(Level { at, bracket: Some(letter), words: 0, before: self.run });
                (self.run, self.value_before) = (0, false);
            }
            ')' | ']' => {
                if self.levels.len() > 1 {
                    self.levels.pop();
                }
                self.value();
            }
            ',' => {
                if let Some(level) = self.levels.last_mut() {
                    level.words = 0;
                }
                (self.run, self.value_before) = (0, false);
            }
            '-' if !self.value_before => self.run += 1,
            '.' => self.value(),
            letter if letter.is_whitespace() => {}
            _ => (self.run, self.value_before) = (0, false),
        }
    }
}
