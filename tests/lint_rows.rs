//! Whatever is done to a row of the shipped status table, lint finds it with a witness.

use std::path::Path;

use petiole::diagnostic::{Severity, Sources as _};
use petiole::language;
use petiole::world::SystemFiles;

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
    let compiled = language::compile(&SystemFiles, std::slice::from_ref(&folder.0));
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
    assert_eq!(rows.len(), 11);
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
    let (lines, rows) = table();
    let on_create: Vec<usize> = rows.into_iter().filter(|at| lines[*at].contains("on create")).collect();
    assert_eq!(on_create.len(), 2);
    for at in on_create {
        let mut always = lines.clone();
        always[at] = lines[at].replace("on create", "");
        is_found(&always[at].clone(), &always);
    }
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
    assert_eq!(pointed, 44);
}

#[test]
fn a_state_taken_out_of_a_from() {
    let (lines, rows) = table();
    let mut taken = 0;
    for at in rows {
        let Some((before, after)) = lines[at].split_once(" from ") else { continue };
        let (states, because) = after.split_once(" because ").unwrap_or((after, ""));
        let states: Vec<&str> = states.split(',').map(str::trim).collect();
        for without in states.iter().filter(|_| states.len() > 1) {
            // A cancelled order that the marketplace has shipped already may be left as it is: a choice, no mistake.
            if lines[at].contains("Rejected ") && *without == "Shipped" {
                continue;
            }
            let kept: Vec<&str> = states.iter().copied().filter(|state| state != without).collect();
            let because = if because.is_empty() { String::new() } else { format!(" because {because}") };
            let mut fewer = lines.clone();
            fewer[at] = format!("{before} from {}{because}", kept.join(", "));
            is_found(&format!("{} without {without}", lines[at]), &fewer);
            taken += 1;
        }
    }
    assert_eq!(taken, 18);
}

#[test]
fn a_value_taken_out_of_a_row_or_named_twice() {
    let (lines, rows) = table();
    let mut taken = 0;
    for at in rows {
        let arrow = if lines[at].contains(" -> ") { " -> " } else { " <- " };
        let (left, right) = lines[at].trim_start_matches("  - ").split_once(arrow).unwrap();
        let (head, rest) = match arrow {
            " -> " => (left, right),
            _ => right.trim_start().split_once("   ").unwrap_or((right, "")),
        };
        let values: Vec<&str> = head.split(',').map(str::trim).collect();
        let with = |values: &[&str]| {
            let mut other = lines.clone();
            let head = values.join(", ");
            other[at] =
                if arrow == " -> " { format!("  - {head} -> {rest}") } else { format!("  - {left} <- {head} {rest}") };
            other
        };
        assert_eq!(errors(&with(&values)), Vec::<String>::new(), "{}", lines[at]);
        let twice: Vec<&str> = values.iter().chain(values.first()).copied().collect();
        assert!(!errors(&with(&twice)).is_empty(), "twice in {}", lines[at]);
        for without in values.iter().filter(|_| values.len() > 1) {
            let kept: Vec<&str> = values.iter().copied().filter(|value| value != without).collect();
            is_found(&format!("{} without {without}", lines[at]), &with(&kept));
            taken += 1;
        }
    }
    assert_eq!(taken, 13);
}

#[test]
fn a_dropped_because() {
    let (lines, rows) = table();
    let mut dropped = 0;
    for at in rows {
        let Some((before, _)) = lines[at].split_once(" because ") else { continue };
        // Where a value is made, the reason is told beside it and may be left out.
        if before.contains("on create") {
            continue;
        }
        let mut silent = lines.clone();
        before.clone_into(&mut silent[at]);
        let found = errors(&silent);
        assert!(found.iter().any(|one| one.starts_with("missing-because")), "{before}: {found:?}");
        dropped += 1;
    }
    assert_eq!(dropped, 3);
}

#[test]
fn the_first_two_rows_without_on_create_and_from_echo() {
    let (mut lines, rows) = table();
    lines[rows[0]] = lines[rows[0]].replace("on create", "");
    let (before, _) = lines[rows[1]].split_once(" from ").unwrap();
    lines[rows[1]] = before.to_owned();
    let found = errors(&lines);
    let echo = found.iter().find(|one| one.starts_with("echo-loop")).unwrap();
    assert!(
        echo.contains("`flourish.outbound_order` Partially Allocated → `leaflink.order` Accepted → `flourish.outbound_order` Created"),
        "{echo}"
    );
}
