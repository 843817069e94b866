//! Compiles scripts once per generation and calls their functions within limits.
//!
//! Each function declares its types in a comment before it: `/// price(line: record) -> decimal`.

use std::fmt;
use std::time::Instant;

use rhai::packages::{
    BasicArrayPackage, BasicMapPackage, BasicMathPackage, CorePackage, MoreStringPackage, Package as _,
};
use rhai::{AST, Dynamic, Engine, Scope};

use super::convert::{from_dynamic, to_dynamic};
use super::limits;
use crate::diagnostic::{Code, Diagnostic, FileId, Span};
use crate::value::Value;

/// A function that scripts declare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptFunction {
    /// Its name.
    pub name: String,
    /// Parameter names and kinds as written.
    pub parameters: Vec<(String, String)>,
    /// The kind of its answer as written.
    pub gives: String,
    /// Where it is declared.
    pub span: Span,
}

/// The scripts of a generation.
#[derive(Default)]
pub struct ScriptSet {
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
        let engine = engine();
        let mut set = Self::default();
        let mut found = Vec::new();
        for (file, text) in files {
            match engine.compile(text) {
                Ok(ast) => {
                    let functions = declared(*file, text, &ast, &mut found);
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
        let Some((ast, _)) = found else { return Err("no such function".to_owned()) };
        let mut engine = engine();
        let begin = Instant::now();
        engine.on_progress(move |operations| {
            let late = operations % limits::OPERATIONS_PER_LOOK == 0 && begin.elapsed() > limits::CALL_TIME_MAX;
            late.then(|| Dynamic::from("the script took too long"))
        });
        let arguments: Vec<Dynamic> = arguments.iter().map(to_dynamic).collect();
        let answer: Dynamic =
            engine.call_fn(&mut Scope::new(), ast, name, arguments).map_err(|error| error.to_string())?;
        from_dynamic(&answer)
    }
}

/// An engine with nothing in it that acts: no clock, no sleep, no modules, no printing.
fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    engine.register_global_module(CorePackage::new().as_shared_module());
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
            Some(function) if function.parameters.len() == known.params.len() => functions.push(function),
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

fn parse_declaration(text: &str, span: Span) -> Option<ScriptFunction> {
    let (name, rest) = text.split_once('(')?;
    let (inside, after) = rest.split_once(')')?;
    let gives = after.trim().strip_prefix("->")?.trim().to_owned();
    let parameters = inside
        .split(',')
        .filter(|part| !part.trim().is_empty())
        .map(|part| part.split_once(':').map(|(name, kind)| (name.trim().to_owned(), kind.trim().to_owned())))
        .collect::<Option<Vec<_>>>()?;
    Some(ScriptFunction { name: name.trim().to_owned(), parameters, gives, span })
}

fn offset(text: &str, line: Option<usize>, column: Option<usize>) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.unwrap_or(1).saturating_sub(1)).map(str::len).sum();
    (start + column.unwrap_or(1).saturating_sub(1)).min(text.len())
}
