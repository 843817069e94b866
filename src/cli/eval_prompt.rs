//! The prompt of `petiole eval`: lines with a history for as long as it lasts, and names that complete.

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{Config, Context, Editor, Helper};

use super::exit_code;
use crate::language::evaluation::Known;
use crate::value::{Segment, Value};

/// What stands before each line.
const PROMPT: &str = "› ";

/// Names that complete what is being written.
struct Names<'a>(&'a Known);

impl Completer for Names<'_> {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(completions(self.0, line.get(..at).unwrap_or_default()))
    }
}

impl Hinter for Names<'_> {
    type Hint = String;
}

impl Highlighter for Names<'_> {}
impl Validator for Names<'_> {}
impl Helper for Names<'_> {}

/// Where the name begins that a line ends with, and what it may become.
pub fn completions(known: &Known, line: &str) -> (usize, Vec<String>) {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
    let written = line.rsplit(|letter| !is_part(letter)).next().unwrap_or_default();
    let (whole, part) = written.rsplit_once('.').map_or((None, written), |(whole, part)| (Some(whole), part));
    let begins = line.len().saturating_sub(part.len());
    let mut found: Vec<String> = match whole {
        Some(whole) => {
            let mut names = whole.split('.');
            let head = names.next().unwrap_or_default();
            let fields: Vec<Segment> = names.map(|name| Segment::Field(name.into())).collect();
            match known.at(head, &fields) {
                Value::Record(record) => record.keys().map(ToString::to_string).collect(),
                _ => Vec::new(),
            }
        }
        None => {
            let functions = known.functions().into_iter().map(|name| format!("{name}("));
            known.names().map(str::to_owned).chain(functions).collect()
        }
    };
    found.retain(|name| name.starts_with(part));
    found.sort();
    found.dedup();
    (begins, found)
}

/// Asks for one line after another until there is none; `tell` says what each comes to.
pub(super) fn ask(known: &Known, tell: impl Fn(&str)) -> u8 {
    let editor = Editor::<Names<'_>, MemHistory>::with_history(Config::default(), MemHistory::new());
    let mut editor = match editor {
        Ok(editor) => editor,
        Err(error) => {
            eprintln!("petiole: {error}");
            return exit_code::FAILED;
        }
    };
    editor.set_helper(Some(Names(known)));
    println!("Ctrl-D ends, Tab completes.");
    loop {
        match editor.readline(PROMPT) {
            Ok(line) if line.trim().is_empty() => {}
            Ok(line) => {
                // A history that is full forgets its oldest line by itself.
                let _ = editor.add_history_entry(line.as_str());
                tell(&line);
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return exit_code::OK,
            Err(error) => {
                eprintln!("petiole: {error}");
                return exit_code::FAILED;
            }
        }
    }
}
