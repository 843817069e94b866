//! The YAML reader: whatever the text, there is a tree, and every place in it and in the findings is one of the text.

use petiole::diagnostic::FileId;
use petiole::language::syntax::yaml::{self, Node, NodeKind, Scalar};

use super::{inside, told};

/// A file that is no UTF-8 is refused before the reader sees it.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (node, found) = yaml::parse(FileId(0), &text);
    told(&found, ("rules/one.yaml", &text));
    places(&node, &text);
    let (again, found_again) = yaml::parse(FileId(0), &text);
    assert_eq!(format!("{node:?}{found:?}"), format!("{again:?}{found_again:?}"), "read twice");
}

fn places(node: &Node, text: &str) {
    inside(node.span, text);
    match &node.kind {
        NodeKind::Null => {}
        NodeKind::Scalar(scalar) => letters(scalar, text),
        NodeKind::Sequence(items) => items.iter().for_each(|item| places(item, text)),
        NodeKind::Mapping(entries) => {
            for (key, node) in entries {
                letters(key, text);
                places(node, text);
            }
        }
    }
}

/// Each letter stands somewhere in its scalar, none before the one before it. A key that is not there reads as `~`.
fn letters(scalar: &Scalar, text: &str) {
    inside(scalar.span, text);
    scalar.cut.into_iter().for_each(|cut| inside(cut, text));
    let mut last = scalar.span.start;
    for (at, letter) in scalar.text.char_indices() {
        let place = scalar.offset(at);
        let is_there = place < scalar.span.end || (scalar.text == "~" && place == scalar.span.end);
        assert!(last <= place && is_there, "{letter:?} of {scalar:?} in {text:?}");
        if place < scalar.span.end {
            inside(scalar.part(at, at + letter.len_utf8()), text);
        }
        last = place;
    }
}
