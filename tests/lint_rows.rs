//! Whatever is done to a row of the shipped status table, lint finds it with a witness.

use std::path::Path;

use petiole::diagnostic::{Severity, Sources as _};
use petiole::language;

use crate::support::{Folder, copy};

/// The rows of the table, each with its place among the file's lines.
fn table() -> (Vec<String>, Vec<usize>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/tables/order_status.yaml");
    let lines: Vec<String> = std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect();
    let begin = lines.iter().position(|line| line == "rows:").unwrap() + 1;
    let rows = (begin..lines.len()).take_while(|at| lines[*at].starts_with("  - ")).collect();
    (lines, rows)
}

/// What lint says of the shipped rules with another table: errors that point into it.
fn errors(lines: &[String]) -> Vec<String> {
    let folder = Folder::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), &folder.0);
    std::fs::write(folder.0.join("tables/order_status.yaml"), lines.join("\n")).unwrap();
    let compiled = language::compile(std::slice::from_ref(&folder.0));
    let here = |span: petiole::diagnostic::Span| compiled.sources.name(span.file).ends_with("order_status.yaml");
    let found = compiled.findings.iter().filter(|one| one.severity == Severity::Error && here(one.primary.span));
    found.map(|one| format!("{}: {}", one.code.0, one.message)).collect()
}

#[track_caller]
fn is_found(what: &str, lines: &[String]) -> Vec<String> {
    let found = errors(lines);
    assert!(!found.is_empty(), "nobody noticed: {what}");
    // A witness names both records.
    assert!(found.iter().any(|one| one.contains('`')), "{what}: {found:?}");
    found
}

#[test]
fn the_table_as_shipped_is_clean() {
    let (lines, rows) = table();
    assert_eq!(rows.len(), 10);
    assert_eq!(errors(&lines), Vec::<String>::new());
}

#[test]
fn a_deleted_row() {
    let (lines, rows) = table();
    for at in rows {
        let mut less = lines.clone();
        let row = less.remove(at);
        is_found(&format!("without {row}"), &less);
    }
}

#[test]
fn a_doubled_row() {
    let (lines, rows) = table();
    for at in rows {
        let mut more = lines.clone();
        more.insert(at, lines[at].clone());
        let found = is_found(&format!("twice {}", lines[at]), &more);
        assert!(found.iter().any(|one| one.starts_with("ambiguous-row")), "{found:?}");
    }
}

#[test]
fn a_dropped_on_create() {
    let (mut lines, rows) = table();
    let at = rows.into_iter().find(|at| lines[*at].contains("on create")).unwrap();
    lines[at] = lines[at].replace("on create", "");
    is_found("without `on create`", &lines);
}

#[test]
fn a_dropped_from() {
    let (lines, rows) = table();
    let mut dropped = 0;
    for at in rows {
        let Some((before, after)) = lines[at].split_once(" from ") else { continue };
        let because = after.split_once("because").map_or(String::new(), |(_, why)| format!("because{why}"));
        let mut wider = lines.clone();
        wider[at] = format!("{before} {because}");
        is_found(&wider[at].clone(), &wider);
        dropped += 1;
    }
    assert_eq!(dropped, 7);
}

#[test]
fn a_row_that_points_at_a_state_to_which_no_call_leads() {
    let (lines, rows) = table();
    let mut pointed = 0;
    for at in rows {
        let row = &lines[at];
        let rightward = row.contains(" -> ");
        // States that people make, or that lie before every state of `from`.
        let states: &[&str] = if rightward {
            &["Partially Allocated", "Allocated", "Shipped", "Completed"]
        } else {
            &["Draft", "Backorder", "Combined", "Cancelled"]
        };
        for state in states {
            let mut other = lines.clone();
            other[at] = if rightward {
                let (left, right) = row.split_once(" -> ").unwrap();
                let rest = right.trim_start().split_once("  ").map_or("", |(_, rest)| rest);
                format!("{left} -> {state}   {rest}")
            } else {
                let (_, right) = row.split_once(" <- ").unwrap();
                format!("  - {state} <- {right}")
            };
            let found = is_found(&other[at].clone(), &other);
            assert!(found.iter().any(|one| one.contains("no call leads")), "{}: {found:?}", other[at]);
            pointed += 1;
        }
    }
    assert_eq!(pointed, 40);
}
