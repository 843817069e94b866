//! What is read without the grammar is what the grammar reads: the same tree with the same places, and never more.

use std::path::Path;

use petiole::diagnostic::FileId;
use petiole::language::syntax::expression_parser::{self, Origin};
use petiole::language::syntax::rule_line::{self, arrow_rule_by_grammar, row_by_grammar};
use petiole::language::syntax::system_line::{self, field_by_grammar};
use petiole::language::syntax::yaml::{self, Node, NodeKind, Scalar};
use proptest::prelude::*;
use proptest::sample::select;

/// Every text in the rules, the examples, and what the expression cases hold.
fn written() -> Vec<Scalar> {
    let mut found = Vec::new();
    let mut open = ["rules", "examples", "tests/rule_test"].map(|one| Path::new(env!("CARGO_MANIFEST_DIR")).join(one));
    let mut open = std::mem::take(&mut open).to_vec();
    while let Some(path) = open.pop() {
        for entry in std::fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "yaml") {
                texts(&yaml::parse(FileId(0), &std::fs::read_to_string(&path).unwrap()).0, &mut found);
            }
        }
    }
    found
}

fn texts(node: &Node, found: &mut Vec<Scalar>) {
    match &node.kind {
        NodeKind::Null => {}
        NodeKind::Scalar(scalar) => found.push(scalar.clone()),
        NodeKind::Sequence(items) => items.iter().for_each(|item| texts(item, found)),
        NodeKind::Mapping(entries) => {
            for (key, node) in entries {
                found.push(key.clone());
                texts(node, found);
            }
        }
    }
}

/// A text as it stands in a file, with quotes around it.
fn scalar(text: &str) -> Scalar {
    let (node, _) = yaml::parse(FileId(0), &format!("- '{}'\n", text.replace('\'', "''")));
    let mut found = Vec::new();
    texts(&node, &mut found);
    found.pop().unwrap()
}

/// Both ways to read a text come to the same, as every kind of line.
fn same(scalar: &Scalar) {
    let text = &scalar.text;
    let map = |at: usize| scalar.offset(at);
    let origin = Origin { file: FileId(0), map: &map };
    if let Ok(tree) = expression_parser::parse(text, &origin) {
        let by_grammar = expression_parser::by_grammar(text, &origin).unwrap();
        assert_eq!(format!("{tree:?}"), format!("{by_grammar:?}"), "as an expression: {text}");
    }
    if let Ok(line) = rule_line::arrow_rule(scalar) {
        let by_grammar = arrow_rule_by_grammar(scalar).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(format!("{line:?}"), format!("{by_grammar:?}"), "as a rule: {text}");
    }
    if let Ok(line) = rule_line::row(scalar) {
        let by_grammar = row_by_grammar(scalar).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(format!("{line:?}"), format!("{by_grammar:?}"), "as a row: {text}");
    }
    if let Ok(line) = system_line::field(scalar) {
        let by_grammar = field_by_grammar(scalar).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(format!("{line:?}"), format!("{by_grammar:?}"), "as a field: {text}");
    }
    refused(scalar);
}

/// What is refused is refused in the same words.
fn refused(scalar: &Scalar) {
    let both = [
        (rule_line::arrow_rule(scalar).err(), arrow_rule_by_grammar(scalar).err()),
        (rule_line::row(scalar).err(), row_by_grammar(scalar).err()),
        (system_line::field(scalar).err(), field_by_grammar(scalar).err()),
    ];
    for (quick, by_grammar) in both {
        assert_eq!(format!("{quick:?}"), format!("{by_grammar:?}"), "{}", scalar.text);
    }
}

#[test]
fn what_is_written_is_read_the_same_without_the_grammar() {
    let texts = written();
    assert!(texts.len() > 2000, "{}", texts.len());
    texts.iter().for_each(same);
}

#[test]
fn what_is_near_to_a_mistake_is_read_the_same() {
    for text in [
        "..x",
        ".",
        ". x",
        "a .b",
        "a.b[0].c[]",
        "a[ 0 ]",
        "a[0000001]",
        "a[1234567]",
        "1.x",
        "1.5.x",
        "1.",
        "1a",
        "true.x",
        "true(",
        "not(a)",
        "if(a)",
        "if (a) then (b) else (c).d",
        "a ?? park \"x\"",
        "a ?? park(\"x\")",
        "park \"x\"",
        "a == b == c",
        "a < -b",
        "a - - b",
        "a-b",
        "-a.b",
        "(a + b).c[1]",
        "((a))",
        "[a, b,]",
        "[ ]",
        "f ( a , b )",
        "f()",
        "f(,)",
        "a where .b and c where .d",
        "a in[\"x\"]",
        "in",
        "a.in.where",
        "'it''s'",
        "\"a\\\"b\"",
        "\"\\n\"",
        "a or é",
        "a é",
        "é",
        "9999999999999999999",
        "0.1000",
        "99999999999999999999999999999999",
        "a  ==\tb ",
        " a",
        "a where",
        "a ?? b ?? c",
        "nullable",
        "null",
        "null.x",
        "not not a",
        "a and not b or c",
        "a -> b",
        "a <-> b",
        "a <- b",
        "a -> on create",
        "a -> on on create",
        "a -> by via table t",
        "a -> b via table",
        "a -> b via table t-1 on create",
        "a -> b on create always",
        "a -> b on create on create",
        "a -> b when c when d",
        "a -> b when c unless d because e",
        "a -> b because",
        "a -> b because ",
        "a -> b because  x y ",
        "a -> b whenever c",
        "a -> b when.c",
        "a -> b via x",
        "a -> b by [c] as d",
        "(a -> b) -> c",
        "\"->\" -> b on create",
        "a -> b -> c",
        "a->b",
        "a -> b)",
        "(a -> b",
        "a =>b",
        "a -> {b: c}",
        "a -> b also when gone reported once",
        "a -> b or clear",
        "a -> b or  clear when c",
        "a -> b when c or clear because d",
        "a -> b when c or clear.d",
        "a or clear -> b",
        "a or clearly -> b",
        "a -> b or clear-x",
        "a -> b or c",
        "a -> b always when x(\"when y\") because it is",
        "A -> B",
        "A, B | C -> D",
        "A,B|C->D",
        "A ->",
        "-> B",
        "A, -> B",
        "A -> B from C, D on create because x",
        "A -> B from",
        "A -> B from C from D",
        "A -> B on create on create",
        "A -> B one create",
        "A -> B on created",
        "from -> B",
        "A from B -> C",
        "A because b -> C",
        "\"A, B\" -> C",
        "A \"B\" -> C",
        "A's -> B",
        "A (b) -> C [d]",
        "A -> B because ",
        "A B  C -> D  E ",
        "A -> B -> C",
        "A <-> é",
        "otherwise -> nothing because (a -> b)",
        "text",
        "text , always",
        "text,always",
        "text, always or null, read only",
        "texts",
        "text, max 3",
        "any, ",
        "money as {a, b}",
        "text, read  only",
        "uuid, assumed, left out when empty, write only, required on create",
    ] {
        same(&scalar(text));
    }
}

const WORDS: [&str; 62] = [
    "a",
    "shop.x",
    ".y",
    ".",
    "b[0]",
    "c[]",
    "f(",
    "(",
    ")",
    "[",
    "]",
    ",",
    "+",
    "-",
    "*",
    "/",
    "??",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "in",
    "and",
    "or",
    "not",
    "if",
    "then",
    "else",
    "where",
    "park",
    "\"t\"",
    "'t'",
    "\"\\n\"",
    "1",
    "2.50",
    "true",
    "null",
    "->",
    "<-",
    "<->",
    "via",
    "table",
    "pipeline",
    "on",
    "create",
    "always",
    "when",
    "unless",
    "because",
    "by",
    "from",
    "|",
    "{",
    "}",
    "A",
    "nothing",
    "otherwise",
    "text",
    "é",
    "[] by [a] as b",
];

/// Expressions that are right.
fn expressions() -> impl Strategy<Value = String> {
    let leaf = select(vec![
        "a", "shop.x", ".y", ".", "b[0].c", "c[]", "1", "2.50", "\"t, u\"", "'when '", "true", "null", "-1", "d.in",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
        let operators = ["+", "-", "*", "/", "??", "==", "!=", "<", "<=", ">", ">=", "in", "and", "or", "where"];
        prop_oneof![
            (inner.clone(), select(operators.to_vec()), inner.clone()).prop_map(|(a, by, b)| format!("{a} {by} {b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("( {a} ).z[1]")),
            inner.clone().prop_map(|a| format!("not {a}")),
            inner.clone().prop_map(|a| format!("-{a}")),
            inner.clone().prop_map(|a| format!("{a} ?? park \"no {{a}}\"")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("f({a} ,{b})[0]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b}]")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("if {a} then {b} else {c}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn words_in_any_order_are_read_the_same(
        words in prop::collection::vec((select(WORDS.to_vec()), select(vec!["", " ", " ", " ", "  ", "\t"])), 1..14),
    ) {
        let text: String = words.iter().flat_map(|(word, blank)| [*word, *blank]).collect();
        same(&scalar(&text));
    }

    #[test]
    fn what_is_right_is_read_the_same(a in expressions(), b in expressions(), c in expressions()) {
        same(&scalar(&a));
        same(&scalar(&format!("{a} -> {b}   on create")));
        same(&scalar(&format!("{a} <-> shop.y  via table t when {b} unless {c} because {a}")));
    }
}
