//! The expression corpus: Markdown pages with an input, expressions, and what each comes to.
//!
//! A block ```` ```input ```` holds the record whose fields are bare names; a block ```` ```expression ````
//! holds cases, each an expression and a line `=> VALUE`, `=> fault: WHY` or `=> error: WHAT at COLUMN`.
//! A block ```` ```checked ```` holds expressions in a rule of the sample rule set, with what lint says of each.
//! `UPDATE=1 cargo test expression_corpus` writes what is found; look at the difference before it is kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use petiole::diagnostic::{FileId, Severity, Sources as _};
use petiole::language;
use petiole::language::plan::expression::CompiledExpression;
use petiole::language::plan::expression::FaultKind;
use petiole::language::script::ScriptSet;
use petiole::language::syntax::expression_parser::{Origin, parse};
use petiole::value::{Record, Value, json};
use petiole::world::SystemFiles;

use crate::support::{Folder, copy};

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::fs::read_dir(root.join("tests/expression")).unwrap();
    let mut pages: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    assert!(pages.iter().all(|page| page.extension().is_some_and(|end| end == "md")), "{pages:?}");
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
            FaultKind::Exhausted(why) => format!("exhausted: {why}"),
        },
    }
}

/// The expression as the source of a rule, and what the whole rule set comes to.
fn compiled_in_a_rule(text: &str) -> language::Compilation {
    let folder = Folder::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint/base"), &folder.0);
    let path = folder.0.join("pipelines/parcels.yaml");
    let page = std::fs::read_to_string(&path).unwrap();
    let old = "- if settings.remarks == \"keep\" then shop.note else null -> depot.remark";
    assert!(page.contains(old));
    std::fs::write(&path, page.replace(old, &format!("- |-\n      {text} -> depot.remark"))).unwrap();
    language::compile(&SystemFiles, std::slice::from_ref(&folder.0))
}

/// What lint says of an expression, with the column inside it.
fn checked(text: &str) -> String {
    let compiled = compiled_in_a_rule(text);
    let errors = compiled.findings.iter().filter(|one| one.severity == Severity::Error);
    let told: Vec<String> = errors
        .map(|one| {
            let page = compiled.sources.text(one.primary.span.file);
            let start = page.find(text).unwrap_or_default();
            let before = page.get(start..one.primary.span.start).unwrap_or("somewhere else");
            let help = one.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
            format!("{}: {} at {}{help}", one.code.0, one.message, before.chars().count() + 1)
        })
        .collect();
    if told.is_empty() { "fits".to_owned() } else { told.join(" | ") }
}

/// The page with every outcome as it is now, and how many cases it has.
fn refreshed(page: &str) -> (String, usize) {
    let mut out = String::new();
    let mut input = Value::Record(Record::new());
    let (mut block, mut text, mut cases) = (None, String::new(), 0);
    for line in page.lines() {
        match (block, line) {
            (None, "```input" | "```expression" | "```checked") => {
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
            (Some("checked"), line) if line.starts_with("=> ") => {
                cases += 1;
                out.extend(["=> ", &checked(text.trim()), "\n"]);
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
    assert!(found.1 >= 400, "only {} cases", found.1);
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

/// Expressions at the edge of every limit, and far beyond.
fn extremes() -> Vec<String> {
    let nested = |open: &str, close: &str, times: usize| format!("{}1{}", open.repeat(times), close.repeat(times));
    let row = |between: &str, times: usize| vec!["1"; times].join(between);
    let mut all = Vec::new();
    for times in [30, 60, 64, 65, 201, 400, 1_000, 2_500] {
        all.extend([
            nested("(", ")", times),
            nested("[", "]", times),
            nested("count([", "])", times),
            nested("if (", ") then 1 else 2", times / 2),
            nested("not (", ")", times / 2),
            nested("a where (", ")", times / 2),
            nested("(1 + (2 ?? ", "))", times / 2),
            format!("{}true", "not ".repeat(times)),
            format!("{}true", "not\n      ".repeat(times)),
            format!("{}1", "- ".repeat(times)),
            format!("{}1", "if true then 1 else ".repeat(times)),
            format!("\"\\\"\" + {}", nested("(", ")", times)),
            vec!["a"; times].join(" where "),
            format!("a{}", ".b".repeat(times)),
            format!("a{}", "[0]".repeat(times)),
            format!("a{}", "[]".repeat(times)),
            row(" + ", times),
            row(" ?? ", times),
            row(" and ", times),
            row(" or ", times),
            row(", ", times),
            format!("{} + {}", nested("(", ")", times.min(63)), row(" + ", times)),
            nested("[1 + ", "]", times).replacen('1', &row(" + ", times), 1),
        ]);
    }
    all
}

#[test]
fn no_expression_ends_the_process() {
    // Less than a worker's stack of 2 MiB, so that a worker has some left for itself.
    let run = || {
        for text in extremes() {
            let begin = std::time::Instant::now();
            outcome(&text, &Value::Null);
            assert!(begin.elapsed() < crate::support::patience(), "{text:.60} hangs");
        }
        for text in extremes().iter().filter(|text| text.len() < 16 * 1024).step_by(2) {
            let compiled = compiled_in_a_rule(text);
            assert!(compiled.findings.iter().all(|one| !one.message.contains("stack")), "{text:.60}");
        }
    };
    std::thread::Builder::new().stack_size(3 * 1024 * 1024 / 2).spawn(run).unwrap().join().unwrap();
}

#[test]
fn the_grammar_accepts_and_refuses_what_it_says() {
    let grammar = include_str!("../grammar/expression.pest");
    let map = |at: usize| at;
    let origin = Origin { file: FileId(0), map: &map };
    let mut tried = 0;
    for line in grammar.lines().filter_map(|line| line.strip_prefix("// ")) {
        let quoted = |part: &str| -> Vec<String> { part.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
        let Some((accepts, refuses)) = line.split_once("; refuses ") else { continue };
        for text in quoted(accepts) {
            assert!(parse(&text, &origin).is_ok(), "{text} is refused");
            tried += 1;
        }
        for text in quoted(refuses) {
            assert!(parse(&text, &origin).is_err(), "{text} is accepted");
            tried += 1;
        }
    }
    assert!(tried >= 25, "only {tried} texts stand in the grammar");
}

/// Too much work is told the same way every time, on every machine, and is never a value.
#[test]
fn lists_looked_through_inside_one_another_end_and_nothing_follows_from_it() {
    let input = json::from_json(&serde_json::json!({ "lines": (0..200).collect::<Vec<i64>>() }));
    let inner = "count(lines where count(lines where count(lines where count(lines where . >= 0) > 0) > 0) > 0)";
    let told = outcome(inner, &input);
    assert!(told.starts_with("exhausted: the rules ask for more than 5000000 operations"), "{told}");
    assert_eq!(outcome(&format!("{inner} ?? 7"), &input), told, "`??` makes no value of it");
    assert_eq!(outcome("count(lines where count(lines where . >= 0) > 0)", &input), "200");
}

#[test]
fn what_ran_into_the_limits_of_a_script_is_no_value_either() {
    let text = "/// f(x: any) -> any\nfn f(x) { loop {} }\n/// g(x: any) -> any\nfn g(x) { x.nothing + 1 }";
    let scripts = Arc::new(ScriptSet::compile(&[(FileId(0), "scripts/f.rhai", text)]).0);
    let map = |at: usize| at;
    let value = |text: &str| {
        let tree = parse(text, &Origin { file: FileId(0), map: &map }).unwrap();
        CompiledExpression::new(tree, Arc::clone(&scripts)).evaluate_in(&Value::Null).map_err(|fault| fault.kind)
    };
    assert!(matches!(value("f(1) ?? 7"), Err(FaultKind::Exhausted(_))));
    assert_eq!(value("g(1) ?? 7"), Ok(Value::Integer(7)));
}
