//! Compiles scripts once per generation and calls their functions within limits.
//!
//! Each function declares its types in a comment before it: `/// price(line: record) -> decimal`.

use std::cell::Cell;
use std::fmt;
use std::time::Instant;

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage, BasicStringPackage,
    LogicPackage, MoreStringPackage, Package as _,
};
use rhai::{AST, Dynamic, Engine, Scope};

use super::convert::{from_dynamic, to_dynamic};
use super::limits;
use crate::diagnostic::{Code, Diagnostic, FileId, Span};
use crate::language::function::registry;
use crate::value::{Kind, Value};

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
}

/// The scripts of a generation.
pub struct ScriptSet {
    engine: Engine,
    compiled: Vec<(AST, Vec<ScriptFunction>)>,
}

impl fmt::Debug for ScriptSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.functions().map(|function| &function.name)).finish()
    }
}

impl ScriptSet {
    /// Compiles script files.
    pub fn compile(files: &[(FileId, &str)]) -> (Self, Vec<Diagnostic>) {
        let mut set = Self { engine: engine(), compiled: Vec::new() };
        let mut found = Vec::new();
        for (file, text) in files {
            match set.engine.compile(text) {
                Ok(ast) => {
                    let functions = declared(*file, text, &ast, &mut found);
                    taken(&set, &functions, &mut found);
                    set.compiled.push((ast, functions));
                }
                Err(error) => {
                    let at = offset(text, error.position().line(), error.position().position());
                    let span = Span::new(*file, at, at);
                    let message = format!("the script does not compile: {}", error.err_type());
                    found.push(Diagnostic::error(Code("script-syntax"), message, span, "here"));
                }
            }
        }
        (set, found)
    }

    /// All functions.
    pub fn functions(&self) -> impl Iterator<Item = &ScriptFunction> {
        self.compiled.iter().flat_map(|(_, functions)| functions)
    }

    /// Calls a function.
    ///
    /// # Errors
    /// A sentence: no such function, a fault in the script with its place, or a limit.
    pub fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, String> {
        let found = self.compiled.iter().find(|(_, functions)| functions.iter().any(|function| function.name == name));
        let Some((ast, functions)) = found else { return Err("no such function".to_owned()) };
        let arguments: Vec<Dynamic> = arguments.iter().map(to_dynamic).collect();
        BEGUN.set(Some(Instant::now()));
        let answer: Result<Dynamic, _> = self.engine.call_fn(&mut Scope::new(), ast, name, arguments);
        BEGUN.set(None);
        let answer = from_dynamic(&answer.map_err(|error| error.to_string())?)?;
        let declared = functions.iter().find(|function| function.name == name).map(|function| &function.gives);
        match declared.filter(|kind| !kind.fits(&answer)) {
            Some(kind) => Err(format!("it declares {kind} and answered {}", answer.kind_name())),
            None => Ok(answer),
        }
    }
}

thread_local! {
    /// When the call that runs on this thread began.
    static BEGUN: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Whether a call has run for too long; looked at only now and then.
fn overtime(operations: u64) -> Option<Dynamic> {
    let late = operations.is_multiple_of(limits::OPERATIONS_PER_LOOK)
        && BEGUN.get().is_some_and(|begun| begun.elapsed() > limits::CALL_TIME_MAX);
    late.then(|| Dynamic::from("the script took too long"))
}

/// A name means one thing: no function of the library and none of another script has it.
fn taken(set: &ScriptSet, functions: &[ScriptFunction], found: &mut Vec<Diagnostic>) {
    for function in functions {
        let message = if registry::find(&function.name).is_some() {
            format!("there is a function `{}` already, and scripts do not replace it", function.name)
        } else if let Some(other) = set.functions().find(|other| other.name == function.name) {
            let message = format!("two scripts have a function `{}`", function.name);
            let finding = Diagnostic::error(Code("duplicate-name"), message, function.span, "again here");
            found.push(finding.label(other.span, "the other").help("give one of them another name"));
            continue;
        } else {
            continue;
        };
        let finding = Diagnostic::error(Code("duplicate-name"), message, function.span, "again here");
        found.push(finding.help("give it another name"));
    }
}

/// An engine with nothing in it that acts: no clock, no sleep, no modules, no printing.
fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    // The core package would bring `sleep` with it, so its parts come one by one.
    engine.register_global_module(ArithmeticPackage::new().as_shared_module());
    engine.register_global_module(BasicStringPackage::new().as_shared_module());
    engine.register_global_module(BasicIteratorPackage::new().as_shared_module());
    engine.register_global_module(LogicPackage::new().as_shared_module());
    engine.register_global_module(MoreStringPackage::new().as_shared_module());
    engine.register_global_module(BasicArrayPackage::new().as_shared_module());
    engine.register_global_module(BasicMapPackage::new().as_shared_module());
    engine.register_global_module(BasicMathPackage::new().as_shared_module());
    for word in ["eval", "import", "export", "sleep", "timestamp", "print", "debug"] {
        engine.disable_symbol(word);
    }
    engine.set_max_operations(limits::OPERATIONS_MAX);
    engine.set_max_call_levels(limits::CALL_LEVELS_MAX);
    engine.set_max_expr_depths(limits::EXPRESSION_DEPTH_MAX, limits::EXPRESSION_DEPTH_MAX);
    engine.set_max_string_size(limits::TEXT_BYTES_MAX);
    engine.set_max_array_size(limits::LIST_ELEMENTS_MAX);
    engine.set_max_map_size(limits::MAP_ENTRIES_MAX);
    engine.set_fail_on_invalid_map_property(true);
    engine.on_progress(overtime);
    engine
}

/// Reads the declarations; a function without one, or with other parameters, is a finding.
fn declared(file: FileId, text: &str, ast: &AST, found: &mut Vec<Diagnostic>) -> Vec<ScriptFunction> {
    let mut functions = Vec::new();
    for known in ast.iter_functions() {
        let declaration = known.name;
        let mut start = 0;
        let mut parsed = None;
        for line in text.split_inclusive('\n') {
            let head = line.trim_start().strip_prefix("///").map(str::trim_start);
            if head.is_some_and(|head| head.strip_prefix(declaration).is_some_and(|rest| rest.starts_with('('))) {
                let span = Span::new(file, start, start + line.trim_end().len());
                parsed = parse_declaration(head.unwrap_or_default(), span);
            }
            start += line.len();
        }
        match parsed {
            Some(Ok(function)) if function.parameters.len() == known.params.len() => functions.push(function),
            Some(Err(finding)) => found.push(finding),
            _ => {
                let at = text.find(&format!("fn {declaration}")).unwrap_or(0);
                let span = Span::new(file, at, at + declaration.len() + 3);
                let parameters: Vec<String> = known.params.iter().map(|name| format!("{name}: text")).collect();
                let help = format!(
                    "write `/// {declaration}({}) -> text` before it, with the right kinds",
                    parameters.join(", ")
                );
                found.push(
                    Diagnostic::error(
                        Code("script-signature"),
                        format!("function `{declaration}` does not declare its types"),
                        span,
                        "this function",
                    )
                    .help(help),
                );
            }
        }
    }
    functions
}

/// `name(parameter: kind, …) -> kind`; `None` where it is not of this form.
fn parse_declaration(text: &str, span: Span) -> Option<Result<ScriptFunction, Diagnostic>> {
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
    Some(Ok(ScriptFunction { name: name.trim().to_owned(), parameters, gives: kind_of(gives)?, span }))
}

/// The kinds that a declaration may name.
const KINDS: [&str; 9] = ["text", "integer", "decimal", "bool", "timestamp", "date", "list", "record", "any"];

/// Instants and dates are text inside a script.
fn kind_of(word: &str) -> Option<Kind> {
    Some(match word {
        "text" => Kind::Text,
        "integer" => Kind::Integer,
        "decimal" => Kind::Decimal,
        "bool" => Kind::Bool,
        "timestamp" | "date" | "any" => Kind::Any,
        "list" => Kind::List(Box::new(Kind::Any)),
        "record" => Kind::Record("".into()),
        _ => return None,
    })
}

fn offset(text: &str, line: Option<usize>, column: Option<usize>) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.unwrap_or(1).saturating_sub(1)).map(str::len).sum();
    (start + column.unwrap_or(1).saturating_sub(1)).min(text.len())
}
