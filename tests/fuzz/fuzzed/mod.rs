//! What is fuzzed: for each target, what is done with an input, and what must come of it whatever the input is.
//!
//! A crate of its own for `cargo fuzz`, and a module of the tests, which put what is kept in `corpus/` through the same.
//! A check panics where its promise is broken. How long an input takes and how much it holds is the fuzzer's to watch.
#![allow(unreachable_pub, reason = "a crate of its own beside the tests")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

pub mod answer;
pub mod expression;
pub mod interpreter;
mod outside;
pub mod rule_line;
pub mod rules;
pub mod script;
pub mod store;
pub mod system_line;
pub mod webhook;
pub mod yaml;

use petiole::diagnostic::{Diagnostic, FileId, Label, Span, render};
use petiole::language::source::{SourceFile, SourceMap};
use petiole::language::syntax::yaml::{self as reader, Node, NodeKind, Scalar};

/// Every target by its name.
pub const TARGETS: [(&str, fn(&[u8])); 9] = [
    ("answer", answer::check),
    ("expression", expression::check),
    ("rule_line", rule_line::check),
    ("rules", rules::check),
    ("script", script::check),
    ("store", store::check),
    ("system_line", system_line::check),
    ("webhook", webhook::check),
    ("yaml", yaml::check),
];

/// A place lies in the text and cuts no letter.
fn inside(span: Span, text: &str) {
    let fits = span.start <= span.end && text.is_char_boundary(span.start) && text.is_char_boundary(span.end);
    assert!(fits, "{span:?} is no place in {text:?}");
}

/// Findings show places of the text, and can be told.
fn told(found: &[Diagnostic], (name, text): (&str, &str)) {
    let places = |one: &Diagnostic| {
        let labels = one.labels.iter().chain([&one.primary]).map(|Label { span, .. }| *span);
        labels.chain(one.fix.iter().map(|edit| edit.span)).collect::<Vec<_>>()
    };
    found.iter().flat_map(places).for_each(|span| inside(span, text));
    let sources = SourceMap::new(vec![SourceFile { name: name.to_owned(), text: text.to_owned() }]);
    assert_eq!(render::render(found, &sources, false).is_empty(), found.is_empty());
}

/// A text as it stands in a file, on one line with quotes around it, and that file.
fn quoted(input: &[u8]) -> (String, Scalar) {
    let line = String::from_utf8_lossy(input).replace(|sign: char| sign.is_control(), " ");
    let file = format!("- '{}'\n", line.replace('\'', "''"));
    let (node, _) = reader::parse(FileId(0), &file);
    let mut scalar = Scalar::default();
    each_scalar(&node, &mut |one| scalar = one.clone());
    (file, scalar)
}

fn each_scalar(node: &Node, see: &mut dyn FnMut(&Scalar)) {
    match &node.kind {
        NodeKind::Null => {}
        NodeKind::Scalar(scalar) => see(scalar),
        NodeKind::Sequence(items) => items.iter().for_each(|item| each_scalar(item, see)),
        NodeKind::Mapping(entries) => {
            for (key, node) in entries {
                see(key);
                each_scalar(node, see);
            }
        }
    }
}
