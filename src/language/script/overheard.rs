//! Scripts that tell which way their conditions go, for whoever listens: the same text, with every condition of an `if`
//! handed through a function that notes it.
//!
//! Nothing of it runs where nobody listens, so that limits and answers are those of the scripts themselves.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::Arc;

use rhai::{AST, ASTNode, Dynamic, Engine, INT, Position, Stmt};

use super::bars;
use crate::diagnostic::{FileId, Span};

thread_local! {
    /// What conditions came to on this thread, since somebody last asked.
    static CAME: RefCell<Vec<(Span, bool)>> = const { RefCell::new(Vec::new()) };
}

/// What conditions came to on this thread since this was last asked.
pub(super) fn came() -> Vec<(Span, bool)> {
    CAME.take()
}

/// What a condition is handed through.
const HEARD: &str = "condition__";

/// Scripts that tell.
pub(super) struct Overheard {
    pub(super) engine: Engine,
    /// As many as there are scripts; nothing where one cannot be told so.
    pub(super) scripts: Vec<Option<AST>>,
}

impl Overheard {
    /// The same scripts, telling.
    pub(super) fn of<'s>(scripts: impl Iterator<Item = (&'s str, &'s [Span])>) -> Self {
        let scripts: Vec<(&str, &[Span])> = scripts.collect();
        let conditions: Arc<[Span]> = scripts.iter().flat_map(|(_, conditions)| conditions.iter().copied()).collect();
        let mut engine = bars::engine();
        engine.register_fn(HEARD, move |at: INT, held: Dynamic| {
            if let (Some(span), Ok(held)) = (usize::try_from(at).ok().and_then(|at| conditions.get(at)), held.as_bool())
            {
                CAME.with_borrow_mut(|came| came.push((*span, held)));
            }
            held
        });
        let mut first = 0;
        let telling = |(text, conditions): &(&str, &[Span])| {
            let told = told(text, conditions, first);
            first += conditions.len();
            bars::bounded(|| engine.compile(told)).ok()
        };
        let scripts = scripts.iter().map(telling).collect();
        Self { engine, scripts }
    }
}

/// The text with each condition in brackets behind the function and its number.
fn told(text: &str, conditions: &[Span], first: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (number, span) in conditions.iter().enumerate() {
        out.push_str(text.get(at..span.start).unwrap_or_default());
        let condition = text.get(span.start..span.end).unwrap_or_default();
        let _ = write!(out, "{HEARD}({}, ({condition}))", first + number);
        at = span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// The conditions of a script, in order. `at`: the byte of a position.
pub(super) fn conditions(file: FileId, text: &str, ast: &AST, at: impl Fn(Position) -> usize) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(Stmt::If(flow, position))) = path.last() {
            let (word, body) = (at(*position), at(flow.body.position()));
            found.extend(text.get(word..body).and_then(|head| condition(file, head, word)));
        }
        true
    });
    found.sort_by_key(|span| span.start);
    found.dedup();
    // One within another cannot be handed through by itself.
    let mut end = 0;
    found.retain(|span| {
        let is_apart = span.start >= end;
        end = end.max(span.end);
        is_apart
    });
    found
}

fn condition(file: FileId, head: &str, start: usize) -> Option<Span> {
    let rest = head.strip_prefix("if")?;
    let text = rest.trim();
    let start = start + "if".len() + (rest.len() - rest.trim_start().len());
    (!text.is_empty()).then(|| Span::new(file, start, start + text.len()))
}
