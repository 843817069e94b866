//! `petiole eval`: one expression by itself, as rules would work it out, or one after another from a prompt.
//!
//! Its value goes to standard output as JSON, what is wrong with it to standard error. Asks no system and no store.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};
use std::path::Path;

use super::arguments::{Arguments, EvalArguments};
use super::eval_prompt;
use super::exit_code;
use crate::diagnostic::render;
use crate::language;
use crate::language::check::CheckedRules;
use crate::language::evaluation::Known;
use crate::runtime::environment::shared_settings;
use crate::value::json::{from_json, to_json};
use crate::value::{Record, Value};
use crate::world::{Files as _, ProcessEnvironment, SystemFiles};

/// The longest input, in bytes.
const INPUT_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The input that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Works out an expression, or one for each line.
pub(super) fn eval(arguments: &Arguments, asked: &EvalArguments) -> u8 {
    if asked.expression.is_none() && asked.input.as_deref() == Some(Path::new(STANDARD_INPUT)) {
        eprintln!("petiole: where the input is on standard input, the expression stands in the command");
        return exit_code::USAGE;
    }
    let input = match asked.input.as_deref().map_or_else(|| Ok(Record::default()), read) {
        Ok(input) => input,
        Err(why) => {
            eprintln!("petiole: {why}");
            return exit_code::INVALID;
        }
    };
    let rules = rules(arguments);
    let settings = rules.as_ref().map(|rules| shared_settings(&rules.types, &rules.settings, &ProcessEnvironment));
    let known = Known::new(input, rules, settings.unwrap_or_default());
    match &asked.expression {
        Some(text) => told(&known, text, arguments),
        None if io::stdin().is_terminal() && io::stdout().is_terminal() => {
            eval_prompt::ask(&known, |text| _ = told(&known, text, arguments))
        }
        None => each_line(&known, arguments),
    }
}

/// The rules whose tables, settings and scripts may be named; what is wrong with them is none of this.
fn rules(arguments: &Arguments) -> Option<CheckedRules> {
    if SystemFiles.entry(&arguments.rules).is_none() {
        if arguments.names_rules {
            eprintln!("petiole: there are no rules at {}", arguments.rules.display());
        }
        return None;
    }
    let compiled = language::compile(&SystemFiles, std::slice::from_ref(&arguments.rules));
    if compiled.rules.is_none() {
        eprintln!(
            "petiole: the rules at {} have mistakes; their settings, tables and scripts are not known here (see \
             `petiole lint`)",
            arguments.rules.display()
        );
    }
    compiled.rules
}

/// The object whose fields are the names.
fn read(path: &Path) -> Result<Record, String> {
    let shown = path.display();
    let mut text = Vec::new();
    let came = if path == Path::new(STANDARD_INPUT) {
        io::stdin().take(INPUT_BYTES_MAX.saturating_add(1)).read_to_end(&mut text).map(drop)
    } else {
        SystemFiles.read(path).map(|bytes| text = bytes)
    };
    came.map_err(|error| format!("{shown}: {error}"))?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > INPUT_BYTES_MAX {
        return Err(format!("{shown}: longer than {INPUT_BYTES_MAX} bytes"));
    }
    let json = serde_json::from_slice(&text).map_err(|error| format!("{shown}: {error}"))?;
    match from_json(&json) {
        Value::Record(record) => Ok(record),
        _ => Err(format!("{shown}: write an object, such as {{\"order\": {{…}}}}; its fields are the names")),
    }
}

fn told(known: &Known, text: &str, arguments: &Arguments) -> u8 {
    let evaluated = known.evaluate(text);
    match evaluated.value {
        Some(value) => {
            println!("{:#}", to_json(&value));
            exit_code::OK
        }
        None => {
            eprint!("{}", render::render(&evaluated.findings, &evaluated.sources, arguments.color.on()));
            exit_code::INVALID
        }
    }
}

/// Works out what comes on standard input, line by line, to its end.
fn each_line(known: &Known, arguments: &Arguments) -> u8 {
    let mut worst = exit_code::OK;
    for line in io::stdin().lock().lines() {
        match line {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => worst = worst.max(told(known, &text, arguments)),
            Err(error) => {
                eprintln!("petiole: {error}");
                return exit_code::INVALID;
            }
        }
    }
    worst
}
