//! Compiles scripts once per generation and calls their functions within limits.
//!
//! What a function may do is `bars`' concern, what it declares `declaration`'s. Whatever a
//! script does, a call ends: with a value of the declared kind, or with a sentence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use rhai::{AST, Dynamic, Engine, Scope};

use super::bars;
use super::calls::{self, Known};
use super::convert::{from_dynamic, of_kind};
use super::declaration::{ScriptFunction, declared};
use super::fault::{self, CallFault};
use super::limits;
use super::overheard::{self, Overheard};
use super::reads::Reads;
use crate::diagnostic::span::place_of;
use crate::diagnostic::{Code, Diagnostic, FileId, Span};
use crate::language::function::registry;
use crate::language::source::copies::looks_copied;
use crate::value::{Kind, Value};

/// Functions that are followed into one another to tell what they read.
const FUNCTIONS_MAX: usize = 1_000;

/// The scripts of a generation.
pub struct ScriptSet {
    engine: Engine,
    offered: Known,
    compiled: Vec<Script>,
    /// The same scripts for whoever listens, made when somebody first does.
    overheard: OnceLock<Overheard>,
    /// The words that each function names, itself or in what it calls, gathered when somebody first asks.
    named: OnceLock<BTreeMap<String, BTreeSet<String>>>,
}

struct Script {
    file: String,
    text: String,
    ast: AST,
    functions: Vec<ScriptFunction>,
    /// The conditions of its `if`s.
    conditions: Vec<Span>,
}

impl Script {
    /// The file and the line where a function is declared.
    fn place(&self, function: &ScriptFunction) -> String {
        format!("{}:{}", self.file, place_of(&self.text, function.span.start).line)
    }

    /// Whether a condition says that a parameter is nothing, and no more.
    fn is_guard(&self, condition: Span) -> bool {
        let text = self.text.get(condition.start..condition.end).unwrap_or_default();
        let around = self.functions.iter().filter(|function| function.span.start <= condition.start);
        let function = around.max_by_key(|function| function.span.start);
        function.is_some_and(|function| function.parameters.iter().any(|(name, _)| text == format!("{name} == ()")))
    }
}

impl fmt::Debug for ScriptSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.functions().map(|function| &function.name)).finish()
    }
}

impl ScriptSet {
    /// Compiles script files: each with its name and its text.
    pub fn compile(files: &[(FileId, &str, &str)]) -> (Self, Vec<Diagnostic>) {
        let engine = bars::engine();
        let offered = calls::offered(&engine);
        let mut set =
            Self { engine, offered, compiled: Vec::new(), overheard: OnceLock::new(), named: OnceLock::new() };
        let mut found = Vec::new();
        for (file, name, text) in files {
            if text.len() > limits::FILE_BYTES_MAX {
                let message = format!("the script has {} bytes, it may have {}", text.len(), limits::FILE_BYTES_MAX);
                let finding = Diagnostic::error(Code("script-syntax"), message, Span::new(*file, 0, 0), "this file");
                found.push(finding.help("make several of it"));
                continue;
            }
            match bars::bounded(|| set.engine.compile(text)) {
                Ok(ast) => {
                    let functions = declared(*file, text, &ast, &mut found);
                    taken(&set, (*name, functions.as_slice()), &mut found);
                    found.extend(calls::astray(&ast, &set.offered, |position| word_at(*file, text, position)));
                    let (file, text) = (*file, (*text).to_owned());
                    let conditions =
                        overheard::conditions(file, &text, &ast, |place| word_at(file, &text, place).start);
                    set.compiled.push(Script { file: (*name).to_owned(), text, ast, functions, conditions });
                }
                Err(error) => {
                    let span = word_at(*file, text, error.position());
                    let (message, help) = fault::unread(error.err_type());
                    let finding = Diagnostic::error(Code("script-syntax"), message, span, "here");
                    found.push(match help {
                        Some(help) => finding.help(help),
                        None => finding,
                    });
                }
            }
        }
        (set, found)
    }

    /// All functions.
    pub fn functions(&self) -> impl Iterator<Item = &ScriptFunction> {
        self.compiled.iter().flat_map(|script| &script.functions)
    }

    /// The conditions of all `if`s, each with whether it only asks if what is given is nothing: lint wants that asked,
    /// whatever comes.
    pub fn conditions(&self) -> impl Iterator<Item = (Span, bool)> {
        let of = |script: &'_ Script| {
            let guards = script.conditions.iter().map(|span| (*span, script.is_guard(*span)));
            guards.collect::<Vec<_>>()
        };
        self.compiled.iter().flat_map(of)
    }

    /// Calls a function, and tells what the conditions came to that it asked.
    ///
    /// # Errors
    /// As [`ScriptSet::call`].
    pub fn overheard(&self, name: &str, arguments: &[Value]) -> (Result<Value, CallFault>, Vec<(Span, bool)>) {
        let texts = || self.compiled.iter().map(|script| (script.text.as_str(), script.conditions.as_slice()));
        let overheard = self.overheard.get_or_init(|| Overheard::of(texts()));
        drop(overheard::came());
        let answer = self.run((name, arguments), &|at| Some((&overheard.engine, overheard.scripts.get(at)?.as_ref()?)));
        (answer, overheard::came())
    }

    /// Whether other scripts say the same, wherever they stand.
    pub fn is_alike(&self, other: &Self) -> bool {
        let texts = |scripts: &'_ Self| scripts.compiled.iter().map(|script| script.text.clone()).collect::<Vec<_>>();
        texts(self) == texts(other)
    }

    /// Whether a function, or one that it calls, names this word: what no word of it names, it does not read.
    pub fn mentions(&self, function: &str, word: &str) -> bool {
        let all = || self.functions().map(|known| (known.name.clone(), self.named_by(&known.name))).collect();
        self.named.get_or_init(all).get(function).is_some_and(|named| named.contains(word))
    }

    /// All words of a function and of those that it calls.
    fn named_by(&self, function: &str) -> BTreeSet<String> {
        let (mut seen, mut named) = (BTreeSet::new(), BTreeSet::new());
        let mut open = vec![function];
        while let Some(name) = open.pop().filter(|_| seen.len() <= FUNCTIONS_MAX) {
            if !seen.insert(name) {
                continue;
            }
            for found in words(self.body(name).unwrap_or_default()) {
                named.insert(found.to_owned());
                open.extend(self.functions().map(|known| known.name.as_str()).filter(|known| *known == found));
            }
        }
        named
    }

    fn file_of(&self, name: &str) -> &str {
        let has = |script: &&Script| script.functions.iter().any(|known| known.name == name);
        self.compiled.iter().find(has).map_or("", |script| script.file.as_str())
    }

    /// The text from where a function is declared to where the next one is.
    fn body(&self, name: &str) -> Option<&str> {
        let declared = |script: &'_ Script| script.functions.iter().find(|known| known.name == name).cloned();
        let (script, function) = self.compiled.iter().find_map(|script| Some((script, declared(script)?)))?;
        let starts = script.functions.iter().map(|known| known.span.start);
        let end = starts.filter(|start| *start > function.span.start).min().unwrap_or(script.text.len());
        script.text.get(function.span.start..end)
    }

    /// Calls a function.
    ///
    /// # Errors
    /// [`CallFault`]: no such function, a fault in the script with its place, or a limit.
    pub fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, CallFault> {
        self.run((name, arguments), &|_| None)
    }

    /// Runs a function of a script, or of what stands for it.
    fn run<'s>(
        &'s self,
        (name, arguments): (&str, &[Value]),
        other: &dyn Fn(usize) -> Option<(&'s Engine, &'s AST)>,
    ) -> Result<Value, CallFault> {
        let found = self.compiled.iter().enumerate().find_map(|(at, script)| {
            let function = script.functions.iter().find(|function| function.name == name)?;
            Some((at, script, function))
        });
        let Some((at, script, function)) = found else {
            return Err(CallFault::Failed("no such function".to_owned()));
        };
        let place = || script.place(function);
        let given = given(function, arguments).map_err(|text| CallFault::Failed(format!("{}: {text}", place())))?;
        let (engine, ast) = other(at).unwrap_or((&self.engine, &script.ast));
        // What the script made is read and dropped where there is stack for it.
        let run = || {
            let answer = engine.call_fn::<Dynamic>(&mut Scope::new(), ast, name, given);
            answer.map(|answer| from_dynamic(&answer))
        };
        // Some native functions panic on numbers that they cannot work with; that is a fault of the
        // script. The engine keeps no state between calls, so nothing half-done is left behind.
        let answer = bars::bounded(|| catch_unwind(AssertUnwindSafe(run)))
            .map_err(|_| CallFault::Failed(format!("{}: a function of the script failed on a number", place())))?
            .map_err(|error| fault::told((&script.file, &place()), &error))?
            .map_err(|text| CallFault::Failed(format!("{}: {text}", place())))?;
        let answer = of_kind(answer, &function.gives);
        if function.gives.fits(&answer) {
            return Ok(answer);
        }
        let text = format!("{}: it declares {} and answered {}", place(), function.gives, answer.kind_name());
        Err(CallFault::Failed(text))
    }
}

/// The arguments as the script sees them.
///
/// # Errors
/// A sentence where one is of another kind than declared, or where there are more or fewer.
fn given(function: &ScriptFunction, arguments: &[Value]) -> Result<Vec<Dynamic>, String> {
    let parameters = &function.parameters;
    if arguments.len() != parameters.len() {
        return Err(format!("it takes {} values and was given {}", parameters.len(), arguments.len()));
    }
    let fit = |((value, (name, kind)), read): ((&Value, &(String, Kind)), &Reads)| match (kind, value) {
        (Kind::Text, Value::Timestamp(_) | Value::Date(_)) => Ok(read.of(value)),
        _ if kind.fits(&of_kind(value.clone(), kind)) => Ok(read.of(value)),
        _ => Err(format!("it declares `{name}` as {kind} and was given {}", value.kind_name())),
    };
    arguments.iter().zip(parameters).zip(&function.reads).map(fit).collect()
}

/// A name means one thing: no function of the library and none of another script has it.
fn taken(set: &ScriptSet, (name, functions): (&str, &[ScriptFunction]), found: &mut Vec<Diagnostic>) {
    for function in functions {
        let message = if registry::find(&function.name).is_some() || registry::ASKED.contains(&function.name.as_str()) {
            format!("there is a function `{}` already, and scripts do not replace it", function.name)
        } else if let Some(other) = set.functions().find(|other| other.name == function.name) {
            // A script that stands twice is one mistake.
            if found.iter().any(|one| {
                one.code.0 == "duplicate-name"
                    && one.labels.iter().chain([&one.primary]).any(|label| label.span.file == other.span.file)
            }) {
                continue;
            }
            let message = format!("two scripts have a function `{}`", function.name);
            let first = set.file_of(&other.name);
            let is_turned = looks_copied(first, name);
            let both = (function.span, other.span, first);
            let (here, there, original) = if is_turned { (other.span, function.span, name) } else { both };
            let original = original.rsplit('/').next().unwrap_or_default();
            let finding = Diagnostic::error(Code("duplicate-name"), message, here, "again here");
            let help = format!("give it another name, or take this file out where it is a copy of `{original}`");
            found.push(finding.label(there, "the other").help(help));
            continue;
        } else {
            continue;
        };
        let finding = Diagnostic::error(Code("duplicate-name"), message, function.span, "again here");
        found.push(finding.help("give it another name"));
    }
}

/// The word at a position; rhai counts lines and letters from 1.
fn word_at(file: FileId, text: &str, position: rhai::Position) -> Span {
    let (line, column) = (position.line().unwrap_or(1), position.position().unwrap_or(1));
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    let within: usize = rest.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
    let at = (start + within).min(text.len());
    let word =
        text.get(at..).unwrap_or_default().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_');
    Span::new(file, at, at + word.map(char::len_utf8).sum::<usize>())
}

/// The names and words of a script's text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !(sign.is_alphanumeric() || sign == '_')).filter(|word| !word.is_empty())
}
