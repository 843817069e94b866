//! What a script's functions say of their types: `/// price(line: record) -> decimal`.
//!
//! Reads the comments before functions; a function that rules could call without one is a
//! finding. Knows nothing of what the functions do.

use rhai::AST;

use super::reads::{self, Reads};
use crate::diagnostic::{Code, Diagnostic, FileId, Span};
use crate::value::Kind;

/// A function that scripts declare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptFunction {
    /// Its name.
    pub name: String,
    /// Parameter names with their kinds.
    pub parameters: Vec<(String, Kind)>,
    /// The kind of its answer; nothing may always be answered.
    pub gives: Kind,
    /// Where it is declared.
    pub span: Span,
    /// What it reads of each parameter.
    pub(super) reads: Vec<Reads>,
}

/// The kinds that a declaration may name. Instants and dates are text inside a script.
const KINDS: [&str; 9] = ["text", "integer", "decimal", "bool", "timestamp", "date", "list", "record", "any"];

/// Reads the declarations; a function without one, or with other parameters, is a finding.
pub fn declared(file: FileId, text: &str, ast: &AST, found: &mut Vec<Diagnostic>) -> Vec<ScriptFunction> {
    let mut functions = Vec::new();
    let reads = reads::of(ast);
    // Functions without a name stand inside others and are called by them alone.
    for known in ast.iter_functions().filter(|known| !known.name.starts_with("anon$")) {
        let mut start = 0;
        let mut parsed = None;
        for line in text.split_inclusive('\n') {
            let head = line.trim_start().strip_prefix("///").map(str::trim_start);
            if head.is_some_and(|head| head.strip_prefix(known.name).is_some_and(|rest| rest.starts_with('('))) {
                let span = Span::new(file, start, start + line.trim_end().len());
                parsed = parse(head.unwrap_or_default(), span);
            }
            start += line.len();
        }
        match parsed {
            Some(Ok(function)) if function.parameters.iter().map(|(name, _)| name).eq(known.params.iter()) => {
                let read = reads.get(&(known.name.to_owned(), known.params.len()));
                functions.push(ScriptFunction { reads: read.cloned().unwrap_or_default(), ..function });
            }
            Some(Err(finding)) => found.push(finding),
            Some(Ok(function)) => {
                let message = format!("the declaration of `{}` has other parameters than the function", known.name);
                let finding = Diagnostic::error(Code("script-signature"), message, function.span, "declared here");
                found.push(finding.help(help(known.name, &known.params)));
            }
            None => {
                let at = text.find(&format!("fn {}", known.name)).unwrap_or(0);
                let span = Span::new(file, at, at + known.name.len() + "fn ".len());
                let message = format!("function `{}` does not declare its types", known.name);
                let finding = Diagnostic::error(Code("script-signature"), message, span, "this function");
                found.push(finding.help(help(known.name, &known.params)));
            }
        }
    }
    functions
}

fn help(name: &str, parameters: &[&str]) -> String {
    let parameters: Vec<String> = parameters.iter().map(|name| format!("{name}: text")).collect();
    format!("write `/// {name}({}) -> text` before it, with the right kinds", parameters.join(", "))
}

/// `name(parameter: kind, …) -> kind`; `None` where it is not of this form.
fn parse(text: &str, span: Span) -> Option<Result<ScriptFunction, Diagnostic>> {
    let (name, rest) = text.split_once('(')?;
    let (inside, after) = rest.split_once(')')?;
    let gives = after.trim().strip_prefix("->")?.trim();
    let written = inside
        .split(',')
        .filter(|part| !part.trim().is_empty())
        .map(|part| part.split_once(':').map(|(name, kind)| (name.trim(), kind.trim())))
        .collect::<Option<Vec<_>>>()?;
    let kinds: Vec<&str> = written.iter().map(|(_, kind)| *kind).chain([gives]).collect();
    if let Some(unknown) = kinds.into_iter().find(|word| kind_of(word).is_none()) {
        let message = format!("`{unknown}` is no kind of value");
        let finding = Diagnostic::error(Code("script-signature"), message, span, "declared here");
        return Some(Err(finding.help(format!("write one of: {}", KINDS.join(", ")))));
    }
    let parameters = written.into_iter().filter_map(|(name, kind)| Some((name.to_owned(), kind_of(kind)?))).collect();
    Some(Ok(ScriptFunction {
        name: name.trim().to_owned(),
        parameters,
        gives: kind_of(gives)?,
        span,
        reads: Vec::new(),
    }))
}

fn kind_of(word: &str) -> Option<Kind> {
    Some(match word {
        "text" => Kind::Text,
        "integer" => Kind::Integer,
        "decimal" => Kind::Decimal,
        "bool" => Kind::Bool,
        "timestamp" => Kind::Timestamp,
        "date" => Kind::Date,
        "any" => Kind::Any,
        "list" => Kind::List(Box::new(Kind::Any)),
        "record" => Kind::Record("".into()),
        _ => return None,
    })
}
