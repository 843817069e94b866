//! Functions that scripts call: each is the script's own or the engine's, and takes as many values.
//!
//! Found when a script is read, at the call; kinds of values are known only when it runs.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, Engine, Expr, FnCallExpr, Position, Stmt};

use super::fault;
use crate::diagnostic::{Code, Diagnostic, Span, suggest};
use crate::language::function::registry;

/// Functions that scripts elsewhere have and rules do not.
const OUTSIDE: [&str; 2] = ["sleep", "timestamp"];

/// What the engine understands without a function behind it, with the numbers of values taken.
const BUILT_IN: [(&str, &[usize]); 5] =
    [("type_of", &[1]), ("Fn", &[1]), ("is_shared", &[1]), ("is_def_var", &[1]), ("is_def_fn", &[2])];

/// Functions of functions take whatever the function itself takes.
const OF_FUNCTIONS: [&str; 2] = ["call", "curry"];

/// Functions by name, with the numbers of values that they take.
pub type Known = BTreeMap<String, BTreeSet<usize>>;

/// What an engine offers to every script.
pub fn offered(engine: &Engine) -> Known {
    let built_in = BUILT_IN.iter().flat_map(|(name, counts)| counts.iter().map(|count| ((*name).to_owned(), *count)));
    let mut known = Known::new();
    let registered = engine.collect_fn_metadata(
        None,
        |function| Some((function.metadata.name.to_string(), function.metadata.num_params)),
        true,
    );
    for (name, count) in registered.into_iter().chain(built_in) {
        known.entry(name).or_default().insert(count);
    }
    known
}

/// Calls of a script that lead nowhere. `at`: the place of a position in the script's file.
pub fn astray(ast: &AST, offered: &Known, at: impl Fn(Position) -> Span) -> Vec<Diagnostic> {
    let mut known = offered.clone();
    for function in ast.iter_functions() {
        known.entry(function.name.to_owned()).or_default().insert(function.params.len());
    }
    let mut found = Vec::new();
    ast.walk(&mut |path: &[ASTNode]| {
        let called = match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, position)) | ASTNode::Stmt(Stmt::FnCall(call, position))) => {
                Some((call, 0, *position))
            }
            Some(ASTNode::Expr(Expr::MethodCall(call, position))) => Some((call, 1, *position)),
            _ => None,
        };
        if let Some((call, before_dot, position)) = called {
            found.extend(fault_of(call, before_dot, (&known, at(position))));
        }
        true
    });
    found
}

/// What is wrong with a call, and what to write instead. What stands before a dot is the first value.
fn fault_of(call: &FnCallExpr, before_dot: usize, (known, span): (&Known, Span)) -> Option<Diagnostic> {
    let name = call.name.as_str();
    if call.is_operator_call() || OF_FUNCTIONS.contains(&name) {
        return None;
    }
    if OUTSIDE.contains(&name) {
        let (message, help) = fault::outside(name);
        return Some(Diagnostic::error(Code("script-syntax"), message, span, "here").help(help));
    }
    let unknown = |message: String| Diagnostic::error(Code("unknown-function"), message, span, "here");
    let Some(counts) = known.get(name) else {
        let words = known.keys().map(String::as_str).filter(|name| name.starts_with(char::is_alphabetic));
        let near = suggest::nearest(name, words.filter(|name| !name.contains('$')));
        let finding = unknown(format!("there is no function `{name}`"));
        return Some(match near.first() {
            Some(near) => finding.write(*near),
            None if registry::find(name).is_some() => {
                finding.help("that is a function of expressions; scripts have rhai's own")
            }
            None => finding,
        });
    };
    let count = call.args.len();
    if counts.contains(&(count + before_dot)) {
        return None;
    }
    let taken: Vec<usize> = counts.iter().filter_map(|count| count.checked_sub(before_dot)).collect();
    let values = if taken == [1] { "value" } else { "values" };
    let taken: Vec<String> = taken.iter().map(ToString::to_string).collect();
    let place = if before_dot > 0 { " in its brackets" } else { "" };
    Some(unknown(format!("`{name}` takes {} {values}{place}, not {count}", taken.join(" or "))))
}
