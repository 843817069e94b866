//! The expression corpus: Markdown pages with an input, expressions, and what each comes to.
//!
//! A block ```` ```input ```` holds the record whose fields are bare names; a block ```` ```expression ````
//! holds cases, each an expression and a line `=> VALUE`, `=> fault: WHY` or `=> error: WHAT at COLUMN`.
//! `UPDATE=1 cargo test expression_corpus` writes what is found; look at the difference before it is kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use petiole::diagnostic::FileId;
use petiole::language::plan::expression::CompiledExpression;
use petiole::language::plan::expression::FaultKind;
use petiole::language::script::ScriptSet;
use petiole::language::syntax::expression_parser::{Origin, parse};
use petiole::value::{Record, Value, json};

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::fs::read_dir(root.join("tests/expression")).unwrap();
    let mut pages: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    pages.push(root.join("grammar/README.md"));
    pages.sort();
    pages
}

fn outcome(text: &str, input: &Value) -> String {
    let map = |at: usize| at;
    let tree = match parse(text, &Origin { file: FileId(0), map: &map }) {
        Ok(tree) => tree,
        Err(found) => {
            let start = text.get(..found.primary.span.start).map_or(0, |before| before.chars().count());
            let help = found.help.map(|help| format!("; {help}")).unwrap_or_default();
            return format!("error: {} at {}{help}", found.message, start + 1);
        }
    };
    let compiled = CompiledExpression::new(tree, Arc::new(ScriptSet::compile(&[]).0));
    match compiled.evaluate_in(input) {
        Ok(value) => value.to_string(),
        Err(fault) => match fault.kind {
            FaultKind::Park(why) => format!("park: {why}"),
            FaultKind::Failed(why) => format!("fault: {why}"),
        },
    }
}

/// The page with every outcome as it is now, and how many cases it has.
fn refreshed(page: &str) -> (String, usize) {
    let mut out = String::new();
    let mut input = Value::Record(Record::new());
    let (mut block, mut text, mut cases) = (None, String::new(), 0);
    for line in page.lines() {
        match (block, line) {
            (None, "```input" | "```expression") => {
                block = line.strip_prefix("```");
                text.clear();
            }
            (Some("input"), "```") => {
                input = json::from_json(&serde_json::from_str(&text).unwrap());
                block = None;
            }
            (Some(_), "```") => block = None,
            (Some("expression"), line) if line.starts_with("=> ") => {
                cases += 1;
                out.extend(["=> ", &outcome(text.trim(), &input), "\n"]);
                text.clear();
                continue;
            }
            (Some(_), line) => text.extend([line, "\n"]),
            (None, _) => {}
        }
        out.push_str(line);
        out.push('\n');
    }
    (out, cases)
}

#[test]
fn expression_corpus() {
    // Deep expressions need no more stack than a worker has.
    let found = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(check_pages).unwrap().join().unwrap();
    assert!(found.0.is_empty(), "{}\nrefresh with UPDATE=1 cargo test expression_corpus", found.0.join("\n"));
    assert!(found.1 >= 120, "only {} cases", found.1);
}

fn check_pages() -> (Vec<String>, usize) {
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for path in pages() {
        let page = std::fs::read_to_string(&path).unwrap();
        let (now, count) = refreshed(&page);
        cases += count;
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &now).unwrap();
        } else if now != page {
            let differs = page.lines().zip(now.lines()).find(|(old, new)| old != new);
            wrong.push(format!("{}: {differs:?}", path.display()));
        }
    }
    (wrong, cases)
}
