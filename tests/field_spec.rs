//! The tables of keys: each key says what it is for, and what the rule files use stands in them.

use petiole::diagnostic::FileId;
use petiole::language::source::{SourceFile, SourceMap};
use petiole::language::syntax::field_spec::{FILE_KINDS, FILES, FieldSpec, MapSpec, Shape, kind};
use petiole::language::syntax::parse;
use petiole::language::syntax::yaml::{self, Node, NodeKind};

use crate::tidy::files_ending;

/// Every table, those below others among them.
fn tables() -> Vec<&'static MapSpec> {
    let mut found: Vec<&'static MapSpec> = Vec::new();
    let mut open: Vec<&'static MapSpec> = FILES.iter().map(|(_, spec)| *spec).collect();
    while let Some(spec) = open.pop() {
        if found.iter().any(|known| std::ptr::eq(*known, spec)) {
            continue;
        }
        found.push(spec);
        for shape in spec.fields.iter().map(|field| &field.shape).chain(spec.named.iter().map(|named| &named.shape)) {
            below(shape, &mut open);
        }
    }
    found
}

fn below(shape: &'static Shape, open: &mut Vec<&'static MapSpec>) {
    match shape {
        Shape::Map(spec) => open.push(spec),
        Shape::List(inner) => below(inner, open),
        Shape::Either(one, other) => {
            below(one, open);
            below(other, open);
        }
        Shape::Text(_) | Shape::Word(_) | Shape::Data => {}
    }
}

#[test]
fn every_key_says_what_it_is_for() {
    let tables = tables();
    assert!(tables.len() > 30, "all tables are reached: {}", tables.len());
    for spec in tables {
        assert!(!spec.what.is_empty(), "{spec:?}");
        assert!(!spec.fields.is_empty() || spec.named.is_some(), "{} holds nothing", spec.what);
        let named = spec.named.iter().map(|named| (named.name, named.about));
        for (name, about) in spec.fields.iter().map(|field| (field.name, field.about)).chain(named) {
            assert!(!name.is_empty() && about.len() > 10, "`{name}` of {} says what it is for", spec.what);
            assert!(!about.ends_with('.') && !about.contains('\n'), "`{name}` of {}: one line: {about}", spec.what);
        }
        for (at, field) in spec.fields.iter().enumerate() {
            let again = spec.fields[..at].iter().any(|other| other.name == field.name);
            assert!(!again, "`{}` stands twice in {}", field.name, spec.what);
        }
    }
}

#[test]
fn every_kind_of_file_begins_with_a_key_of_its_table() {
    assert_eq!(FILES.map(|(name, _)| name), FILE_KINDS);
    for (name, spec) in FILES {
        assert!(spec.field(name).is_some() && kind(name) == Some(name), "{name}");
    }
    assert_eq!(kind("tabel"), None);
}

/// What of a node the table does not have, or has as something else.
fn strange(node: &Node, shape: &Shape, at: &str, wrong: &mut Vec<String>) {
    match (shape, &node.kind) {
        (Shape::Map(spec), NodeKind::Mapping(_)) => strangers(node, spec, at, wrong),
        (Shape::List(inner), NodeKind::Sequence(items)) => {
            items.iter().for_each(|item| strange(item, inner, at, wrong));
        }
        (Shape::List(inner), NodeKind::Scalar(_)) => strange(node, inner, at, wrong),
        (Shape::Either(one, other), _) => {
            let mut first = Vec::new();
            strange(node, one, at, &mut first);
            if !first.is_empty() {
                strange(node, other, at, wrong);
            }
        }
        (Shape::Word(words), NodeKind::Scalar(scalar)) if !words.contains(&scalar.text.as_str()) => {
            wrong.push(format!("{at}: `{}` is none of {words:?}", scalar.text));
        }
        // An empty map or list may be left open.
        (Shape::Text(_) | Shape::Word(_), NodeKind::Scalar(_))
        | (Shape::Data, _)
        | (Shape::Map(_) | Shape::List(_), NodeKind::Null) => {}
        _ => wrong.push(format!("{at} is not {shape:?}")),
    }
}

fn strangers(node: &Node, spec: &MapSpec, at: &str, wrong: &mut Vec<String>) {
    let NodeKind::Mapping(entries) = &node.kind else { return wrong.push(format!("{at} is no map")) };
    for (key, value) in entries {
        let at = format!("{at}/{}", key.text);
        let field = spec.field(&key.text).map(|field: &FieldSpec| &field.shape);
        match field.or(spec.named.as_ref().map(|named| &named.shape)) {
            Some(shape) => strange(value, shape, &at, wrong),
            None => wrong.push(format!("{at} is no key of {}", spec.what)),
        }
    }
    for field in spec.fields.iter().filter(|field| field.required) {
        if !entries.iter().any(|(key, _)| key.text == field.name) {
            wrong.push(format!("{at} needs `{}`", field.name));
        }
    }
}

#[test]
fn the_rules_and_the_examples_use_only_keys_of_the_tables() {
    let mut wrong = Vec::new();
    let files = [files_ending("yaml", "rules"), files_ending("yaml", "examples")].concat();
    assert!(files.len() > 20, "{}", files.len());
    // What starts containers is YAML, too, and no rule file.
    let is_rules = |path: &std::path::Path| !path.components().any(|part| part.as_os_str() == "cluster");
    for (path, text) in files.into_iter().filter(|(path, _)| is_rules(path)) {
        let (node, found) = yaml::parse(FileId(0), &text);
        assert!(found.is_empty(), "{}: {found:?}", path.display());
        let NodeKind::Mapping(entries) = &node.kind else { panic!("{} says nothing", path.display()) };
        let (_, spec) = FILES.iter().find(|(name, _)| *name == entries[0].0.text).unwrap();
        strangers(&node, spec, &path.display().to_string(), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file that has every key of its table, each with a value of the wrong shape.
fn misshapen(first: &str, spec: &MapSpec) -> String {
    let others = spec.fields.iter().map(|field| field.name).filter(|name| *name != first);
    let lines: Vec<String> = others.map(|name| format!("{name}: [[], {{}}]\n")).collect();
    format!("{first}: [[]]\n{}", lines.concat())
}

#[test]
fn there_is_a_tree_whatever_the_text() {
    let parsed = |text: &str| {
        let file = SourceFile { name: "one.yaml".to_owned(), text: text.to_owned() };
        parse(&SourceMap::new(vec![file]))
    };
    for (first, spec) in FILES {
        let tree = parsed(&format!("{first}:\n"));
        assert_eq!(tree.files.len(), 1, "{first}: a tree with holes");
        let other = format!("{first}: [[], {{}}, text]\n");
        assert_eq!(parsed(&other).files.len(), 1, "{other}");
        assert!(!parsed(&misshapen(first, spec)).found.is_empty(), "{first}: findings");
        for field in spec.fields.iter().filter(|field| field.name != first && field.name != "about") {
            for value in ["[[[]]]", "{ a: { b: [] } }", "{ a: [1, { c: d }] }", "~", "'  '", "{ 'a -> b': { c: 1 } }"] {
                let text = format!("{first}: {{ name: {{ }} }}\n{}: {value}\n", field.name);
                assert_eq!(parsed(&text).files.len(), 1, "{text}");
            }
        }
    }
    for text in ["", "- a\n", "text\n", "a: b\n", "a: [\n", "\tx", "? [a]\n: b\n"] {
        let tree = parsed(text);
        assert!(tree.files.is_empty() && (tree.found.len() == 1 || tree.strangers.len() == 1), "{text:?}: {tree:?}");
    }
}

/// A set large enough for several threads comes to the same as its files one by one, in their order.
#[test]
fn many_files_come_to_the_same_trees_in_their_order() {
    let kinds =
        ["table: t\nrows: [A - B]\n", "accounts: [x]\n", "tabel: t\n", "a: [\n", "pipeline: p\nbetween: x\n", ""];
    let text = |at: usize| kinds[at % kinds.len()].to_owned();
    let files = (0..200).map(|at| SourceFile { name: format!("{at:03}.yaml"), text: text(at) }).collect::<Vec<_>>();
    let whole = parse(&SourceMap::new(files.clone()));
    let mut found = Vec::new();
    for (at, file) in files.iter().enumerate() {
        // Alone among files that are none, so that it keeps its number.
        let others = files.iter().map(|other| SourceFile { name: format!("{}.txt", other.name), text: String::new() });
        let mut alone: Vec<SourceFile> = others.collect();
        alone[at] = file.clone();
        found.push(parse(&SourceMap::new(alone)));
    }
    let files: Vec<String> = found.iter().flat_map(|tree| &tree.files).map(|file| format!("{file:?}")).collect();
    let findings: Vec<String> = found.iter().flat_map(|tree| &tree.found).map(|one| format!("{one:?}")).collect();
    let strangers: Vec<String> = found.iter().flat_map(|tree| &tree.strangers).map(|one| format!("{one:?}")).collect();
    assert!(files.len() > 90 && findings.len() > 100 && strangers.len() > 30);
    assert_eq!(whole.files.iter().map(|file| format!("{file:?}")).collect::<Vec<_>>(), files);
    assert_eq!(whole.found.iter().map(|one| format!("{one:?}")).collect::<Vec<_>>(), findings);
    assert_eq!(whole.strangers.iter().map(|one| format!("{one:?}")).collect::<Vec<_>>(), strangers);
}
