//! Only the syntax pass knows that rule files are YAML: who comes behind it reads typed trees.

use crate::tidy::{files, without_tests};
use crate::tidy_circles::used;

/// What stays inside.
const INSIDE: [&str; 2] = ["language::syntax::yaml", "language::syntax::mapping"];

/// Files outside that may still know them.
const EXCEPTED: [&str; 0] = [];

/// What a text imports of it, however it is written.
fn known(text: &str) -> Vec<&'static str> {
    let imported: Vec<String> = used(without_tests(text)).into_iter().map(|path| path.steps.join("::")).collect();
    INSIDE.into_iter().filter(|inside| imported.iter().any(|path| path.contains(inside))).collect()
}

#[test]
fn nobody_behind_the_syntax_pass_knows_yaml() {
    let mut wrong = Vec::new();
    for (path, text) in files("src") {
        let path = path.display().to_string();
        if path.starts_with("src/language/syntax/") || EXCEPTED.contains(&path.as_str()) {
            continue;
        }
        wrong.extend(
            known(&text).into_iter().map(|inside| format!("{path}: `{inside}`; there are the trees of `file`")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_knows_yaml_is_seen_however_it_is_written() {
    for text in [
        "use crate::language::syntax::yaml::{Node, NodeKind};\n",
        "use crate::language::syntax::{expression::Name, mapping::Mapping};\n",
        "use crate::language::syntax::yaml;\n",
        "fn of() { crate::language::syntax::yaml::parse(file, text); }\n",
    ] {
        assert_eq!(known(text).len(), 1, "{text}");
    }
    assert!(known("use crate::language::syntax::file::data::Data;\n").is_empty());
}
